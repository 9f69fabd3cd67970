"""Administration: who may sign in and as what, what was done to accounts, and who looked at personal data.

Administrators change accounts; auditors see the same pages and change nothing.
"""

from datetime import UTC, datetime
from typing import Final, get_args

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from comity.core.errors import ComityError, ConflictError
from comity.flows.add_person import add_person
from comity.flows.change_person import Change, change_person
from comity.store.models import Look, Person, PersonChange
from comity.web.access import only_for, person_of

_PAGE_ROWS: Final = 100
_CHANGES: Final = tuple(change for change in get_args(Change) if change != "password")
readers_page = only_for(frozenset({"administrator", "auditor"}))
administrators_page = only_for(frozenset({"administrator"}))


@readers_page
@require_GET
def administration(request: HttpRequest) -> HttpResponse:
    """List the people of the node."""
    people = Person.objects.order_by("username").prefetch_related("authenticator_set")
    shown = {"section": "administration", "people": people, "may_change": person_of(request).role == "administrator"}
    return render(request, "web/administration.html", shown)


@administrators_page
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("password")
def new_person(request: HttpRequest) -> HttpResponse:
    """Add a person."""
    shown = {"section": "administration", "roles": Person.Role.values, "name": "", "role": "analyst", "why": ""}
    if request.method != "POST":
        return render(request, "web/new_person.html", shown)
    name, role = request.POST.get("name", "").strip()[:200], request.POST.get("role", "")
    try:
        add_person(
            name, role, request.POST.get("password", "")[:1000],
            actor=person_of(request).username, at=datetime.now(UTC),
        )  # fmt: skip
    except ConflictError:
        why = _("There is such a person already.")
    except ComityError as error:
        why = str(error)
    else:
        messages.success(request, _("%(name)s may sign in now.") % {"name": name})
        return redirect("web:person", name=name)
    return render(request, "web/new_person.html", {**shown, "name": name, "role": role, "why": why}, status=400)


@readers_page
@require_GET
def person(request: HttpRequest, name: str) -> HttpResponse:
    """Show one account and its history."""
    found = Person.objects.filter(username=name).first()
    if found is None:
        return redirect("web:administration")
    shown = {
        "section": "administration",
        "person": found,
        "roles": Person.Role.values,
        "changes": PersonChange.objects.filter(person=name).order_by("-pk")[:_PAGE_ROWS],
        "factors": Authenticator.objects.filter(user=found).exclude(type=Authenticator.Type.RECOVERY_CODES).exists(),
        "may_change": person_of(request).role == "administrator" and person_of(request).username != name,
    }
    return render(request, "web/person.html", shown)


@administrators_page
@require_POST
def change(request: HttpRequest, name: str) -> HttpResponse:
    """Change an account."""
    wanted = request.POST.get("change", "")
    actor, at = person_of(request).username, datetime.now(UTC)
    try:
        for known in _CHANGES:
            if known == wanted:
                change_person(name, known, to=request.POST.get("role", "")[:40], actor=actor, at=at)
                messages.success(request, _("The account was changed."))
    except ComityError as error:
        messages.error(request, str(error))
    return redirect("web:person", name=name)


@readers_page
@require_GET
def looks(request: HttpRequest) -> HttpResponse:
    """List who looked at personal data, the newest first."""
    rows = Look.objects.order_by("-pk")
    before = request.GET.get("before", "")
    if before.isascii() and before.isdecimal() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    found = list(rows[: _PAGE_ROWS + 1])
    shown = {
        "section": "administration",
        "looks": found[:_PAGE_ROWS],
        "older": found[_PAGE_ROWS - 1].pk if len(found) > _PAGE_ROWS else None,
    }
    return render(request, "web/looks.html", shown)
