"""How cases change: many at once, as one statement for the events and one for the cases.

Both functions must be called inside the caller's transaction.  A case is a cache of its events, so no case is ever
changed here without an event that says why.  Writing is optimistic: a case that somebody else changed meanwhile is a
`ConflictError` that names it, and nothing of the batch is kept.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha1, sha256
from itertools import repeat
from operator import itemgetter
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

import msgspec
from django.db import connection
from django.db.backends.utils import CursorWrapper

from comity.core.cases import INITIAL, OPENED, CaseChange
from comity.core.errors import ConflictError
from comity.core.labels import Host, fold_host
from comity.store.fields import micros
from comity.store.intake_lock import lock_intake
from comity.store.rows import NewRows
from comity.store.subscribers import has_subscribers
from comity.store.told_items import mark_changed
from comity.wire.canonical import canonical

CASE_NAMESPACE: Final = uuid5(NAMESPACE_URL, "urn:comity:case")
_CASE_NAMESPACE_BYTES: Final = CASE_NAMESPACE.bytes
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: no I, L, O, U to misread
_PAIRS: Final = [_ALPHABET[bits & 31] + _ALPHABET[bits >> 5] for bits in range(1 << 10)]
_REF_SHIFTS: Final = ((0, 10), (20, 30), (40, 50))
_MARKS_AT_ONCE: Final = 5_000

_EVENTS: Final = NewRows(
    "case_event",
    {
        "case_id": "int8", "seq": "int4", "event": "varchar", "from_state": "varchar", "to_state": "varchar",
        "party": "varchar", "actor": "varchar", "role": "varchar", "reason": "varchar", "clause": "varchar",
        "evidence_hash": "varchar", "note": "text", "detail": "bytea", "at": "int8",
    },
)  # fmt: skip

_CASES: Final = NewRows(
    "abuse_case",
    {
        "ref": "varchar", "uuid": "varchar", "registrable": "varchar", "category": "varchar", "episode": "int4",
        "zone": "varchar", "party": "varchar", "state": "varchar", "severity": "varchar", "disposition": "varchar",
        "outcome": "varchar", "action": "varchar", "protected": "varchar", "report_count": "int4",
        "event_count": "int4", "opened_at": "int8", "changed_at": "int8", "due_at": "int8",
    },
)  # fmt: skip

_UPDATE_CASE: Final = """
UPDATE abuse_case SET state = %s, disposition = CASE WHEN %s = '' THEN disposition ELSE %s END,
       outcome = CASE WHEN %s <> 'closed' THEN '' WHEN %s = '' THEN outcome ELSE %s END,
       action = CASE WHEN %s = '' THEN action ELSE %s END, event_count = %s, changed_at = %s,
       closed_at = CASE WHEN %s = 'closed' THEN COALESCE(closed_at, %s) END
WHERE id = %s AND event_count = %s"""

_SCRIPT_NAMES: Final = NewRows("script_name", {"case_id": "int8", "text": "varchar"})


class CaseIdentity(msgspec.Struct, frozen=True):
    """A case's names, for machines and for people.  The same facts give the same names: a repeated run adds nothing."""

    uuid: str
    ref: str


def case_identity(party: str, registrable: str, category: str, episode: int) -> CaseIdentity:
    """Name a case by the node that keeps it and by what it is about."""
    # The same as uuid5(CASE_NAMESPACE, …), without making the object: intake asks it for every case it opens.
    name = f"{party}|{registrable}|{category}|{episode}".encode()
    octets = bytearray(sha1(_CASE_NAMESPACE_BYTES + name, usedforsecurity=False).digest()[:16])
    octets[6] = octets[6] & 0x0F | 0x50
    octets[8] = octets[8] & 0x3F | 0x80
    digits = octets.hex()
    number = int.from_bytes(sha256(octets).digest()[:8])
    ref = "-".join([_PAIRS[number >> low & 1023] + _PAIRS[number >> high & 1023] for low, high in _REF_SHIFTS])
    return CaseIdentity(f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}", ref)


class NewCase(msgspec.Struct, frozen=True, gc=False):
    """A case to be opened.  `party` is responsible for the zone; `protected` is the guard list that knows the name."""

    registrable: str
    category: str
    episode: int
    zone: str
    party: str
    severity: str
    protected: str = ""


class OpenedCase(msgspec.Struct, frozen=True, gc=False):
    """A case as it was opened."""

    pk: int
    uuid: str
    ref: str


