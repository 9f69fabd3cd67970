"""The inbox: what waits for the desk, found, sorted and kept as views; receipt confirmed and work given, many at once.

Every form works without a script.  `one` in a form is the button of a single row and counts for that case alone;
otherwise the ticked cases are meant.
"""

from datetime import UTC, datetime

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from comity.core.categories import CATEGORIES
from comity.core.errors import ConflictError
from comity.core.parties import PARTIES, ZONES
from comity.flows.assign import list_desk
from comity.store.saved_views import LONGEST_NAME, drop_view, keep_view, list_views
from comity.web.access import person_of, reader_page, role_of
from comity.web.desk_steps import acknowledge_many, assign_many, home_of_node, may_acknowledge, may_assign
from comity.web.inbox_page import read_page
from comity.web.inbox_question import PAGE_SIZE, SEVERITIES, parse_question
from comity.web.inbox_search import parse_search
from comity.web.places import safe_place

_NOBODY = "-"


@reader_page
@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """Show one page of cases; asked for nothing, the person's default view."""
    person = person_of(request)
    views = list_views(person.pk)
    asked = request.GET or next((QueryDict(view.query) for view in views if view.is_default), request.GET)
    question = parse_question(asked)
    search = parse_search(question.q, home_of_node())
    page = read_page(question, search, me=person, at=datetime.now(UTC))
    role = role_of(request)
    return render(
        request,
        "web/inbox.html",
        {
            "section": "inbox",
            "question": question,
            "address": question.address(),
            "page": page,
            "unreadable": search is not None
            and not any((search.registrable, search.beginning, search.script, search.ref)),
            "zones": ZONES,
            "categories": CATEGORIES,
            "severities": SEVERITIES,
            "parties": PARTIES,
            "desk": list_desk(),
            "views": [(view, view.query == question.address().lstrip("?")) for view in views],
            "may_acknowledge": may_acknowledge(role),
            "may_assign": may_assign(role),
            "ticks": may_acknowledge(role) or may_assign(role),
            "own_party": settings.HOME.party if settings.HOME else "",
        },
    )


@reader_page
@require_POST
def acknowledge(request: HttpRequest) -> HttpResponse:
    """Confirm receipt of one case or of every ticked one; those that are not changed are named with the reason."""
    person = person_of(request)
    if not may_acknowledge(person.role):
        raise PermissionDenied
    if refs := _refs(request):
        done, refused = acknowledge_many(refs, person)
        if done:
            text = ngettext("Receipt of %(count)d case confirmed.", "Receipt of %(count)d cases confirmed.", done)
            messages.success(request, text % {"count": done})
        _tell_refused(request, refused)
    return _back(request)


@reader_page
@require_POST
def assign(request: HttpRequest) -> HttpResponse:
    """Give every ticked case to a person, or to nobody."""
    person = person_of(request)
    if not may_assign(person.role):
        raise PermissionDenied
    to = request.POST.get("to", "")[:150]
    if not to:
        messages.warning(request, _("Choose who gets the cases."))
    elif refs := _refs(request):
        done, refused = assign_many(refs, "" if to == _NOBODY else to, person)
        if done:
            text = ngettext("%(count)d case assigned.", "%(count)d cases assigned.", done)
            messages.success(request, text % {"count": done})
        _tell_refused(request, refused)
    return _back(request)


@reader_page
@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Keep what is asked now as a view of this person, or forget one."""
    person = person_of(request)
    if "drop" in request.POST:
        dropped = request.POST["drop"]
        if dropped.isascii() and dropped.isdigit() and len(dropped) < 19 and drop_view(person.pk, int(dropped)):
            messages.success(request, _("The view was removed."))
        return _back(request)
    name = " ".join(request.POST.get("name", "").split())[:LONGEST_NAME]
    query = parse_question(QueryDict(request.POST.get("query", "")[:2000].lstrip("?"))).address().lstrip("?")
    if not name or not name.isprintable():
        messages.warning(request, _("Give the view a name."))
        return _back(request)
    try:
        keep_view(person.pk, name, query, is_default="default" in request.POST)
    except ConflictError:
        messages.warning(request, _("You keep as many views as there may be; remove one first."))
        return _back(request)
    messages.success(request, _("The view “%(name)s” was kept.") % {"name": name})
    return redirect(f"/inbox/?{query}")


def _refs(request: HttpRequest) -> list[str]:
    """The cases that a form is about; an empty answer was said to the reader."""
    one = request.POST.get("one", "")
    refs = [one] if one else list(dict.fromkeys(request.POST.getlist("case")))[:PAGE_SIZE]
    if not refs:
        messages.warning(request, _("No case was ticked."))
    return [ref[:36] for ref in refs]


def _tell_refused(request: HttpRequest, refused: dict[str, list[str]]) -> None:
    if refused:
        told = "; ".join(f"{ref}: {' '.join(why)}" for ref, why in sorted(refused.items()))
        text = ngettext(
            "Not changed, %(count)d case: %(cases)s", "Not changed, %(count)d cases: %(cases)s", len(refused)
        )
        messages.warning(request, text % {"count": len(refused), "cases": told})


def _back(request: HttpRequest) -> HttpResponse:
    return redirect(safe_place(request, request.POST.get("next", ""), otherwise="/inbox/"))
