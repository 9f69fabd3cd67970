"""Warnings of campaigns for the desk: sent and received, what zones had of them, and comparisons of sets."""

from datetime import UTC, datetime

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from comity.core.errors import ComityError, NotFoundError
from comity.core.roles import DESK, Actor
from comity.core.warning_terms import SENT
from comity.flows.answer_warning import release_answer
from comity.flows.withdraw_warning import withdraw_warning
from comity.store.intersections import get_run
from comity.store.warnings import get_warning
from comity.web.access import person_of, reader_page, role_of
from comity.web.desk_steps import home_of_node
from comity.web.labels import label
from comity.web.warning_page import run_context, warning_context, warnings_context


@reader_page
@require_GET
def warnings(request: HttpRequest) -> HttpResponse:
    """Show warnings sent and received, and comparisons of sets."""
    return render(request, "web/warnings.html", warnings_context(home_of_node().party))


@reader_page
@require_GET
def warning(request: HttpRequest, uuid: str) -> HttpResponse:
    """Show one warning, and what each zone had of it."""
    try:
        row = get_warning(uuid)
    except NotFoundError:
        raise Http404(uuid) from None
    context = warning_context(row, home_of_node().party)
    context["may_release"] = role_of(request) == "supervisor" and row.withdrawn_at is None
    context["may_withdraw"] = role_of(request) in DESK and row.withdrawn_at is None
    return render(request, "web/warning.html", context)


@reader_page
@require_POST
def release(request: HttpRequest, uuid: str) -> HttpResponse:
    """Let what a zone of ours had go to the party that warned."""
    person = person_of(request)
    if person.role != "supervisor":
        raise PermissionDenied
    actor = Actor(person.username, person.role, home_of_node().party)
    zone, what = request.POST.get("zone", "").replace("\0", "")[:63], request.POST.get("release", "")[:10]
    try:
        decision = release_answer(home_of_node(), uuid, zone, what, actor, at=datetime.now(UTC))
    except NotFoundError:
        raise Http404(uuid) from None
    except ComityError as error:
        messages.error(request, _("It cannot be released: %(why)s") % {"why": error.message})
    else:
        if decision.verdict in SENT:
            messages.success(request, _("The answer was told."))
        else:
            messages.error(request, _("The answer stays here: %(why)s") % {"why": label(decision.reason, "why")})
    return redirect("web:warning", uuid)


@reader_page
@require_POST
def withdraw(request: HttpRequest, uuid: str) -> HttpResponse:
    """Take a warning of ours back."""
    person = person_of(request)
    if person.role not in DESK:
        raise PermissionDenied
    actor = Actor(person.username, person.role, home_of_node().party)
    try:
        withdraw_warning(home_of_node(), uuid, actor, at=datetime.now(UTC))
    except NotFoundError:
        raise Http404(uuid) from None
    except ComityError as error:
        messages.error(request, _("It cannot be withdrawn: %(why)s") % {"why": error.message})
    else:
        messages.success(request, _("The warning was withdrawn; the partner is asked to forget it too."))
    return redirect("web:warning", uuid)


@reader_page
@require_GET
def intersection(request: HttpRequest, uuid: str) -> HttpResponse:
    """Show one comparison of sets with what passed."""
    try:
        run = get_run(uuid)
    except NotFoundError:
        raise Http404(uuid) from None
    return render(request, "web/intersection.html", run_context(run, home_of_node().party))
