"""Memoranda: which there are, and one of them opened with its clauses beside what they did."""

import msgspec
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from comity.store.models import Memorandum
from comity.web.access import staff_page
from comity.web.memoranda import open_memorandum, title_in


@staff_page
@require_GET
def memoranda(request: HttpRequest) -> HttpResponse:
    """List every version, by partner, the newest first."""
    rows = Memorandum.objects.order_by("partner", "urn", "-version")
    language = request.LANGUAGE_CODE or "en"
    listed = [(row, *title_in(msgspec.json.decode(row.body), language)) for row in rows]
    return render(request, "web/memoranda.html", {"section": "memoranda", "listed": listed})


@staff_page
@require_GET
def memorandum(request: HttpRequest, partner: str, version: int) -> HttpResponse:
    """Show one version."""
    row = Memorandum.objects.filter(partner=partner, version=version).order_by("-pk").first()
    if row is None:
        raise Http404(partner)
    return render(
        request,
        "web/memorandum.html",
        {"section": "memoranda", "opened": open_memorandum(row, request.LANGUAGE_CODE or "en")},
    )
