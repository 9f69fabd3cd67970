"""Enquiries as they are written, many at once: found, seen again, asked anew, joined to a case, gone.

What is seen again as it was costs a mark in one statement for thousands.  Every function is called inside the caller's
transaction, which holds `lock_intake`: what was looked up stays true until it is written.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
from django.db import connection

from comity.core.enquiries import Ended, EnquiryEvent
from comity.core.findings import EnquiryState, Finding
from comity.store.fields import micros
from comity.store.models import SweepFinding
from comity.store.rows import NewRows

_MARKS_AT_ONCE: Final = 900

_FINDINGS: Final = NewRows(
    "sweep_finding",
    {
        "key": "bytea", "zone": "varchar", "name": "varchar", "kind": "varchar", "subject": "varchar",
        "reason": "varchar", "detail": "text", "score": "float8", "state": "varchar", "first_sweep_id": "int8",
        "last_sweep_id": "int8", "found_at": "int8", "seen_at": "int8", "ended_at": "int8", "ended_by": "varchar",
        "why": "varchar", "reopened": "varchar", "former_why": "varchar", "report": "varchar", "case_id": "int8",
    },
)  # fmt: skip
_ENTRIES: Final = NewRows(
    "enquiry_entry",
    {
        "finding_id": "int8", "event": "varchar", "actor": "varchar", "role": "varchar", "reason": "varchar",
        "note": "text", "score": "float8", "at": "int8",
    },
)  # fmt: skip

_KNOWN: Final = """
SELECT f.key, f.id, f.state, f.score, f.reason, f.detail, f.why, f.last_sweep_id, c.state
FROM sweep_finding AS f LEFT JOIN abuse_case AS c ON c.id = f.case_id WHERE f.key IN"""
_RENEW: Final = "UPDATE sweep_finding SET reason = %s, detail = %s, score = %s WHERE id = %s"
_REOPEN: Final = (
    "UPDATE sweep_finding SET state = 'open', ended_at = NULL, ended_by = '', former_why = %s, why = '', report = '', "
    "case_id = NULL, reopened = %s WHERE id = %s"
)
_END: Final = "UPDATE sweep_finding SET state = %s, ended_at = %s, ended_by = %s, why = %s, case_id = %s WHERE id = %s"


class KnownFinding(msgspec.Struct, frozen=True, gc=False):
    """A finding as the store has it."""

    pk: int
    ended: Ended
    reason: str
    detail: str
    why: str
    last_sweep: int | None


class Entry(msgspec.Struct, frozen=True, gc=False):
    """What happened to an enquiry."""

    finding_pk: int
    event: EnquiryEvent
    score: float
    reason: str = ""


class End(msgspec.Struct, frozen=True, gc=False):
    """How an enquiry ends: in which state, for which reason, at which case."""

    finding_pk: int
    state: EnquiryState
    why: str = ""
    case_pk: int | None = None


def find_known(keys: Sequence[bytes]) -> dict[bytes, KnownFinding]:
    """Find which of many findings are known."""
    return {
        bytes(key): KnownFinding(pk, Ended(state, score, case_state == "closed"), reason, detail, why, last)
        for key, pk, state, score, reason, detail, why, last, case_state in _in_parts(_KNOWN, sorted(keys))
    }


def insert_findings(
    found: Sequence[tuple[bytes, Finding, int | None]], *, sweep: int | None, by: str, at: datetime
) -> None:
    """Write findings that are new, each with the case that its name has, or None: then its enquiry is open."""
    now = micros(at)
    _FINDINGS.write([
        (key, one.zone, one.name, one.kind, one.subject, one.reason, one.detail, one.score,
         "open" if case is None else "joined-case", sweep, sweep, now, now, None if case is None else now,
         "" if case is None else by, "", "", "", "", case)
        for key, one, case in found
    ])  # fmt: skip


def mark_seen(pks: Sequence[int], *, sweep: int | None, at: datetime) -> None:
    """Write that findings were seen again, by a run or beside runs."""
    by_run, values = ("", []) if sweep is None else (", last_sweep_id = %s", [sweep])
    with connection.cursor() as cursor:
        for part in _parts(sorted(pks)):
            marks = ", ".join(["%s"] * len(part))
            cursor.execute(
                f"UPDATE sweep_finding SET seen_at = %s{by_run} WHERE id IN ({marks})",  # noqa: S608 — marks only
                [micros(at), *values, *part],
            )


def forget_told(subject: str, *, kind: str, reason: str) -> None:
    """Leave of findings of one subject no detail, and say why: what a partner told is forgotten here."""
    SweepFinding.objects.filter(kind=kind, subject=subject).update(reason=reason, detail="")


def renew(changed: Mapping[int, Finding]) -> None:
    """Write what a sweep says now of findings (by their rows' numbers)."""
    _many(_RENEW, [(one.reason, one.detail, one.score, pk) for pk, one in sorted(changed.items())])


def reopen(rows: Sequence[tuple[int, str, EnquiryEvent]]) -> None:
    """Ask anew about findings: the row's number, for what it had been dismissed, why it is asked again."""
    _many(_REOPEN, [(former, event, pk) for pk, former, event in sorted(rows)])


def end(ends: Sequence[End], *, by: str, at: datetime) -> None:
    """Write how enquiries end."""
    now = micros(at)
    _many(_END, [(one.state, now, by, one.why, one.case_pk, one.finding_pk) for one in ends])


def add_entries(entries: Sequence[Entry], *, actor: str, role: str, note: str = "", at: datetime) -> None:
    """Write what happened to enquiries, by whom."""
    now = micros(at)
    _ENTRIES.write([(one.finding_pk, one.event, actor, role, one.reason, note, one.score, now) for one in entries])


def open_names(zone: str) -> list[str]:
    """The names of a zone about which an enquiry is open."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT name FROM sweep_finding WHERE state = 'open' AND zone = %s", [zone])
        return [name for (name,) in cursor.fetchall()]


def open_of_names(names: Sequence[str]) -> list[tuple[int, str, float]]:
    """The open enquiries about some names: row, name, score."""
    start = "SELECT id, name, score FROM sweep_finding WHERE state = 'open' AND name IN"
    return list(_in_parts(start, sorted(names)))


def _many(statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(statement, rows)


def _in_parts(start: str, values: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        for part in _parts(values):
            cursor.execute(f"{start} ({', '.join(['%s'] * len(part))})", part)
            yield from cursor.fetchall()


def _parts(values: Sequence[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(values), _MARKS_AT_ONCE):
        yield list(values[start : start + _MARKS_AT_ONCE])
