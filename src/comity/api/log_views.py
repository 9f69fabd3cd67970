"""The node's ledgers for those who may audit them: C2SP tlog-tiles over HTTP, read only (docs/spec/tiles.md).

Answers with what is stored: the newest signed checkpoint as it was signed, the hashes as they were kept, and of each
entry its leaf data.  Payloads are never given, nothing beyond the checkpoint is, and nothing is signed here: whoever
asks gets exactly what the two parties signed, or a problem.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from comity.api.problems import MethodError, problem, store_asked
from comity.api.tokens import UnauthorizedError, authenticate, authorize
from comity.core.errors import ComityError, ForbiddenError, NotFoundError
from comity.core.ledger import TILE_WIDTH, leaf_data
from comity.flows.compose import DamagedLedgerError
from comity.store.ledger_tiles import HASH_BYTES, read_tile
from comity.store.ledgers import read_entries
from comity.store.links import get_ledger_of_origin
from comity.store.models import Ledger, Person
from comity.wire.checkpoint import parse_head, parse_note
from comity.wire.tiles import is_published, parse_tile_path, render_entry_bundle

ROLES: Final = ("auditor", "administrator", "supervisor", "policy-officer")
TEXT: Final = "text/plain; charset=utf-8"
OCTETS: Final = "application/octet-stream"
_METHODS: Final = ("GET", "HEAD")
# A tile of a given width never changes.  `private`: who may see it is asked of everybody.
_FOREVER: Final = "private, max-age=31536000, immutable"
_ASK_AGAIN: Final = "private, no-cache"


def _read_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Open a view to GET and HEAD of those who may see ledgers; everything else is a problem."""

    @csrf_exempt
    @wraps(view)
    def answer(request: HttpRequest, **parts: str) -> HttpResponse:
        try:
            if request.method not in _METHODS:
                raise MethodError("ask with GET or HEAD", item=request.method or "")
            _check_caller(request)
            with store_asked():
                return view(request, **parts)
        except ComityError as error:
            refused = problem(error)
            if isinstance(error, UnauthorizedError):
                refused["WWW-Authenticate"] = 'Bearer realm="comity"'
            if isinstance(error, MethodError):
                refused["Allow"] = ", ".join(_METHODS)
            return refused

    return answer


@_read_only
def checkpoint(_request: HttpRequest, origin: str) -> HttpResponse:
    """Give the newest signed checkpoint of a ledger, with the receiver's signature where there is one."""
    note, _ = _published(get_ledger_of_origin(origin))
    return _answer(note, TEXT, _ASK_AGAIN)


@_read_only
def tile(_request: HttpRequest, origin: str, path: str) -> HttpResponse:
    """Give a tile of hashes, or the leaf data of a tile of entries, as far as the checkpoint reaches."""
    asked = parse_tile_path(path)
    ledger = get_ledger_of_origin(origin)
    _, size = _published(ledger)
    if not is_published(asked, size):
        raise NotFoundError(f"the published checkpoint is of {size} entries and has no such tile", item=path)
    if asked.of_entries:
        start = asked.number * TILE_WIDTH
        entries = read_entries(ledger.pk, start, start + asked.width)
        leaves = [leaf_data(*entry.outgoing()) for entry in entries]
        held, data = len(leaves), render_entry_bundle(leaves)
    else:
        data = read_tile(ledger.pk, asked.level, asked.number)[: asked.width * HASH_BYTES]
        held = len(data) // HASH_BYTES
    if held != asked.width:
        raise DamagedLedgerError("a part of it is missing here; comity link verify says which", item=f"{origin} {path}")
    return _answer(data, OCTETS, _FOREVER)


def _check_caller(request: HttpRequest) -> None:
    """Let in who has a token, or is signed in, with a role that may see ledgers."""
    if "Authorization" in request.headers or not isinstance(request.user, Person):
        authorize(authenticate(request, at=datetime.now(UTC)), ROLES, "links:read")
    elif request.user.role not in ROLES:
        raise ForbiddenError(f"this is for {', '.join(ROLES)}; not for {request.user.role}")


def _published(ledger: Ledger) -> tuple[bytes, int]:
    """The note that is published and its size: what both signed, or while there is none what the sender signed."""
    for note in (ledger.receipt, ledger.checkpoint):
        if note:
            parsed = parse_note(note)
            if any(line.name == ledger.origin for line in parsed.signatures):
                return note, parse_head(parsed.text).size
    raise NotFoundError("nothing of this ledger was signed yet", item=ledger.origin)


def _answer(data: bytes, content_type: str, cache: str) -> HttpResponse:
    response = HttpResponse(data, content_type=content_type)
    response["Cache-Control"] = cache
    response["Vary"] = "Authorization, Cookie"
    return response
