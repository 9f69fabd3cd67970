"""What a browser is forbidden to do with our pages.

Nothing runs, nothing loads from elsewhere, nothing frames us: `default-src 'none'` and then only our own style
sheet, our
own images, and forms that return to us.  There is no script at all, so there is nothing to allow (CSP Level 3, W3C).
Pages of somebody signed in are never kept by a browser or a proxy on the way.
"""

from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse

POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
PERMISSIONS: Final = "camera=(), geolocation=(), microphone=(), payment=(), usb=(), interest-cohort=()"


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
