"""Statistics that two parties sign: the document `comity-statistics/1`, and the file that carries both signatures.

The document is canonical JSON (RFC 8785) and names both ledgers with size and root, so that whoever holds the two
ledgers counts the same entries; what its times rest on (memoranda by digest, calendars by mark) stands in it.  A
signature is over `comity-statistics/1`, a line break and the document's bytes.  Nothing here opens a store: a file is
checked against keys that are given (docs/spec/statistics.md §6, §8).
"""

from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from comity.core.calendars import DAY_NAMES, Calendar
from comity.core.errors import InputError
from comity.core.ledger import Head, PublicKey, ledger_origin
from comity.core.periods import Period, parse_period
from comity.core.statistics_figures import Count, Figures, Part
from comity.wire.canonical import CanonicalError, canonical, parse_canonical
from comity.wire.signatures import verify_ed25519
from comity.wire.stix import is_time

FORMAT: Final = "comity-statistics/1"
SIGNED_FORMAT: Final = "comity-statistics-signed/1"
MAX_DOCUMENT_BYTES: Final = 40_000  # within an entry's 65,535, its quotes escaped
MAX_FILE_BYTES: Final = 100_000
_MOST_PATHS: Final = 40

Party = Annotated[str, Meta(pattern=r"^[a-z0-9.-]{1,120}$")]
Digest = Annotated[str, Meta(pattern=r"^sha256:[0-9a-f]{64}$")]
Kid = Annotated[str, Meta(pattern=r"^[a-z0-9-]{1,40}$")]
Signed = Annotated[str, Meta(pattern=r"^[A-Za-z0-9+/]{86}==$")]
Public = Annotated[str, Meta(pattern=r"^[A-Za-z0-9+/]{43}=$")]


class PeriodPart(Part, frozen=True, rename={"start": "from", "end": "until"}):
    """The period: its name, and from when until just before when."""

    name: Annotated[str, Meta(pattern=r"^2[01][0-9]{2}-(0[1-9]|1[0-2]|H[12])$")]
    kind: Literal["month", "half-year"]
    start: datetime
    end: datetime


class LedgerPart(Part, frozen=True):
    """Up to where one ledger was counted, and the root that commits to what was."""

    origin: Annotated[str, Meta(max_length=250)]
    size: Count
    root: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]


class CalendarPart(Part, frozen=True):
    """By what working time the answerer's clocks were reckoned: `mark` is equal where two calendars are."""

    memorandum: Digest
    party: Party
    time_zone: Annotated[str, Meta(max_length=64)]
    workdays: Annotated[tuple[str, ...], Meta(max_length=7)]
    hours: Annotated[str, Meta(pattern=r"^[0-9]{2}:[0-9]{2}-[0-9]{2}:[0-9]{2}$")]
    mark: Annotated[str, Meta(pattern=r"^[0-9a-f]{8}$")]


class BasisPart(Part, frozen=True):
    """What the clocks rest on: memoranda that reports cite, and calendars."""

    memoranda: Annotated[tuple[Digest, ...], Meta(max_length=40)]
    unknown_memoranda: Count
    calendars: Annotated[tuple[CalendarPart, ...], Meta(max_length=40)]


class StatisticsDocument(Part, frozen=True, kw_only=True):
    """One direction, one period, as of one moment.  `ledgers`: the reporter's, then the answerer's."""

    format: Literal["comity-statistics/1"] = FORMAT
    reporter: Party
    answerer: Party
    period: PeriodPart
    as_of: datetime
    ledgers: Annotated[tuple[LedgerPart, ...], Meta(min_length=2, max_length=2)]
    basis: BasisPart
    figures: Figures

    def heads(self) -> tuple[Head, Head]:
        """Both ledgers as heads."""
        first, second = (Head(one.origin, one.size, bytes.fromhex(one.root)) for one in self.ledgers)
        return first, second


class PartySignature(Part, frozen=True):
    """A party's signature, by a key that stands beside it."""

    party: Party
    kid: Kid
    key: Public
    signature: Signed


class SignedStatistics(Part, frozen=True, kw_only=True):
    """The file: the document's own bytes as a text, and who signed them."""

    format: Literal["comity-statistics-signed/1"] = SIGNED_FORMAT
    document: Annotated[str, Meta(max_length=MAX_DOCUMENT_BYTES)]
    signatures: Annotated[tuple[PartySignature, ...], Meta(max_length=2)]


_document = msgspec.json.Decoder(StatisticsDocument).decode
_file = msgspec.json.Decoder(SignedStatistics).decode


def period_part(period: Period) -> PeriodPart:
    """A period as the document says it."""
    return PeriodPart(period.name, period.kind, period.start, period.end)


