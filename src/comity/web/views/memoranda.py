"""Memoranda: which there are, and one of them opened with its clauses beside what they did."""

from collections.abc import Sequence
from typing import Final

import msgspec
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from comity.store.drafts import list_drafts
from comity.store.memoranda import get_document
from comity.store.models import Memorandum, Person
from comity.web.access import role_of, staff_page
from comity.web.memoranda import open_memorandum, title_in
from comity.wire.memorandum_document import render_document

EDITORS: Final = frozenset({Person.Role.POLICY_OFFICER.value})


@staff_page
@require_GET
def memoranda(request: HttpRequest) -> HttpResponse:
    """List every version, by partner, the newest first, and the drafts."""
    return show_memoranda(request)


@staff_page
@require_GET
def memorandum(request: HttpRequest, partner: str, version: int) -> HttpResponse:
    """Show one version."""
    return render(
        request,
        "web/memorandum.html",
        {
            "section": "memoranda",
            "opened": open_memorandum(_row(partner, version), request.LANGUAGE_CODE or "en"),
            "may_edit": role_of(request) in EDITORS,
        },
    )


@staff_page
@require_GET
def signed_file(request: HttpRequest, partner: str, version: int) -> HttpResponse:  # noqa: ARG001 — a view's signature
    """Give one version as the signed file that goes to the partner."""
    row = _row(partner, version)
    response = HttpResponse(
        render_document(get_document(row.urn, row.version)), content_type="application/json; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="memorandum-{partner}-{version}.json"'
    return response


def show_memoranda(request: HttpRequest, *, refusals: Sequence[str] = (), status: int = 200) -> HttpResponse:
    """The list, with what was wrong with a file that was to become a draft."""
    rows = Memorandum.objects.order_by("partner", "urn", "-version")
    language = request.LANGUAGE_CODE or "en"
    context = {
        "section": "memoranda",
        "listed": [(row, *title_in(msgspec.json.decode(row.body), language)) for row in rows],
        "drafts": list_drafts(),
        "may_edit": role_of(request) in EDITORS,
        "refusals": refusals,
    }
    return render(request, "web/memoranda.html", context, status=status)


def _row(partner: str, version: int) -> Memorandum:
    row = Memorandum.objects.filter(partner=partner, version=version).order_by("-pk").first()
    if row is None:
        raise Http404(partner)
    return row
