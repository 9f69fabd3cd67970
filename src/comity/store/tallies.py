"""How many decisions, cases and reports there are, without counting millions of rows whenever somebody asks.

Decisions are only ever added: rows below a mark are counted once in a process and remembered, what came since is
counted and added.  Cases and reports change, so they are counted again, but never for more than a hundredth of the
time: a count that took a second is told for a hundred seconds, and is renewed beside the answer, not before it.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Final, NamedTuple

from django.db import DatabaseError, connection

from comity.store.cases import count_by_state
from comity.store.reports import count_by_standing

_SINCE: Final = (
    "SELECT partner, direction, verdict, clause, reason, count(*) FROM decision WHERE id > %s AND id <= %s "
    "GROUP BY partner, direction, verdict, clause, reason"
)
_NEWEST: Final = "SELECT max(id) FROM decision"
# On PostgreSQL a row with a lower number may be committed later than one with a higher: as long as a transaction may
# last, rows are counted anew.
_SETTLED_SECONDS: Final = 120.0
_SHARE: Final = 100.0
_SOONEST_SECONDS: Final = 10.0


class DecisionKey(NamedTuple):
    """What decisions are counted by."""

    partner: str
    direction: str
    verdict: str
    clause: str
    reason: str


class DecisionTally:
    """Decisions of all time, by partner, direction, verdict, clause and reason."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        """Begin anew."""
        self._settled = 0
        self._counts: Counter[DecisionKey] = Counter()
        self._marks: list[tuple[float, int]] = []

    def read(self) -> Counter[DecisionKey]:
        """Count what came since and answer the sums."""
        with self._lock:
            newest = _newest()
            if newest < self._settled:  # another database than before: restored, or emptied by a test
                self.forget()
            now = time.monotonic()
            wait = _SETTLED_SECONDS if connection.vendor == "postgresql" else 0.0
            self._marks.append((now, newest))
            old = [mark for at, mark in self._marks if at <= now - wait]
            if old:
                self._counts += _count(self._settled, old[-1])
                self._settled = old[-1]
                self._marks = [(at, mark) for at, mark in self._marks if at > now - wait]
            return self._counts + _count(self._settled, newest)


class Paced:
    """A count that is told from memory, and renewed in a thread of its own when it has grown old for what it costs."""

    def __init__(self, count: Callable[[], dict[str, int]]) -> None:
        self._count = count
        self._lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        """Begin anew."""
        self._value: dict[str, int] | None = None
        self._due = 0.0

    def read(self) -> dict[str, int]:
        """The count as it was lately; the first time it is made at once."""
        if self._value is None:
            with self._lock:
                if self._value is None:
                    self._renew()
        elif time.monotonic() >= self._due and self._lock.acquire(blocking=False):
            threading.Thread(target=self._renew_beside, name="tally", daemon=True).start()
        return dict(self._value or {})

    def _renew_beside(self) -> None:
        try:
            self._renew()
        except DatabaseError:
            self._due = time.monotonic() + _SOONEST_SECONDS  # who reads next is told by the database's own check
        finally:
            self._lock.release()
            connection.close()

    def _renew(self) -> None:
        begun = time.monotonic()
        self._value = self._count()
        took = time.monotonic() - begun
        self._due = time.monotonic() + max(_SOONEST_SECONDS, took * _SHARE)


DECISIONS: Final = DecisionTally()
CASES: Final = Paced(count_by_state)
REPORTS: Final = Paced(count_by_standing)


def forget_tallies() -> None:
    """Forget every count: the database is another one."""
    for tally in (DECISIONS, CASES, REPORTS):
        tally.forget()


def _newest() -> int:
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST)
        return int(cursor.fetchone()[0] or 0)


def _count(after: int, until: int) -> Counter[DecisionKey]:
    if until <= after:
        return Counter()
    with connection.cursor() as cursor:
        cursor.execute(_SINCE, [after, until])
        return Counter({DecisionKey(*row[:5]): int(row[5]) for row in cursor.fetchall()})
