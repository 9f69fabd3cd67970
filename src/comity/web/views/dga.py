"""Algorithmic names for the desk: the families that are known here, how one stands, our own names, and our answers."""

from datetime import UTC, datetime

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from comity.core.errors import ComityError, ConflictError, InputError, NotFoundError
from comity.core.roles import DESK, Actor
from comity.flows.answer_dga import AnsweredNames, answer_dga
from comity.flows.tend_dga import share_family
from comity.store.dga import list_families
from comity.web.access import person_of, reader_page, role_of
from comity.web.desk_steps import home_of_node
from comity.web.dga_page import family_context, read_asked
from comity.web.labels import label


@reader_page
@require_GET
def families(request: HttpRequest) -> HttpResponse:
    """Show the families that are known here."""
    return render(request, "web/dga.html", {"section": "dga", "families": list_families()})


@reader_page
@require_GET
def family(request: HttpRequest, name: str) -> HttpResponse:
    """Show how a family stands, and our names of it."""
    page = request.GET.get("page", "")
    number = max(1, int(page)) if page.isascii() and page.isdigit() and len(page) < 6 else 1
    home = home_of_node()
    try:
        context = family_context(name, home.zones, read_asked(request.GET), number, datetime.now(UTC))
    except NotFoundError:
        raise Http404(name) from None
    context["may_answer"] = role_of(request) in DESK
    context["own_party"] = home.party
    return render(request, "web/dga_family.html", context)


@reader_page
@require_POST
def answer(request: HttpRequest, name: str) -> HttpResponse:
    """Answer about the names that the form says."""
    actor, asked = _actor(request), read_asked(request.POST)
    try:
        done = answer_dga(
            home_of_node(), name, asked, request.POST.get("said", "")[:40], actor,
            note=request.POST.get("note", ""), at=datetime.now(UTC),
        )  # fmt: skip
    except NotFoundError:
        raise Http404(name) from None
    except ConflictError as error:
        reasons = error.message.rpartition(": ")[2].split(", ")
        said = "; ".join(label(reason, "dga-refusal") for reason in reasons)
        messages.error(request, _("This name cannot be answered so: %(reasons)s.") % {"reasons": said})
    except InputError as error:
        messages.error(request, _refusal(error))
    else:
        messages.success(request, _said(done))
    kept = urlencode({word: value for word, value in asked.items() if value and word != "name"})
    return redirect(reverse("web:dga-family", args=[name]) + ("?" + kept if kept else ""))


@reader_page
@require_POST
def share(request: HttpRequest, name: str) -> HttpResponse:
    """Share now what waits for partners."""
    actor = _actor(request)
    try:
        told = share_family(home_of_node(), name, actor, at=datetime.now(UTC))
    except NotFoundError:
        raise Http404(name) from None
    except ComityError as error:
        messages.error(request, str(error))
    else:
        sent = sum(one.verdict == "send" for decisions in told.values() for one in decisions)
        waits = sum(len(decisions) for decisions in told.values()) - sent
        messages.success(
            request, _("Parts sent: %(sent)d. Parts that wait: %(waits)d.") % {"sent": sent, "waits": waits}
        )
    return redirect("web:dga-family", name)


def _actor(request: HttpRequest) -> Actor:
    person = person_of(request)
    if person.role not in DESK:
        raise PermissionDenied
    return Actor(person.username, person.role, home_of_node().party)


def _refusal(error: InputError) -> str:
    if error.item == "answer":
        return _("Choose an answer from the list.")
    if error.item == "note":
        return _("Write a note of at most 500 characters.")
    return _("No name of our zones is so.")


def _said(done: AnsweredNames) -> str:
    said = ngettext("%(number)d name was answered.", "%(number)d names were answered.", done.answered)
    text = said % {"number": done.answered}
    for reason, number in sorted(done.left_out.items()):
        left = _("Left out: %(number)d, %(reason)s.") % {"number": number, "reason": label(reason, "dga-refusal")}
        text += " " + left
    return text
