"""How many decisions, cases and reports there are, without counting millions of rows while somebody waits.

Few rows are counted when asked.  Many are counted beside, in a thread of its own, and told from memory meanwhile: at
first that is nothing, later what was counted last; a count that took a second is not renewed for a hundred.  Decisions
are only ever added, so those below a mark are counted once in a process, and afterwards only what came since.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Final, NamedTuple

from django.db import DatabaseError, connection

from comity.store.cases import count_by_state
from comity.store.enquiry_lists import count_by_state as count_enquiries
from comity.store.reports import count_by_standing

_SINCE: Final = (
    "SELECT partner, direction, verdict, clause, reason, count(*) FROM decision WHERE id > %s AND id <= %s "
    "GROUP BY partner, direction, verdict, clause, reason"
)
_NEWEST_DECISION: Final = "SELECT max(id) FROM decision"
_NEWEST_CASE: Final = "SELECT max(id) FROM abuse_case"
_NEWEST_REPORT: Final = "SELECT max(id) FROM report"
_NEWEST_FINDING: Final = "SELECT max(id) FROM sweep_finding"
AT_ONCE: Final = 20_000
# On PostgreSQL a row with a lower number may be committed later than one with a higher: for as long as a transaction
# may last, rows are counted anew.
_SETTLED_SECONDS: Final = 120.0
_SHARE: Final = 100.0


class DecisionKey(NamedTuple):
    """What decisions are counted by."""

    partner: str
    direction: str
    verdict: str
    clause: str
    reason: str


class _Beside:
    """A count that is made in a thread of its own, one at a time, and never for more than a hundredth of the time."""

    def __init__(self, count: Callable[[], None]) -> None:
        self._count = count
        self._running = threading.Lock()
        self._due = 0.0

    def renew(self) -> None:
        """Begin to count again, if it is time."""
        if time.monotonic() >= self._due and self._running.acquire(blocking=False):
            threading.Thread(target=self._run, name="tally", daemon=True).start()

    def _run(self) -> None:
        begun = time.monotonic()
        try:
            self._count()
        except DatabaseError:
            pass  # who reads the numbers is told by the database's own check
        finally:
            self._due = time.monotonic() + (time.monotonic() - begun) * _SHARE
            connection.close()
            self._running.release()


class DecisionTally:
    """Decisions of all time, by partner, direction, verdict, clause and reason."""

    def __init__(self, *, at_once: int = AT_ONCE) -> None:
        self._at_once = at_once
        self._settled: tuple[int, Counter[DecisionKey]] = (0, Counter())  # up to which row, and the counts so far
        self._told: Counter[DecisionKey] = Counter()
        self._marks: list[tuple[float, int]] = []
        self._beside = _Beside(self._renew)

    def read(self) -> Counter[DecisionKey]:
        """The sums; exact where little came since the mark, otherwise as they were counted last."""
        newest = _newest(_NEWEST_DECISION)
        if newest < self._settled[0]:  # another database than before: restored
            self._settled, self._told, self._marks = (0, Counter()), Counter(), []
        mark, counts = self._settled
        if newest - mark <= self._at_once:
            return counts + _count(mark, newest)
        self._beside.renew()
        return self._told

    def _renew(self) -> None:
        newest, now = _newest(_NEWEST_DECISION), time.monotonic()
        wait = _SETTLED_SECONDS if connection.vendor == "postgresql" else 0.0
        self._marks.append((now, newest))
        old = [mark for at, mark in self._marks if at <= now - wait]
        self._marks = [(at, mark) for at, mark in self._marks if at > now - wait]
        mark, counts = self._settled
        if old:
            counts = counts + _count(mark, old[-1])
            mark = old[-1]
            self._settled = (mark, counts)
        self._told = counts + _count(mark, newest)


class Paced:
    """Rows that change, by one word."""

    def __init__(self, count: Callable[[], dict[str, int]], newest: str, *, at_once: int = AT_ONCE) -> None:
        self._at_once = at_once
        self._count = count
        self._newest = newest
        self._told: dict[str, int] = {}
        self._beside = _Beside(self._renew)

    def read(self) -> dict[str, int]:
        """The sums, as they are where there are few rows, otherwise as they were counted last."""
        if _newest(self._newest) <= self._at_once:
            return self._count()
        self._beside.renew()
        return dict(self._told)

    def _renew(self) -> None:
        self._told = self._count()


DECISIONS: Final = DecisionTally()
CASES: Final = Paced(count_by_state, _NEWEST_CASE)
ENQUIRIES: Final = Paced(count_enquiries, _NEWEST_FINDING)
REPORTS: Final = Paced(count_by_standing, _NEWEST_REPORT)


def _newest(question: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return int(cursor.fetchone()[0] or 0)


def _count(after: int, until: int) -> Counter[DecisionKey]:
    if until <= after:
        return Counter()
    with connection.cursor() as cursor:
        cursor.execute(_SINCE, [after, until])
        return Counter({DecisionKey(*row[:5]): int(row[5]) for row in cursor.fetchall()})
