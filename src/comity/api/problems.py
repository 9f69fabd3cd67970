"""The one place where an error becomes an HTTP answer: problem details (`wire.problem`).

What the listener for partners refuses unread it answers with the same document.  A store that is full, read-only or
away is nobody's fault: 503, ask again.  What else is not a `ComityError` is a fault of this program and is left to the
server's own 500.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from http import HTTPStatus
from typing import Concatenate, ParamSpec

from django.db import DatabaseError, DataError, IntegrityError, InterfaceError, ProgrammingError, connection
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from comity.core.errors import ComityError, StoreUnavailableError
from comity.wire.problem import CONTENT_TYPE, render_problem

LOG = logging.getLogger("comity.api")
_SAID_MAX = 300

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
    return HttpResponse(render_problem(error), status=status, content_type=CONTENT_TYPE)


@contextmanager
def store_asked() -> Iterator[None]:
    """Raise `StoreUnavailableError` where the store cannot answer; a wrong question stays a fault."""
    try:
        yield
    except (DataError, IntegrityError, ProgrammingError):
        raise
    except (DatabaseError, InterfaceError) as error:
        LOG.warning("the store cannot be used: %s", " ".join(str(error).split())[:_SAID_MAX])
        if not connection.in_atomic_block:
            connection.close()  # one that was opened while nothing could be written would never write again
        raise StoreUnavailableError("cannot be used now; ask again later", item="store") from None


def answers_problems(
    view: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Let a view raise `ComityError`; the caller gets its problem details."""

    @wraps(view)
    def answer(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            with store_asked():
                return view(request, *args, **kwargs)
        except ComityError as error:
            return problem(error)

    return answer
