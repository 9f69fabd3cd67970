"""A request as WSGI (PEP 3333): what the application is told, and its answer as a value.

Of the request's headers only those about the form of contents are passed on: everything else a client might say (host,
cookies, addresses of proxies) has no meaning here.  Who asks is in `SSL_CLIENT_PARTNER` (empty for a subscriber) and
`SSL_CLIENT_SHA256`, which no header can set.
"""

import sys
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any, Final
from urllib.parse import unquote_to_bytes

import msgspec

from comity.edges.listener.trust import SUBSCRIBER

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
PARTNER: Final = "SSL_CLIENT_PARTNER"
CERTIFICATE: Final = "SSL_CLIENT_SHA256"


class Request(msgspec.Struct, frozen=True):
    """One complete request of one partner or subscriber; `certificate`: the SHA-256 of what it has shown."""

    method: str
    target: str
    content_type: str
    body: list[bytes]  # in pieces, emptied when the application is asked: a large body is there once
    partner: str
    address: str
    certificate: str = ""
    accept: str = ""
    accept_encoding: str = ""

    @property
    def path(self) -> str:
        """The path as the application sees it."""
        return decode_path(self.target)


class Answer(msgspec.Struct, frozen=True):
    """What the application answered."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


def is_subscriber(owner: str) -> bool:
    """Answer whether the owner of a connection is a subscriber and no partner (`trust`)."""
    return owner.startswith(SUBSCRIBER)


def decode_path(target: str) -> str:
    """Take the path from a request's target, percent-decoded, as Latin-1 octets (PEP 3333)."""
    return unquote_to_bytes(target.partition("?")[0]).decode("latin-1")


def ask(application: Application, request: Request, *, server: tuple[str, int]) -> Answer:
    """Let the application answer."""
    started: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], _error: object = None) -> Callable[[bytes], None]:
        started[:] = [(status, headers)]
        return lambda _data: None

    given = b"".join(request.body)
    request.body.clear()
    with BytesIO(given) as stream:  # closed at the end, so that no cycle of objects keeps the octets
        answered = application(_environ(request, stream, len(given), server), start_response)
        del given
        try:
            body = b"".join(answered)
        finally:
            close = getattr(answered, "close", None)
            if close is not None:
                close()
    status, headers = started[0]
    return Answer(int(status[:3]), tuple(headers), body)


def _environ(request: Request, stream: BytesIO, length: int, server: tuple[str, int]) -> dict[str, Any]:
    return {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": request.path,
        "QUERY_STRING": request.target.partition("?")[2],
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1]),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": request.address,
        "CONTENT_TYPE": request.content_type,
        "CONTENT_LENGTH": str(length),
        "HTTPS": "on",
        "HTTP_ACCEPT": request.accept,
        "HTTP_ACCEPT_ENCODING": request.accept_encoding,
        PARTNER: "" if is_subscriber(request.partner) else request.partner,
        CERTIFICATE: request.certificate,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "https",
        "wsgi.input": stream,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
