"""An error of ours that reaches a page becomes the error page of its kind, never a traceback (STYLE, Feel)."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from comity.core.errors import ComityError
from comity.web.views import errors

_PAGES = {400: errors.bad_request, 403: errors.forbidden, 404: errors.not_found, 409: errors.bad_request}


class RefusalMiddleware:
    """Answer `ComityError` by its status; whatever is our own fault stays an error that is logged and answered
    with 500.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, ComityError):
            return None
        page = _PAGES.get(exception.http_status)
        return page(request) if page else None
