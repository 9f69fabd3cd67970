"""In which language a page speaks: what this browser chose, else what it says it prefers, else English.

The choice is a cookie, so that it needs no account and no script; somebody signed in also keeps it with the account.
Only languages the node offers can be chosen (node.toml `languages`).
"""

from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

COOKIE: Final = "comity_language"
YEAR_SECONDS: Final = 365 * 24 * 3600

# BCP 47 spells the script with a capital; Django's codes are lower case.
BCP47: Final = {"zh-hans": "zh-Hans"}


def offered() -> tuple[tuple[str, str], ...]:
    """List the node's languages: code and the language's own name."""
    chosen = settings.HOME.settings.languages if settings.HOME else tuple(code for code, _ in settings.LANGUAGES)
    return tuple((code, name) for code, name in settings.LANGUAGES if code in chosen) or (("en", "English"),)


def is_offered(code: str) -> bool:
    """Answer whether the node speaks this language."""
    return any(code == known for known, _ in offered())


def language_of(request: HttpRequest) -> str:
    """Choose the language of one request."""
    code = request.COOKIES.get(COOKIE, "")
    if is_offered(code):
        return code
    code = translation.get_language_from_request(request)
    return code if is_offered(code) else offered()[0][0]


def remember(response: HttpResponse, code: str, *, secure: bool) -> None:
    """Keep the choice in this browser for a year."""
    response.set_cookie(COOKIE, code, max_age=YEAR_SECONDS, httponly=True, samesite="Lax", secure=secure)


class LanguageMiddleware:
    """Speak the request's language while it is answered."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        code = language_of(request)
        with translation.override(code):
            request.LANGUAGE_CODE = code
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", BCP47.get(code, code))
        response.headers["Vary"] = ", ".join(filter(None, [response.headers.get("Vary", ""), "Accept-Language"]))
        return response
