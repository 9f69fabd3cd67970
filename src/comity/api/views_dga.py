"""Algorithmic names over HTTP: the families that are known here, and how one stands, by zone, day and answer.

Of partners' zones there are counts and no names; names of our own zones are read on the page and by the command.
"""

from datetime import datetime

import msgspec

from comity.api.calls import Call
from comity.store.dga import count_checks, counts_of, list_families, lists_of


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


def show_families(call: Call) -> FamiliesDocument:  # noqa: ARG001 — every handler takes its call
    """List the families of algorithmic names."""
    return FamiliesDocument(
        tuple(
            FamilyDocument(row["family"], row["names"], row["waiting"], row["lists"], row["newest"])
            for row in list_families()
        )
    )


def show_family(call: Call) -> FamilyStatusDocument:
    """Show how a family of algorithmic names stands."""
    lists = lists_of(call.path["family"])
    counts = sorted(counts_of(lists).items())
    return FamilyStatusDocument(
        family=lists[0].family,
        checks=count_checks(lists),
        counts=tuple(DayCountsDocument(zone, day, dict(+counter)) for (zone, day), counter in counts),
        lists=tuple(
            DgaListDocument(row.uuid, row.origin, row.source, row.terms, row.tlp, row.at, row.counts) for row in lists
        ),
    )
