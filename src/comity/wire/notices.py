"""Entries that speak of other entries: a marking that changed, a payload to erase, and the answer that it is gone.

Each is a STIX 2.1 `note` about the object that it concerns, with a comity extension (docs/spec/entries.md §7, §8).  A
notice repeats nothing of what it is about: an erasure that quoted what must be erased would be no erasure.  Reading is
strict and bounded, as in `wire.stix`.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, Literal, TypeVar
from uuid import UUID, uuid5

import msgspec

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

# Why a payload must go.  A word is appended, never re-used.
ErasureReason = Literal["data-subject-request", "legal-order", "sent-by-mistake", "retention-ended", "quotes-erased"]
# What became of it at the receiver.
ErasureAnswer = Literal["erased", "already-erased", "not-held", "nothing-to-erase"]

_TYPE: Final = "note"
_MAX_CLAUSE: Final = 20
_MAX_ORIGIN: Final = 250
_MAX_DIGEST: Final = 71


class MarkingPayload(msgspec.Struct, frozen=True, kw_only=True):
    """The TLP marking of a report that was sent is another one now."""

    report_id: UUID
    tlp: Tlp
    clause: str
    memorandum: str
    decided_at: datetime


class ErasurePayload(msgspec.Struct, frozen=True, kw_only=True):
    """The payload at a position of the sender's own ledger must be erased."""

    position: int
    reason: ErasureReason
    clause: str
    memorandum: str
    decided_at: datetime


class ErasedPayload(msgspec.Struct, frozen=True, kw_only=True):
    """What became of an `erasure` of the recipient's: `origin` is the recipient's ledger."""

    origin: str
    position: int
    answer: ErasureAnswer
    memorandum: str
    decided_at: datetime


Notice = MarkingPayload | ErasurePayload | ErasedPayload
_N = TypeVar("_N", MarkingPayload, ErasurePayload, ErasedPayload)

_KEYS: Final[dict[type[Notice], str]] = {
    MarkingPayload: "marking",
    ErasurePayload: "erasure",
    ErasedPayload: "erased",
}
_SAYS: Final[dict[str, Callable[[Any], str]]] = {
    "marking": lambda notice: f"This is {notice.tlp} now.",
    "erasure": lambda notice: f"Erase entry {notice.position} of this ledger: {notice.reason}.",
    "erased": lambda notice: f"Entry {notice.position} of {notice.origin}: {notice.answer}.",
}


class _Marking(msgspec.Struct, frozen=True):
    marking: MarkingPayload


class _Erasure(msgspec.Struct, frozen=True):
    erasure: ErasurePayload


class _Erased(msgspec.Struct, frozen=True):
    erased: ErasedPayload


_decode_marking = msgspec.json.Decoder(_Marking).decode
_decode_erasure = msgspec.json.Decoder(_Erasure).decode
_decode_erased = msgspec.json.Decoder(_Erased).decode


def render_notice(notice: Notice, *, sender: str, about: str, tlp: Tlp, salt: str) -> bytes:
    """Write a notice: a bundle of one note, canonical JSON.  `about`: the STIX object concerned (`object_of`)."""
    key = _KEYS[type(notice)]
    moment = stix_time(notice.decided_at)
    name = uuid5(NAMESPACE, f"{sender}/{key}/{about}/{getattr(notice, 'position', '')}/{moment}")
    note: dict[str, Any] = {
        "type": _TYPE,
        "spec_version": "2.1",
        "id": f"note--{name}",
        "created_by_ref": identity(sender),
        "created": moment,
        "modified": moment,
        "content": _SAYS[key](notice),
        "object_refs": [about],
        "labels": [key],
        "object_marking_refs": [STIX_MARKING[tlp]],
        "extensions": {EXTENSION: extension_of(key, notice, salt)},
    }
    return bundle_of(note, f"bundle--{uuid5(NAMESPACE, str(name))}")


def object_of(kind: str, subject: str, sender: str) -> str:
    """Name the STIX object that an entry is about; the sender's identity where it is about none."""
    try:
        uuid = UUID(subject)
    except ValueError:
        return identity(sender)
    if kind in {"report", "correction", "marking"}:
        return f"indicator--{uuid}"
    return f"incident--{uuid}" if kind == "case-event" else identity(sender)


def parse_marking(data: bytes) -> MarkingPayload | PayloadProblem:
    """Read a `marking` entry."""
    read = _read(data, _decode_marking, "marking")
    return read if isinstance(read, PayloadProblem) else _checked(read.marking)


def parse_erasure(data: bytes) -> ErasurePayload | PayloadProblem:
    """Read an `erasure` entry."""
    read = _read(data, _decode_erasure, "erasure")
    return read if isinstance(read, PayloadProblem) else _checked(read.erasure)


def parse_erased(data: bytes) -> ErasedPayload | PayloadProblem:
    """Read an `erased` entry."""
    read = _read(data, _decode_erased, "erased")
    return read if isinstance(read, PayloadProblem) else _checked(read.erased)


_R = TypeVar("_R")


def _read(data: bytes, decode: Callable[[msgspec.Raw], _R], key: str) -> _R | PayloadProblem:
    raw = read_extension(data, _TYPE)
    if isinstance(raw, PayloadProblem):
        return raw
    try:
        return decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return PayloadProblem("malformed", f"{key}: {error}")


def _checked(notice: _N) -> _N | PayloadProblem:
    """Say what of a well-formed notice cannot be true or kept."""
    if not is_time(notice.decided_at):
        return PayloadProblem("bad-time", "a time has no zone or lies outside the years 2000 to 2199")
    longest = (("clause", _MAX_CLAUSE), ("memorandum", _MAX_DIGEST), ("origin", _MAX_ORIGIN))
    for field, letters in longest:
        text = getattr(notice, field, "")
        if len(text) > letters or "\0" in text:
            return PayloadProblem("bad-value", f"{field} has at most {letters} characters, none of them NUL")
    if not 0 <= getattr(notice, "position", 0) < 1 << 53:
        return PayloadProblem("bad-value", "a position lies between 0 and 2^53 - 1")
    return notice
