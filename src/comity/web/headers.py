"""What a browser is forbidden to do with our pages.

Nothing loads from elsewhere, nothing frames us: `default-src 'none'` and then only our own style sheets, images and
script files, and forms that return to us.  No script stands in a page, so none that slips into one runs (CSP Level 3,
W3C).
Pages of somebody signed in are never kept by a browser or a proxy on the way.
"""

from collections.abc import Callable, Iterable
from typing import Final

from django.http import HttpRequest, HttpResponse

_POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; "
    "form-action 'self'{}; base-uri 'none'; frame-ancestors 'none'"
)
POLICY: Final = _POLICY.format("")
PERMISSIONS: Final = "camera=(), geolocation=(), microphone=(), payment=(), usb=(), interest-cohort=()"


def policy_with_forms_to(origins: Iterable[str]) -> str:
    """The policy of a page whose forms may lead to these origins too: a sign-in elsewhere answers by a redirect."""
    return _POLICY.format("".join(f" {origin}" for origin in origins))


class ContentSecurityMiddleware:
    """Put the policy on every answer that did not set its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Cache-Control", "no-store")
        return response
