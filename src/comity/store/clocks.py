"""The clocks of cases: what promises they follow from, their rows, and which of them has to tell somebody next.

Rows are written for many cases at once, inside the caller's transaction, and are a cache of the fold: they can be
thrown away and made again (`flows.keep_clocks.rebuild_clocks`).
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from django.db import connection

from comity.core.clocks import BREACHED, ESCALATED, WARNED, Clock, next_due, used
from comity.store.fields import micros, moment
from comity.store.rows import NewRows

_MARKS_AT_ONCE: Final = 5_000
_MICROSECOND: Final = timedelta(microseconds=1)

_COLUMNS: Final = (
    "case_id, kind, number, owed_by, owed_to, clause, started_at, due_at, stopped_at, paused_since, paused_us, "
    "used_us, warned_at, breached_at, escalated_at, next_at, next_percent"
)
_CLOCKS: Final = NewRows(
    "case_clock",
    {
        "case_id": "int8", "kind": "varchar", "number": "int4", "owed_by": "varchar", "owed_to": "varchar",
        "clause": "varchar", "started_at": "int8", "due_at": "int8", "stopped_at": "int8", "paused_since": "int8",
        "paused_us": "int8", "used_us": "int8", "warned_at": "int8", "breached_at": "int8", "escalated_at": "int8",
        "next_at": "int8", "next_percent": "int4",
    },
)  # fmt: skip

# Of clocks that have just begun nothing else is there to say: the other columns are null.
_NEW: Final = (
    "severity", "kind", "number", "owed_by", "owed_to", "clause", "started_at", "due_at", "paused_us", "next_at",
    "next_percent",
)  # fmt: skip
_OPEN: Final = f"""
INSERT INTO case_clock (case_id, {", ".join(_NEW[1:])})
SELECT abuse_case.id, {", ".join(f"begun.{name}" for name in _NEW[1:])} FROM abuse_case
JOIN ({{begun}}) begun ON begun.severity = abuse_case.severity WHERE abuse_case.id >= %s AND abuse_case.id <= %s"""  # noqa: S608
_BEGUN: Final = "SELECT " + ", ".join(f"%s AS {name}" for name in _NEW)

# Reports that passed between us and a partner with a request to act: what they promise begins with the first.
_PROMISES: Final = """
SELECT decision.case_id, decision.partner, decision.direction, decision.memorandum, decision.at, report.received_at
FROM decision JOIN report ON report.id = decision.report_id
WHERE decision.kind = 'report' AND decision.verdict IN ('send', 'send-redacted') AND decision.case_id IN ({marks})
  AND decision.direction IN ('out', 'in')
ORDER BY decision.case_id, decision.at, decision.id"""


class Passed(msgspec.Struct, frozen=True):
    """A report that passed a link with a request to act: `at` when it was decided, `taken_at` when we had it."""

    partner: str
    direction: str
    memorandum: str
    at: datetime
    taken_at: datetime


class DueClock(msgspec.Struct, frozen=True):
    """A clock that has to tell somebody."""

    pk: int
    case_pk: int
    next_at: datetime


def find_passed(case_pks: Collection[int]) -> dict[int, list[Passed]]:
    """The reports of each case that passed a link, in the order in which they were decided."""
    found: dict[int, list[Passed]] = {}
    for row in _in_parts(_PROMISES, list(case_pks)):
        case_pk, partner, direction, digest, at, received = row
        passed = Passed(partner, direction, digest, moment(at), moment(received if direction == "in" else at))
        found.setdefault(case_pk, []).append(passed)
    return found


def lock_cases(case_pks: Sequence[int]) -> None:
    """Let nobody else write entries or clocks of these cases before this transaction ends; `case_pks` are sorted.

    Without it somebody's fold of older entries could be written after ours.  SQLite has one writer at a time anyway.
    """
    if connection.vendor == "postgresql":
        _in_parts("SELECT id FROM abuse_case WHERE id IN ({marks}) ORDER BY id FOR UPDATE", case_pks)


def write_clocks(clocks: Mapping[int, Sequence[Clock]]) -> None:
    """Put these clocks in the place of all that stood at the cases, and tell the cases when the next is due."""
    pks = sorted(clocks)
    with connection.cursor() as cursor:
        for start in range(0, len(pks), _MARKS_AT_ONCE):
            part = pks[start : start + _MARKS_AT_ONCE]
            marks = ", ".join(["%s"] * len(part))
            cursor.execute(f"DELETE FROM case_clock WHERE case_id IN ({marks})", part)  # noqa: S608 — marks only
        cursor.executemany(
            "UPDATE abuse_case SET due_at = %s WHERE id = %s", [(_micros(next_due(clocks[pk])), pk) for pk in pks]
        )
    rows: dict[int, list[tuple[Any, ...]]] = {}
    for each in clocks.values():  # many cases have the very same clocks
        if id(each) not in rows:
            rows[id(each)] = [_values(clock) for clock in each]
    _CLOCKS.write([(pk, *values) for pk in pks for values in rows[id(clocks[pk])]])


def open_clocks(first_pk: int, last_pk: int, clocks: Mapping[str, Clock]) -> None:
    """Write a clock of each of the cases that were opened just now, by their severity: one statement for all."""
    begun = [(severity, *_begun(clock)) for severity, clock in clocks.items()]
    with connection.cursor() as cursor:
        cursor.execute(
            _OPEN.format(begun=" UNION ALL ".join([_BEGUN] * len(begun))),
            [*(value for row in begun for value in row), first_pk, last_pk],
        )


def find_due_clocks(*, at: datetime, limit: int) -> list[DueClock]:
    """The clocks that have somebody to tell by now, the longest overdue first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, case_id, next_at FROM case_clock WHERE next_at <= %s ORDER BY next_at, id LIMIT %s",
            [micros(at), limit],
        )
        return [DueClock(pk, case_pk, moment(next_at)) for pk, case_pk, next_at in cursor.fetchall()]


