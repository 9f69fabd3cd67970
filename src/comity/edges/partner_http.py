"""The way to one partner's node: a kept-open HTTPS connection over mutual TLS, with time limits and bounded answers.

Whatever goes wrong on the way is a `PartnerError` that says so in words an operator can act on (certificate refused,
timed out, not reachable); an answer of any status comes back as a value.  http.client: a fraction of the cost of the
comfortable clients, and it never looks at the environment for proxies or certificates.
"""

import http.client
import socket
import ssl
import threading
from contextlib import suppress
from types import TracebackType
from typing import Final, Self
from urllib.parse import urlsplit

import msgspec

from comity.core.errors import ComityError, InputError

CONNECT_SECONDS: Final = 10.0
ANSWER_MAX_BYTES: Final = 65_536
_ACCEPT: Final = "application/vnd.comity.batch, application/vnd.comity.part, text/plain, application/problem+json"


class PartnerError(ComityError):
    """The partner's node could not be asked, or its answer cannot be read."""

    code = "partner-unreachable"
    http_status = 502


class Answer(msgspec.Struct, frozen=True):
    """What came back: the status, the body, and for a problem its code, its sentence and what it is about."""

    status: int
    body: bytes
    code: str = ""
    detail: str = ""
    item: str = ""


class _Problem(msgspec.Struct):
    code: str = ""
    detail: str = ""
    item: str = ""


def check_url(url: str) -> str:
    """Check a partner's address; return it without a trailing slash.  Raises `InputError`."""
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        port = 0
    if parts.scheme != "https" or not parts.hostname or port == 0 or parts.query or parts.fragment or parts.username:
        raise InputError("a partner's address looks like https://comity.example.by:9443", item=url)
    return url.rstrip("/")


class PartnerConnection:
    """One partner.  The connection is made when needed, kept open, and made anew after any trouble."""

    def __init__(self, url: str, context: ssl.SSLContext, *, answer_seconds: float = 60.0) -> None:
        parts = urlsplit(url)
        self._url = url
        self._answer_seconds = answer_seconds
        self._host = parts.hostname or ""
        self._port = parts.port or 443
        self._prefix = parts.path.rstrip("/")
        self._context = context
        self._connection: http.client.HTTPSConnection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection; the next question opens a new one."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def post(self, path: str, body: bytes, *, content_type: str, max_bytes: int = ANSWER_MAX_BYTES) -> Answer:
        """Ask the partner.  A connection that was closed meanwhile is opened anew, once: questions may be repeated.

        The whole answer must be here within the time for answers, however slowly it trickles.
        """
        headers = {"Content-Type": content_type, "Accept": _ACCEPT}
        kept_open = self._connection is not None
        try:
            return self._ask(path, body, headers, max_bytes)
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError, ssl.SSLEOFError) as error:
            self.close()
            if not kept_open:
                raise PartnerError(_reason(error), item=self._url) from error
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise PartnerError(_reason(error), item=self._url) from error
        try:
            return self._ask(path, body, headers, max_bytes)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise PartnerError(_reason(error), item=self._url) from error

    def _ask(self, path: str, body: bytes, headers: dict[str, str], max_bytes: int) -> Answer:
        connection = self._connection
        if connection is None:
            connection = http.client.HTTPSConnection(
                self._host, self._port, timeout=CONNECT_SECONDS, context=self._context
            )
            connection.connect()
            connection.sock.settimeout(self._answer_seconds)
            self._connection = connection
        late = threading.Event()
        hang_up = threading.Timer(self._answer_seconds, _hang_up, (connection.sock, late))
        hang_up.daemon = True
        hang_up.start()
        try:
            connection.request("POST", self._prefix + path, body=body, headers=headers)
            response = connection.getresponse()
            data = response.read(max_bytes + 1)
        except (OSError, http.client.HTTPException) as error:
            if late.is_set():  # it was we who hung up
                raise TimeoutError from error
            raise
        finally:
            hang_up.cancel()
        if len(data) > max_bytes:
            self.close()
            raise PartnerError(f"answered with more than {max_bytes} bytes", item=self._url)
        if response.length:
            self.close()
            raise PartnerError("answered with less than it said", item=self._url)
        if response.will_close:
            self.close()
        if response.status < http.client.MULTIPLE_CHOICES:
            return Answer(response.status, data)
        problem = _problem(data)
        return Answer(response.status, data, problem.code, problem.detail or response.reason, problem.item)


def _hang_up(sock: socket.socket, late: threading.Event) -> None:
    """Cut a connection whose answer does not end."""
    late.set()
    with suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)


def _problem(data: bytes) -> _Problem:
    try:
        return msgspec.json.decode(data, type=_Problem)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _Problem()


def _reason(error: Exception) -> str:
    """Say in words what happened on the way."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is refused: {error.verify_message}; is the right CA given to comity link add?"
    if isinstance(error, ssl.SSLEOFError):
        return "closed the connection in TLS; does the partner know our CA?"
    if isinstance(error, ssl.SSLError):
        return f"the connection was refused in TLS: {error.reason or error}; does the partner know our CA?"
    if isinstance(error, TimeoutError):
        return "did not answer in time"
    if isinstance(error, http.client.RemoteDisconnected | BrokenPipeError | ConnectionResetError):
        return "closed the connection before it answered"
    if isinstance(error, http.client.HTTPException):
        return f"answered with what is not HTTP ({type(error).__name__})"
    return f"is not reachable: {getattr(error, 'strerror', None) or error}"