def calendar_part(memorandum: str, party: str, calendar: Calendar) -> CalendarPart:
    """A calendar as the document says it."""
    opens, closes = (f"{minutes // 60:02}:{minutes % 60:02}" for minutes in (calendar.opens, calendar.closes))
    days = tuple(DAY_NAMES[day] for day in sorted(calendar.workdays))
    return CalendarPart(memorandum, party, calendar.tz_name, days, f"{opens}-{closes}", calendar.mark)


def render_statistics(document: StatisticsDocument) -> bytes:
    """Write the document in its one form.  Raises `InputError` where it would not fit into an entry."""
    data = canonical(msgspec.to_builtins(document))
    if len(data) > MAX_DOCUMENT_BYTES:
        raise InputError(f"statistics of {len(data)} bytes; an entry carries {MAX_DOCUMENT_BYTES}", item="statistics")
    return data


def parse_statistics(data: bytes) -> StatisticsDocument:
    """Read a document; its bytes must be the one form of what they say.  Raises `InputError`."""
    if len(data) > MAX_DOCUMENT_BYTES:
        raise InputError(f"is longer than {MAX_DOCUMENT_BYTES} bytes", item="statistics")
    try:
        parse_canonical(data)
        document = _document(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, CanonicalError) as error:
        raise InputError(f"is no comity-statistics/1: {error}", item="statistics") from error
    _check(document)
    if canonical(msgspec.to_builtins(document)) != data:
        raise InputError("is not written in its one form", item="statistics")
    return document


def digest_of(data: bytes) -> str:
    """The document's name: SHA-256 of its bytes."""
    return f"sha256:{sha256(data).hexdigest()}"


def signed_bytes(data: bytes) -> bytes:
    """What is signed: no other thing that a key signs begins with these words."""
    return FORMAT.encode() + b"\n" + data


def find_signer(data: bytes, kid: str, signature: str, keys: Sequence[PublicKey]) -> PublicKey | None:
    """Find the key of that name which made this signature over the document; None: no key of these did."""
    try:
        raw = b64decode(signature, validate=True)
    except (Error, ValueError):
        return None
    found = (key for key in keys if key.kid == kid and verify_ed25519(key.public, raw, signed_bytes(data)))
    return next(found, None)


def render_signed(data: bytes, signatures: Sequence[tuple[str, PublicKey, str]]) -> bytes:
    """Write the file: (party, key, signature) of each."""
    parts = tuple(
        PartySignature(party, key.kid, b64encode(key.public).decode(), signature)
        for party, key, signature in signatures
    )
    return canonical(msgspec.to_builtins(SignedStatistics(document=data.decode(), signatures=parts)))


def parse_signed(data: bytes) -> SignedStatistics:
    """Read a file and check each signature with the key beside it; whose keys they are is the caller's to ask.

    Raises `InputError`: no such file, not of the two parties, one party twice, or a signature that does not hold.
    """
    if len(data) > MAX_FILE_BYTES:
        raise InputError(f"is longer than {MAX_FILE_BYTES} bytes", item="statistics")
    try:
        found = _file(data)
        document = found.document.encode()
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise InputError(f"is no comity-statistics-signed/1: {error}", item="statistics") from error
    said = parse_statistics(document)
    parties = [one.party for one in found.signatures]
    if len(set(parties)) != len(parties) or not {said.reporter, said.answerer}.issuperset(parties):
        raise InputError("is signed by somebody who is none of its two parties, or twice", item="signatures")
    for one in found.signatures:
        key = PublicKey(one.kid, b64decode(one.key))
        if find_signer(document, one.kid, one.signature, [key]) is None:
            raise InputError("the signature does not hold: the document or the signature was changed", item=one.party)
    return found


def differing_paths(one: bytes, other: bytes) -> tuple[str, ...]:
    """The members in which two documents differ, as JSON pointers (RFC 6901), the first forty."""
    paths: list[str] = []
    _compare(msgspec.json.decode(one), msgspec.json.decode(other), "", paths)
    return tuple(paths[:_MOST_PATHS])


def _compare(one: Any, other: Any, path: str, paths: list[str]) -> None:
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted(one.keys() | other.keys()):
            _compare(one.get(key), other.get(key), f"{path}/{key}", paths)
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for number, (left, right) in enumerate(zip(one, other, strict=True)):
            _compare(left, right, f"{path}/{number}", paths)
    elif one != other:
        paths.append(path)


def _check(document: StatisticsDocument) -> None:
    """What the shape cannot say."""
    part = document.period
    period = parse_period(part.name)
    if not all(map(is_time, (part.start, part.end, document.as_of))):
        raise InputError("a time has no zone or lies outside the years 2000 to 2199", item="statistics")
    if period is None or period_part(period) != part:
        raise InputError("the period's name and its times do not agree", item="period")
    origins = tuple(one.origin for one in document.ledgers)
    between = (document.reporter, document.answerer)
    if document.reporter == document.answerer or origins != (ledger_origin(*between), ledger_origin(*between[::-1])):
        raise InputError("names other ledgers than those of its two parties", item="ledgers")
