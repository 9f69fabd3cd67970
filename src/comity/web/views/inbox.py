"""The inbox: what waits for the desk, found by state, zone and category, and receipt confirmed for many at once."""

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from comity.core.categories import CATEGORIES
from comity.core.parties import ZONES
from comity.web.access import person_of, reader_page, role_of
from comity.web.desk_steps import acknowledge_many, may_acknowledge
from comity.web.inbox_question import OPEN_STATES, PAGE_SIZE, SETTLED, Answer, Question, find_cases, parse_question
from comity.web.places import safe_place


@reader_page
@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """Show one page of cases."""
    question = parse_question(request.GET, ZONES)
    answer = find_cases(question)
    return render(
        request,
        "web/inbox.html",
        {
            "question": question,
            "answer": answer,
            "zones": ZONES,
            "categories": CATEGORIES,
            "section": "inbox",
            "tabs": _tabs(question, answer),
            "previous": question.address(page=question.page - 1) if question.page > 1 else "",
            "next": question.address(page=question.page + 1) if question.page < answer.pages else "",
            "may_acknowledge": may_acknowledge(role_of(request)) and any(c.state == "received" for c in answer.cases),
            "own_party": settings.HOME.party if settings.HOME else "",
        },
    )


@reader_page
@require_POST
def acknowledge(request: HttpRequest) -> HttpResponse:
    """Confirm receipt of every ticked case; those that are no longer waiting are named, never silently skipped."""
    person = person_of(request)
    if not may_acknowledge(person.role):
        raise PermissionDenied
    refs = list(dict.fromkeys(request.POST.getlist("case")))[:PAGE_SIZE]
    if not refs:
        messages.warning(request, _("No case was ticked."))
    else:
        done, refused = acknowledge_many(refs, person)
        if done:
            text = ngettext("Receipt of %(count)d case confirmed.", "Receipt of %(count)d cases confirmed.", done)
            messages.success(request, text % {"count": done})
        if refused:
            messages.warning(request, _("Not changed: %(cases)s.") % {"cases": ", ".join(refused)})
    return redirect(safe_place(request, request.POST.get("next", ""), otherwise="/inbox/"))


def _tabs(question: Question, answer: Answer) -> list[dict[str, object]]:
    """The states as tabs: what is open, each state that has cases, everything.  Each keeps the other answers."""
    counted = [("open", answer.open_total)]
    counted += [
        (state, answer.by_state.get(state, 0))
        for state in (*OPEN_STATES, *SETTLED)
        if answer.by_state.get(state) or state == question.state
    ]
    counted.append(("all", sum(answer.by_state.values())))
    return [{"state": state, "n": n, "address": question.address(state=state)} for state, n in counted]
