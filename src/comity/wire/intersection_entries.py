"""The entries `intersection-part` and `intersection-ended`: a message of a private set intersection, and how it ended.

A message is cut at every 45,000 octets, so that each part fits into an entry (docs/spec/warnings.md §6).  What a part
must weigh is known from its bucket and number before it is read; a part of another size is refused.
"""

from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from datetime import datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID, uuid5

import msgspec
from msgspec import Meta

from comity.core.intersections import BUCKETS, PART_BYTES, Message, Over, count_parts, size_of_part
from comity.core.markings import STIX_MARKING
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

PART: Final = "intersection-part"
ENDED: Final = "intersection-ended"
KINDS: Final = (PART, ENDED)

_TYPE: Final = "note"
_Digest = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]


class _Told(msgspec.Struct, frozen=True, kw_only=True):
    run: UUID
    clause: Annotated[str, Meta(max_length=20)]
    memorandum: Annotated[str, Meta(max_length=71)]
    decided_at: datetime


class PartPayload(_Told, frozen=True, kw_only=True):
    """A part of a message.  `sha256`: of the whole message; `data`: base64."""

    message: Message
    over: Over
    bucket: int
    sha256: _Digest
    number: Annotated[int, Meta(ge=0, le=1_000)]
    data: Annotated[str, Meta(max_length=PART_BYTES * 4 // 3 + 4)]

    @property
    def octets(self) -> bytes:
        """What the part holds.  Of a payload that was read it is known to be good."""
        return b64decode(self.data, validate=True)


class EndedPayload(_Told, frozen=True, kw_only=True):
    """The answering party does not take part, or one of both could not go on."""

    why: Literal["declined", "failed"]


class _Part(msgspec.Struct, frozen=True):
    intersection_part: PartPayload


class _Ended(msgspec.Struct, frozen=True):
    intersection_ended: EndedPayload


_decode_part = msgspec.json.Decoder(_Part).decode
_decode_ended = msgspec.json.Decoder(_Ended).decode


def cut_message(data: bytes) -> list[str]:
    """Cut a message into parts, each in base64."""
    return [b64encode(data[start : start + PART_BYTES]).decode() for start in range(0, len(data), PART_BYTES)]


def render_intersection(payload: PartPayload | EndedPayload, *, sender: str, salt: str) -> bytes:
    """Write an entry: a bundle of one note, canonical JSON."""
    is_part = isinstance(payload, PartPayload)
    kind = PART if is_part else ENDED
    place = f"{payload.message}/{payload.number}" if isinstance(payload, PartPayload) else payload.why
    moment = stix_time(payload.decided_at)
    name = uuid5(NAMESPACE, f"{sender}/{kind}/{payload.run}/{place}")
    note: dict[str, Any] = {
        "type": _TYPE,
        "spec_version": "2.1",
        "id": f"note--{name}",
        "created_by_ref": identity(sender),
        "created": moment,
        "modified": moment,
        "content": f"{kind}: {payload.run} {place}.",
        "object_refs": [identity(sender)],
        "labels": [kind],
        "object_marking_refs": [STIX_MARKING["TLP:AMBER"]],
        "extensions": {EXTENSION: extension_of(kind.replace("-", "_"), payload, salt)},
    }
    return bundle_of(note, f"bundle--{uuid5(NAMESPACE, str(name))}")


def parse_part(data: bytes) -> PartPayload | PayloadProblem:
    """Read an entry `intersection-part`: its size is exactly what bucket and number say."""
    raw = read_extension(data, _TYPE)
    if isinstance(raw, PayloadProblem):
        return raw
    try:
        found = _decode_part(raw).intersection_part
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return PayloadProblem("malformed", f"{PART}: {error}")
    problem = _problem_of(found)
    if problem is not None:
        return problem
    if found.bucket not in BUCKETS or found.number >= count_parts(found.bucket):
        return PayloadProblem("bad-value", f"bucket {found.bucket} has no part {found.number}")
    try:
        octets = found.octets
    except Base64Error as error:
        return PayloadProblem("malformed", f"{PART}: {error}")
    if len(octets) != size_of_part(found.bucket, found.number):
        return PayloadProblem("bad-size", f"{len(octets)} octets in part {found.number} of bucket {found.bucket}")
    return found


def parse_ended(data: bytes) -> EndedPayload | PayloadProblem:
    """Read an entry `intersection-ended`."""
    raw = read_extension(data, _TYPE)
    if isinstance(raw, PayloadProblem):
        return raw
    try:
        found = _decode_ended(raw).intersection_ended
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return PayloadProblem("malformed", f"{ENDED}: {error}")
    return _problem_of(found) or found


def _problem_of(payload: PartPayload | EndedPayload) -> PayloadProblem | None:
    if not is_time(payload.decided_at):
        return PayloadProblem("bad-time", "a time has no zone or lies outside the years 2000 to 2199")
    if "\0" in payload.clause + payload.memorandum:
        return PayloadProblem("bad-value", "a text holds NUL")
    return None
