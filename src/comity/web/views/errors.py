"""Error pages in the reader's language; machines get a problem document (RFC 9457) instead.

Nothing of the exception is shown: a person sees a sentence and what to do next, never a traceback.  The page for
500 asks the database nothing, for the database may be the reason.
"""

from http import HTTPStatus
from typing import Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string

from comity.web.reading_panel import plain_look

_MACHINES: Final = ("/api/", "/link/", "/taxii2/", "/log/")


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 — Django's signature
    """400."""
    return _page(request, HTTPStatus.BAD_REQUEST)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """403."""
    return _page(request, HTTPStatus.FORBIDDEN)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """404."""
    return _page(request, HTTPStatus.NOT_FOUND)


def too_large(request: HttpRequest) -> HttpResponse:
    """413 for a form or file that is larger than any of ours; nothing of it was read."""
    return _page(request, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)


def too_many(request: HttpRequest) -> HttpResponse:
    """429 for somebody who tries too often."""
    return _page(request, HTTPStatus.TOO_MANY_REQUESTS)


def failed(request: HttpRequest) -> HttpResponse:
    """500."""
    return _page(request, HTTPStatus.INTERNAL_SERVER_ERROR)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    """403 for a form that did not come from our page, or came from one kept open too long."""
    return _page(request, HTTPStatus.FORBIDDEN, stale_form=True)


def _page(request: HttpRequest, status: HTTPStatus, *, stale_form: bool = False) -> HttpResponse:
    if request.path.startswith(_MACHINES):
        problem = {"type": "about:blank", "title": status.phrase, "status": status.value}
        return JsonResponse(problem, status=status, content_type="application/problem+json")
    context = {"status": status.value, "stale_form": stale_form}
    if status is HTTPStatus.INTERNAL_SERVER_ERROR:
        # Without the request's own processors: a session or a user would be a question to the database, and the
        # language form needs a token of the session.
        return HttpResponse(render_to_string("web/error.html", context | plain_look(request)), status=status)
    return HttpResponse(render_to_string("web/error.html", context, request), status=status)
