"""Roles that need a second factor do nothing before they have one (node.toml `sign_in.second_factor_for`).

Somebody who has signed in with a password alone is led to the page where a factor is set up; reading settings,
language and signing out stay open.  Once set up, a factor is asked for at every sign-in by django-allauth itself.
"""

from collections.abc import Callable
from typing import Final

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from comity.store.models import Person

_OPEN: Final = ("/account/", "/sign-in/", "/sign-out/", "/reading/", "/language/", "/assets/", "/accessibility/")


class SecondFactorMiddleware:
    """Lead whoever must have a second factor to where it is set up."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        person = request.user
        if isinstance(person, Person) and must_set_up(person) and not request.path.startswith(_OPEN):
            return redirect("mfa_index")
        return self.get_response(request)


def must_set_up(person: Person) -> bool:
    """Answer whether this person's role needs a second factor and the person has none."""
    needed = settings.HOME.settings.sign_in.second_factor_for if settings.HOME else ()
    return person.role in needed and not is_mfa_enabled(person)
