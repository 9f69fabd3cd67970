"""The entries `dga-share`, `dga-answer` and `dga-status`: a zone's part of a list, what became of it, how all stand.

Each is a STIX note of its sender, with what STIX has no place for in the extension `comity` (docs/spec/dga.md).  A
share carries names of one zone of the receiver; an answer carries one letter a name and no name; a status carries
counts by zone and day.  Names stand sorted and joined, as plain text: what crosses can be read, and nothing unpacks.
"""

import re
from collections.abc import Sequence
from datetime import date, datetime
from itertools import pairwise
from typing import Annotated, Any, Final, Literal, TypeVar
from uuid import UUID, uuid5

import msgspec
from msgspec import Meta

from comity.core.dga import LONGEST_FAMILY, MOST_PARTS, PART_BYTES, Answer, DayNames, Part
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

SHARE: Final = "dga-share"
ANSWER: Final = "dga-answer"
STATUS: Final = "dga-status"
KINDS: Final = (SHARE, ANSWER, STATUS)
MOST_ROWS: Final = 200  # of a status, so that it fits into a payload

_TYPE: Final = "note"
_YEARS: Final = range(2000, 2200)
_LABELS: Final = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?").fullmatch
_Family = Annotated[str, Meta(pattern=r"^[a-z0-9]([a-z0-9._-]{0,58}[a-z0-9])?$", max_length=LONGEST_FAMILY)]
_Zone = Annotated[str, Meta(pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")]
_Day = Annotated[str, Meta(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$")]
_Party = Annotated[str, Meta(pattern=r"^[a-z0-9.-]{1,120}$")]
_Text = Annotated[str, Meta(max_length=200)]
_Number = Annotated[int, Meta(ge=0, lt=MOST_PARTS)]
_Count = Annotated[int, Meta(ge=0, le=10_000_000)]


class NamesOfDay(msgspec.Struct, frozen=True):
    """Names of one day without their zone, sorted, a space between them."""

    day: _Day
    names: Annotated[str, Meta(min_length=1, max_length=PART_BYTES)]


class CountsOfDay(msgspec.Struct, frozen=True):
    """How many names of a zone and day have which answer."""

    zone: _Zone
    day: _Day
    counts: dict[Answer, _Count]


class _Told(msgspec.Struct, frozen=True, kw_only=True):
    list: UUID
    tlp: Tlp
    clause: Annotated[str, Meta(max_length=20)]
    memorandum: Annotated[str, Meta(max_length=71)]
    decided_at: datetime


class SharePayload(_Told, frozen=True, kw_only=True):
    """A part of the receiver's share.  `parties`: to whom counts of this list are told, its origin among them."""

    family: _Family
    zone: _Zone
    number: _Number
    of: Annotated[int, Meta(ge=1, le=MOST_PARTS)]
    source: _Text
    terms: _Text
    parties: Annotated[tuple[_Party, ...], Meta(max_length=40)]
    days: Annotated[tuple[NamesOfDay, ...], Meta(min_length=1, max_length=20_000)]


class AnswerPayload(_Told, frozen=True, kw_only=True):
    """What became of the names of a part: runs of one letter a name, in the order of the part."""

    zone: _Zone
    number: _Number
    answers: Annotated[str, Meta(pattern=r"^[0-9a-z]+$", max_length=PART_BYTES)]


class StatusPayload(_Told, frozen=True, kw_only=True):
    """How a list stands in zones of others: counts that replace what was told of the same zone and day."""

    family: _Family
    rows: Annotated[tuple[CountsOfDay, ...], Meta(min_length=1, max_length=MOST_ROWS)]


DgaPayload = SharePayload | AnswerPayload | StatusPayload
_Payload = TypeVar("_Payload", SharePayload, AnswerPayload, StatusPayload)


class _Share(msgspec.Struct, frozen=True):
    dga_share: SharePayload


class _Answer(msgspec.Struct, frozen=True):
    dga_answer: AnswerPayload


class _Status(msgspec.Struct, frozen=True):
    dga_status: StatusPayload


_decode_share = msgspec.json.Decoder(_Share).decode
_decode_answer = msgspec.json.Decoder(_Answer).decode
_decode_status = msgspec.json.Decoder(_Status).decode


def list_uuid(origin: str, family: str, digest: str) -> UUID:
    """The name of a list: the same list of the same origin is the same on every node."""
    return uuid5(NAMESPACE, f"{origin}/dga/{family}/{digest}")


def kind_of(payload: DgaPayload) -> Literal["dga-share", "dga-answer", "dga-status"]:
    """The kind of entry that carries a payload."""
    if isinstance(payload, SharePayload):
        return "dga-share"
    return "dga-answer" if isinstance(payload, AnswerPayload) else "dga-status"


def write_days(part: Part) -> tuple[NamesOfDay, ...]:
    """The names of a part as they cross."""
    return tuple(NamesOfDay(day.day, " ".join(day.names)) for day in part.days)


def part_of(payload: SharePayload) -> Part:
    """The part that a share carries."""
    days = tuple(DayNames(day.day, tuple(day.names.split(" "))) for day in payload.days)
    return Part(payload.zone, payload.number, payload.of, days)


def render_dga(payload: DgaPayload, *, sender: str, salt: str) -> bytes:
    """Write an entry: a bundle of one note, canonical JSON."""
    kind, moment = kind_of(payload), stix_time(payload.decided_at)
    name = uuid5(NAMESPACE, f"{sender}/{kind}/{payload.list}/{_place(payload)}/{moment}")
    note: dict[str, Any] = {
        "type": _TYPE,
        "spec_version": "2.1",
        "id": f"note--{name}",
        "created_by_ref": identity(sender),
        "created": moment,
        "modified": moment,
        "content": f"{kind}: {payload.list} {_place(payload)}.",
        "object_refs": [identity(sender)],
        "labels": [kind],
        "object_marking_refs": [STIX_MARKING[payload.tlp]],
        "extensions": {EXTENSION: extension_of(kind.replace("-", "_"), payload, salt)},
    }
    return bundle_of(note, f"bundle--{uuid5(NAMESPACE, str(name))}")


def parse_share(data: bytes) -> SharePayload | PayloadProblem:
    """Read an entry `dga-share`: names in their one form and order, days that are days, sizes as they are said."""
    raw = read_extension(data, _TYPE)
    if isinstance(raw, PayloadProblem):
        return raw
    try:
        found = _timed(_decode_share(raw).dga_share)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return PayloadProblem("malformed", f"{SHARE}: {error}")
    if isinstance(found, PayloadProblem):
        return found
    if found.number >= found.of:
        return PayloadProblem("bad-value", f"part {found.number} of {found.of}: they are counted from 0")
    if list(found.parties) != sorted(set(found.parties)):
        return PayloadProblem("not-in-order", "parties are sorted and stand there once")
    return _in_order(found.days) or found


def parse_answer(data: bytes) -> AnswerPayload | PayloadProblem:
    """Read an entry `dga-answer`.  Whether its runs are as many as the part has names, only the part tells."""
    raw = read_extension(data, _TYPE)
    if isinstance(raw, PayloadProblem):
        return raw
    try:
        return _timed(_decode_answer(raw).dga_answer)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return PayloadProblem("malformed", f"{ANSWER}: {error}")


def parse_status(data: bytes) -> StatusPayload | PayloadProblem:
    """Read an entry `dga-status`."""
    raw = read_extension(data, _TYPE)
    if isinstance(raw, PayloadProblem):
        return raw
    try:
        found = _timed(_decode_status(raw).dga_status)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return PayloadProblem("malformed", f"{STATUS}: {error}")
    if isinstance(found, PayloadProblem):
        return found
    keys = [(row.zone, row.day) for row in found.rows]
    if keys != sorted(set(keys)):
        return PayloadProblem("not-in-order", "zones and days are sorted and stand there once")
    if not all(map(_is_day, {row.day for row in found.rows})):
        return PayloadProblem("bad-value", "a day is no day")
    return found


def _in_order(days: Sequence[NamesOfDay]) -> PayloadProblem | None:
    """What is answered by position must stand in one order only."""
    keys = [day.day for day in days]
    if keys != sorted(set(keys)):
        return PayloadProblem("not-in-order", "days are sorted and stand there once")
    if not all(map(_is_day, keys)):
        return PayloadProblem("bad-value", "a day is no day")
    if sum(len(day.names) for day in days) > PART_BYTES:
        return PayloadProblem("too-large", f"the names of a part have at most {PART_BYTES} bytes")
    for day in days:
        names = day.names.split(" ")
        if any(before >= after for before, after in pairwise(names)):
            return PayloadProblem("not-in-order", f"names of {day.day or 'no day'} are sorted and stand there once")
        if not all(map(_LABELS, names)):
            return PayloadProblem("bad-name", "a name is lower case, in A-labels, without its zone")
    return None


def _is_day(text: str) -> bool:
    if not text:
        return True
    try:
        return date.fromisoformat(text).year in _YEARS
    except ValueError:
        return False


def _place(payload: DgaPayload) -> str:
    if isinstance(payload, StatusPayload):
        return f"{payload.rows[0].zone}/{payload.rows[0].day}" if payload.rows else ""
    return f"{payload.zone}/{payload.number}"


def _timed(payload: _Payload) -> _Payload | PayloadProblem:
    if not is_time(payload.decided_at):
        return PayloadProblem("bad-time", "a time has no zone or lies outside the years 2000 to 2199")
    texts = [payload.clause, payload.memorandum]
    if isinstance(payload, SharePayload):
        texts += [payload.source, payload.terms]
    if any("\0" in text for text in texts):
        return PayloadProblem("bad-value", "a text holds NUL")
    return payload
