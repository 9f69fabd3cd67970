"""Families of algorithmic names as the API tells them."""

from datetime import datetime

import msgspec


class FamilyDocument(msgspec.Struct, frozen=True):
    """A family; `waiting`: how many of its names have no answer yet."""

    family: str
    names: int
    waiting: int
    lists: int
    newest: datetime


class FamiliesDocument(msgspec.Struct, frozen=True):
    """All families."""

    families: tuple[FamilyDocument, ...]


class DayCountsDocument(msgspec.Struct, frozen=True):
    """How many names of a zone and day have which answer; `day` is empty where a name may be used on any."""

    zone: str
    day: str
    counts: dict[str, int]


class DgaListDocument(msgspec.Struct, frozen=True):
    """A list of a family; `counts`: what came of its lines, where the list is ours."""

    list: str
    origin: str
    source: str
    terms: str
    tlp: str
    at: datetime
    counts: dict[str, int]


class FamilyStatusDocument(msgspec.Struct, frozen=True):
    """How a family stands; `checks`: what was found of the names of our own zones."""

    family: str
    checks: dict[str, int]
    counts: tuple[DayCountsDocument, ...]
    lists: tuple[DgaListDocument, ...]
