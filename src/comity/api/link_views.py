"""Node to node over HTTP: bytes in, a flow, bytes out (docs/spec/link.md §3).

The listener has bounded every body before (`edges/listener`) and says whose certificate was shown: a partner reaches
the addresses of its own links and no other.  Who is believed is decided by what is signed, never by the connection.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from prometheus_client import Counter

from comity.api.problems import MethodError, answers_problems, problem, store_asked
from comity.core.errors import ComityError, ForbiddenError, InputError, NotFoundError, SettingError, TooLargeError
from comity.edges.home import Home
from comity.flows.answer import answer_status, give_back
from comity.flows.converse import BATCH, PART, TEXT
from comity.flows.give import give_entries, take_receipt, take_returned
from comity.flows.receive import receive_batch
from comity.wire.checkpoint import NOTE_MAX_BYTES
from comity.wire.link_batch import BATCH_MAX_BYTES

ASKED: Final = Counter(
    "comity_link_requests", "Requests of partners, by what was asked and what came of it", ("ask", "code")
)
ENTRIES: Final = Counter("comity_link_entries_received", "Entries received from partners", ("came_to",))
_DISCARD_BYTES: Final = 65_536
_CONTENT_TYPES: Final = {"fetch": BATCH, "recall": PART}


@csrf_exempt
@answers_problems
def push(request: HttpRequest, origin: str) -> HttpResponseBase:
    """Take a batch; the answer is its receipt."""
    return _answer(request, "batch", BATCH_MAX_BYTES, lambda home, body: _push(home, origin, body))


@csrf_exempt
@answers_problems
def status(request: HttpRequest, origin: str) -> HttpResponseBase:
    """Say how many entries of the sender's ledger are held here, cosigned."""
    return _answer(request, "status", NOTE_MAX_BYTES, lambda home, note: answer_status(home, origin, note, at=_now()))


@csrf_exempt
@answers_problems
def recall(request: HttpRequest, origin: str) -> HttpResponseBase:
    """Give a sender that was restored its own entries back; the answer is a part."""
    return _answer(request, "recall", NOTE_MAX_BYTES, lambda home, note: give_back(home, origin, note, at=_now()))


@csrf_exempt
@answers_problems
def fetch(request: HttpRequest, origin: str) -> HttpResponseBase:
    """Give our entries to a partner that fetches; the answer is a batch, or nothing."""
    return _answer(request, "fetch", NOTE_MAX_BYTES, lambda home, note: give_entries(home, origin, note, at=_now()))


@csrf_exempt
@answers_problems
def receipt(request: HttpRequest, origin: str) -> HttpResponseBase:
    """Keep the receipt of a partner that fetches."""
    return _answer(request, "receipt", NOTE_MAX_BYTES, lambda home, note: _keep(home, origin, note))


@csrf_exempt
@answers_problems
def give_return(request: HttpRequest, origin: str) -> HttpResponseBase:
    """Take our own entries back from a partner that fetches; the answer is how many there are now."""
    return _answer(
        request, "return", BATCH_MAX_BYTES, lambda home, part: b"%d\n" % take_returned(home, origin, part, at=_now())
    )


def unknown_address(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 — Django's signature
    """Answer for every address that is none of a link."""
    return problem(NotFoundError("partners' nodes ask at /link/v1/ only", item="address"))


def _keep(home: Home, origin: str, note: bytes) -> bytes:
    take_receipt(home, origin, note, at=_now())
    return b""


def _now() -> datetime:
    return datetime.now(UTC)


def _push(home: Home, origin: str, body: bytes) -> bytes:
    received = receive_batch(home, origin, body, at=_now())
    ENTRIES.labels("applied").inc(received.taken - received.refused)
    ENTRIES.labels("refused").inc(received.refused)
    return received.receipt


def _answer(request: HttpRequest, ask: str, limit: int, act: Callable[[Home, bytes], bytes]) -> HttpResponse:
    """Read a bounded body, act, and count what came of it."""
    try:
        _check_partner(request)
        with store_asked():
            answer = act(_home(), _body(request, limit))
    except ComityError as error:
        ASKED.labels(ask, error.code).inc()
        raise
    ASKED.labels(ask, "ok").inc()
    if not answer:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    return HttpResponse(answer, content_type=_CONTENT_TYPES.get(ask, TEXT))


def _check_partner(request: HttpRequest) -> None:
    """Refuse a partner at the address of a ledger that is neither its own nor meant for it."""
    match = request.resolver_match
    parties = str(match.kwargs.get("origin", "")).split("/") if match else []
    partners = str(request.META.get("SSL_CLIENT_PARTNER", "")).split()
    if not set(partners) & set(parties):
        raise ForbiddenError("this ledger is of another link than your certificate's", item="origin")


def _home() -> Home:
    home = settings.HOME
    if not isinstance(home, Home):
        raise SettingError("no node is open", item="COMITY_DIR")
    return home


def _body(request: HttpRequest, limit: int) -> bytes:
    if request.method != "POST":
        raise MethodError("ask with POST", item=request.method or "")
    length = int(request.META.get("CONTENT_LENGTH") or 0)
    try:
        if length > limit:
            _discard(request, length, limit)
            raise TooLargeError(f"a body here has at most {limit} bytes", item="body")
        return request.read(limit + 1)
    except UnreadablePostError as error:
        raise InputError("was cut short on the way", item="body") from error


def _discard(request: HttpRequest, length: int, limit: int) -> None:
    """Read past a body that is a little too long, so that its sender hears why; one far too long is cut off."""
    if length <= 2 * limit:
        while request.read(_DISCARD_BYTES):
            pass
