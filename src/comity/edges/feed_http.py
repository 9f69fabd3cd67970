"""One question to a server of a feed: who is asked, over what, how long and how much (RFC 9110).

The address is looked up once and asked as it was looked up: one that is not of the public internet is refused unless
the declaration says `private`, so that no answer and no name server can make this node ask a machine of its own
network.  TLS is verified against the system's authorities or those that the declaration names.  A redirect leads from
https to https only, a few times, and what proves who we are does not go along to another host.  `http.client` as
towards partners: no proxies from the environment, a body read piece by piece and up to its bound.
"""

import http.client
import socket
import ssl
import threading
import time
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urljoin, urlsplit

from comity.core.errors import ComityError, SettingError
from comity.core.feeds import Feed
from comity.edges.home import Home
from comity.edges.public_address import is_public
from comity.edges.retry_after import parse_retry_after

_REDIRECTS: Final = 4
_REDIRECTING: Final = frozenset({301, 302, 303, 307, 308})
_PIECE: Final = 65_536
_IDLE_SECONDS: Final = 30.0
_SECRET_BYTES: Final = 8_192
_DEFAULT_PORT: Final = {"https": 443, "http": 80}


class FeedError(ComityError):
    """A feed could not be fetched, or what came is not taken.  `reason`: a stable word for lists and figures."""

    code = "feed-failed"
    http_status = 502

    def __init__(self, reason: str, message: str, *, item: str = "", retry_after: timedelta | None = None) -> None:
        super().__init__(message, item=item)
        self.reason = reason
        self.retry_after = retry_after


class Answer:
    """An answer whose body is still to be read; use it inside of `ask`."""

    def __init__(self, url: str, response: http.client.HTTPResponse, until: float) -> None:
        self.url = url
        self.status = response.status
        self.headers = response.headers
        self._response, self._until = response, until

    def pieces(self, most_bytes: int) -> Iterator[bytes]:
        """Hand out the body.  Raises `FeedError`: over the bound, cut off, or too slow; what came before was whole."""
        response, size = self._response, 0
        said = response.length
        if said is not None and said > most_bytes:
            raise FeedError("too-large", f"says it has {said:,} bytes; at most {most_bytes:,} are taken")
        while True:
            try:
                piece = response.read1(_PIECE)
            except (OSError, http.client.HTTPException, ValueError) as error:
                raise _failed(error, self._until) from error
            if time.monotonic() >= self._until:
                raise FeedError("timed-out", "did not come in time")
            if not piece:
                break
            size += len(piece)
            if size > most_bytes:
                raise FeedError("too-large", f"has more than {most_bytes:,} bytes")
            yield piece
        if response.length:
            raise FeedError("cut-off", f"ended {response.length:,} bytes before the length that it said")

    def whole(self, most_bytes: int) -> bytes:
        """Read all of the body.  Raises `FeedError`."""
        return b"".join(self.pieces(most_bytes))

    @property
    def tells_its_end(self) -> bool:
        """Whether the end of the body can be told from a connection that broke."""
        return self.headers.get("Content-Length") is not None or self._is_chunked()

    def _is_chunked(self) -> bool:
        return "chunked" in self.headers.get("Transfer-Encoding", "").lower()


