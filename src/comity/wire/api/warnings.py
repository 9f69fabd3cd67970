"""Warnings of campaigns and comparisons of sets as the API tells them."""

from datetime import date, datetime

import msgspec

from comity.core.warnings import SignCount, Signs


class WarningRowDocument(msgspec.Struct, frozen=True):
    """A warning in a list; `origin`: who warned, `partner`: the other party."""

    warning: str
    origin: str
    partner: str
    category: str
    tlp: str
    first_day: date
    last_day: date
    told: bool
    withdrawn: bool
    clause: str
    reason: str


class WarningsDocument(msgspec.Struct, frozen=True):
    """All warnings, the newest first."""

    warnings: tuple[WarningRowDocument, ...]


class WarningAnswerDocument(msgspec.Struct, frozen=True):
    """What a zone had, in numbers; `fewer`: fewer than `names`."""

    zone: str
    answer: str
    as_of: date
    names: int
    fewer: bool
    left_out: int
    left_out_fewer: bool
    counts: tuple[SignCount, ...]
    told: str


class WarningDocument(msgspec.Struct, frozen=True):
    """One warning with its signs and the answers to it."""

    row: WarningRowDocument
    zones: tuple[str, ...]
    case: str
    text: str
    signs: Signs
    withheld: tuple[str, ...]
    answers: tuple[WarningAnswerDocument, ...]


class IntersectionMessageDocument(msgspec.Struct, frozen=True):
    """A message that passed; `size` in octets."""

    message: str
    sender: str
    points: int
    size: int
    sha256: str
    at: datetime


class IntersectionDocument(msgspec.Struct, frozen=True):
    """A comparison of sets with its transcript; what both sets have is read on the page and by the command."""

    run: str
    asker: str
    partner: str
    over: str
    state: str
    clause: str
    bucket: int
    answer_bucket: int
    actor: str
    at: datetime
    messages: tuple[IntersectionMessageDocument, ...]


class IntersectionsDocument(msgspec.Struct, frozen=True):
    """All comparisons, the newest first."""

    intersections: tuple[IntersectionDocument, ...]
