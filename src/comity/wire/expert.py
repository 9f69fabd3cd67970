"""The entry `expert`: whom a partner may ask, about what and in which languages; or that nobody asks there any more.

A role and its address are no personal data; a person's name and own address are, of the class `expert_contact`, and
stand here only where a memorandum allows that class and the person agreed (docs/spec/consultations.md §6).
"""

from datetime import datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID, uuid5

import msgspec
from msgspec import Meta

from comity.core.markings import STIX_MARKING, Tlp
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
_KEY: Final = "expert"
_LETTERS: Final[dict[str, int]] = {"role": 120, "name": 120, "contact": 254, "clause": 20, "memorandum": 71}

Word = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]


class ExpertPayload(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An expert as the partner may know them."""

    expert: UUID
    event: Literal["published", "withdrawn"]
    tlp: Tlp
    clause: str
    memorandum: str
    decided_at: datetime
    role: str = ""
    name: str = ""
    contact: str = ""
    languages: Annotated[tuple[Word, ...], Meta(max_length=20)] = ()
    topics: Annotated[tuple[Word, ...], Meta(max_length=40)] = ()


class _Extension(msgspec.Struct, frozen=True):
    expert: ExpertPayload


_decode = msgspec.json.Decoder(_Extension).decode


def render_expert(payload: ExpertPayload, *, sender: str, salt: str) -> bytes:
    """Write an expert: a bundle of one note, canonical JSON."""
    moment = stix_time(payload.decided_at)
    name = uuid5(NAMESPACE, f"{sender}/{_KEY}/{payload.expert}/{moment}")
    note: dict[str, Any] = {
        "type": _TYPE,
        "spec_version": "2.1",
        "id": f"note--{name}",
        "created_by_ref": identity(sender),
        "created": moment,
        "modified": moment,
        "content": f"Expert {payload.event}: {payload.role or payload.expert}.",
        "object_refs": [identity(sender)],
        "labels": [_KEY, payload.event],
        "object_marking_refs": [STIX_MARKING[payload.tlp]],
        "extensions": {EXTENSION: extension_of(_KEY, payload, salt)},
    }
    return bundle_of(note, f"bundle--{uuid5(NAMESPACE, str(name))}")


def parse_expert(data: bytes) -> ExpertPayload | PayloadProblem:
    """Read an entry `expert`."""
    raw = read_extension(data, _TYPE)
    if isinstance(raw, PayloadProblem):
        return raw
    try:
        payload = _decode(raw).expert
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return PayloadProblem("malformed", f"{_KEY}: {error}")
    if not is_time(payload.decided_at):
        return PayloadProblem("bad-time", "a time has no zone or lies outside the years 2000 to 2199")
    for field, letters in _LETTERS.items():
        text: str = getattr(payload, field)
        if len(text) > letters or "\0" in text:
            return PayloadProblem("bad-value", f"{field} has at most {letters} characters, none of them NUL")
    if payload.event == "published" and not (payload.role.strip() and payload.topics):
        return PayloadProblem("bad-value", "an expert has a role and a topic")
    return payload
