"""What really happened, read from outside: both stores side by side, without the nodes' knowledge.

The demo does not believe its nodes.  What was sent is compared with what arrived, entry by entry and report by report,
and lost and doubled are counted from the two sets; nothing here is derived from a promise of the program.  An SQLite
store is opened read-only as it is; what is asked of a PostgreSQL store is first copied out of it in one snapshot.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

import msgspec

from comity.demo.nodes import Place
from comity.demo.tally_postgresql import copy_tables, is_sqlite, one_moment

_VIEWS: Final = (
    """CREATE TEMP VIEW sent AS SELECT e.* FROM ours.ledger_entry AS e
       JOIN ours.ledger AS l ON l.id = e.ledger_id WHERE l.direction = 'out'""",
    """CREATE TEMP VIEW arrived AS SELECT e.* FROM theirs.ledger_entry AS e
       JOIN theirs.ledger AS l ON l.id = e.ledger_id WHERE l.direction = 'in'""",
    """CREATE TEMP VIEW asked AS SELECT * FROM ours.decision
       WHERE direction = 'out' AND kind IN ('report', 'early-warning')""",
)

# Each query counts one way in which something could be lost between us and the partner (`:partner`).
_LOST: Final[dict[str, str]] = {
    "claims about the partner's names that no clause was asked about": """
        SELECT count(*) FROM ours.report AS r JOIN ours.abuse_case AS c ON c.id = r.case_id
        WHERE r.run_id IS NOT NULL AND c.party = :partner AND r.id NOT IN (
            SELECT report_id FROM asked WHERE report_id IS NOT NULL)""",
    "reports that a clause released and no entry carries": """
        SELECT count(*) FROM asked AS d JOIN ours.report AS r ON r.id = d.report_id
        WHERE d.verdict IN ('send', 'send-redacted') AND r.uuid NOT IN (
            SELECT subject FROM sent WHERE kind = 'report')""",
    "entries that the partner's copy of the ledger has not, or has otherwise": """
        SELECT count(*) FROM (SELECT position, leaf FROM sent EXCEPT SELECT position, leaf FROM arrived)""",
    "reports that arrived, were not refused, and are not among the partner's reports": """
        SELECT count(*) FROM arrived WHERE kind = 'report' AND refused = '' AND subject NOT IN (
            SELECT uuid FROM theirs.report)""",
    "cases that the partner closed and that are open here": """
        SELECT count(*) FROM theirs.case_peer AS p JOIN theirs.abuse_case AS c ON c.id = p.case_id
        JOIN ours.abuse_case AS m ON m.uuid = p.remote_case
        WHERE c.party = :partner AND c.state = 'closed' AND m.state <> 'closed'""",
}

_DOUBLED: Final[dict[str, str]] = {
    "reports sent more than once": "SELECT count(*) - count(DISTINCT subject) FROM sent WHERE kind = 'report'",
    "reports stored more than once at the partner": "SELECT count(*) - count(DISTINCT uuid) FROM theirs.report",
    "entries that the partner has more than once": "SELECT count(*) - count(DISTINCT position) FROM arrived",
    "outcomes taken more than once": """
        SELECT count(*) - count(DISTINCT case_id) FROM ours.case_event WHERE event = 'partner_outcome'""",
}


class Withheld(msgspec.Struct, frozen=True):
    """How many reports a clause kept at home, and why."""

    clause: str
    verdict: str
    reason: str
    count: int


class Exchanged(msgspec.Struct, frozen=True, kw_only=True):
    """One direction: from a node to its partner, and what came back; outcomes by the reports that they answer."""

    cases: int
    sent: int
    received: int
    redacted: int
    withheld: tuple[Withheld, ...]
    refused_by_partner: int
    outcomes_returned: int
    still_open: int
    seconds_p50: float
    seconds_p99: float
    lost: dict[str, int]
    doubled: dict[str, int]


class Progress(msgspec.Struct, frozen=True):
    """How far everything is, cheaply: numbers of rows, never their contents."""

    reports: int
    entries: int
    receipted: int
    own_cases: int
    own_closed: int
    referred: int
    returned: int


def read_exchanged(ours: Place, theirs: Place) -> Exchanged:
    """Count what went from `ours` to `theirs`."""
    with _side_by_side(ours, theirs) as db:
        value = _Reader(db, {"partner": theirs.party, "own": ours.party})
        withheld = db.execute(
            "SELECT clause, verdict, reason, count(*) FROM asked WHERE verdict IN ('hold', 'refuse') "
            "GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1, 3"
        )
        return Exchanged(
            cases=value("SELECT count(*) FROM ours.abuse_case"),
            sent=value("SELECT count(*) FROM sent WHERE kind = 'report'"),
            received=value(
                "SELECT count(*) FROM ours.ledger_entry AS e JOIN ours.ledger AS l ON l.id = e.ledger_id "
                "WHERE l.direction = 'in' AND e.kind = 'report'"
            ),
            redacted=value("SELECT count(*) FROM asked WHERE verdict = 'send-redacted'"),
            withheld=tuple(Withheld(*row) for row in withheld),
            refused_by_partner=value("SELECT count(*) FROM arrived WHERE refused <> ''"),
            outcomes_returned=value(
                "SELECT count(*) FROM sent AS s JOIN ours.report AS r ON r.uuid = s.subject WHERE s.kind = 'report' "
                "AND r.case_id IN (SELECT case_id FROM ours.case_event WHERE event = 'partner_outcome')"
            ),
            still_open=value("SELECT count(*) FROM ours.abuse_case WHERE party = :partner AND state = 'referred'"),
            seconds_p50=_latency(db, 0.50),
            seconds_p99=_latency(db, 0.99),
            lost={what: value(query) for what, query in _LOST.items()},
            doubled={what: value(query) for what, query in _DOUBLED.items()},
        )


def read_progress(place: Place) -> Progress:
    """Look how far one node is."""
    with _reading(place) as db:
        entries, receipted = db.execute(
            "SELECT coalesce(sum(size), 0), coalesce(sum(receipt_size), 0) FROM ledger WHERE direction = 'out'"
        ).fetchone()
        own = own_closed = referred = returned = 0
        for party, state, count in db.execute("SELECT party, state, count(*) FROM abuse_case GROUP BY 1, 2").fetchall():
            if party == place.party:
                own += count
                own_closed += count if state == "closed" else 0
            else:
                referred += count if state in {"referred", "closed"} else 0
                returned += count if state == "closed" else 0
        (reports,) = db.execute("SELECT coalesce(max(id), 0) FROM report").fetchone()
        return Progress(reports, int(entries), int(receipted), own, own_closed, referred, returned)


def read_status_token(place: Place, reporter: str) -> str:
    """The key to a reporter's own status page, as the node would write it into its confirmation to the reporter."""
    with _reading(place) as db:
        tokens = dict(db.execute("SELECT key, status_token FROM reporter").fetchall())
        return str(tokens.get(reporter, ""))


