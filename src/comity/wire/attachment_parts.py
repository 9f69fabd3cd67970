"""The entry `attachment-part`: a piece of an attachment that a message of a consultation has announced.

An attachment is cut at every 45,000 octets; each piece says which message it belongs to, the SHA-256 of the whole, its
number and how many there are (docs/spec/consultations.md §5).  What is put together is believed only when size and
SHA-256 are what the message announced.
"""

from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Annotated, Any, Final
from uuid import UUID, uuid5

import msgspec
from msgspec import Meta

from comity.core.consultations import ATTACHMENT_BYTES, PART_BYTES
from comity.core.markings import STIX_MARKING, Tlp
from comity.wire.consultation import AttachedPart, Sha256
from comity.wire.stix import (
    EXTENSION,
    NAMESPACE,
    PayloadProblem,
    bundle_of,
    extension_of,
    identity,
    is_time,
    read_extension,
    stix_time,
)

_TYPE: Final = "note"
_KEY: Final = "attachment_part"
MOST_PARTS: Final = -(-ATTACHMENT_BYTES // PART_BYTES)
_MAX_CLAUSE: Final = 20
_MAX_DIGEST: Final = 71


class AttachmentPartPayload(msgspec.Struct, frozen=True, kw_only=True):
    """One piece: `number` counts from 0, `data` is base64."""

    thread: UUID
    message: UUID
    sha256: Sha256
    number: Annotated[int, Meta(ge=0, lt=MOST_PARTS)]
    data: str
    clause: str
    memorandum: str
    decided_at: datetime

    @property
    def octets(self) -> bytes:
        """What the piece holds.  Of a payload that was read it is known to be good."""
        return b64decode(self.data, validate=True)


class _Extension(msgspec.Struct, frozen=True):
    attachment_part: AttachmentPartPayload


_decode = msgspec.json.Decoder(_Extension).decode


def cut(data: bytes) -> list[str]:
    """Cut an attachment into pieces, each in base64."""
    return [b64encode(data[start : start + PART_BYTES]).decode() for start in range(0, len(data), PART_BYTES)]


def put_together(announced: AttachedPart, pieces: Mapping[int, bytes]) -> bytes | None:
    """Put an attachment together: None while pieces are missing.  Raises `ValueError` where it is another one."""
    if any(number not in pieces for number in range(announced.parts)):
        return None
    data = b"".join(pieces[number] for number in range(announced.parts))
    if len(data) != announced.size or sha256(data).hexdigest() != announced.sha256:
        raise ValueError(announced.sha256)
    return data


def render_attachment_part(payload: AttachmentPartPayload, *, sender: str, tlp: Tlp, salt: str) -> bytes:
    """Write a piece: a bundle of one note, canonical JSON."""
    moment = stix_time(payload.decided_at)
    name = uuid5(NAMESPACE, f"{payload.message}/{payload.sha256}/{payload.number}")
    note: dict[str, Any] = {
        "type": _TYPE,
        "spec_version": "2.1",
        "id": f"note--{name}",
        "created_by_ref": identity(sender),
        "created": moment,
        "modified": moment,
        "content": f"Part {payload.number} of the attachment {payload.sha256}.",
        "object_refs": [f"note--{payload.message}"],
        "labels": ["attachment-part"],
        "object_marking_refs": [STIX_MARKING[tlp]],
        "extensions": {EXTENSION: extension_of(_KEY, payload, salt)},
    }
    return bundle_of(note, f"bundle--{uuid5(NAMESPACE, str(name))}")


def parse_attachment_part(data: bytes) -> AttachmentPartPayload | PayloadProblem:
    """Read an entry `attachment-part`."""
    raw = read_extension(data, _TYPE)
    if isinstance(raw, PayloadProblem):
        return raw
    try:
        payload = _decode(raw).attachment_part
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return PayloadProblem("malformed", f"{_KEY}: {error}")
    return _problem_of(payload) or payload


def _problem_of(payload: AttachmentPartPayload) -> PayloadProblem | None:
    if not is_time(payload.decided_at):
        return PayloadProblem("bad-time", "a time has no zone or lies outside the years 2000 to 2199")
    for field, letters in (("clause", _MAX_CLAUSE), ("memorandum", _MAX_DIGEST)):
        text: str = getattr(payload, field)
        if len(text) > letters or "\0" in text:
            return PayloadProblem("bad-value", f"{field} has at most {letters} characters, none of them NUL")
    try:
        octets = payload.octets
    except (Base64Error, ValueError):
        return PayloadProblem("bad-value", "data is not base64")
    if not 0 < len(octets) <= PART_BYTES:
        return PayloadProblem("bad-value", f"a part holds between 1 and {PART_BYTES} octets")
    return None
