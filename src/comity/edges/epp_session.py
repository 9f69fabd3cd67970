"""A session with an EPP server: TLS with a client certificate, login, info, update, logout; each answer has a
deadline.

Trust is explicit: the server's authority is pinned by a file and nothing of the system's certificates counts.  An
answer belongs to the command whose identifier it bears; one that was sent twice is passed over.  What happened to
an update whose answer did not come is unknown: that is an error of its own (`EppLostAnswerError`), and this file
never sends it again.
"""

import socket
import ssl
import time
from collections.abc import Collection
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Final, Self

import msgspec

from comity.core.errors import ComityError, SettingError
from comity.wire.epp import (
    HEADER_BYTES,
    EppAnswer,
    EppProtocolError,
    Greeting,
    frame,
    parse_answer,
    parse_greeting,
    parse_length,
    render_info,
    render_login,
    render_logout,
    render_update,
)

_PASSED_OVER: Final = 3  # answers to earlier commands that may come before ours
_GOOD_BYE_SECONDS: Final = 2.0
_PART_BYTES: Final = 65_536


class EppUnavailableError(ComityError):
    """The EPP server cannot be reached, let nobody in, or did not answer in time; nothing was changed."""

    code: ClassVar[str] = "epp-unavailable"
    http_status: ClassVar[int] = 503


class EppLostAnswerError(EppUnavailableError):
    """An update was sent and its answer did not come: whether it was carried out is unknown until `info` is asked."""

    code: ClassVar[str] = "epp-lost-answer"


class EppDoor(msgspec.Struct, frozen=True):
    """Where a server is, whom to log in as, and which files prove both sides."""

    host: str
    port: int
    client: str
    password: str
    ca: Path
    certificate: Path
    key: Path
    server_name: str = ""
    answer_seconds: float = 30.0


class EppSession:
    """One session.  A context manager: connected and logged in inside, logged out behind."""

    def __init__(self, door: EppDoor, *, prefix: str) -> None:
        self._door = door
        self._prefix = prefix
        self._connection: ssl.SSLSocket | None = None
        self._earlier: set[str] = set()

    def __enter__(self) -> Self:
        try:
            self._connect()
        except (OSError, EppProtocolError) as error:
            self._hang_up()
            raise EppUnavailableError(f"no session: {error}", item=self._where) from error
        except ComityError:
            self._hang_up()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None and self._connection is not None:
            try:
                self._connection.settimeout(_GOOD_BYE_SECONDS)
                self._connection.sendall(frame(render_logout(cltrid=f"{self._prefix}-out")))
            except OSError:
                pass  # gone already: there is nothing to say good-bye to
        self._hang_up()

    def info(self, name: str, *, cltrid: str) -> EppAnswer:
        """Ask for a name as it is now.  Raises `EppUnavailableError`."""
        try:
            answer = self._ask(render_info(name, cltrid=cltrid), cltrid)
        except (OSError, EppProtocolError) as error:
            raise EppUnavailableError(f"info was not answered: {error}", item=self._where) from error
        if answer.verdict == "done" and (answer.domain is None or answer.domain.name != name):
            raise EppUnavailableError("the answer to info is about another name, or about none", item=name)
        return answer

    def update(self, name: str, *, add: Collection[str], remove: Collection[str], cltrid: str) -> EppAnswer:
        """Change a name's statuses, once.  Raises `EppLostAnswerError` when nobody knows whether it was done."""
        document = render_update(name, add=add, remove=remove, cltrid=cltrid)
        try:
            return self._ask(document, cltrid)
        except (OSError, EppProtocolError) as error:
            raise EppLostAnswerError(f"the update was sent; its answer did not come: {error}", item=name) from error

    @property
    def _where(self) -> str:
        return f"{self._door.host}:{self._door.port}"

    def _connect(self) -> None:
        door = self._door
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        try:
            context.load_verify_locations(door.ca)
            context.load_cert_chain(door.certificate, door.key)
        except OSError as error:  # ssl's own errors are these too
            raise SettingError(f"a certificate or key cannot be used: {error}", item="[epp]") from error
        plain = socket.create_connection((door.host, door.port), timeout=door.answer_seconds)
        try:
            self._connection = context.wrap_socket(plain, server_hostname=door.server_name or door.host)
        except OSError:
            plain.close()
            raise
        self._login(parse_greeting(self._read(time.monotonic() + door.answer_seconds)))

    def _login(self, greeting: Greeting) -> None:
        cltrid = f"{self._prefix}-in"
        answer = self._ask(render_login(self._door.client, self._door.password, greeting, cltrid=cltrid), cltrid)
        if answer.verdict != "done":
            raise EppUnavailableError(f"login refused: {answer.code} {answer.message}", item=self._where)

    def _ask(self, document: bytes, cltrid: str) -> EppAnswer:
        if self._connection is None:
            raise EppUnavailableError("there is no session", item=self._where)
        self._connection.settimeout(self._door.answer_seconds)
        self._connection.sendall(frame(document))
        deadline = time.monotonic() + self._door.answer_seconds
        for _answer in range(_PASSED_OVER + 1):
            answer = parse_answer(self._read(deadline))
            if answer.cltrid == cltrid:
                self._earlier.add(cltrid)
                return answer
            if answer.cltrid not in self._earlier:
                break
        raise EppProtocolError("the answer belongs to another command", item=answer.cltrid)

    def _read(self, deadline: float) -> bytes:
        return self._read_exactly(parse_length(self._read_exactly(HEADER_BYTES, deadline)), deadline)

    def _read_exactly(self, length: int, deadline: float) -> bytes:
        if self._connection is None:
            raise EppUnavailableError("there is no session", item=self._where)
        parts = bytearray()
        while len(parts) < length:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError("the answer took too long")
            self._connection.settimeout(left)
            more = self._connection.recv(min(length - len(parts), _PART_BYTES))
            if not more:
                raise ConnectionError("the server hung up in the middle of an answer")
            parts += more
        return bytes(parts)

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
