"""The one place where an error becomes an HTTP answer: problem details (RFC 9457).

    {"type": "urn:comity:problem:<code>", "title": …, "status": …, "detail": …, "code": …, "item": …}

`code` is the stable code of the error's class, `title` the first line of its documentation, `detail` the sentence
for a person.  What is not a `ComityError` is a fault of this program and is left to the server's own 500.
"""

import logging
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Concatenate, Final, ParamSpec

import orjson
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from comity.core.errors import ComityError

LOG = logging.getLogger("comity.api")
CONTENT_TYPE: Final = "application/problem+json"

P = ParamSpec("P")


class MethodError(ComityError):
    """This address does not take that method."""

    code = "method-not-allowed"
    http_status = 405


def problem(error: ComityError) -> HttpResponse:
    """Make the answer for an error; it is logged by its code alone: the sentence may hold what a person wrote."""
    status = error.http_status
    LOG.log(
        logging.ERROR if status >= HTTPStatus.INTERNAL_SERVER_ERROR else logging.WARNING,
        "a request was refused",
        extra={"event": "request-refused", "code": error.code, "status": status},
    )
    document = {
        "type": f"urn:comity:problem:{error.code}",
        "title": (type(error).__doc__ or "").partition("\n")[0].rstrip("."),
        "status": status,
        "detail": error.message,
        "code": error.code,
    }
    if error.item:
        document["item"] = error.item
    return HttpResponse(orjson.dumps(document), status=status, content_type=CONTENT_TYPE)


def answers_problems(
    view: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Let a view raise `ComityError`; the caller gets its problem details."""

    @wraps(view)
    def answer(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except ComityError as error:
            return problem(error)

    return answer
