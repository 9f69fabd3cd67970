"""The case page: the name in both scripts, what is known, what was told to whom, and the steps that may be taken
now.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from comity.core.case_steps import recipients_of
from comity.core.cases import EVENTS
from comity.core.collateral import NUMBERED
from comity.core.markings import TLPS
from comity.core.media_types import KINDS
from comity.flows.look import MAY_LOOK
from comity.web.access import person_of, reader_page
from comity.web.case_file import CaseFile, open_case_file
from comity.web.desk_steps import home_of_node, may_attach, take_step
from comity.web.plan_file import may_hold
from comity.web.steps import BY_CLOCK, OFFERED_NOTES, sort_steps, steps_for


@reader_page
@require_GET
def case_page(request: HttpRequest, ref: str) -> HttpResponse:
    """Show one case."""
    return show_case(request, ref)


@reader_page
@require_POST
def step(request: HttpRequest, ref: str, event: str) -> HttpResponse:
    """Take one step; a refusal shows the page again with every reason and what was typed."""
    if event not in EVENTS and event not in OFFERED_NOTES and event not in BY_CLOCK:
        raise Http404(event)
    refusals = take_step(ref.upper(), event, request.POST, person_of(request))
    if refusals:
        return show_case(request, ref, refused_event=event, refusals=refusals)
    messages.success(request, _("Done and written to the time line."))
    return redirect("web:case", ref=ref.upper())


def show_case(
    request: HttpRequest,
    ref: str,
    *,
    refused_event: str = "",
    refusals: list[str] | None = None,
    status: int = 409,
) -> HttpResponse:
    """Show the page of a case, after a refusal with every reason and what was typed."""
    person = person_of(request)
    home = home_of_node()
    file = open_case_file(home, ref, person.role, at=datetime.now(UTC))
    case = file.case
    steps = steps_for(
        case.state, person.role, ours=case.party == home.party, disposition=case.disposition, may_hold=may_hold(case)
    )
    best, others = sort_steps(steps, file.study.next.event)
    typed = request.POST if refusals else {}
    context = {
        "section": "inbox",
        "file": file,
        "case": case,
        "study": file.study,
        "ours": case.party == home.party,
        "own_party": home.party,
        "steps": steps,
        "best": best,
        "other_steps": others,
        "refused_event": refused_event,
        "refusal_in_form": any(form.event == refused_event for form in steps)
        or refused_event == "attach"
        or any(one.uuid == refused_event for one in file.study.attachments),
        "refusals": refusals or [],
        "typed": typed,
        "collateral": _collateral(file, typed),
        "told": request.POST.getlist("told") if refusals else recipients_of(case.disposition),
        "may_look": person.role in MAY_LOOK,
        "may_attach": may_attach(person.role),
        "kinds": KINDS,
        "markings": TLPS,
    }
    return render(request, "web/case.html", context, status=status if refusals else 200)


def _collateral(file: CaseFile, typed: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The questions of the collateral check as the form shows them: what was typed, else what the node suggests."""
    return [
        {
            "question": one.question,
            "source": one.source,
            "answer": typed.get(f"check-{one.question}") or one.answer,
            "is_numbered": one.question in NUMBERED,
            "number": typed.get(f"number-{one.question}") or ("" if one.number is None else str(one.number)),
            "typed_source": typed.get(f"source-{one.question}") or "",
        }
        for one in file.study.collateral
    ]
