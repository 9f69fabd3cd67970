"""Algorithmic names over HTTP: the families that are known here, and how one stands, by zone, day and answer.

Of partners' zones there are counts and no names; names of our own zones are read on the page and by the command.
"""

from comity.api.route import Call
from comity.store.dga import count_checks, counts_of, list_families, lists_of
from comity.wire.api.dga import (
    DayCountsDocument,
    DgaListDocument,
    FamiliesDocument,
    FamilyDocument,
    FamilyStatusDocument,
)


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