class _Reader:
    def __init__(self, db: sqlite3.Connection, parameters: dict[str, str]) -> None:
        self._db = db
        self._parameters = parameters

    def __call__(self, query: str) -> int:
        return int(self._db.execute(query, self._parameters).fetchone()[0])


def _latency(db: sqlite3.Connection, share: float) -> float:
    """Seconds from the moment we stored a report to the moment the partner stored its entry."""
    start = (
        "FROM sent AS s JOIN ours.report AS r ON r.uuid = s.subject JOIN arrived AS a ON a.position = s.position "
        "WHERE s.kind = 'report'"
    )
    count = int(db.execute(f"SELECT count(*) {start}").fetchone()[0])
    if count == 0:
        return 0.0
    row = db.execute(
        f"SELECT a.at - r.received_at {start} ORDER BY 1 LIMIT 1 OFFSET ?",
        (min(count - 1, int(count * share)),),
    ).fetchone()
    return float(row[0]) / 1e6


@contextmanager
def _side_by_side(ours: Place, theirs: Place) -> Iterator[sqlite3.Connection]:
    db = sqlite3.connect(":memory:", uri=True)
    try:
        for name, place in (("ours", ours), ("theirs", theirs)):
            if is_sqlite(place):
                db.execute(f"ATTACH DATABASE ? AS {name}", (_read_only(place),))
            else:
                db.execute(f"ATTACH DATABASE ':memory:' AS {name}")
                copy_tables(place, db, name)
        for view in _VIEWS:
            db.execute(view)
        yield db
    finally:
        db.close()


@contextmanager
def _reading(place: Place) -> Iterator[Any]:
    """One store as it stands, for queries that both kinds of store understand."""
    if not is_sqlite(place):
        with one_moment(place) as cursor:
            yield cursor
        return
    with closing(sqlite3.connect(_read_only(place), uri=True, timeout=30)) as db:
        yield db


def _read_only(place: Place) -> str:
    return f"{Path(place.database['NAME']).as_uri()}?mode=ro"
