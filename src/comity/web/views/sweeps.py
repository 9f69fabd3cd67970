"""Sweeps: which zones were swept when, what was found per zone and kind, and how a zone changes from day to day."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from comity.core.errors import NotFoundError
from comity.store.scheduled_sweeps import list_failed, newest_scheduled
from comity.store.sweeps import (
    PAGE_ROWS,
    days_of,
    details_of,
    details_of_zone,
    get_sweep,
    list_sweeps,
    swept_zones,
    zones_of,
)
from comity.web.access import reader_page
from comity.web.desk_steps import home_of_node
from comity.web.sweeps_page import (
    chart_of_days,
    chart_of_kinds,
    charts_of_changes,
    sums_of,
    table_of_changes,
    table_of_kinds,
)


@reader_page
@require_GET
def sweeps(request: HttpRequest) -> HttpResponse:
    """List the sweeps, and show one zone from day to day."""
    text = request.GET.get("page", "")
    page = max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 6 else 1
    rows = list_sweeps(page=page)
    zones = zones_of(rows[:PAGE_ROWS])
    known = swept_zones()
    asked = request.GET.get("zone", "")
    zone = asked if asked in known else (known[0] if known else "")
    days = days_of(zone) if zone else []
    newest = [last for one in known for last in days_of(one, days=1)]
    settings = home_of_node().settings.sweep
    return render(
        request,
        "web/sweeps.html",
        {
            "section": "sweeps", "sweeps": [(row, zones[row.pk], sums_of(zones[row.pk])) for row in rows[:PAGE_ROWS]],
            "known": known, "zone": zone, "chart": chart_of_kinds("kinds", newest), "days_chart": chart_of_days(days),
            "kinds_table": table_of_kinds(days), "changes": charts_of_changes(days),
            "changes_table": table_of_changes(days), "scheduled": newest_scheduled(), "failed": list_failed(),
            "is_scheduled": bool(settings.sources), "daily_at": settings.at,
            "previous": page - 1 if page > 1 else 0, "next": page + 1 if len(rows) > PAGE_ROWS else 0,
        },
    )  # fmt: skip


@reader_page
@require_GET
def sweep(request: HttpRequest, run: str) -> HttpResponse:
    """Show one sweep, zone by zone."""
    try:
        row = get_sweep(run)
    except NotFoundError:
        raise Http404(run) from None
    zones = zones_of([row])[row.pk]
    found = [
        (
            one,
            [(kind, count, one.kept.get(kind, 0)) for kind, count in sorted(one.found.items())],
            sorted(one.changes.items()),
            details_of_zone(one),
        )
        for one in zones
    ]
    return render(
        request,
        "web/sweep.html",
        {
            "section": "sweeps", "row": row, "zones": found, "sums": sums_of(zones),
            "chart": chart_of_kinds("kinds", zones), "details": details_of(row),
        },
    )  # fmt: skip
