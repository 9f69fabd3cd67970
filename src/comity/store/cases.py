"""Cases as they are read: one by its reference, many by filters in pages, and the entries of many at once.

Pages follow the order in which cases were opened (the row's number, never a clock), so a reader who comes back with the
cursor misses none and sees none twice.  Writing is in `comity.store.case_writes`.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
from django.db import connection

from comity.core.case_score import FrozenScore
from comity.core.case_steps import CaseFacts
from comity.core.cases import CaseChange, CaseEntry, fold
from comity.core.collateral import Finding
from comity.core.errors import InputError, NotFoundError
from comity.store.clocks import read_act_clocks
from comity.store.fields import moment

PAGE_ROWS: Final = 100
MAX_PAGE_ROWS: Final = 1000
_MARKS_AT_ONCE: Final = 500

REFERRAL_ASKED: Final = "referral-asked"  # the reason code of the entry that says who asked

_REF: Final = re.compile(r"[0-9A-Za-z-]{1,16}")
_UUID: Final = re.compile(r"[0-9A-Fa-f-]{36}")

_CASE_COLUMNS: Final = (
    "id, uuid, ref, registrable, category, episode, zone, party, state, severity, disposition, outcome, action, "
    "protected, report_count, event_count, opened_at, changed_at, closed_at, due_at"
)
_ENTRY_COLUMNS: Final = (
    "case_id, seq, event, from_state, to_state, at, party, actor, role, reason, clause, evidence_hash, note, detail"
)


class CaseRow(msgspec.Struct, frozen=True, gc=False):
    """A case as its row says."""

    pk: int
    uuid: str
    ref: str
    registrable: str
    category: str
    episode: int
    zone: str
    party: str
    state: str
    severity: str
    disposition: str
    outcome: str
    action: str
    protected: str
    report_count: int
    event_count: int
    opened_at: datetime
    changed_at: datetime
    closed_at: datetime | None
    due_at: datetime | None

    def facts(self) -> CaseFacts:
        """What the row alone tells the guards; enough for every event outside `NEEDS_HISTORY`."""
        return CaseFacts(
            state=self.state,
            party=self.party,
            severity=self.severity,
            protected=self.protected,
            disposition=self.disposition,
            outcome=self.outcome,
            action=self.action,
            event_count=self.event_count,
            changed_at=self.changed_at,
            closed_at=self.closed_at,
        )


class CaseFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which cases are wanted; an empty field asks for nothing."""

    state: str = ""
    zone: str = ""
    category: str = ""
    party: str = ""
    registrable: str = ""
    protected: bool = False
    open_only: bool = False


class CasePage(msgspec.Struct, frozen=True):
    """A page of cases; `next_cursor` is empty on the last one."""

    cases: tuple[CaseRow, ...]
    next_cursor: str


class _Detail(msgspec.Struct, frozen=True):
    action: str = ""
    clock: str = ""
    collateral: str = ""
    disposition: str = ""
    outcome: str = ""
    related: str = ""
    said: str = ""
    said_at: datetime | None = None
    score: float | None = None
    evidence: FrozenScore | None = None
    check: tuple[Finding, ...] = ()
    told: tuple[str, ...] = ()


_decode_detail = msgspec.json.Decoder(_Detail).decode
_NOTHING_SAID: Final = _Detail()


def find_case(ref: str) -> CaseRow | None:
    """Find a case by its reference for people or by its identifier for machines."""
    return find_cases([ref]).get(ref)


def get_case(ref: str) -> CaseRow:
    """Get a case; raises `NotFoundError` naming the reference."""
    found = find_case(ref)
    if found is None:
        raise NotFoundError("no such case", item=ref)
    return found


def find_cases(refs: Sequence[str]) -> dict[str, CaseRow]:
    """Find many cases by reference or identifier, keyed by what was asked; what does not exist is left out."""
    by_ref = {ref.upper(): ref for ref in refs if _REF.fullmatch(ref)}
    by_uuid = {ref.lower(): ref for ref in refs if _UUID.fullmatch(ref)}
    rows = {row.ref: row for row in _cases_where("ref", list(by_ref))}
    rows |= {row.uuid: row for row in _cases_where("uuid", list(by_uuid))}
    found = ((ref, rows.get(ref.upper()) or rows.get(ref.lower())) for ref in refs)
    return {ref: row for ref, row in found if row is not None}


def find_cases_by_pk(pks: Sequence[int]) -> list[CaseRow]:
    """Read cases by their rows' numbers, in no particular order."""
    return _cases_where("id", pks)


def _cases_where(column: str, values: Sequence[str] | Sequence[int]) -> list[CaseRow]:
    start = f"SELECT {_CASE_COLUMNS} FROM abuse_case WHERE {column} IN"  # noqa: S608 — this file's own words
    return [_case_row(row) for row in _in_parts(start, values)]


