"""Post to a webhook's receiver: HTTPS to an address that was looked at, bounded in time and size, nothing followed.

The name is resolved here and the connection goes to the very address that was judged, so that a name that points inward
a moment later (DNS rebinding) leads nowhere.  Loopback, private, link-local and other special addresses are refused
unless the webhook was declared for them.  A redirect is an answer like any other that is no 2xx: it is not followed.
"""

import http.client
import socket
import ssl
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from typing import Final
from urllib.parse import urlsplit

import msgspec

from comity.core.errors import InputError
from comity.edges.public_address import is_public

CONNECT_SECONDS: Final = 5.0
WHOLE_SECONDS: Final = 10.0
_ANSWER_BYTES: Final = 4_096
_AT_ONCE: Final = 8
_URL_LETTERS: Final = 1000
_LATE: Final = "did not answer in time"


class Post(msgspec.Struct, frozen=True):
    """What is to be posted, and where to."""

    url: str
    body: bytes
    fields: Mapping[str, str]
    authority: str
    allows_private: bool


class Posted(msgspec.Struct, frozen=True):
    """Whether it was taken (2xx), and what was answered or what stood in the way, in words."""

    taken: bool
    answer: str


class _InwardError(OSError):
    """The name leads to an address that is nobody's on the Internet."""


def check_webhook_url(url: str) -> str:
    """Check an address; return it.  Raises `InputError`."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise InputError("is no URL", item=url[:200]) from None
    good = parts.scheme == "https" and parts.hostname and port != 0 and not parts.fragment and not parts.username
    if not good or len(url) > _URL_LETTERS or not url.isascii() or not url.isprintable() or " " in url:
        raise InputError("a webhook's address looks like https://hooks.example.by/comity", item=url[:200])
    return url


def check_authority(pem: str) -> str:
    """Check a certificate authority (PEM; empty: the system's); return it.  Raises `InputError`."""
    try:
        ssl.create_default_context(cadata=pem or None)
    except (ssl.SSLError, ValueError) as error:
        raise InputError(f"is no PEM certificate: {error}", item="ca") from None
    return pem


def post_all(posts: Sequence[Post], *, whole_seconds: float = WHOLE_SECONDS) -> list[Posted]:
    """Post several at once, each within its own time."""
    if not posts:
        return []
    with ThreadPoolExecutor(max_workers=min(_AT_ONCE, len(posts))) as pool:
        return list(pool.map(lambda one: _post(one, whole_seconds), posts))


def _post(post: Post, whole_seconds: float) -> Posted:
    parts = urlsplit(post.url)
    host, port = parts.hostname or "", parts.port or 443
    late = threading.Event()
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        context = ssl.create_default_context(cadata=post.authority or None)
        plain = _connect(host, port, allows_private=post.allows_private)
        with closing(context.wrap_socket(plain, server_hostname=host, do_handshake_on_connect=False)) as sock:
            hang_up = threading.Timer(whole_seconds, _hang_up, (sock, late))
            hang_up.daemon = True
            hang_up.start()
            try:
                sock.do_handshake()
                return _ask(sock, host, port, target, post)
            finally:
                hang_up.cancel()
    except (OSError, http.client.HTTPException, UnicodeError) as error:
        return Posted(False, _LATE if late.is_set() else _reason(error))


def _ask(sock: ssl.SSLSocket, host: str, port: int, target: str, post: Post) -> Posted:
    connection = http.client.HTTPSConnection(host, port)
    connection.sock = sock
    connection.request("POST", target, body=post.body, headers={**post.fields, "Connection": "close"})
    response = connection.getresponse()
    response.read(_ANSWER_BYTES)
    taken = 200 <= response.status < http.client.MULTIPLE_CHOICES
    return Posted(taken, f"answered {response.status}" + ("" if taken else _not_taken(response.status)))


def _not_taken(status: int) -> str:
    return "; redirects are not followed" if status < http.client.BAD_REQUEST else ""


def _connect(host: str, port: int, *, allows_private: bool) -> socket.socket:
    """A connection to the first address of a name that may be reached and answers."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    error: OSError = OSError("has no address")
    for family, kind, protocol, _, address in found:
        if not allows_private and not is_public(str(address[0])):
            error = _InwardError(f"leads to {address[0]}, which is no address of the Internet; --private allows it")
            continue
        plain = socket.socket(family, kind, protocol)
        plain.settimeout(CONNECT_SECONDS)
        try:
            plain.connect(address)
        except OSError as refused:
            plain.close()
            error = refused
            continue
        plain.settimeout(WHOLE_SECONDS)
        return plain
    raise error


def _hang_up(sock: socket.socket, late: threading.Event) -> None:
    """Cut a connection whose answer does not end."""
    late.set()
    with suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)


def _reason(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is refused: {error.verify_message}"
    if isinstance(error, _InwardError):
        return str(error)
    if isinstance(error, socket.gaierror):
        return "its name does not resolve"
    if isinstance(error, TimeoutError):
        return _LATE
    if isinstance(error, http.client.HTTPException | ssl.SSLError):
        return f"hung up, or answered with what is not HTTPS ({type(error).__name__})"
    return f"is not reachable: {getattr(error, 'strerror', None) or error}"
