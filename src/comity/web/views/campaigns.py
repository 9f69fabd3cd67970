"""The likely siblings of a case: shown to those who read cases, settled by the desk."""

from datetime import UTC, datetime

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from comity.core.errors import ConflictError, InputError, NotFoundError
from comity.core.roles import DESK, Actor
from comity.flows.settle_siblings import Settled, dismiss_siblings, enquire_siblings
from comity.store.campaigns import find_campaign
from comity.store.cases import find_case
from comity.web.access import person_of, reader_page, role_of
from comity.web.campaign_page import campaign_context
from comity.web.desk_steps import home_of_node

_MOST_NAMES = 10_000


@reader_page
@require_http_methods(["GET", "HEAD", "POST"])
def campaign(request: HttpRequest, ref: str) -> HttpResponse:
    """Show the siblings of a case; make enquiries of those that are ticked, or say that they are not related."""
    case = find_case(ref)
    if case is None:
        raise Http404(ref)
    problem: tuple[str, str] | None = None
    if request.method == "POST":
        if role_of(request) not in DESK:
            raise PermissionDenied
        problem = _settle(request, case.ref)
        if problem is None:
            return redirect("web:campaign", ref=case.ref)
    kept = find_campaign(case.pk)
    context = {
        "section": "inbox",
        "case": case,
        "may_settle": role_of(request) in DESK,
        "problem": problem,
        "typed": request.POST if problem else {},
        "ticked": request.POST.getlist("sibling") if problem else [],
        **(campaign_context(kept) if kept is not None else {"kept": None}),
    }
    return render(request, "web/campaign.html", context, status=409 if problem else 200)


def _settle(request: HttpRequest, ref: str) -> tuple[str, str] | None:
    """Do what the form says; gives the field and the sentence of what is wrong with it."""
    person = person_of(request)
    actor, at = Actor(person.username, person.role, home_of_node().party), datetime.now(UTC)
    names = request.POST.getlist("sibling")[:_MOST_NAMES]
    if not names:
        return "siblings", _("Tick at least one name.")
    try:
        if request.POST.get("do") == "dismiss":
            done = dismiss_siblings(
                ref, names, actor, request.POST.get("reason", ""), note=request.POST.get("note", ""), at=at
            )
        else:
            done = enquire_siblings(ref, names, actor, at=at)
    except NotFoundError:
        raise Http404(ref) from None
    except ConflictError:
        return "siblings", _("No sweep was taken in yet, so no enquiry can be made.")
    except InputError as error:
        if error.item == "reason":
            return "reason", _("Choose a reason from the list.")
        return "note", _("Say why in words, at most 500 characters.")
    messages.success(request, _said(done))
    return None


def _said(done: Settled) -> str:
    return _("Settled: %(done)d. Left as they were: %(left)d.") % {"done": len(done.done), "left": len(done.left)}
