"""Experts: whom one may ask, at partners and here; and our own part of the directory, kept by those who write."""

from datetime import UTC, datetime

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from comity.core.consultation_items import WRITERS
from comity.core.consultations import LANGUAGES, TOPICS
from comity.core.errors import ComityError, NotFoundError
from comity.core.markings import TLPS
from comity.core.roles import Actor
from comity.edges.home import Home
from comity.flows.add_expert import NewExpert, add_expert
from comity.flows.withdraw_expert import withdraw_expert
from comity.store.experts import list_experts, told_of
from comity.store.links import list_links
from comity.web.access import person_of, reader_page, role_of
from comity.web.consultation_forms import Refusal, refusal_of
from comity.web.desk_steps import home_of_node


@reader_page
@require_http_methods(["GET", "POST"])
def experts(request: HttpRequest) -> HttpResponse:
    """Show the directory, and take somebody into it."""
    home = home_of_node()
    refusal: Refusal | None = None
    if request.method == "POST":
        try:
            add_expert(home, _read(request), _actor(request, home), at=datetime.now(UTC))
        except ComityError as error:
            refusal = refusal_of(error)
        else:
            messages.success(request, _("Done."))
            return redirect("web:experts")
    asked = {name: request.GET.get(name, "")[:120] for name in ("topic", "language", "party")}
    rows = list_experts(**asked)
    told = told_of([row for row in rows if row.party == home.party])
    context = {
        "section": "consultations", "experts": [(row, told.get(row.pk, [])) for row in rows], "asked": asked,
        "own_party": home.party, "parties": [home.party, *(link.partner for link in list_links())], "topics": TOPICS,
        "languages_spoken": LANGUAGES, "markings": TLPS[:-1], "may_write": role_of(request) in WRITERS,
        "refusal": refusal, "typed": request.POST if refusal else {}, "typed_topics": request.POST.getlist("topics"),
        "typed_languages": request.POST.getlist("languages"),
    }  # fmt: skip
    return render(request, "web/experts.html", context, status=409 if refusal else 200)


@reader_page
@require_POST
def withdraw(request: HttpRequest, uuid: str) -> HttpResponse:
    """Take somebody of ours out of the directory."""
    home = home_of_node()
    try:
        withdraw_expert(home, uuid, _actor(request, home), at=datetime.now(UTC))
    except NotFoundError:
        raise Http404(uuid) from None
    messages.success(request, _("Done."))
    return redirect("web:experts")


def _read(request: HttpRequest) -> NewExpert:
    form = request.POST
    return NewExpert(
        role=form.get("role", ""),
        topics=tuple(form.getlist("topics")),
        languages=tuple(form.getlist("languages")),
        contact=form.get("contact", ""),
        name=form.get("name", ""),
        consent=form.get("consent", ""),
        tlp=form.get("tlp", "TLP:AMBER"),
    )


def _actor(request: HttpRequest, home: Home) -> Actor:
    person = person_of(request)
    if person.role not in WRITERS:
        raise PermissionDenied
    return Actor(person.username, person.role, home.party)
