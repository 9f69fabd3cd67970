"""Forms of strangers: bounded before anything of them is read, and pages whose address is a secret.

Django reads a whole multipart body before a view sees it, so `bounded` looks at the declared length first and only then
lets the form be read.  `secret_page` is for pages whose address holds a token: no referrer leaves them, no robot lists
them, and their forms need no CSRF cookie, because whoever could forge one would have to know the address.  (A browser
that may send no referrer sends `Origin: null` with a form, Fetch §3.1, which Django's check takes for a stranger.)
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from comity.core.media_types import MAX_BYTES
from comity.web import languages
from comity.web.views.errors import too_large

FORM_BYTES: Final = 128 * 1024
FORM_WITH_FILES: Final = 5 * MAX_BYTES + FORM_BYTES
FORM_WITH_PICTURE: Final = MAX_BYTES + FORM_BYTES

View = Callable[..., HttpResponse]


def bounded(most_bytes: int) -> Callable[[View], View]:
    """Refuse a form that says it is larger, before it is read; the CSRF check comes after that."""
    return lambda view: _bounded(csrf_protect(view), most_bytes)


def secret_page(most_bytes: int) -> Callable[[View], View]:
    """A page whose address is its key: its forms are bounded, and its answers say nothing to anybody else."""
    return lambda view: _bounded(_unlisted(view), most_bytes)


def _bounded(view: View, most_bytes: int) -> View:
    @csrf_exempt  # the check is `bounded`'s, or the token's
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if request.method == "POST" and not (length.isdigit() and int(length) <= most_bytes):
            return too_large(request)
        return view(request, *args, **kwargs)

    return guarded


def _unlisted(view: View) -> View:
    @wraps(view)
    def unlisted(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        response["Cache-Control"] = "no-store, private"
        return response

    return unlisted


def speak(request: HttpRequest, code: str) -> "translation.override":
    """Speak a recipient's language while a page is made, unless this browser has chosen one."""
    chosen = request.COOKIES.get(languages.COOKIE, "")
    spoken = chosen if languages.is_offered(chosen) else code if languages.is_offered(code) else ""
    spoken = spoken or languages.language_of(request)
    request.LANGUAGE_CODE = spoken
    return translation.override(spoken)