def open_cases(
    node_party: str, new: Sequence[NewCase], *, actor: str, role: str, at: datetime, report_counts: Sequence[int] = (),
    due_at: Mapping[str, datetime | None] | None = None,
) -> list[OpenedCase]:  # fmt: skip
    """Open cases, each with its first entry, and answer them in the same order.

    Nobody else opens one before this transaction ends, so that numbers follow the order of commits and whoever pages
    through cases by number misses none.  `report_counts`: how many reports the caller is about to write for each;
    `due_at`: when the first clock of a case of each severity is due.
    Raises Django's IntegrityError when one of them exists: the caller looked in the same transaction.
    """
    if not new:
        return []
    lock_intake()
    moment = micros(at)
    due = {severity: None if when is None else micros(when) for severity, when in (due_at or {}).items()}
    named = [case_identity(node_party, case.registrable, case.category, case.episode) for case in new]
    _CASES.write([
        (name.ref, name.uuid, case.registrable, case.category, case.episode, case.zone, case.party, INITIAL,
         case.severity, "", "", "", case.protected, count, 1, moment, moment, due.get(case.severity))
        for name, case, count in zip(named, new, report_counts or repeat(0, len(new)), strict=True)
    ])  # fmt: skip
    with connection.cursor() as cursor:
        pks = _keys_of_inserted(cursor, [name.uuid for name in named])
    _EVENTS.write([(pk, 1, OPENED, "", INITIAL, node_party, actor, role, "", "", "", "", b"{}", moment) for pk in pks])
    _SCRIPT_NAMES.write(
        [
            (pk, host.unicode)
            for pk, case in zip(pks, new, strict=True)
            if "xn--" in case.registrable and isinstance(host := fold_host(case.registrable), Host)
        ]
    )
    if has_subscribers():
        mark_changed(pks)
    return [OpenedCase(pk, name.uuid, name.ref) for pk, name in zip(pks, named, strict=True)]


def _keys_of_inserted(cursor: CursorWrapper, uuids: Sequence[str]) -> Sequence[int]:
    """The row numbers of cases that were inserted just now, in their order."""
    if connection.vendor == "sqlite":  # one writer at a time, and each row's number follows the last one's
        cursor.execute("SELECT last_insert_rowid()")
        last: int = cursor.fetchone()[0]
        return range(last - len(uuids) + 1, last + 1)
    found: dict[str, int] = {}
    for start in range(0, len(uuids), _MARKS_AT_ONCE):
        part = uuids[start : start + _MARKS_AT_ONCE]
        marks = ", ".join(["%s"] * len(part))
        cursor.execute(f"SELECT uuid, id FROM abuse_case WHERE uuid IN ({marks})", part)  # noqa: S608 — marks only
        found.update(cursor.fetchall())
    return [found[uuid] for uuid in uuids]


def append_events(changes: Sequence[CaseChange], *, at: datetime) -> None:
    """Write the events and bring their cases up to date.  `changes` of one case follow one another by `seq`."""
    if not changes:
        return
    moment = micros(at)
    after: dict[int, _After] = {}
    for change in changes:
        after.setdefault(change.case_pk, _After(change.ref, change.seq - 1)).take(change)
    sorted_after = sorted(after.items(), key=itemgetter(0))  # two that wait for each other's rows would never end
    with connection.cursor() as cursor:
        cursor.executemany(_UPDATE_CASE, [case.row(pk, moment) for pk, case in sorted_after])
        if cursor.rowcount != len(after):
            raise ConflictError("somebody else changed it meanwhile; look again", item=", ".join(_stale(after)))
    _EVENTS.write([_event_row(change, moment) for change in changes])
    if has_subscribers():
        mark_changed(list(after))


class _After:
    """Where a batch leaves one case: one UPDATE a case, however many events."""

    def __init__(self, ref: str, seq_before: int) -> None:
        self.ref = ref
        self.seq_before = seq_before
        self.seq = seq_before
        self.state = self.disposition = self.outcome = self.action = ""

    def take(self, change: CaseChange) -> None:
        self.seq = change.seq
        self.state = change.to_state
        self.disposition = change.disposition or self.disposition
        self.action = change.action or self.action
        self.outcome = change.outcome or self.outcome if change.to_state == "closed" else ""

    def row(self, pk: int, moment: int) -> tuple[Any, ...]:
        return (
            self.state, self.disposition, self.disposition, self.state, self.outcome, self.outcome, self.action,
            self.action, self.seq, moment, self.state, moment, pk, self.seq_before,
        )  # fmt: skip


def _event_row(change: CaseChange, moment: int) -> tuple[Any, ...]:
    return (
        change.case_pk, change.seq, change.event, change.from_state, change.to_state, change.party, change.actor,
        change.role, change.reason, change.clause, change.evidence_hash, change.note, canonical(change.detail()),
        moment,
    )  # fmt: skip


def _stale(after: dict[int, _After]) -> list[str]:
    """Name the cases of a batch that had other entries than it thought (none of its own is written yet)."""
    stale: list[str] = []
    with connection.cursor() as cursor:
        for pk, case in after.items():
            cursor.execute("SELECT max(seq) FROM case_event WHERE case_id = %s", [pk])
            row = cursor.fetchone()
            if row is None or row[0] != case.seq_before:
                stale.append(case.ref)
    return stale
