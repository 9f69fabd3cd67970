"""Lists of names to block over HTTP: the octets that are ready, to whoever the subscriber's key or nobody's allows.

A list has one version for all its forms.  Whoever has it hears 304 and nothing more (RFC 9110 §13); what is sent is
gzip where the reader takes it, and its ETag says which of the two it is.  Lists of a subscriber of the kind public
are everybody's.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from django.conf import settings
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.views.decorators.csrf import csrf_exempt

from comity.api.problems import MethodError, problem, store_asked
from comity.api.subscriber_calls import authenticate_subscriber
from comity.api.taxii_answers import takes_gzip
from comity.api.tokens import UnauthorizedError
from comity.core.errors import ComityError, NotFoundError, SettingError
from comity.edges.home import Home
from comity.flows.compose_list import compose_list, read_list_version
from comity.store.subscribers import SubscriberRow, get_subscriber
from comity.wire.block_list_texts import FORMS_BY_FILE, LISTS

MAX_AGE_SECONDS: Final = 300
_METHODS: Final = ("GET", "HEAD")


@csrf_exempt
def list_file(request: HttpRequest, subscriber: str, file: str) -> HttpResponseBase:
    """Give a subscriber's list."""
    try:
        if request.method not in _METHODS:
            raise MethodError("ask with GET or HEAD", item=request.method or "")
        with store_asked():
            return _give(request, _reader(request, subscriber), file)
    except ComityError as error:
        refused = problem(error)
        if isinstance(error, UnauthorizedError):
            refused["WWW-Authenticate"] = 'Basic realm="comity", Bearer realm="comity"'
        if isinstance(error, MethodError):
            refused["Allow"] = ", ".join(_METHODS)
        return refused


def _reader(request: HttpRequest, key: str) -> SubscriberRow:
    """Whose list it is, when the caller may read it.  A stranger does not learn which subscribers there are."""
    try:
        found = get_subscriber(key)
    except NotFoundError:
        found = None
    if found is not None and found.kind == "public" and found.ended_at is None:
        return found
    caller = authenticate_subscriber(request, at=datetime.now(UTC)).subscriber
    if caller.key != key:
        raise NotFoundError("there is no such list for you", item=key)
    return caller


def _give(request: HttpRequest, subscriber: SubscriberRow, file: str) -> HttpResponseBase:
    form = FORMS_BY_FILE.get(file)
    if form is None:
        raise NotFoundError(f"lists are {', '.join(FORMS_BY_FILE)}", item=file)
    is_packed = takes_gzip(request)
    version = read_list_version(subscriber)
    etag = f'"{subscriber.pk}-{version.serial}{"-gzip" if is_packed else ""}"'
    changed = int(version.changed_at.timestamp())
    unchanged = get_conditional_response(request, etag=etag, last_modified=changed)
    if unchanged is not None:
        return _marked(unchanged, etag, changed, is_public=subscriber.kind == "public")
    if request.method == "HEAD":
        # Not an empty answer, of which Django would say that the list has no octets.
        answer: HttpResponseBase = StreamingHttpResponse((), content_type=LISTS[form].media_type)
    else:
        version, composed = compose_list(_home(), subscriber, form)
        etag = f'"{subscriber.pk}-{version.serial}{"-gzip" if is_packed else ""}"'
        changed = int(version.changed_at.timestamp())
        octets: Iterator[bytes] = composed.compressed() if is_packed else composed.plain()
        answer = StreamingHttpResponse(octets, content_type=LISTS[form].media_type)
    if is_packed:
        answer["Content-Encoding"] = "gzip"
    return _marked(answer, etag, changed, is_public=subscriber.kind == "public")


def _home() -> Home:
    home = settings.HOME
    if not isinstance(home, Home):
        raise SettingError("no node is open", item="COMITY_DIR")
    return home


def _marked(answer: HttpResponseBase, etag: str, changed: int, *, is_public: bool) -> HttpResponseBase:
    answer["ETag"] = etag
    answer["Last-Modified"] = http_date(changed)
    answer["Cache-Control"] = f"{'public' if is_public else 'private'}, max-age={MAX_AGE_SECONDS}"
    answer["Vary"] = "Accept-Encoding, Authorization"
    return answer
