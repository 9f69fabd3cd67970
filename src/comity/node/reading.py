"""Pages and API calls that only read may read from the node's replica; all others mark what they have written.

It stands around every other part of a request, so that sessions and accounts are read from where the page is.
What machines ask about the node's health is asked of the primary, and so is everything of the links listener.
"""

from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse

from comity.store.replica import Replica

_ONLY_PRIMARY: Final = frozenset({"/healthz", "/readyz", "/metrics"})
# Where a question may begin something that is kept: a session, or a guess that is counted.
_PRIMARY_PLACES: Final = ("/sign-in/", "/account/", "/answer/", "/report/", "/status/")
_READS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class ReadingMiddleware:
    """Route each request; without `database.replica` it is not there at all."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        is_for_links = settings.ROOT_URLCONF == "comity.node.link_urls"
        if is_for_links or settings.HOME is None or not settings.HOME.settings.database.replica:
            raise MiddlewareNotUsed
        self.get_response = get_response
        self._replica = Replica(settings.HOME.path)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in _READS:
            response = self.get_response(request)
            self._replica.note_write()
            return response
        if request.path in _ONLY_PRIMARY or request.path.startswith(_PRIMARY_PLACES):
            return self.get_response(request)
        with self._replica.reading():
            return self.get_response(request)
