"""How cases change: many at once, as one statement for the events and one for the cases.

Both functions must be called inside the caller's transaction.  A case is a cache of its events, so no case is ever
changed here without an event that says why.  Writing is optimistic: a case that somebody else changed meanwhile is a
`ConflictError` that names it, and nothing of the batch is kept.
"""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

import msgspec
from django.db import connection
from django.db.backends.utils import CursorWrapper

from comity.core.cases import INITIAL, OPENED, CaseChange
from comity.core.errors import ConflictError
from comity.store.fields import micros
from comity.wire.canonical import canonical

CASE_NAMESPACE: Final = uuid5(NAMESPACE_URL, "urn:comity:case")
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: no I, L, O, U to misread
_REF_LETTERS: Final = 12
_MARKS_AT_ONCE: Final = 5_000  # SQLite takes at most 32,766 parameters in a statement

_INSERT_EVENT: Final = """
INSERT INTO case_event (case_id, seq, event, from_state, to_state, party, actor, role, reason, clause, evidence_hash,
                        note, detail, at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"""

_INSERT_CASE: Final = """
INSERT INTO abuse_case (ref, uuid, registrable, category, episode, zone, party, state, severity, disposition, outcome,
                        action, protected, report_count, event_count, opened_at, changed_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, '', '', '', %s, 0, 1, %s, %s)"""

_UPDATE_CASE: Final = """
UPDATE abuse_case SET state = %s, disposition = CASE WHEN %s = '' THEN disposition ELSE %s END,
       outcome = CASE WHEN %s <> 'closed' THEN '' WHEN %s = '' THEN outcome ELSE %s END,
       action = CASE WHEN %s = '' THEN action ELSE %s END, event_count = %s, changed_at = %s,
       closed_at = CASE WHEN %s = 'closed' THEN COALESCE(closed_at, %s) END
WHERE id = %s AND event_count = %s"""


class CaseIdentity(msgspec.Struct, frozen=True):
    """A case's names, for machines and for people.  The same facts give the same names: a repeated run adds nothing."""

    uuid: str
    ref: str


def case_identity(party: str, registrable: str, category: str, episode: int) -> CaseIdentity:
    """Name a case by the node that keeps it and by what it is about."""
    uuid = uuid5(CASE_NAMESPACE, f"{party}|{registrable}|{category}|{episode}")
    number = int.from_bytes(sha256(uuid.bytes).digest()[:8])
    letters = "".join(_ALPHABET[number >> (5 * place) & 31] for place in range(_REF_LETTERS))
    return CaseIdentity(str(uuid), f"{letters[:4]}-{letters[4:8]}-{letters[8:]}")


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


def open_cases(node_party: str, new: Sequence[NewCase], *, actor: str, role: str, at: datetime) -> list[OpenedCase]:
    """Open cases, each with its first entry, and answer them in the same order.

    Raises Django's IntegrityError when one of them exists: the caller looked in the same transaction.
    """
    if not new:
        return []
    moment = micros(at)
    named = [case_identity(node_party, case.registrable, case.category, case.episode) for case in new]
    with connection.cursor() as cursor:
        cursor.executemany(
            _INSERT_CASE,
            [
                (name.ref, name.uuid, case.registrable, case.category, case.episode, case.zone, case.party, INITIAL,
                 case.severity, case.protected, moment, moment)
                for name, case in zip(named, new, strict=True)
            ],
        )  # fmt: skip
        pk_of = _keys_of(cursor, [name.uuid for name in named])
        opened = [OpenedCase(pk_of[name.uuid], name.uuid, name.ref) for name in named]
        cursor.executemany(
            _INSERT_EVENT,
            [
                (case.pk, 1, OPENED, "", INITIAL, node_party, actor, role, "", "", "", "", b"{}", moment)
                for case in opened
            ],
        )
    return opened


def _keys_of(cursor: CursorWrapper, uuids: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for start in range(0, len(uuids), _MARKS_AT_ONCE):
        part = uuids[start : start + _MARKS_AT_ONCE]
        marks = ", ".join(["%s"] * len(part))
        cursor.execute(f"SELECT uuid, id FROM abuse_case WHERE uuid IN ({marks})", part)  # noqa: S608 — marks only
        found.update(cursor.fetchall())
    return found


def append_events(changes: Sequence[CaseChange], *, at: datetime) -> None:
    """Write the events and bring their cases up to date.  `changes` of one case follow one another by `seq`."""
    if not changes:
        return
    moment = micros(at)
    after: dict[int, _After] = {}
    for change in changes:
        after.setdefault(change.case_pk, _After(change.ref, change.seq - 1)).take(change)
    with connection.cursor() as cursor:
        cursor.executemany(_UPDATE_CASE, [case.row(pk, moment) for pk, case in after.items()])
        if cursor.rowcount != len(after):
            raise ConflictError("somebody else changed it meanwhile; look again", item=", ".join(_stale(after)))
        cursor.executemany(_INSERT_EVENT, [_event_row(change, moment) for change in changes])


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