def list_cases(wanted: CaseFilter, *, cursor: str = "", limit: int = PAGE_ROWS, newest_first: bool = False) -> CasePage:
    """List cases in the order in which they were opened (or the reverse), a page at a time."""
    if not 1 <= limit <= MAX_PAGE_ROWS:
        raise InputError(f"a page has 1 to {MAX_PAGE_ROWS} rows", item="limit")
    conditions = ["1 = 1"]
    values: list[Any] = []
    for column in ("state", "zone", "category", "party", "registrable"):
        if value := getattr(wanted, column):
            if not value.isprintable():
                raise InputError("holds a character that no name has", item=column)
            conditions.append(f"{column} = %s")
            values.append(value)
    if wanted.protected:
        conditions.append("protected <> ''")
    if wanted.open_only:
        conditions.append("state <> 'closed'")
    if cursor:
        conditions.append("id < %s" if newest_first else "id > %s")
        values.append(position_of(cursor))
    order = "DESC" if newest_first else "ASC"
    where = " AND ".join(conditions)
    with connection.cursor() as db:
        # Columns, conditions and order are this file's own words; every value is a parameter.
        db.execute(
            f"SELECT {_CASE_COLUMNS} FROM abuse_case WHERE {where} ORDER BY id {order} LIMIT %s",  # noqa: S608
            [*values, limit + 1],
        )
        rows = [_case_row(row) for row in db.fetchall()]
    more = len(rows) > limit
    return CasePage(tuple(rows[:limit]), str(rows[limit - 1].pk) if more else "")


def read_entries(case_pks: Sequence[int]) -> dict[int, list[CaseEntry]]:
    """Read the entries of many cases, each in its order."""
    entries: dict[int, list[CaseEntry]] = {pk: [] for pk in case_pks}
    start = f"SELECT {_ENTRY_COLUMNS} FROM case_event WHERE case_id IN"  # noqa: S608 — this file's own words
    for row in _in_parts(start, case_pks, "ORDER BY case_id, seq"):
        entries[row[0]].append(_entry(row))
    return entries


def change_of(row: CaseRow, entry: CaseEntry) -> CaseChange:
    """A stored entry as the change it was: for telling it to somebody who has not heard of it."""
    return CaseChange(
        case_pk=row.pk,
        case_uuid=row.uuid,
        ref=row.ref,
        registrable=row.registrable,
        zone=row.zone,
        category=row.category,
        **{field: getattr(entry, field) for field in CaseEntry.__struct_fields__ if field != "at"},
    )


def timeline(case_pk: int) -> tuple[CaseEntry, ...]:
    """Read the entries of one case, the first one first."""
    return tuple(read_entries([case_pk])[case_pk])


def count_approvals(rows: Sequence[CaseRow]) -> dict[int, int]:
    """How many different people agreed to tell a partner of a protected name: approvers, and who asked to refer it."""
    return {
        pk: len({entry.actor for entry in entries if entry.role == "approver" or entry.reason == REFERRAL_ASKED})
        for pk, entries in read_entries([row.pk for row in rows]).items()
    }


def facts_with_history(rows: Sequence[CaseRow]) -> dict[int, CaseFacts]:
    """Fold many cases from their entries: who worked on them, on what evidence, and until when others have time."""
    entries = read_entries([row.pk for row in rows])
    facts = {
        row.pk: fold(entries[row.pk], party=row.party, severity=row.severity, protected=row.protected) for row in rows
    }
    noticed = {pk: one.noticed_at for pk, one in facts.items() if one.noticed_at is not None}
    for (pk, started), due in (read_act_clocks(noticed) if noticed else {}).items():
        if started == noticed[pk]:
            facts[pk] = msgspec.structs.replace(facts[pk], act_due_at=due)
    return facts


def count_by_state() -> dict[str, int]:
    """Count all cases by state."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT state, count(*) FROM abuse_case GROUP BY state")
        return dict(cursor.fetchall())


def position_of(cursor: str) -> int:
    """Read a cursor back; raises `InputError` when it is none of ours."""
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= len(str(2**63 - 1)) - 1):
        raise InputError("not a cursor of this list", item="cursor")
    return int(cursor)


def _in_parts(start: str, values: Sequence[Any], end: str = "") -> Iterable[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        for first in range(0, len(values), _MARKS_AT_ONCE):
            part = values[first : first + _MARKS_AT_ONCE]
            cursor.execute(f"{start} ({', '.join(['%s'] * len(part))}) {end}", part)
            yield from cursor.fetchall()


def _case_row(row: tuple[Any, ...]) -> CaseRow:
    *said, opened_at, changed_at, closed_at, due_at = row
    times = (moment(opened_at), moment(changed_at), _moment(closed_at), _moment(due_at))
    return CaseRow(*(*said, *times))


def _moment(value: int | None) -> datetime | None:
    return None if value is None else moment(value)


def _entry(row: tuple[Any, ...]) -> CaseEntry:
    _pk, seq, event, start, end, at, party, actor, role, reason, clause, evidence_hash, note, raw = row
    detail = _decode_detail(raw) if raw else _NOTHING_SAID
    return CaseEntry(
        seq=seq,
        event=event,
        from_state=start,
        to_state=end,
        at=moment(at),
        party=party,
        actor=actor,
        role=role,
        reason=reason,
        clause=clause,
        evidence_hash=evidence_hash,
        note=note,
        disposition=detail.disposition,
        outcome=detail.outcome,
        action=detail.action,
        score=detail.score,
        collateral=detail.collateral,
        related=detail.related,
        evidence=detail.evidence,
        check=detail.check,
        told=detail.told,
        clock=detail.clock,
        said=detail.said,
        said_at=detail.said_at,
    )
