"""The entries `warning` and `warning-answer`: by what a campaign is known, and what a zone had of it.

Each is a STIX note of its sender, with what STIX has no place for in the extension `comity` (docs/spec/warnings.md §4).
A warning holds signs and no name of the receiver's zones; an answer holds counts, and names of the answering party's
own zone where its clause and a person let them out.  A pattern crosses in its one form.
"""

from datetime import date, datetime
from itertools import pairwise
from typing import Annotated, Any, Final, Literal, TypeVar
from uuid import UUID, uuid5

import msgspec
from msgspec import Meta

from comity.core.categories import Category
from comity.core.markings import STIX_MARKING, Tlp
from comity.core.warnings import MOST_NAMES_TOLD, Answer, SignCount, Signs, Warned, find_faults
from comity.wire.canonical import canonical
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

WARNING: Final = "warning"
ANSWER: Final = "warning-answer"
KINDS: Final = (WARNING, ANSWER)

MOST_REFUSED_TOLD: Final = 300  # signs, in one answer

_TYPE: Final = "note"
_YEARS: Final = range(2000, 2200)
_Zone = Annotated[str, Meta(pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")]
_Name = Annotated[str, Meta(pattern=r"^[a-z0-9_-]+(\.[a-z0-9_-]+)+$", max_length=253)]
_Count = Annotated[int, Meta(ge=0, le=100_000_000)]


class _Told(msgspec.Struct, frozen=True, kw_only=True):
    warning: UUID
    tlp: Tlp
    clause: Annotated[str, Meta(max_length=20)]
    memorandum: Annotated[str, Meta(max_length=71)]
    decided_at: datetime


class WarningPayload(_Told, frozen=True, kw_only=True):
    """A warning as it may be told; `withheld`: kinds of signs that stayed with the sender."""

    zones: Annotated[tuple[_Zone, ...], Meta(min_length=1, max_length=64)]
    category: Category
    first_day: date
    last_day: date
    case: str
    text: str
    signs: Signs
    withheld: Annotated[tuple[str, ...], Meta(max_length=8)] = ()


class RefusedSign(msgspec.Struct, frozen=True):
    """A sign that would have matched too much: `names` of the `of` names of the zone."""

    sign: Literal["pattern", "name-servers", "label", "name-token", "registrant-token"]
    subject: Annotated[str, Meta(max_length=4_000)]
    names: _Count
    of: _Count


class AnswerPayload(_Told, frozen=True, kw_only=True):
    """What one zone had, as of a snapshot.  `names` only where they may be told; `left_out`: protected names."""

    zone: _Zone
    answer: Answer
    as_of: date
    counts: Annotated[tuple[SignCount, ...], Meta(max_length=8)] = ()
    total: _Count = 0
    fewer: bool = False
    left_out: _Count = 0
    left_out_fewer: bool = False
    refused: Annotated[tuple[RefusedSign, ...], Meta(max_length=MOST_REFUSED_TOLD)] = ()
    not_swept: Annotated[tuple[str, ...], Meta(max_length=8)] = ()
    names: Annotated[tuple[_Name, ...], Meta(max_length=MOST_NAMES_TOLD)] = ()


EntryPayload = WarningPayload | AnswerPayload
_Payload = TypeVar("_Payload", WarningPayload, AnswerPayload)


class _Warning(msgspec.Struct, frozen=True):
    warning: WarningPayload


class _Answer(msgspec.Struct, frozen=True):
    warning_answer: AnswerPayload


_decode_warning = msgspec.json.Decoder(_Warning).decode
_decode_answer = msgspec.json.Decoder(_Answer).decode


def warning_uuid(origin: str, partner: str, warned: Warned) -> UUID:
    """The name of a warning: the same warning to the same partner is the same."""
    said = canonical(msgspec.to_builtins(warned)).decode()
    return uuid5(NAMESPACE, f"{origin}/warning/{partner}/{said}")


def warned_of(payload: WarningPayload) -> Warned:
    """The warning that a payload carries."""
    return Warned(
        zones=payload.zones, category=payload.category, tlp=payload.tlp, first_day=payload.first_day,
        last_day=payload.last_day, case=payload.case, text=payload.text, signs=payload.signs,
    )  # fmt: skip


def render_warning(payload: EntryPayload, *, sender: str, salt: str) -> bytes:
    """Write an entry: a bundle of one note, canonical JSON."""
    kind = WARNING if isinstance(payload, WarningPayload) else ANSWER
    place = payload.zone if isinstance(payload, AnswerPayload) else " ".join(payload.zones)
    moment = stix_time(payload.decided_at)
    name = uuid5(NAMESPACE, f"{sender}/{kind}/{payload.warning}/{place}/{moment}")
    note: dict[str, Any] = {
        "type": _TYPE,
        "spec_version": "2.1",
        "id": f"note--{name}",
        "created_by_ref": identity(sender),
        "created": moment,
        "modified": moment,
        "content": f"{kind}: {payload.warning} {place}.",
        "object_refs": [identity(sender)],
        "labels": [kind],
        "object_marking_refs": [STIX_MARKING[payload.tlp]],
        "extensions": {EXTENSION: extension_of(kind.replace("-", "_"), payload, salt)},
    }
    return bundle_of(note, f"bundle--{uuid5(NAMESPACE, str(name))}")


def parse_warning(data: bytes) -> WarningPayload | PayloadProblem:
    """Read an entry `warning`."""
    raw = read_extension(data, _TYPE)
    if isinstance(raw, PayloadProblem):
        return raw
    try:
        found = _timed(_decode_warning(raw).warning)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return PayloadProblem("malformed", f"{WARNING}: {error}")
    if isinstance(found, PayloadProblem):
        return found
    if found.first_day.year not in _YEARS or found.last_day.year not in _YEARS:
        return PayloadProblem("bad-time", "a day lies outside the years 2000 to 2199")
    for part, sentence in find_faults(warned_of(found)):
        return PayloadProblem("bad-pattern" if part == "pattern" else "bad-value", f"{part}: {sentence}")
    return found


def parse_answer(data: bytes) -> AnswerPayload | PayloadProblem:
    """Read an entry `warning-answer`: names ascend and are of the zone that answers."""
    raw = read_extension(data, _TYPE)
    if isinstance(raw, PayloadProblem):
        return raw
    try:
        found = _timed(_decode_answer(raw).warning_answer)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return PayloadProblem("malformed", f"{ANSWER}: {error}")
    if isinstance(found, PayloadProblem):
        return found
    if found.as_of.year not in _YEARS:
        return PayloadProblem("bad-time", "a day lies outside the years 2000 to 2199")
    if any(before >= after for before, after in pairwise(found.names)):
        return PayloadProblem("not-in-order", "names ascend and stand there once")
    if not all(name.endswith("." + found.zone) for name in found.names):
        return PayloadProblem("bad-name", f"a name is not of the zone {found.zone}")
    if len({one.sign for one in found.counts}) != len(found.counts):
        return PayloadProblem("not-in-order", "a kind of sign is counted once")
    return found


def _timed(payload: _Payload) -> _Payload | PayloadProblem:
    if not is_time(payload.decided_at):
        return PayloadProblem("bad-time", "a time has no zone or lies outside the years 2000 to 2199")
    texts = [payload.clause, payload.memorandum]
    if isinstance(payload, AnswerPayload):
        texts += [*payload.not_swept, *(one.subject for one in payload.refused)]
    else:
        texts += payload.withheld
    if any("\0" in text for text in texts):
        return PayloadProblem("bad-value", "a text holds NUL")
    return payload
