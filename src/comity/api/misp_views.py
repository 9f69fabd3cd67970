"""MISP feeds over HTTP, read only: the bytes that are kept, and nothing is made here.

A feed is read by its subscriber alone, with a token or a client certificate; that of a public subscriber by anybody.
`ETag` and `If-None-Match` spare a MISP the manifest while nothing changed.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import parse_etags
from django.views.decorators.csrf import csrf_exempt

from comity.api.problems import MethodError, problem, store_asked
from comity.api.subscriber_calls import authenticate_subscriber
from comity.api.tokens import UnauthorizedError
from comity.core.errors import ComityError, ForbiddenError, NotFoundError
from comity.store.misp_feeds import FeedRow, event_body, get_feed, hashes_parts, manifest_parts
from comity.store.subscribers import get_subscriber

JSON: Final = "application/json"
CSV: Final = "text/csv; charset=utf-8"
_METHODS: Final = ("GET", "HEAD")

_View = Callable[[HttpRequest, FeedRow, str], HttpResponseBase]


def _for_subscriber(view: _View) -> Callable[..., HttpResponseBase]:
    """Open a view to GET and HEAD of whom the feed is for; everything else is a problem."""

    @csrf_exempt
    @wraps(view)
    def answer(request: HttpRequest, key: str, uuid: UUID | None = None) -> HttpResponseBase:
        try:
            if request.method not in _METHODS:
                raise MethodError("ask with GET or HEAD", item=request.method or "")
            with store_asked():
                _check_caller(request, key)
                return view(request, get_feed(key), str(uuid or ""))
        except ComityError as error:
            refused = problem(error)
            if isinstance(error, UnauthorizedError):
                refused["WWW-Authenticate"] = 'Basic realm="comity", Bearer realm="comity"'
            if isinstance(error, MethodError):
                refused["Allow"] = ", ".join(_METHODS)
            return refused

    return answer


@_for_subscriber
def manifest(request: HttpRequest, feed: FeedRow, _uuid: str) -> HttpResponseBase:
    """Give manifest.json: every event with its timestamp."""
    return _kept(request, f'"m{feed.revision}"') or _tagged(
        HttpResponse(b"".join(manifest_parts(feed.subscriber_pk)), content_type=JSON), f'"m{feed.revision}"'
    )


@_for_subscriber
def hashes(request: HttpRequest, feed: FeedRow, _uuid: str) -> HttpResponseBase:
    """Give hashes.csv: the MD5 of every value, and the event where it stands."""
    return _kept(request, f'"h{feed.revision}"') or _tagged(
        StreamingHttpResponse(hashes_parts(feed.subscriber_pk), content_type=CSV), f'"h{feed.revision}"'
    )


@_for_subscriber
def event(request: HttpRequest, feed: FeedRow, uuid: str) -> HttpResponseBase:
    """Give one event."""
    body, stamp = event_body(feed.subscriber_pk, uuid)
    return _kept(request, f'"{stamp}"') or _tagged(HttpResponse(body, content_type=JSON), f'"{stamp}"')


def _check_caller(request: HttpRequest, key: str) -> None:
    """Let in the feed's own subscriber; to the public's anybody who asks without a key."""
    if "Authorization" not in request.headers:
        try:
            subscriber = get_subscriber(key)
        except NotFoundError:
            subscriber = None  # as if it were there: who has no key learns no keys
        if subscriber is not None and subscriber.kind == "public" and subscriber.ended_at is None:
            return
    call = authenticate_subscriber(request, at=datetime.now(UTC))
    if call.subscriber.key != key:
        raise ForbiddenError("this feed is another subscriber's", item=key)


def _kept(request: HttpRequest, etag: str) -> HttpResponseBase | None:
    """304 where the caller has this version already."""
    asked = parse_etags(request.headers.get("If-None-Match", ""))
    if "*" in asked or etag in [one.removeprefix("W/") for one in asked]:
        return _tagged(HttpResponse(status=304), etag)
    return None


def _tagged(response: HttpResponseBase, etag: str) -> HttpResponseBase:
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    response["Vary"] = "Authorization"
    return response
