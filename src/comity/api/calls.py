"""One call of the API from request to answer: who calls, what was sent, which handler answers, in which form.

Everything is bounded and checked before a handler sees it: role, size (1 MiB), media type, members.  Handlers take a
`Call` and give a struct; what goes wrong is a `ComityError` and becomes problem details in `comity.api.problems`.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from django.conf import settings
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.http.response import HttpResponseBase

from comity.api.problems import MethodError, problem, store_asked
from comity.api.tokens import UnauthorizedError, authenticate
from comity.core.errors import ComityError, InputError, LengthRequiredError, SettingError, TooLargeError
from comity.core.roles import Actor
from comity.core.scopes import scope_of
from comity.edges.home import Home

BODY_BYTES: Final = 1_048_576
JSON: Final = "application/json"
NDJSON: Final = "application/x-ndjson"

# How msgspec says it, and where the path of the offending member stands in it.
_AT: Final = " - at `"


class MediaTypeError(ComityError):
    """The body is of a kind that this address does not take."""

    code = "unsupported-media-type"
    http_status = 415


class Call(msgspec.Struct, frozen=True):
    """A call as a handler sees it; `body` is the route's struct, or the bytes where the route declares none."""

    home: Home
    actor: Actor
    at: datetime
    path: Mapping[str, str]
    query: Any
    body: Any


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the route table (`comity.api.routes`)."""

    method: str
    path: str
    handler: Callable[[Call], msgspec.Struct]
    answer: type[msgspec.Struct]
    summary: str
    roles: tuple[str, ...] = ()  # none: everybody, without a token
    query: type[msgspec.Struct]
    body: type[msgspec.Struct] | None = None
    media_type: str = JSON
    tag: str


def answer(routes: Mapping[str, Route], request: HttpRequest, path: Mapping[str, str]) -> HttpResponseBase:
    """Answer a request to one address; `routes` are its routes by method."""
    try:
        route = routes.get(request.method or "")
        if route is None:
            raise MethodError(f"this address takes {', '.join(sorted(routes))}", item=request.method or "")
        with store_asked():
            return _success(route, request, path)
    except ComityError as error:
        refused = problem(error)
        if isinstance(error, UnauthorizedError):
            refused["WWW-Authenticate"] = 'Bearer realm="comity"'
        if isinstance(error, MethodError):
            refused["Allow"] = ", ".join(sorted(routes))
        return refused


def _success(route: Route, request: HttpRequest, path: Mapping[str, str]) -> HttpResponse:
    home = _home()
    actor = Actor("", "", home.party)
    at = datetime.now(UTC)
    if route.roles:
        person = authenticate(request, route.roles, scope_of(route.tag, route.method), at=at)
        actor = Actor(person.get_username(), person.role, home.party)
    call = Call(
        home=home,
        actor=actor,
        at=at,
        path=path,
        query=_query(route, request),
        body=_body(route, request) if route.method == "POST" else b"",
    )
    given = route.handler(call)
    response = HttpResponse(msgspec.json.encode(given), content_type=JSON)
    response["Cache-Control"] = "no-store"
    return response


def _home() -> Home:
    home = settings.HOME
    if not isinstance(home, Home):
        raise SettingError("no node is open", item="COMITY_DIR")
    return home


def _query(route: Route, request: HttpRequest) -> msgspec.Struct:
    """Read the query; a parameter given twice or not declared is refused."""
    given: dict[str, str] = {}
    for name, values in request.GET.lists():
        if len(values) != 1:
            raise InputError("is given more than once", item=str(name))
        given[str(name)] = str(values[0])
    try:
        return msgspec.convert(given, route.query, strict=False)
    except msgspec.ValidationError as error:
        raise _invalid(error, "query") from error


def _body(route: Route, request: HttpRequest) -> Any:
    length = request.META.get("CONTENT_LENGTH") or ""
    if not length:
        raise LengthRequiredError("say how long the body is (Content-Length); it is not taken in pieces", item="body")
    if not length.isdigit() or int(length) > BODY_BYTES:
        raise TooLargeError(f"a body has at most {BODY_BYTES} bytes", item="body")
    if request.content_type != route.media_type:
        raise MediaTypeError(f"send {route.media_type}", item=request.content_type or "Content-Type")
    try:
        data = request.read(BODY_BYTES + 1)
    except UnreadablePostError as error:
        raise InputError("the body ended before its time", item="body") from error
    if len(data) > BODY_BYTES:
        raise TooLargeError(f"a body has at most {BODY_BYTES} bytes", item="body")
    if not data:
        raise InputError("is empty", item="body")
    if route.body is None:
        return data
    try:
        return msgspec.json.decode(data, type=route.body)
    except msgspec.ValidationError as error:
        raise _invalid(error, "body") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"not JSON: {error}", item="body") from error


def _invalid(error: msgspec.ValidationError, where: str) -> InputError:
    message, _, place = str(error).partition(_AT)
    return InputError(message, item=place.rstrip("`") or where)