def was_receipted(partner: str, case_pk: int) -> bool:
    """Answer whether a partner has signed for a report of this case."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM report JOIN ledger_entry ON ledger_entry.subject = report.uuid "
            "JOIN ledger ON ledger.id = ledger_entry.ledger_id JOIN link ON link.id = ledger.link_id "
            "WHERE report.case_id = %s AND link.partner = %s AND ledger.direction = 'out' "
            "AND ledger_entry.position < ledger.receipt_size LIMIT 1",
            [case_pk, partner],
        )
        return cursor.fetchone() is not None


def list_due(*, limit: int) -> list[int]:
    """The cases with a running clock, the one that is due first before all others."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM abuse_case WHERE due_at IS NOT NULL ORDER BY due_at, id LIMIT %s", [limit])
        return [pk for (pk,) in cursor.fetchall()]


def count_overdue(*, at: datetime) -> dict[str, int]:
    """How many clocks run beyond their time, by who owes them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT owed_by, count(*) FROM case_clock WHERE stopped_at IS NULL AND due_at < %s GROUP BY owed_by",
            [micros(at)],
        )
        return dict(cursor.fetchall())


def read_act_clocks(case_pks: Collection[int]) -> dict[tuple[int, datetime], datetime]:
    """When the time to act is over, by case and by the moment at which it began."""
    query = "SELECT case_id, started_at, due_at FROM case_clock WHERE kind = 'act' AND case_id IN ({marks})"
    rows = _in_parts(query, sorted(case_pks))
    return {(case_pk, moment(started)): moment(due) for case_pk, started, due in rows}


def read_appeal_clocks(case_pks: Collection[int]) -> dict[int, datetime]:
    """When the appeal that waits is to be decided, by case."""
    query = (
        "SELECT case_id, due_at FROM case_clock WHERE kind = 'appeal' AND stopped_at IS NULL AND case_id IN ({marks})"
    )
    return {case_pk: moment(due) for case_pk, due in _in_parts(query, sorted(case_pks))}


def read_rows(case_pks: Collection[int]) -> dict[int, list[tuple[Any, ...]]]:
    """The rows of cases as they stand, each case's in the order of its clocks: to be compared with `rows_of`."""
    found: dict[int, list[tuple[Any, ...]]] = {pk: [] for pk in case_pks}
    query = f"SELECT {_COLUMNS} FROM case_clock WHERE case_id IN ({{marks}})"  # noqa: S608 — this file's own words
    for case_pk, *values in _in_parts(query, list(case_pks)):
        found[case_pk].append(tuple(values))
    return {pk: sorted(rows) for pk, rows in found.items()}


def rows_of(clocks: Sequence[Clock]) -> list[tuple[Any, ...]]:
    """Clocks as their rows would be."""
    return sorted(_values(clock) for clock in clocks)


def _begun(clock: Clock) -> tuple[Any, ...]:
    (kind, number, by, to, clause, started, due, _stopped, _since, paused, _used, *_noted, next_at, percent) = _values(
        clock
    )
    return (kind, number, by, to, clause, started, due, paused, next_at, percent)


def _values(clock: Clock) -> tuple[Any, ...]:
    mark = clock.next_mark
    stopped = clock.stopped_at
    return (
        clock.kind, clock.number, clock.by, clock.to, clock.clause, micros(clock.started_at), micros(clock.due_at),
        _micros(stopped), _micros(clock.paused_since), clock.paused_total // _MICROSECOND,
        None if stopped is None else used(clock, at=stopped) // _MICROSECOND,
        _micros(clock.noted(WARNED)), _micros(clock.noted(BREACHED)), _micros(clock.noted(ESCALATED)),
        None if mark is None else micros(mark.at), None if mark is None else mark.percent,
    )  # fmt: skip


def _micros(at: datetime | None) -> int | None:
    return None if at is None else micros(at)


def _in_parts(query: str, pks: Sequence[int]) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    with connection.cursor() as cursor:
        for start in range(0, len(pks), _MARKS_AT_ONCE):
            part = pks[start : start + _MARKS_AT_ONCE]
            cursor.execute(query.format(marks=", ".join(["%s"] * len(part))), part)
            rows += cursor.fetchall()
    return rows
