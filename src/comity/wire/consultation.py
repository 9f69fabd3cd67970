"""The entry `consultation`: a question to a partner, an answer, that it is closed, open again, or was not taken.

A bundle of one STIX 2.1 `note` with the comity extension (docs/spec/consultations.md §2), canonical JSON, salted.  The
words stand in the note's content too, so that any other software can read them.  Reading is strict and bounded as in
`wire.stix`: what cannot be read, kept or shown is a `PayloadProblem` with a code, never an exception.
"""

import re
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID, uuid5

import msgspec
from msgspec import Meta

from comity.core.consultation_terms import DueRule
from comity.core.consultations import (
    ATTACHMENT_BYTES,
    ATTACHMENTS,
    PART_BYTES,
    SUBJECT_LETTERS,
    TEXT_LETTERS,
    Event,
)
from comity.core.markings import STIX_MARKING, Tlp
from comity.core.targets import MAX_INPUT
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
_KEY: Final = "consultation"
_LETTERS: Final[dict[str, int]] = {
    "subject": SUBJECT_LETTERS, "text": TEXT_LETTERS, "language": 10, "category": 24, "topic": 40,
    "registrable": MAX_INPUT, "clause": 20, "memorandum": 71, "due_clause": 20, "due_rule": 12, "reason": 60,
}  # fmt: skip
_MOST_OTHERS: Final = 31
_PARTY_LETTERS: Final = 120
_NAME: Final = re.compile(r"[^\x00-\x1f\x7f/\\]{1,120}")
_MEDIA_TYPE: Final = re.compile(r"[a-z0-9][a-z0-9.+-]{0,40}/[a-z0-9][a-z0-9.+-]{0,80}")

Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]


class AttachedPart(msgspec.Struct, frozen=True, kw_only=True):
    """An attachment as its message announces it; its octets follow in entries `attachment-part`."""

    sha256: Sha256
    name: str
    media_type: str
    size: Annotated[int, Meta(ge=1, le=ATTACHMENT_BYTES)]

    @property
    def parts(self) -> int:
        """In how many entries it comes."""
        return -(-self.size // PART_BYTES)


class ConsultationPayload(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One message of a consultation, as the partner may read it.  `about`: of `refused`, what was not taken."""

    thread: UUID
    message: UUID
    event: Event
    tlp: Tlp
    clause: str
    memorandum: str
    decided_at: datetime
    subject: str = ""
    text: str = ""
    language: str = ""
    category: str = ""
    topic: str = ""
    registrable: str = ""
    case: UUID | None = None
    due_at: datetime | None = None
    due_clause: str = ""
    due_rule: DueRule | str = ""
    others: Annotated[tuple[str, ...], Meta(max_length=_MOST_OTHERS)] = ()
    after: UUID | None = None
    about: UUID | None = None
    reason: str = ""
    attachments: Annotated[tuple[AttachedPart, ...], Meta(max_length=ATTACHMENTS)] = ()


class _Extension(msgspec.Struct, frozen=True):
    consultation: ConsultationPayload


_decode = msgspec.json.Decoder(_Extension).decode


def thread_of(consultation: UUID, partner: str) -> UUID:
    """Name the thread of a consultation with one partner: none of them can be told from another's name."""
    return uuid5(consultation, partner)


def render_consultation(payload: ConsultationPayload, *, sender: str, salt: str) -> bytes:
    """Write a message: a bundle of one note, canonical JSON."""
    moment = stix_time(payload.decided_at)
    note: dict[str, Any] = {
        "type": _TYPE,
        "spec_version": "2.1",
        "id": f"note--{payload.message}",
        "created_by_ref": identity(sender),
        "created": moment,
        "modified": moment,
        "content": payload.text or f"Consultation {payload.event}.",
        "object_refs": [identity(sender)],
        "labels": [_KEY, payload.event],
        "object_marking_refs": [STIX_MARKING[payload.tlp]],
        "extensions": {EXTENSION: extension_of(_KEY, payload, salt)},
    }
    if payload.subject:
        note["abstract"] = payload.subject
    if payload.language:
        note["lang"] = payload.language
    return bundle_of(note, f"bundle--{uuid5(NAMESPACE, str(payload.message))}")


def parse_consultation(data: bytes) -> ConsultationPayload | PayloadProblem:
    """Read an entry `consultation`."""
    raw = read_extension(data, _TYPE)
    if isinstance(raw, PayloadProblem):
        return raw
    try:
        payload = _decode(raw).consultation
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return PayloadProblem("malformed", f"{_KEY}: {error}")
    return _problem_of(payload) or payload


def _problem_of(payload: ConsultationPayload) -> PayloadProblem | None:
    """Say what of a well-formed message cannot be true or kept."""
    if not is_time(payload.decided_at) or not is_time(payload.due_at):
        return PayloadProblem("bad-time", "a time has no zone or lies outside the years 2000 to 2199")
    for field, letters in _LETTERS.items():
        text: str = getattr(payload, field)
        if len(text) > letters or "\0" in text:
            return PayloadProblem("bad-value", f"{field} has at most {letters} characters, none of them NUL")
    if any(not 0 < len(party) <= _PARTY_LETTERS or not party.isprintable() for party in payload.others):
        return PayloadProblem("bad-value", "others are names of parties")
    if payload.event == "opened" and not (payload.subject.strip() and payload.text.strip()):
        return PayloadProblem("bad-value", "a question has a subject and a text")
    if payload.event == "replied" and not payload.text.strip():
        return PayloadProblem("bad-value", "an answer has a text")
    if (payload.event == "refused") != (payload.about is not None):
        return PayloadProblem("bad-value", "about names what was refused, and nothing else")
    return _problem_of_attachments(payload.attachments)


def _problem_of_attachments(attachments: tuple[AttachedPart, ...]) -> PayloadProblem | None:
    for one in attachments:
        if not _NAME.fullmatch(one.name) or not _MEDIA_TYPE.fullmatch(one.media_type):
            return PayloadProblem("bad-value", "an attachment has a name without a path, and a media type")
    if len({one.sha256 for one in attachments}) != len(attachments):
        return PayloadProblem("bad-value", "an attachment stands once in a message")
    return None
