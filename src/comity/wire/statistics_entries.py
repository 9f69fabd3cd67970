"""The entries `statistics`, `statistics-cosigned` and `statistics-differs`: a statement, and what the other side found.

Each is a STIX note of its sender like the other words that registries exchange.  The statement carries the document
itself, as a text whose bytes were signed; the answers carry its digest.  None of them is about a name or a person.
"""

from datetime import datetime
from typing import Annotated, Any, Final, Literal, TypeVar
from uuid import UUID, uuid5

import msgspec
from msgspec import Meta

from comity.core.markings import STIX_MARKING, Tlp
from comity.wire.statistics import MAX_DOCUMENT_BYTES, Digest, Kid, Signed
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

STATED: Final = "statistics"
COSIGNED: Final = "statistics-cosigned"
DIFFERS: Final = "statistics-differs"
KINDS: Final = (STATED, COSIGNED, DIFFERS)

_TYPE: Final = "note"
Why = Literal["figures", "ledgers", "basis", "erased-since", "not-countable"]
_Clause = Annotated[str, Meta(max_length=20)]
_Memorandum = Annotated[str, Meta(max_length=71)]
_Path = Annotated[str, Meta(pattern=r"^(/[A-Za-z0-9_]{1,40}){0,12}$")]


class StatedPayload(msgspec.Struct, frozen=True, kw_only=True):
    """What one party counted, and its signature."""

    document: Annotated[str, Meta(max_length=MAX_DOCUMENT_BYTES)]
    digest: Digest
    kid: Kid
    signature: Signed
    clause: _Clause
    memorandum: _Memorandum
    decided_at: datetime


class CosignedPayload(msgspec.Struct, frozen=True, kw_only=True):
    """The other counted the same, to the byte, and signs it too."""

    digest: Digest
    kid: Kid
    signature: Signed
    clause: _Clause
    memorandum: _Memorandum
    decided_at: datetime


class DiffersPayload(msgspec.Struct, frozen=True, kw_only=True):
    """The other counted something else: why, and in which members of the document."""

    digest: Digest
    why: Why
    paths: Annotated[tuple[_Path, ...], Meta(max_length=40)]
    clause: _Clause
    memorandum: _Memorandum
    decided_at: datetime


StatisticsPayload = StatedPayload | CosignedPayload | DiffersPayload
_Payload = TypeVar("_Payload", StatedPayload, CosignedPayload, DiffersPayload)


class _Stated(msgspec.Struct, frozen=True):
    statistics: StatedPayload


class _Cosigned(msgspec.Struct, frozen=True):
    statistics_cosigned: CosignedPayload


class _Differs(msgspec.Struct, frozen=True):
    statistics_differs: DiffersPayload


_decode_stated = msgspec.json.Decoder(_Stated).decode
_decode_cosigned = msgspec.json.Decoder(_Cosigned).decode
_decode_differs = msgspec.json.Decoder(_Differs).decode


def subject_of(digest: str) -> str:
    """The subject of all entries about one document: UUIDv5 of its digest."""
    return str(uuid5(NAMESPACE, digest))


def kind_of(payload: StatisticsPayload) -> str:
    """The kind of entry that carries a payload."""
    if isinstance(payload, StatedPayload):
        return STATED
    return COSIGNED if isinstance(payload, CosignedPayload) else DIFFERS


def render_statement(payload: StatisticsPayload, *, sender: str, tlp: Tlp, salt: str) -> bytes:
    """Write a statement or an answer: a bundle of one note, canonical JSON."""
    kind, moment = kind_of(payload), stix_time(payload.decided_at)
    name: UUID = uuid5(NAMESPACE, f"{sender}/{kind}/{payload.digest}")
    note: dict[str, Any] = {
        "type": _TYPE,
        "spec_version": "2.1",
        "id": f"note--{name}",
        "created_by_ref": identity(sender),
        "created": moment,
        "modified": moment,
        "content": f"{kind}: {payload.digest}.",
        "object_refs": [identity(sender)],
        "labels": [kind],
        "object_marking_refs": [STIX_MARKING[tlp]],
        "extensions": {EXTENSION: extension_of(kind.replace("-", "_"), payload, salt)},
    }
    return bundle_of(note, f"bundle--{uuid5(NAMESPACE, str(name))}")


def parse_stated(data: bytes) -> StatedPayload | PayloadProblem:
    """Read an entry `statistics`."""
    raw = read_extension(data, _TYPE)
    if isinstance(raw, PayloadProblem):
        return raw
    try:
        return _timed(_decode_stated(raw).statistics)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return PayloadProblem("malformed", f"{STATED}: {error}")


def parse_cosigned(data: bytes) -> CosignedPayload | PayloadProblem:
    """Read an entry `statistics-cosigned`."""
    raw = read_extension(data, _TYPE)
    if isinstance(raw, PayloadProblem):
        return raw
    try:
        return _timed(_decode_cosigned(raw).statistics_cosigned)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return PayloadProblem("malformed", f"{COSIGNED}: {error}")


def parse_differs(data: bytes) -> DiffersPayload | PayloadProblem:
    """Read an entry `statistics-differs`."""
    raw = read_extension(data, _TYPE)
    if isinstance(raw, PayloadProblem):
        return raw
    try:
        return _timed(_decode_differs(raw).statistics_differs)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return PayloadProblem("malformed", f"{DIFFERS}: {error}")


def _timed(payload: _Payload) -> _Payload | PayloadProblem:
    if not is_time(payload.decided_at):
        return PayloadProblem("bad-time", "a time has no zone or lies outside the years 2000 to 2199")
    if any("\0" in text for text in (payload.clause, payload.memorandum)):
        return PayloadProblem("bad-value", "a text holds NUL")
    return payload
