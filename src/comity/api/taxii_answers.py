"""How a TAXII request becomes an answer (TAXII 2.1 §3): who calls, which media type, which errors, gzip.

Whoever is not known hears nothing but that.  Errors are TAXII's own error resource; what each is says the same code as
everywhere (`core.errors`).
"""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

import msgspec
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.encoding import iri_to_uri
from django.views.decorators.csrf import csrf_exempt

from comity.api.bodies import MediaTypeError
from comity.api.problems import MethodError, store_asked
from comity.api.subscriber_calls import authenticate_subscriber
from comity.api.tokens import UnauthorizedError
from comity.core.errors import ComityError, NotFoundError, SettingError
from comity.edges.home import Home
from comity.store.subscribers import SubscriberCall
from comity.store.taxii_collections import Collection, ensure_collections, find_collection
from comity.wire.taxii_resources import MEDIA_TYPE, render_error

LOG: Final = logging.getLogger("comity.api")
_ACCEPT_LETTERS: Final = 1_000
_VERSIONS: Final = frozenset({"", "2.1"})


class NotAcceptableError(ComityError):
    """The client asks for a media type that this address does not give."""

    code = "not-acceptable"
    http_status = 406


class TaxiiCall(msgspec.Struct, frozen=True):
    """A request as a view sees it."""

    request: HttpRequest
    home: Home
    caller: SubscriberCall
    at: datetime

    def collection(self, uuid: str) -> Collection:
        """The caller's collection of this identifier.  Raises `NotFoundError`."""
        subscriber = self.caller.subscriber
        found = find_collection(subscriber.pk, uuid.lower())
        if found is None:
            ensure_collections(self.home.party, subscriber)
            found = find_collection(subscriber.pk, uuid.lower())
        if found is None:
            raise NotFoundError("you have no such collection", item=uuid[:60])
        return found


View = Callable[..., HttpResponse]


def taxii(*methods: str) -> Callable[[View], View]:
    """Let a view answer these methods of known subscribers, as a `TaxiiCall`."""

    def decorate(view: View) -> View:
        @csrf_exempt
        @wraps(view)
        def answer(request: HttpRequest, **parts: str) -> HttpResponse:
            try:
                with store_asked():
                    at = datetime.now(UTC)
                    caller = authenticate_subscriber(request, at=at)
                    if request.method not in methods:
                        raise MethodError(f"this address takes {', '.join(methods)}", item=request.method or "")
                    check_accept(request.headers.get("Accept", ""))
                    return view(TaxiiCall(request, _home(), caller, at), **parts)
            except ComityError as error:
                return refuse(error, methods)

        return answer

    return decorate


@csrf_exempt
def unknown_address(request: HttpRequest, **_parts: str) -> HttpResponse:
    """Answer for an address that is none; one that lacks its last slash is told the right one (RFC 9110 §15.4.9)."""
    if request.path.startswith("/taxii2/") and not request.path.endswith("/"):
        redirect = HttpResponse(status=HTTPStatus.PERMANENT_REDIRECT, content_type=MEDIA_TYPE)
        query = request.META.get("QUERY_STRING", "")
        redirect["Location"] = iri_to_uri(quote(f"{request.path}/") + (f"?{query}" if query else ""))
        return redirect
    return refuse(NotFoundError("there is nothing at this address; begin at /taxii2/", item="address"), ())


def refuse(error: ComityError, methods: tuple[str, ...]) -> HttpResponse:
    """Make the answer for an error."""
    level = logging.ERROR if error.http_status >= HTTPStatus.INTERNAL_SERVER_ERROR else logging.WARNING
    LOG.log(
        level, "a TAXII request was refused",
        extra={"event": "request-refused", "code": error.code, "status": error.http_status},
    )  # fmt: skip
    refused = HttpResponse(render_error(error), status=error.http_status, content_type=MEDIA_TYPE)
    refused["Cache-Control"] = "no-store"
    if isinstance(error, UnauthorizedError):
        refused["WWW-Authenticate"] = 'Basic realm="comity", Bearer realm="comity"'
    if isinstance(error, MethodError):
        refused["Allow"] = ", ".join(methods)
    return refused


def reply(data: bytes, *, status: int = HTTPStatus.OK, last_added: tuple[str, str] | None = None) -> HttpResponse:
    """Make an answer."""
    response = HttpResponse(data, status=status, content_type=MEDIA_TYPE)
    response["Cache-Control"] = "private, no-store"
    response["Vary"] = "Accept, Accept-Encoding, Authorization"
    if last_added is not None:
        response["X-TAXII-Date-Added-First"], response["X-TAXII-Date-Added-Last"] = last_added
    return response


def takes_gzip(request: HttpRequest) -> bool:
    """Answer whether the client takes gzip (RFC 9110 §12.5.3)."""
    given = request.headers.get("Accept-Encoding", "")[:_ACCEPT_LETTERS].lower()
    weights = {}
    for part in given.split(","):
        name, _, parameters = part.partition(";")
        weights[name.strip()] = _weight(parameters)
    return weights.get("gzip", weights.get("x-gzip", weights.get("*", 0.0))) > 0


def check_accept(given: str) -> None:
    """Refuse a client that takes none of what is given here.  Raises `NotAcceptableError`."""
    if not given.strip():
        return
    for part in given[:_ACCEPT_LETTERS].lower().split(","):
        name, _, parameters = part.partition(";")
        name = name.strip()
        if _weight(parameters) <= 0:
            continue
        if name in {"*/*", "application/*"} or (
            name == "application/taxii+json" and _parameter(parameters, "version") in _VERSIONS
        ):
            return
    raise NotAcceptableError(f"ask for {MEDIA_TYPE}", item="Accept")


def check_content_type(request: HttpRequest) -> None:
    """Refuse a body of another media type.  Raises `MediaTypeError`."""
    name, _, parameters = request.META.get("CONTENT_TYPE", "")[:_ACCEPT_LETTERS].lower().partition(";")
    if name.strip() != "application/taxii+json" or _parameter(parameters, "version") not in _VERSIONS:
        raise MediaTypeError(f"send {MEDIA_TYPE}", item="Content-Type")
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise MediaTypeError("send the body as it is, without a Content-Encoding", item="Content-Encoding")


def _parameter(parameters: str, wanted: str) -> str:
    for part in parameters.split(";"):
        name, _, value = part.partition("=")
        if name.strip() == wanted:
            return value.strip().strip('"')
    return ""


def _weight(parameters: str) -> float:
    try:
        return float(_parameter(parameters, "q") or "1")
    except ValueError:
        return 0.0


def _home() -> Home:
    home = settings.HOME
    if not isinstance(home, Home):
        raise SettingError("no node is open", item="COMITY_DIR")
    return home
