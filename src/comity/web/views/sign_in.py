"""Sign-in and sign-out: a name and a password, no puzzle, pasting allowed (WCAG 3.3.8).

A wrong name and a wrong password get the same answer in the same time (Django hashes either way); after several of
them the account waits (`store.sign_in_failures`), whether it exists or not.  Whoever has a second factor is asked for
it next, by django-allauth; a passkey alone is enough, and so is the party's own OpenID Connect provider.
"""

from datetime import UTC, datetime
from typing import Any

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from django.contrib.auth import authenticate, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from comity.store.models import Person
from comity.store.sign_in_failures import count_failure, forget_failures, must_wait
from comity.web.accounts import first_page, lead_to_providers, providers
from comity.web.places import safe_place


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask who it is; then show the page that was asked for, or the first one of the role."""
    wanted = request.POST.get("next", "") or request.GET.get("next", "")
    if request.method != "POST":
        return _page(request, {"place": wanted})
    name = request.POST.get("username", "")[:150].replace("\0", "")  # PostgreSQL has no NUL in texts
    address, now = request.META.get("REMOTE_ADDR", ""), datetime.now(UTC)
    if must_wait(name, address, at=now):
        return _page(request, {"place": wanted, "name": name, "waits": True}, status=429)
    person = authenticate(request, username=name, password=request.POST.get("password", "")[:1000])
    if not isinstance(person, Person):
        count_failure(name, address, at=now)
        return _page(request, {"place": wanted, "name": name, "failed": True}, status=400)
    forget_failures(name, address)
    place = safe_place(request, wanted, otherwise=first_page(person))
    answer: HttpResponse = perform_password_login(request, {"username": name}, Login(user=person, redirect_url=place))
    return answer


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    return redirect("web:home")


def _page(request: HttpRequest, shown: dict[str, Any], *, status: int = 200) -> HttpResponse:
    page = render(request, "web/sign_in.html", {**shown, "providers": providers()}, status=status)
    return lead_to_providers(page)
