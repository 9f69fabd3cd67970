"""Sign-in and sign-out: a name and a password, no puzzle, pasting allowed (WCAG 3.3.8).

A wrong name and a wrong password get the same answer in the same time (Django hashes either way); after several of
them the account waits (`store.sign_in_failures`), whether it exists or not.
"""

from datetime import UTC, datetime

from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from comity.store.models import Person
from comity.store.sign_in_failures import count_failure, forget_failures, must_wait
from comity.web import languages
from comity.web.access import READERS, STAFF
from comity.web.places import safe_place


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask who it is; then show the page that was asked for, or the first one of the role."""
    wanted = request.POST.get("next", "") or request.GET.get("next", "")
    if request.method != "POST":
        return render(request, "web/sign_in.html", {"place": wanted})
    name = request.POST.get("username", "")[:150].replace("\0", "")  # PostgreSQL has no NUL in texts
    address, now = request.META.get("REMOTE_ADDR", ""), datetime.now(UTC)
    if must_wait(name, address, at=now):
        return render(request, "web/sign_in.html", {"place": wanted, "name": name, "waits": True}, status=429)
    person = authenticate(request, username=name, password=request.POST.get("password", "")[:1000])
    if not isinstance(person, Person):
        count_failure(name, address, at=now)
        return render(request, "web/sign_in.html", {"place": wanted, "name": name, "failed": True}, status=400)
    forget_failures(name, address)
    login(request, person)
    response = redirect(safe_place(request, wanted, otherwise=_first_page(person)))
    if languages.is_offered(person.language) and languages.COOKIE not in request.COOKIES:
        languages.remember(response, person.language, secure=request.is_secure())
    return response


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    return redirect("web:home")


def _first_page(person: Person) -> str:
    if person.role in READERS:
        return "/inbox/"
    return "/links/" if person.role in STAFF else "/"
