"""Which places the head of every page leads to: one literal table, in the order in which they are shown.

A row names the section (what a view puts into its context as `section`), the address, the words, and for whom it is; an
empty set of roles means everybody, signed in or not.  Somebody signed in sees the desk's rows of their role; a
stranger sees the public rows.  A place that is not in the table is reached from another page.
"""

from typing import Final

import msgspec
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from comity.web.access import READERS, STAFF

OVERSEERS: Final = frozenset(("administrator", "auditor"))
KEEPERS: Final = OVERSEERS | {"policy-officer"}


class Place(msgspec.Struct, frozen=True):
    """One row: a section of the pages, the name of its address, its words, and the account roles it is for."""

    section: str
    url_name: str
    text: Promise
    roles: frozenset[str] = frozenset()


class Shown(msgspec.Struct, frozen=True):
    """A place as the head of one page shows it."""

    address: str
    text: str
    current: bool
    begins: bool  # a group of places


# The order of a working day: what waits, who must agree, whom to ask, what binds us, how it went, who keeps it running.
DESK: Final[tuple[Place, ...]] = (
    Place("inbox", "web:inbox", _("Inbox"), READERS),
    Place("enquiries", "web:enquiries", _("Enquiries"), READERS),
    Place("held", "web:held", _("Protected names"), READERS),
    Place("mail", "web:mail", _("Incoming mail"), READERS),
    Place("approvals", "web:approvals", _("Approvals"), READERS),
    Place("appeals", "web:appeals", _("Appeals"), READERS),
    Place("reporters", "web:reporters", _("Reporters"), READERS),
    Place("feeds", "web:feeds", _("Feeds"), STAFF),
    Place("consultations", "web:consultations", _("Consultations"), READERS),
    Place("library", "web:library", _("Library"), READERS),
    Place("warnings", "web:warnings", _("Warnings"), READERS),
    Place("dga", "web:dga", _("Algorithmic names"), READERS),
    Place("zones", "web:zones", _("Zones"), STAFF),
    Place("sweeps", "web:sweeps", _("Sweeps"), READERS),
    Place("memoranda", "web:memoranda", _("Memoranda"), STAFF),
    Place("links", "web:links", _("Links"), STAFF),
    Place("outputs", "web:outputs", _("Outputs"), STAFF),
    Place("subscribers", "web:subscribers", _("Subscribers"), KEEPERS),
    Place("statistics", "web:statistics", _("Statistics"), READERS),
    Place("administration", "web:administration", _("Administration"), OVERSEERS),
)

# What a stranger is offered; "Log in" stands after it, outside the table.
PUBLIC: Final[tuple[Place, ...]] = (
    Place("report", "web:report", _("Report a domain"), frozenset()),
    Place("transparency", "web:transparency", _("Transparency"), frozenset()),
)


# Where a group of places begins, after the desk's own: what others know, what binds us, who keeps it running.
_BEGINS: Final = frozenset(("consultations", "memoranda", "administration"))


def places_for(role: str, section: str, *, signed_in: bool) -> list[Shown]:
    """List what the head of a page offers to a role; `section` is the one that the page belongs to."""
    rows = [place for place in DESK if role in place.roles] if signed_in else PUBLIC
    return [Shown(reverse(row.url_name), str(row.text), row.section == section, row.section in _BEGINS) for row in rows]
