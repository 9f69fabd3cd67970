"""Attach: keep a file with a case or with whatever else refers to it, by its SHA-256.

The type is what the octets say; what might be executed is refused (`core.media_types`).  Called inside the caller's
transaction, which also writes what it is attached to.
"""

from datetime import datetime
from hashlib import sha256
from uuid import uuid4

import msgspec

from comity.core.errors import InputError
from comity.core.harmless import show_unseen
from comity.core.markings import TLPS
from comity.core.media_types import KINDS, MAX_BYTES, media_type_of
from comity.core.roles import Actor
from comity.edges.home import Home
from comity.store.models import Attachment, AttachmentBody

_LONGEST_NAME = 120


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
) -> AttachedFile:
    """Keep a file.  Raises `InputError` naming it and why it is not kept."""
    shown = show_unseen(name).rpartition("/")[2].rpartition("\\")[2][:_LONGEST_NAME] or "file"
    if kind not in KINDS or tlp not in TLPS:
        raise InputError(f"its kind is one of {', '.join(KINDS)}, its marking one of {', '.join(TLPS)}", item=shown)
    if len(data) > MAX_BYTES:
        raise InputError(f"has {len(data):,} octets; at most {MAX_BYTES:,} are kept", item=shown)
    media_type = media_type_of(data)
    if not media_type:
        raise InputError("is no picture, PDF or plain text; send hashes and a sandbox's report instead", item=shown)
    digest = sha256(data).hexdigest()
    body, _ = AttachmentBody.objects.get_or_create(sha256=digest, defaults={"body": data})
    row = Attachment.objects.create(
        uuid=str(uuid4()), case_id=case_pk, body=body, sha256=digest, size=len(data), media_type=media_type,
        name=shown, kind=kind, tlp=tlp, party=actor.party, actor=actor.name, role=actor.role, at=at,
    )  # fmt: skip
    return AttachedFile(row.pk, row.uuid, digest, media_type, len(data))
