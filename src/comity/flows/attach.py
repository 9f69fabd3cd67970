"""Attach: keep a file with a case or with whatever else refers to it, by its SHA-256.

The type is what the octets say; what might be executed, and what is called something else than it is, is refused
(`core.media_types`).  `attach` is called inside the caller's transaction, which also writes what it is attached to;
`attach_to_case` is the desk's own verb, with the entry `attached` on the case.  `erase_attachment` takes the octets and
the name away and leaves who attached what, when, and its hash.
"""

from datetime import datetime
from hashlib import sha256
from uuid import uuid4

import msgspec
from django.db import transaction

from comity.core.case_steps import Refusal
from comity.core.cases import NOTES, CaseChange, advance
from comity.core.errors import ConflictError, ForbiddenError, InputError
from comity.core.markings import TLPS
from comity.core.media_types import (
    MAX_ATTACHMENTS,
    MAX_BYTES,
    MediaRefusal,
    clean_file_name,
    find_media_type,
)
from comity.core.roles import Actor
from comity.edges.home import Home
from comity.flows.advance_cases import rules_of, step_of
from comity.store.attachments import AttachmentRow, count_attachments, erase_octets, get_attachment
from comity.store.case_writes import append_events
from comity.store.cases import CaseRow, find_cases_by_pk, get_case
from comity.store.models import Attachment, AttachmentBody
from comity.store.remains import wipe_remains

_TRIES = 5


class AttachmentError(InputError):
    """A file is not kept: its octets are not what they are called, or are nothing that may be kept."""

    code = "attachment-not-kept"

    def __init__(self, message: str, *, item: str, why: str) -> None:
        super().__init__(message, item=item)
        self.why = why


class AttachedFile(msgspec.Struct, frozen=True):
    """A file as it was kept."""

    pk: int
    uuid: str
    sha256: str
    media_type: str
    size: int


def attach(
    home: Home,  # noqa: ARG001 — every flow knows its node
    data: bytes,
    *,
    name: str,
    kind: str,
    tlp: str,
    actor: Actor,
    case_pk: int | None = None,
    at: datetime,
    declared: str = "",
) -> AttachedFile:
    """Keep a file.  `declared`: the media type that somebody claims.  Raises `AttachmentError` that says why not."""
    shown = clean_file_name(name) or "file"
    if tlp not in TLPS:
        raise AttachmentError(f"its marking is one of {', '.join(TLPS)}", item=shown, why="marking-unknown")
    found = find_media_type(data, name=name, declared=declared, kind=kind)
    if isinstance(found, MediaRefusal):
        raise AttachmentError(found.message, item=shown, why=found.code)
    if case_pk is not None and count_attachments(case_pk) >= MAX_ATTACHMENTS:
        raise AttachmentError(f"the case has {MAX_ATTACHMENTS} files already", item=shown, why="too-many-attachments")
    digest = sha256(data).hexdigest()
    body, _ = AttachmentBody.objects.get_or_create(sha256=digest, defaults={"body": data})
    row = Attachment.objects.create(
        uuid=str(uuid4()), case_id=case_pk, body=body, sha256=digest, size=len(data), media_type=found,
        name=shown, kind=kind, tlp=tlp, party=actor.party, actor=actor.name, role=actor.role, at=at,
    )  # fmt: skip
    return AttachedFile(row.pk, row.uuid, digest, found, len(data))


def attach_to_case(
    home: Home,
    ref: str,
    data: bytes,
    actor: Actor,
    *,
    name: str,
    kind: str,
    tlp: str,
    at: datetime,
    declared: str = "",
) -> AttachedFile:
    """Attach a file to a case and say so in its entries (`attached`: the kind as reason, the hash as evidence)."""
    if len(data) > MAX_BYTES:  # before anything is locked
        raise AttachmentError(f"more than {MAX_BYTES >> 20} MB", item=clean_file_name(name), why="attachment-too-large")
    for _try in range(_TRIES - 1):
        try:
            return _attach_once(home, ref, data, actor, name, kind, tlp, at, declared)
        except ConflictError:
            continue  # somebody wrote on the case meanwhile
    return _attach_once(home, ref, data, actor, name, kind, tlp, at, declared)


def _attach_once(
    home: Home, ref: str, data: bytes, actor: Actor, name: str, kind: str, tlp: str, at: datetime, declared: str
) -> AttachedFile:
    with transaction.atomic():
        row = get_case(ref)
        step = msgspec.structs.replace(step_of("attached", actor), reason=kind, evidence_hash=sha256(data).hexdigest())
        answer = advance(row.facts(), step, at=at, rules=rules_of(home))
        if isinstance(answer, Refusal):
            raise ForbiddenError("; ".join(reason.message for reason in answer.reasons), item=row.ref)
        kept = attach(home, data, name=name, kind=kind, tlp=tlp, actor=actor, case_pk=row.pk, at=at, declared=declared)
        change = _entry(row, actor, answer.role, kept)
        append_events([msgspec.structs.replace(change, reason=kind)], at=at)
    return kept


def erase_attachment(uuid: str, actor: Actor, *, at: datetime) -> bool:
    """Erase the octets and the name of a file, everywhere it is attached; answers whether nothing is left on the disk.

    Raises `ForbiddenError` for roles that erase nothing.
    """
    with transaction.atomic():
        row = get_attachment(uuid)
        role = next((role for role in NOTES["note"][0] if role in actor.case_roles and role != "partner"), "")
        if not role:
            raise ForbiddenError("this is for analysts, approvers and appeals officers", item=actor.role)
        erase_octets(row)
        for case in find_cases_by_pk([] if row.case_pk is None or row.erased else [row.case_pk]):
            change = _entry(case, actor, role, row)
            append_events([msgspec.structs.replace(change, event="note", reason="attachment-erased")], at=at)
    return wipe_remains()


def _entry(row: CaseRow, actor: Actor, role: str, kept: AttachedFile | AttachmentRow) -> CaseChange:
    return CaseChange(
        case_pk=row.pk, case_uuid=row.uuid, ref=row.ref, registrable=row.registrable, zone=row.zone,
        category=row.category, seq=row.event_count + 1, event="attached", from_state=row.state, to_state=row.state,
        party=actor.party, actor=actor.name, role=role, evidence_hash=kept.sha256, related=kept.uuid,
    )  # fmt: skip
