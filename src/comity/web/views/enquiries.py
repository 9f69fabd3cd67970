"""Enquiries: what sweeps found, ranked; dismissed with a reason or let become cases, many at once, by a person.

Every form works without a script.  The one form under the list has two buttons, each with fields of its own.
"""

from datetime import UTC, datetime

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from comity.core.categories import CATEGORIES
from comity.core.enquiries import DISMISSALS, LONGEST_NOTE, precision_of
from comity.core.errors import InputError
from comity.core.findings import ENQUIRY_STATES, KINDS
from comity.core.roles import DESK, Actor
from comity.flows.dismiss_enquiries import EnquiryOutcome, dismiss_enquiries
from comity.flows.open_enquiries import open_enquiries
from comity.store.campaigns import waiting_campaigns
from comity.store.enquiry_lists import (
    PAGE_ROWS,
    enquiries_about,
    entries_of,
    find_enquiries,
    list_enquiries,
    tallies_by_kind,
)
from comity.store.sweeps import last_taken
from comity.web.access import person_of, reader_page, role_of
from comity.web.desk_steps import home_of_node, sentence
from comity.web.enquiry_question import SCORES, parse_question
from comity.web.places import safe_place


@reader_page
@require_GET
def enquiries(request: HttpRequest) -> HttpResponse:
    """Show a page of enquiries, the highest score first."""
    zones = home_of_node().zones
    question = parse_question(request.GET, zones)
    page = list_enquiries(question.wanted(), page=question.page)
    kinds = [(kind, tally, precision_of(tally)) for kind, tally in tallies_by_kind().items()]
    return render(
        request,
        "web/enquiries.html",
        {
            "section": "enquiries", "question": question, "page": page, "zones": zones, "kinds": KINDS,
            "states": ENQUIRY_STATES, "scores": [(text, float(text)) for text in SCORES], "dismissals": DISMISSALS,
            "categories": CATEGORIES, "may_end": role_of(request) in DESK, "measured": kinds, "last": last_taken(),
            "previous": question.address(page=question.page - 1) if question.page > 1 else "",
            "next": question.address(page=question.page + 1) if page.has_more else "",
            "longest_note": LONGEST_NOTE, "tick": question.address(page=question.page, ticked="all"),
            "untick": question.address(page=question.page), "campaigns": waiting_campaigns(),
        },
    )  # fmt: skip


@reader_page
@require_GET
def enquiry(request: HttpRequest, number: int) -> HttpResponse:
    """Show one enquiry: why, what happened to it, and what else was found of the name."""
    row = find_enquiries([number]).get(number) if number < 2**62 else None
    if row is None:
        raise Http404(number)
    others = [one for one in enquiries_about([row.name]) if one.pk != row.pk]
    return render(
        request,
        "web/enquiry.html",
        {
            "section": "enquiries", "row": row, "entries": entries_of([row.pk]).get(row.pk, []), "others": others,
            "may_end": role_of(request) in DESK and row.state == "open", "dismissals": DISMISSALS,
            "categories": CATEGORIES, "longest_note": LONGEST_NOTE,
        },
    )  # fmt: skip


@reader_page
@require_POST
def dismiss(request: HttpRequest) -> HttpResponse:
    """Dismiss the ticked enquiries."""
    actor, numbers = _actor(request), _numbers(request)
    why = request.POST.get("why", "")
    if numbers and why not in DISMISSALS:
        messages.warning(request, _("Choose why they are nothing to pursue."))
    elif numbers:
        outcome = dismiss_enquiries(numbers, actor, why, note=request.POST.get("note", ""), at=datetime.now(UTC))
        if outcome.done:
            text = ngettext("%(count)d finding dismissed.", "%(count)d findings dismissed.", len(outcome.done))
            messages.success(request, text % {"count": len(outcome.done)})
        _tell_refused(request, outcome)
    return _back(request)


@reader_page
@require_POST
def open_cases(request: HttpRequest) -> HttpResponse:
    """Let the ticked enquiries become cases."""
    actor, numbers = _actor(request), _numbers(request)
    category = request.POST.get("category", "")
    if numbers and category not in CATEGORIES:
        messages.warning(request, _("Choose what the cases are about."))
    elif numbers:
        try:
            outcome = open_enquiries(
                home_of_node(), numbers, actor, category, note=request.POST.get("note", ""), at=datetime.now(UTC)
            )
        except InputError as error:
            messages.error(request, str(error))
            return _back(request)
        refs = sorted(set(outcome.cases.values()))
        if refs:
            text = ngettext("%(count)d case: %(cases)s.", "%(count)d cases: %(cases)s.", len(refs))
            messages.success(request, text % {"count": len(refs), "cases": ", ".join(refs)})
        _tell_refused(request, outcome)
    return _back(request)


def _actor(request: HttpRequest) -> Actor:
    person = person_of(request)
    if person.role not in DESK:
        raise PermissionDenied
    return Actor(person.username, person.role, home_of_node().party)


def _numbers(request: HttpRequest) -> list[int]:
    """The enquiries that a form is about; an empty answer was said to the reader."""
    given = dict.fromkeys(request.POST.getlist("finding"))
    numbers = [int(one) for one in given if one.isascii() and one.isdigit() and len(one) < 19][:PAGE_ROWS]
    if not numbers:
        messages.warning(request, _("No finding was ticked."))
    return numbers


def _tell_refused(request: HttpRequest, outcome: EnquiryOutcome) -> None:
    if outcome.refused:
        rows = find_enquiries(list(outcome.refused))
        told = "; ".join(
            f"{rows[number].name.replace('.', '[.]') if number in rows else number}: "
            + " ".join(sentence(reason) for reason in reasons)
            for number, reasons in outcome.refused.items()
        )
        text = ngettext("Left as it is: %(names)s", "Left as they are: %(names)s", len(outcome.refused))
        messages.warning(request, text % {"names": told})


def _back(request: HttpRequest) -> HttpResponse:
    return redirect(safe_place(request, request.POST.get("next", ""), otherwise="/enquiries/"))