class Caller:
    """Asks the server of one feed, all within one bound of time; trust, proof and addresses as the feed declares."""

    def __init__(self, home: Home, feed: Feed) -> None:
        self._feed = feed
        self._until = time.monotonic() + feed.seconds
        self._context = _context(home, feed)
        self._proof = _proof(home, feed)

    @contextmanager
    def ask(self, url: str, headers: Mapping[str, str]) -> Iterator[Answer]:
        """Ask, following redirects; answers of a server's or our own fault raise `FeedError`."""
        first = urlsplit(url)
        for _redirect in range(_REDIRECTS + 1):
            proof = self._proof if _origin(url) == _origin(first.geturl()) else {}
            with self._once(url, {**headers, **proof}) as answer:
                location = answer.headers.get("Location", "") if answer.status in _REDIRECTING else ""
                if not location:
                    _weigh_status(answer)
                    yield answer
                    return
            url = self._next(url, location)
        raise FeedError("too-many-redirects", f"sent us on more than {_REDIRECTS} times")

    def _next(self, url: str, location: str) -> str:
        try:
            there = urljoin(url, location)
            parts = urlsplit(there)
            port = parts.port
        except ValueError as error:
            raise FeedError("bad-redirect", "sent us to what is no address") from error
        downgraded = parts.scheme != "https" and not (parts.scheme == "http" == urlsplit(url).scheme)
        if downgraded or not parts.hostname or port == 0 or parts.username is not None or not there.isascii():
            raise FeedError("bad-redirect", "sent us to an address without TLS, or that is none")
        return parts._replace(fragment="").geturl()

    @contextmanager
    def _once(self, url: str, headers: Mapping[str, str]) -> Iterator[Answer]:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or _DEFAULT_PORT[parts.scheme]
        left = self._until - time.monotonic()
        if left <= 0:
            raise FeedError("timed-out", "did not come in time")
        sock = self._connect(host, port, left)
        hang_up = threading.Timer(left, _hang_up, (sock,))
        hang_up.daemon = True
        hang_up.start()
        connection = http.client.HTTPConnection(host, port)
        try:
            if parts.scheme == "https":
                sock = self._context.wrap_socket(sock, server_hostname=host, suppress_ragged_eofs=False)
            connection.sock = sock
            path = parts._replace(scheme="", netloc="", fragment="").geturl() or "/"
            connection.request("GET", path, headers={"User-Agent": "comity", **headers})
            response = connection.getresponse()
        except (OSError, http.client.HTTPException, ValueError) as error:
            hang_up.cancel()
            sock.close()
            raise _failed(error, self._until) from error
        try:
            with response:
                yield Answer(url, response, self._until)
        finally:
            hang_up.cancel()
            connection.close()
            sock.close()

    def _connect(self, host: str, port: int, left: float) -> socket.socket:
        """Connect to an address that may be asked, and to no other that the same name may have a moment later."""
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise FeedError("unreachable", f"its host is not found: {getattr(error, 'strerror', error)}") from error
        allowed = [one for one in found if self._feed.private or is_public(str(one[4][0]))]
        if not allowed:
            raise FeedError("private-address", "its host is no machine of the public internet; `private` allows that")
        trouble: OSError | None = None
        for family, kind, protocol, _name, address in allowed[:4]:
            sock = socket.socket(family, kind, protocol)
            sock.settimeout(min(left, _IDLE_SECONDS))
            try:
                sock.connect(address)
            except OSError as error:
                sock.close()
                trouble = error
                continue
            return sock
        raise _failed(trouble or OSError("no address"), self._until)


def _weigh_status(answer: Answer) -> None:
    status = answer.status
    wait = parse_retry_after(answer.headers.get("Retry-After", ""))
    if status == http.client.TOO_MANY_REQUESTS:
        raise FeedError("rate-limited", "asks us to wait", retry_after=wait)
    if status in {http.client.UNAUTHORIZED, http.client.FORBIDDEN}:
        raise FeedError("refused", f"answered with HTTP {status}: it does not let us in")
    if status >= http.client.INTERNAL_SERVER_ERROR:
        raise FeedError("server-error", f"answered with HTTP {status}", retry_after=wait)
    if status in {http.client.NOT_FOUND, http.client.GONE}:
        raise FeedError("not-found", f"answered with HTTP {status}: nothing is there")


def _failed(error: Exception, until: float) -> FeedError:
    if isinstance(error, TimeoutError) or time.monotonic() >= until:
        return FeedError("timed-out", "did not come in time")
    if isinstance(error, ssl.SSLCertVerificationError):
        return FeedError("certificate", f"its certificate is refused: {error.verify_message}")
    if isinstance(error, http.client.IncompleteRead | ssl.SSLEOFError | ConnectionResetError):
        return FeedError("cut-off", "the connection broke before the end")
    if isinstance(error, http.client.HTTPException | ValueError):
        return FeedError("malformed", f"answered with what is not HTTP ({type(error).__name__})")
    return FeedError("unreachable", f"is not reachable: {getattr(error, 'strerror', None) or error}")


def _hang_up(sock: socket.socket) -> None:
    with suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)


def _origin(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port


def _context(home: Home, feed: Feed) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=str(home.path / feed.ca) if feed.ca else None)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if feed.certificate:
            context.load_cert_chain(home.path / feed.certificate, home.path / feed.key)
    except (OSError, ssl.SSLError) as error:
        raise SettingError(f"certificates cannot be read: {error}", item=f"feeds.toml [{feed.name}]") from error
    return context


def _proof(home: Home, feed: Feed) -> dict[str, str]:
    """The header field by which a server knows us: the file's `Name: value`, or Basic from its `user:password`."""
    if not feed.authorization_file:
        return {}
    file = home.path / feed.authorization_file
    text = _read_secret(file)
    name, colon, value = text.partition(":")
    if not colon or not text.isascii() or not text.isprintable():
        raise SettingError("holds one line: a header field (Name: value), or user:password", item=str(file))
    if value.startswith(" "):
        return {name: value.strip()}
    return {"Authorization": f"Basic {b64encode(text.encode()).decode()}"}


def _read_secret(file: Path) -> str:
    try:
        if file.stat().st_mode & 0o077:
            raise SettingError("can be read by others; chmod 600", item=str(file))
        with file.open("rb") as opened:
            return opened.read(_SECRET_BYTES).decode("utf-8", "replace").strip()
    except OSError as error:
        raise SettingError(f"cannot be read: {error.strerror}", item=str(file)) from error
