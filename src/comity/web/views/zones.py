"""What each zone's rules let its registry do: the authority profiles, cell by cell, with how sure each cell is."""

from datetime import UTC, datetime

import msgspec
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from comity.core.authority import CELLS, Cell, Profile, unknown_for_hold
from comity.edges.authority_profiles import find_profile, load_profiles
from comity.web.access import staff_page
from comity.web.desk_steps import home_of_node


class ShownRule(msgspec.Struct, frozen=True):
    """One rule and whether it is in force today."""

    name: str
    mark: str
    source: str
    since: object
    until: object
    in_force: bool


@staff_page
@require_GET
def zones(request: HttpRequest) -> HttpResponse:
    """List the zones of known parties and what is known of each."""
    today = datetime.now(UTC).date()
    rows = [
        (zone, profile, profile.basis(today), unknown_for_hold(profile, on=today))
        for profile in load_profiles(home_of_node())
        for zone in profile.zones
    ]
    return render(request, "web/zones.html", {"section": "zones", "rows": rows})


@staff_page
@require_GET
def zone_page(request: HttpRequest, zone: str) -> HttpResponse:
    """Show one zone's profile."""
    profile = find_profile(home_of_node(), zone.lower())
    if profile is None:
        raise Http404(zone)
    today = datetime.now(UTC).date()
    context = {
        "section": "zones",
        "zone": zone.lower(),
        "profile": profile,
        "rules": [
            ShownRule(rule.name, rule.mark, rule.source, rule.since, rule.until, rule.is_in_force(today))
            for rule in profile.rules
        ],
        "cells": _cells(profile),
        "unknown": unknown_for_hold(profile, on=today),
    }
    return render(request, "web/zone.html", context)


def _cells(profile: Profile) -> list[tuple[str, Cell, bool]]:
    """Each cell, and whether its words are EPP's own or a number, which nobody translates."""
    return [(name, profile.cell(name), not CELLS[name]) for name in CELLS]
