"""One call of the API from request to answer: who calls, how often, what was sent, who answers, in which form.

Everything is bounded and checked before a handler sees it.  Handlers take a `Call` and give a struct; what goes wrong
is a `ComityError` and becomes problem details in `comity.api.problems`.  A read carries an entity tag; a call with an
Idempotency-Key is done once, and its answer is kept (docs/spec/api.md).
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

import msgspec
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from comity.api.bodies import parse_body, read_octets, read_query
from comity.api.pace import TooManyCallsError, pace_headers, take_call
from comity.api.problems import MethodError, problem, store_asked
from comity.api.route import JSON, OCTETS, Call, Route
from comity.api.tokens import Caller, UnauthorizedError, authenticate, authorize
from comity.core.errors import ComityError, InputError, SettingError
from comity.core.roles import Actor
from comity.core.scopes import scope_of
from comity.edges.home import Home
from comity.store.kept_answers import Kept, Reserved, give_back, keep, reserve
from comity.wire.api.parts import Octets

KEY_HEADER: Final = "Idempotency-Key"
_KEY: Final = re.compile(r'[!#-~]{1,255}|"[!#-~]{1,253}"')


def answer(routes: Mapping[str, Route], request: HttpRequest, path: Mapping[str, str]) -> HttpResponseBase:
    """Answer a request to one address; `routes` are its routes by method."""
    headers: dict[str, str] = {}
    try:
        route = routes.get(request.method or "")
        if route is None:
            raise MethodError(f"this address takes {', '.join(sorted(routes))}", item=request.method or "")
        with store_asked():
            given = _given(route, request, path, headers)
    except ComityError as error:
        given = problem(error)
        if isinstance(error, UnauthorizedError):
            given["WWW-Authenticate"] = 'Bearer realm="comity"'
        if isinstance(error, MethodError):
            given["Allow"] = ", ".join(sorted(routes))
    given["Cache-Control"] = "no-store"
    for name, value in headers.items():
        given[name] = value
    return given


def _given(route: Route, request: HttpRequest, path: Mapping[str, str], headers: dict[str, str]) -> HttpResponse:
    home, at = _home(), datetime.now(UTC)
    caller = _caller(route, request, home, at, headers) if route.roles else None
    actor = Actor(caller.person.get_username(), caller.person.role, home.party) if caller else Actor("", "", home.party)
    query = read_query(route, request)
    octets = read_octets(route, request) if route.method == "POST" else b""
    call = Call(home=home, actor=actor, at=at, path=path, query=query, body=parse_body(route, octets))
    key = request.headers.get(KEY_HEADER)
    if route.method == "GET":
        return _read(route.handler(call), request)
    if route.reads or key is None or caller is None:
        return _response(route.handler(call))
    if not _KEY.fullmatch(key):
        raise InputError("is 1 to 255 printable ASCII characters without a space", item=KEY_HEADER)
    asked = sha256(
        b"\n".join((route.path.encode(), request.get_full_path().encode("utf-8", "surrogatepass"), octets))
    ).digest()
    return _once(route, call, caller, key.strip('"'), asked, headers)


def _caller(route: Route, request: HttpRequest, home: Home, at: datetime, headers: dict[str, str]) -> Caller:
    caller = authenticate(request, at=at)
    per_minute = home.settings.web.calls_per_minute
    taken = take_call(caller.number, per_minute=per_minute)
    if taken is not None:
        headers |= pace_headers(taken, per_minute=per_minute)
        if not taken.allowed:
            raise TooManyCallsError(f"this token may call {per_minute} times a minute", item="Authorization")
    authorize(caller, route.roles, scope_of(route.noun, reads=route.reads))
    return caller


def _once(route: Route, call: Call, caller: Caller, key: str, asked: bytes, headers: dict[str, str]) -> HttpResponse:
    """Do it, or answer as it was answered."""
    taken = reserve(caller.person.pk, key, asked, is_whole=route.is_whole, at=call.at)
    if isinstance(taken, Kept):
        headers["Idempotent-Replayed"] = "true"
        return HttpResponse(taken.body, status=taken.status, content_type=taken.media_type)
    try:
        if route.is_whole:
            with transaction.atomic():
                return _kept(route, call, taken)
        return _kept(route, call, taken)
    except ComityError:
        give_back(taken)
        raise


def _kept(route: Route, call: Call, taken: Reserved) -> HttpResponse:
    response = _response(route.handler(call))
    keep(taken, Kept(response.status_code, response["Content-Type"], response.content))
    return response


def _read(given: msgspec.Struct, request: HttpRequest) -> HttpResponse:
    response = _response(given)
    tag = f'"{sha256(response.content).hexdigest()[:32]}"'
    known = {one.strip().removeprefix("W/") for one in request.headers.get("If-None-Match", "").split(",")}
    if tag in known or "*" in known:
        response = HttpResponse(status=304)
        del response["Content-Type"]
    response["ETag"] = tag
    return response


def _response(given: msgspec.Struct) -> HttpResponse:
    if isinstance(given, Octets):
        response = HttpResponse(given.data, content_type=OCTETS)
        response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=given.name)
        response["Content-Security-Policy"] = "default-src 'none'; sandbox; frame-ancestors 'none'"
        response["X-Content-Type-Options"] = "nosniff"
        return response
    return HttpResponse(msgspec.json.encode(given), content_type=JSON)


def _home() -> Home:
    home = settings.HOME
    if not isinstance(home, Home):
        raise SettingError("no node is open", item="COMITY_DIR")
    return home
