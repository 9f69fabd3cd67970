"""Plans of action: which wait for whom, one of them whole, and what its reader says about it.

A page shows before it asks: approval is of the hash in the address, which is the hash of what the page shows.
"""

from datetime import UTC, datetime
from typing import Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from comity.core.case_steps import Reason
from comity.core.errors import ComityError, InputError, NotFoundError
from comity.core.plans import PlanRefusal
from comity.core.roles import Actor, case_roles
from comity.flows.advance_cases import Grounds
from comity.flows.approve_plan import approve_plan, refuse_plan
from comity.flows.carry_out import begin_plan, carry_out
from comity.flows.plan_action import plan_action, propose_plan
from comity.store.models import Case
from comity.store.plans import list_plans
from comity.web.access import person_of, reader_page
from comity.web.desk_steps import home_of_node, sentence
from comity.web.plan_file import open_plan_file, waiting_plans

_OVER: Final = ("approved", "carrying-out", "done", "failed-partly", "refused", "expired")
_SHOWN: Final = 50


@reader_page
@require_GET
def approvals(request: HttpRequest) -> HttpResponse:
    """List what waits for the reader, what waits for others, and what was decided."""
    mine, others = waiting_plans(_actor(request))
    context = {"section": "approvals", "mine": mine, "others": others, "over": list_plans(_OVER, limit=_SHOWN)}
    return render(request, "web/approvals.html", context)


@reader_page
@require_GET
def approval(request: HttpRequest, which: str) -> HttpResponse:
    """Show one plan."""
    return _show(request, which)


@reader_page
@require_POST
def answer(request: HttpRequest, which: str, verb: str) -> HttpResponse:
    """Approve the plan, refuse it, or let it be carried out; a refusal shows the page again with every reason."""
    home, actor, at = home_of_node(), _actor(request), datetime.now(UTC)
    note = request.POST.get("note", "").strip()[:4000]
    try:
        if verb == "approve":
            done = approve_plan(
                home, which, actor, bulk=request.POST.get("bulk") == "yes", grounds=Grounds(note=note), at=at
            )
        elif verb == "refuse":
            reason = request.POST.get("reason", "").strip()[:60]
            done = refuse_plan(home, which, actor, grounds=Grounds(reason=reason, note=note), at=at)
        elif verb == "carry-out" and home.settings.epp.host:
            done = begin_plan(home, which, actor, at=at)
        elif verb == "carry-out":
            done = carry_out(home, which, actor, at=at)
        else:
            raise Http404(verb)
    except (NotFoundError, InputError) as error:
        raise Http404(which) from error
    except ComityError as error:
        return _show(request, which, refusals=[sentence(Reason(error.code, str(error)))])
    if done.reasons:
        return _show(request, which, refusals=[sentence(reason) for reason in done.reasons])
    messages.success(request, _("Done and written to the time line."))
    return redirect("web:approval", which=done.hash)


@reader_page
def plan_case(request: HttpRequest, ref: str) -> HttpResponse:
    """Show what a hold of one case would do (GET); propose it (POST); for those who may propose."""
    if "analyst" not in case_roles(person_of(request).role):
        raise PermissionDenied
    case = Case.objects.filter(ref=ref.upper()).first()
    if case is None:
        raise Http404(ref)
    home, actor, at = home_of_node(), _actor(request), datetime.now(UTC)
    refusals: list[str] = []
    plan = None
    try:
        made = plan_action(home, [case.ref], actor, at=at)
        if isinstance(made, PlanRefusal):
            refusals = [sentence(reason) for reasons in made.reasons.values() for reason in reasons]
        else:
            plan = made
            if request.method == "POST":
                return redirect("web:approval", which=propose_plan(home, made, actor, at=at))
    except ComityError as error:
        refusals = [sentence(Reason(error.code, str(error)))]
    context = {"section": "inbox", "case": case, "plan": plan, "refusals": refusals}
    return render(request, "web/plan_case.html", context, status=409 if refusals else 200)


def _show(request: HttpRequest, which: str, *, refusals: list[str] | None = None) -> HttpResponse:
    try:
        file = open_plan_file(which, _actor(request))
    except (NotFoundError, InputError) as error:
        raise Http404(which) from error
    context = {
        "section": "approvals",
        "file": file,
        "plan": file.stored.plan,
        "refusals": refusals or [],
        "typed": request.POST if refusals else {},
        "epp": bool(home_of_node().settings.epp.host),
    }
    return render(request, "web/approval.html", context, status=409 if refusals else 200)


def _actor(request: HttpRequest) -> Actor:
    person = person_of(request)
    return Actor(person.username, person.role, home_of_node().party)
