"""A session ends when nobody used it for a while (node.toml `sign_in.idle_minutes`).

When it was used last stands in a signed cookie, bound to the session and renewed at most once a minute: nothing is
written to the store by looking at a page.  Without that cookie it was last used when it began, which the session itself
knows; so whoever holds a session's cookie alone gains nothing by leaving the other away.
"""

import time
from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, HttpResponse

COOKIE: Final = "comity_seen"
BEGAN: Final = "comity_began"  # in the session: when it was signed in, in seconds since 1970
_RENEWED_AFTER_SECONDS: Final = 60


class IdleMiddleware:
    """Make a stranger of whoever was away for too long."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        now = int(time.time())
        seen = self._seen(request, now) if request.user.is_authenticated else 0
        if request.user.is_authenticated and now - seen > _idle_seconds():
            request.user = AnonymousUser()
        response = self.get_response(request)
        key = request.session.session_key
        if key and request.user.is_authenticated and now - seen > _RENEWED_AFTER_SECONDS:
            mark = _signer(key).sign(str(now))
            response.set_cookie(
                COOKIE, mark, httponly=True, samesite="Lax", secure=bool(settings.SESSION_COOKIE_SECURE)
            )
        return response

    def _seen(self, request: HttpRequest, now: int) -> int:
        try:
            return int(_signer(request.session.session_key or "").unsign(request.COOKIES.get(COOKIE, "")))
        except (BadSignature, ValueError):
            return int(request.session.get(BEGAN, now - _RENEWED_AFTER_SECONDS - 1))


def _signer(session_key: str) -> Signer:
    return Signer(salt=f"comity.idle.{session_key}")


def _idle_seconds() -> float:
    return 60.0 * settings.HOME.settings.sign_in.idle_minutes if settings.HOME else 3600.0
