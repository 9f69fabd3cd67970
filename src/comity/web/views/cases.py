"""The case page: the name in both scripts, what is known, what was told to whom, and the steps that may be taken
now.
"""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from comity.core.cases import EVENTS, NOTES
from comity.web.access import person_of, reader_page
from comity.web.case_file import open_case_file
from comity.web.desk_steps import take_step
from comity.web.plan_file import may_hold
from comity.web.steps import steps_for


@reader_page
@require_GET
def case_page(request: HttpRequest, ref: str) -> HttpResponse:
    """Show one case."""
    return _show(request, ref)


@reader_page
@require_POST
def step(request: HttpRequest, ref: str, event: str) -> HttpResponse:
    """Take one step; a refusal shows the page again with every reason and what was typed."""
    if event not in EVENTS and event not in NOTES:
        raise Http404(event)
    refusals = take_step(ref.upper(), event, request.POST, person_of(request))
    if refusals:
        return _show(request, ref, refused_event=event, refusals=refusals)
    messages.success(request, _("Done and written to the time line."))
    return redirect("web:case", ref=ref.upper())


def _show(
    request: HttpRequest, ref: str, *, refused_event: str = "", refusals: list[str] | None = None
) -> HttpResponse:
    person = person_of(request)
    file = open_case_file(ref, person.role)
    own = settings.HOME.party if settings.HOME else ""
    steps = steps_for(file.case.state, person.role, ours=file.case.party == own, may_hold=may_hold(file.case))
    context = {
        "section": "inbox",
        "file": file,
        "case": file.case,
        "ours": file.case.party == own,
        "own_party": own,
        "steps": steps,
        "refused_event": refused_event,
        "refusal_in_form": any(form.event == refused_event for form in steps),
        "refusals": refusals or [],
        "typed": request.POST if refusals else {},
    }
    return render(request, "web/case.html", context, status=409 if refusals else 200)
