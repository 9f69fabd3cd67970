"""Reports about protected names: no case opens of itself, a person looks first (DESIGN §4; FIELD R5)."""

from typing import Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from comity.store.models import Report
from comity.web.access import person_of, reader_page, role_of
from comity.web.desk_steps import may_open_held, open_held_name

_PAGE_SIZE: Final = 50


@reader_page
@require_GET
def held(request: HttpRequest) -> HttpResponse:
    """Show the reports that wait, newest first, page after page."""
    before = request.GET.get("before", "")
    rows = Report.objects.filter(standing="held").select_related("reporter").defer("body").order_by("-pk")
    if before.isascii() and before.isdigit() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    found = list(rows[: _PAGE_SIZE + 1])
    shown = found[:_PAGE_SIZE]
    older = shown[-1].pk if len(found) > _PAGE_SIZE else None
    return render(
        request,
        "web/held.html",
        {"section": "held", "reports": shown, "older": older, "may_open": may_open_held(role_of(request))},
    )


@reader_page
@require_POST
def open_name(request: HttpRequest) -> HttpResponse:
    """Let the reports held about one name and category become a case, by somebody who may approve."""
    person = person_of(request)
    if not may_open_held(person.role):
        raise PermissionDenied
    ref, refusals = open_held_name(request.POST.get("name", "")[:253], request.POST.get("category", "")[:24], person)
    if refusals:
        messages.warning(request, " ".join(refusals))
        return redirect("web:held")
    messages.success(request, _("A case was opened. A hold will need two approvers."))
    return redirect("web:case", ref=ref)
