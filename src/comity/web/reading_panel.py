"""How a reader wants the pages to look ("Version for visually impaired people", FIELD A.5 A1–A3).

The pages conform by themselves; this is an addition, not another site.  It works without JavaScript: a form, a POST, a
cookie.  The cookie holds one known word for each question, never anything else, and never travels in an address.  An
account keeps the same words, and where it does they come before the browser's: whoever signs in elsewhere, or after
somebody else at the same desk, reads as they chose.  The words become `data-` attributes of <html>, and comity.css does
the rest.  Every colour scheme has 7:1 or more.
"""

from typing import Any, Final

import msgspec
from django.http import HttpRequest, HttpResponse

from comity.store.models import Person
from comity.web.languages import BCP47, YEAR_SECONDS, language_of, offered

COOKIE: Final = "comity_reading"

CHOICES: Final[dict[str, tuple[str, ...]]] = {
    # question: its answers, the regular one first
    "size": ("100", "125", "150", "175", "200"),
    "face": ("sans", "serif"),
    "scheme": ("regular", "black-on-white", "white-on-black", "blue", "brown", "green"),
    "letter": ("normal", "wide", "widest"),
    "line": ("1.5", "1.75", "2"),
    "images": ("on", "grey", "off"),
    "motion": ("on", "off"),
    "keys": ("on", "off"),  # single keys as commands can be switched off (WCAG 2.1.4)
}


class Reading(msgspec.Struct, frozen=True):
    """One reader's answers."""

    size: str = "100"
    face: str = "sans"
    scheme: str = "regular"
    letter: str = "normal"
    line: str = "1.5"
    images: str = "on"
    motion: str = "on"
    keys: str = "on"

    @property
    def is_regular(self) -> bool:
        return self == Reading()


def parse_reading(text: str) -> Reading:
    """Read the cookie; whatever is unknown falls back to the regular answer."""
    return reading_from(dict(zip(CHOICES, text.split("_"), strict=False)))


def render_reading(reading: Reading) -> str:
    """Write the cookie."""
    return "_".join(getattr(reading, question) for question in CHOICES)


def reading_from(answers: dict[str, str]) -> Reading:
    """Take the answers of a form that are among the choices."""
    return Reading(
        **{question: answers[question] for question, known in CHOICES.items() if answers.get(question) in known}
    )


def reading_for(request: HttpRequest) -> Reading:
    """The answers that hold for a request: those of the account that has any, else this browser's."""
    user = getattr(request, "user", None)
    kept = user.reading if isinstance(user, Person) else ""
    return parse_reading(kept or request.COOKIES.get(COOKIE, ""))


def remember(response: HttpResponse, reading: Reading, *, secure: bool) -> None:
    """Keep the answers in this browser for a year; the regular version needs no cookie."""
    if reading.is_regular:
        response.delete_cookie(COOKIE, samesite="Lax")
    else:
        response.set_cookie(
            COOKIE, render_reading(reading), max_age=YEAR_SECONDS, httponly=True, samesite="Lax", secure=secure
        )


def plain_look(request: HttpRequest) -> dict[str, Any]:
    """The reader's answers and language without a question to the store, for the page that says that it failed."""
    code = getattr(request, "LANGUAGE_CODE", "") or language_of(request)
    return {"reading": parse_reading(request.COOKIES.get(COOKIE, "")), "page_language": BCP47.get(code, code)}


def panel(request: HttpRequest) -> dict[str, Any]:
    """Give every template the reader's answers, the languages, and the page to come back to."""
    code = getattr(request, "LANGUAGE_CODE", "") or language_of(request)
    return {
        "reading": reading_for(request),
        "page_language": BCP47.get(code, code),
        "languages": [
            {"code": known, "name": name, "lang": BCP47.get(known, known), "current": known == code}
            for known, name in offered()
        ],
        "here": request.get_full_path() if request.method in {"GET", "HEAD"} else "/",
    }
