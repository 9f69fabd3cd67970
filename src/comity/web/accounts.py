"""What django-allauth asks this node about accounts: nobody makes one by themselves, and nothing is sent by mail.

A person is made by the operator (`comity person add`).  An OpenID Connect identity is joined to it by the person, who
is signed in then; one that is joined to nobody gets nobody in.  Secrets of authenticator apps are kept encrypted
with a key made from the node's own secret, so that a copy of the database alone lets nobody in.
"""

import time
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from cryptography.fernet import Fernet
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from comity.store.models import Person
from comity.web import languages
from comity.web.access import READERS, STAFF
from comity.web.headers import policy_with_forms_to
from comity.web.idle import BEGAN


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # django-allauth has no types
    """Accounts of one node."""

    def is_open_for_signup(self, _request: HttpRequest) -> bool:
        return False

    def login(self, request: HttpRequest, user: Person) -> None:
        super().login(request, user)
        request.session[BEGAN] = int(time.time())

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return first_page(request.user) if isinstance(request.user, Person) else "/"

    def post_login(self, request: HttpRequest, user: Person, **hooks: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **hooks)
        if languages.is_offered(user.language) and languages.COOKIE not in request.COOKIES:
            languages.remember(response, user.language, secure=request.is_secure())
        return response

    def add_message(self, *_args: Any, **_kwargs: Any) -> None:
        """Say nothing beside the page: each page says itself what became of a form."""

    def send_mail(self, *_args: Any, **_kwargs: Any) -> None:
        """Send nothing: people of the desk have no address here."""


class ProviderAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Identities of the OpenID Connect provider."""

    def is_open_for_signup(self, _request: HttpRequest, _login: Any) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, login: Any) -> None:
        """An identity that nobody of this node is known by ends here, with what to do about it."""
        if not login.is_existing and login.state.get("process") != "connect":
            page = render(request, "socialaccount/signup_closed.html", status=403)
            raise ImmediateHttpResponse(page)

    def get_connect_redirect_url(self, _request: HttpRequest, _account: Any) -> str:
        return "/account/"


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors."""

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _cipher().decrypt(encrypted_text.encode()).decode()

    def build_totp_svg(self, url: str) -> str:
        """Draw the QR code as it can stand in a page: without the declaration of an XML file."""
        drawn: str = super().build_totp_svg(url)
        return drawn[drawn.index("<svg") :]

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        entity: dict[str, str] = super().get_public_key_credential_rp_entity()
        return {**entity, "name": settings.MFA_TOTP_ISSUER}


def first_page(person: Person) -> str:
    """Where a role's work begins."""
    if person.role in READERS:
        return "/inbox/"
    return "/links/" if person.role in STAFF else "/account/"


def providers() -> list[dict[str, Any]]:
    """The OpenID Connect provider of this node, or nothing."""
    apps: list[dict[str, Any]] = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]
    return apps


def lead_to_providers(page: HttpResponse) -> HttpResponse:
    """Let the forms of a page lead to the provider."""
    parts = [urlsplit(app["settings"]["server_url"]) for app in providers()]
    page["Content-Security-Policy"] = policy_with_forms_to(f"{part.scheme}://{part.netloc}" for part in parts)
    return page


def closed(_request: HttpRequest) -> HttpResponse:
    """An account that was closed cannot go on signing in."""
    return redirect("web:sign-in")


def _cipher() -> Fernet:
    key = sha256(b"comity-second-factor\0" + settings.SECRET_KEY.encode()).digest()
    return Fernet(urlsafe_b64encode(key))
