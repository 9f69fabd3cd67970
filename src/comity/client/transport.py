"""How a call travels: pooled HTTPS connections, bounded answers, and what may be sent again.

A read is sent again after any trouble on the way.  What changes something is sent again only with its Idempotency-Key,
so that it is done once.  429 and 503 are waited for as long as Retry-After says, at most a minute each time.
"""

import http.client
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import urlsplit

import msgspec

from comity.client.errors import RefusedError, UnreachableError
from comity.core.errors import InputError
from comity.wire.api.parts import ProblemDocument

TRIES: Final = 4
ANSWER_BYTES: Final = 64 * 1_048_576
_LONGEST_WAIT: Final = 60.0
_MOST_IDLE: Final = 8
_AGAIN: Final = frozenset((429, 502, 503, 504))
_IN_WORK: Final = "idempotency-in-work"


class Response(msgspec.Struct, frozen=True):
    """An answer as it came."""

    status: int
    fields: Mapping[str, str]
    body: bytes


class Transport:
    """The connections to one node.  It may be used by several threads."""

    def __init__(
        self, url: str, *, authority: str = "", seconds: float = 30.0, wait: Callable[[float], None] = time.sleep
    ) -> None:
        """`url`: as people reach the node's pages.  `authority`: PEM of its own CA; empty: the system's."""
        parts = urlsplit(url)
        is_local = parts.hostname in {"127.0.0.1", "::1", "localhost"}
        if not parts.hostname or not (parts.scheme == "https" or (parts.scheme == "http" and is_local)):
            raise InputError("a node's address looks like https://desk.example.by; http is for this machine", item=url)
        self._host, self._port = parts.hostname, parts.port
        self._prefix = parts.path.rstrip("/") + "/api/v1/"
        self._context = ssl.create_default_context(cadata=authority or None) if parts.scheme == "https" else None
        self._seconds = seconds
        self._wait = wait
        self._idle: list[http.client.HTTPConnection] = []
        self._lock = threading.Lock()

    def close(self) -> None:
        """Close what is idle."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def send(self, method: str, path: str, fields: Mapping[str, str], body: bytes | None) -> Response:
        """Send a call and answer what came, of a status below 400.  Raises `RefusedError` or `UnreachableError`."""
        may_repeat = method == "GET" or "Idempotency-Key" in fields
        for tried in range(1, TRIES + 1):
            last = tried == TRIES or not may_repeat
            try:
                response = self._once(method, path, fields, body)
            except (OSError, http.client.HTTPException) as error:
                if last:
                    raise UnreachableError(f"{type(error).__name__}: {error}", item=self._host) from error
                self._wait(min(2.0**tried / 4, _LONGEST_WAIT))
                continue
            if response.status < http.client.BAD_REQUEST:
                return response
            problem = _problem(response)
            if last or not (response.status in _AGAIN or problem.code == _IN_WORK):
                raise RefusedError(problem)
            self._wait(min(_seconds(response.fields.get("retry-after", "")) or 2.0**tried / 4, _LONGEST_WAIT))
        raise UnreachableError("was not answered", item=self._host)

    def _once(self, method: str, path: str, fields: Mapping[str, str], body: bytes | None) -> Response:
        with self._lock:
            connection = self._idle.pop() if self._idle else None
        if connection is not None:  # it may have been closed meanwhile: then nothing was read of the call
            try:
                return self._ask(connection, method, path, fields, body)
            except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
                if method != "GET" and "Idempotency-Key" not in fields:
                    raise
        fresh = (
            http.client.HTTPConnection(self._host, self._port, timeout=self._seconds)
            if self._context is None
            else http.client.HTTPSConnection(self._host, self._port, timeout=self._seconds, context=self._context)
        )
        return self._ask(fresh, method, path, fields, body)

    def _ask(
        self, connection: http.client.HTTPConnection, method: str, path: str, fields: Mapping[str, str],
        body: bytes | None,
    ) -> Response:  # fmt: skip
        done = False
        try:
            connection.request(method, self._prefix + path, body=body, headers=dict(fields))
            answer = connection.getresponse()
            data = answer.read(ANSWER_BYTES + 1)
            if len(data) > ANSWER_BYTES:
                raise UnreachableError(f"answered with more than {ANSWER_BYTES} bytes", item=self._host)
            done = not answer.will_close
            return Response(answer.status, {name.lower(): value for name, value in answer.getheaders()}, data)
        finally:
            with self._lock:
                keeps = done and len(self._idle) < _MOST_IDLE
                if keeps:
                    self._idle.append(connection)
            if not keeps:
                connection.close()


def _problem(response: Response) -> ProblemDocument:
    try:
        return msgspec.json.decode(response.body, type=ProblemDocument)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ProblemDocument("about:blank", http.client.responses.get(response.status, ""), response.status, "", "")


def _seconds(text: str) -> float:
    return float(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 0.0
