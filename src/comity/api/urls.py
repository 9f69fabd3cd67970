"""Addresses of `/api/v1`, made from the route table; what is not in it answers problem details too."""

from collections import defaultdict
from collections.abc import Callable
from functools import cache

import msgspec
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, re_path
from django.views.decorators.csrf import csrf_exempt

from comity.api.calls import answer
from comity.api.openapi import openapi_document
from comity.api.problems import MethodError, problem
from comity.api.route import JSON, Route
from comity.api.routes import ROUTES
from comity.core.errors import NotFoundError

View = Callable[..., HttpResponseBase]


def _view(routes: dict[str, Route]) -> View:
    @csrf_exempt  # a bearer token is not sent by a browser on its own
    def view(request: HttpRequest, **parts: str) -> HttpResponseBase:
        return answer(routes, request, parts)

    return view


@cache
def _openapi_bytes() -> bytes:
    return msgspec.json.encode(openapi_document())


def openapi(request: HttpRequest) -> HttpResponse:
    """Give the OpenAPI document."""
    if request.method != "GET":
        return problem(MethodError("this address takes GET", item=request.method or ""))
    return HttpResponse(_openapi_bytes(), content_type=JSON)


@csrf_exempt
def unknown(request: HttpRequest) -> HttpResponse:
    """Answer for an address that there is not."""
    return problem(NotFoundError("no such address", item=request.path[:200]))


def _patterns() -> list[URLPattern]:
    by_path: dict[str, dict[str, Route]] = defaultdict(dict)
    for route in ROUTES:
        by_path[route.path][route.method] = route
    plain_first = sorted(by_path, key=lambda address: [part.startswith("<") for part in address.split("/")])
    return [path(address, _view(by_path[address])) for address in plain_first]


urlpatterns = [path("openapi.json", csrf_exempt(openapi)), *_patterns(), re_path("", unknown)]
