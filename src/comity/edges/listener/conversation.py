"""One partner's connection: a request is read within bounds, waits for its turn, and is answered; then the next.

HTTP/1.1 is h11's (no sockets of its own, strict); here are the bounds, in this order:

1. the head within its octets and seconds; 2. no transfer coding, no content coding, a target that is a path;
3. the declared length within that of the verb, before an octet of it is read; 4. the body's beginning at its pace, so
that who sends nothing takes no memory; 5. room in the memory budget for the rest, and the rest; 6. a turn at the
worker; 7. the answer at its pace.

What is refused is answered, read past for a moment so that the answer is heard, and the connection ends.
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from hashlib import sha256
from http import HTTPStatus
from typing import Final

import h11

from comity.core.errors import ComityError, ForbiddenError, InputError, LengthRequiredError, TooLargeError
from comity.edges.listener.application import Answer, Request, decode_path
from comity.edges.listener.budget import Budget
from comity.edges.listener.crowd import Seat
from comity.edges.listener.limits import SMALL_BYTES, Limits, body_max_bytes, memory_bytes
from comity.edges.listener.refusals import EncodingError, HeadError, SlowError
from comity.edges.listener.stream import READ_BYTES, TlsStream
from comity.edges.listener.turns import Turns
from comity.wire.link_batch import BATCH_MAX_BYTES
from comity.wire.problem import CONTENT_TYPE, render_problem

_HOP_HEADERS: Final = frozenset({"connection", "content-length", "transfer-encoding"})
_VERSIONS: Final = frozenset({b"1.0", b"1.1"})
_RETRY: Final = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.SERVICE_UNAVAILABLE})


class Rules:
    """What all conversations of a listener have in common."""

    def __init__(self, limits: Limits, budget: Budget, turns: Turns[Answer], ask: Callable[[Request], Answer]) -> None:
        self.limits, self.budget, self.turns, self.ask = limits, budget, turns, ask
        self.stopping = False


class Conversation:
    """One connection of a known partner; `still_trusted` answers whether its certificate is still good."""

    def __init__(
        self, stream: TlsStream, seat: Seat, address: str, rules: Rules, still_trusted: Callable[[], bool],
        certificate: bytes = b"",
    ) -> None:  # fmt: skip
        self._stream, self._seat, self._address, self._rules = stream, seat, address, rules
        self._certificate = sha256(certificate).hexdigest() if certificate else ""
        self._still_trusted = still_trusted
        self._limits = rules.limits
        self._now = asyncio.get_running_loop().time
        self._ends_at = self._now() + rules.limits.life_seconds
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=rules.limits.head_bytes)
        self._without_body = False

    async def run(self) -> str:
        """Answer requests until the connection ends; tell why it was ended here ("": it was not, or it was time)."""
        try:
            while await self._answer_one():
                self._http.start_next_cycle()
        except ComityError as error:
            await self.refuse(error)
            return error.code
        except TimeoutError:
            return "answer-not-taken"
        except OSError:
            return "line-broke"
        return ""

    async def refuse(self, error: ComityError) -> None:
        """Answer with the error's problem document and end the connection so that the answer is heard."""
        if self._http.our_state not in {h11.IDLE, h11.SEND_RESPONSE}:
            return
        headers = [("Content-Type", CONTENT_TYPE)]
        if error.http_status in _RETRY:
            headers.append(("Retry-After", str(self._limits.retry_after_seconds)))
        try:
            await self._send(Answer(error.http_status, tuple(headers), render_problem(error)), last=True)
            await self._stream.part(most=self._limits.part_bytes, by=self._now() + self._limits.part_seconds)
        except OSError:
            return

    async def _answer_one(self) -> bool:
        """Take one request and answer it.  Answer whether another may follow."""
        head = await self._head()
        if head is None:
            return False
        if not self._still_trusted():
            raise ForbiddenError("this certificate's authority is no longer trusted here", item="certificate")
        method, target = head.method.decode("ascii"), head.target.decode("ascii")
        self._without_body = method == "HEAD"
        verb = decode_path(target).rstrip("/").rpartition("/")[2]
        length = self._length(head, target, body_max_bytes(verb))
        last = self._rules.stopping or self._now() >= self._ends_at
        pieces: list[bytes] = []
        whole = await self._read_body(pieces, SMALL_BYTES)
        octets = memory_bytes(verb, length)
        by = self._now() + self._limits.memory_wait_seconds
        async with self._rules.budget.lend(self._seat.owner, octets, by=by):
            if not whole:
                await self._read_body(pieces, BATCH_MAX_BYTES)
            request = Request(
                method, target, _header(head, b"content-type"), pieces, self._seat.owner, self._address,
                self._certificate, _header(head, b"accept"), _header(head, b"accept-encoding"),
            )  # fmt: skip
            answer = await self._work(request)
            last = last or self._rules.stopping
            self._seat.answering = True
            await self._send(answer, last=last)
            self._seat.answering = False
        return not last and self._http.our_state is h11.DONE and self._http.their_state is h11.DONE

    async def _head(self) -> h11.Request | None:
        """Wait for a request and read its head; None when the connection ended or nothing came."""
        http, limits = self._http, self._limits
        if not http.trailing_data[0]:
            try:
                first = await self._stream.read(limits.head_bytes, by=self._now() + limits.idle_seconds)
            except TimeoutError:
                return None
            if not first:
                return None
            self._receive(first)
        event = await self._event(limits.head_bytes, self._now() + limits.head_seconds)
        return event if isinstance(event, h11.Request) else None

    def _length(self, head: h11.Request, target: str, most: int) -> int:
        """Check what the head promises; give the body's length."""
        if head.http_version not in _VERSIONS:
            raise InputError("ask with HTTP/1.1", item="request")
        if not target.startswith("/"):
            raise InputError("a request names a path", item="request")
        if any(name == b"transfer-encoding" for name, _ in head.headers):
            raise LengthRequiredError("send the body with a Content-Length, not a Transfer-Encoding", item="body")
        if _header(head, b"content-encoding").strip().lower() not in {"", "identity"}:
            raise EncodingError("send the body as it is, without a Content-Encoding", item="body")
        length = int(_header(head, b"content-length") or 0)
        if length > most:
            raise TooLargeError(f"a body here has at most {most} bytes", item="body")
        return length

    async def _read_body(self, pieces: list[bytes], most: int) -> bool:
        """Read on at the pace that is asked for, about `most` octets; answer whether that was the end."""
        began, got = self._now(), 0
        if self._http.they_are_waiting_for_100_continue:
            go_on = self._http.send(h11.InformationalResponse(status_code=100, headers=[])) or b""
            await self._stream.write(go_on, by=lambda _sent: began + self._limits.grace_seconds)
        while got < most:
            event = await self._event(min(READ_BYTES, most), self._pace(began, got))
            if isinstance(event, h11.EndOfMessage):
                return True
            if not isinstance(event, h11.Data):
                raise InputError("was cut short on the way", item="body")
            pieces.append(bytes(event.data))
            got += len(event.data)
            await asyncio.sleep(0)  # the others' turn, however fast this one sends
        return False

    async def _work(self, request: Request) -> Answer:
        self._seat.working = True
        try:
            return await self._rules.turns.take(self._seat.owner, lambda: self._rules.ask(request))
        finally:
            self._seat.working = False
            self._seat.heard_at = self._now()

    async def _send(self, answer: Answer, *, last: bool) -> None:
        headers = [(name, value) for name, value in answer.headers if name.lower() not in _HOP_HEADERS]
        if answer.status != HTTPStatus.NO_CONTENT:
            headers.append(("Content-Length", str(len(answer.body))))
        if last:
            headers.append(("Connection", "close"))
        # RFC 9110 §6.6.1; partners compare their clocks by it.
        headers.append(("Date", format_datetime(datetime.now(UTC), usegmt=True)))
        response = h11.Response(
            status_code=answer.status, headers=headers, reason=HTTPStatus(answer.status).phrase.encode()
        )
        data = self._http.send(response) or b""
        if not self._without_body:
            data += self._http.send(h11.Data(data=answer.body)) or b""
        data += self._http.send(h11.EndOfMessage()) or b""
        began = self._now()
        await self._stream.write(data, by=lambda sent: self._pace(began, sent))

    async def _event(self, most: int, by: float) -> object:
        """Read until h11 has an event."""
        while True:
            try:
                event = self._http.next_event()
            except h11.RemoteProtocolError as error:
                if error.error_status_hint == HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE:
                    raise HeadError(f"a head has at most {self._limits.head_bytes} bytes", item="head") from error
                raise InputError(f"is not a request as HTTP/1.1 has them: {error}", item="request") from error
            if event is not h11.NEED_DATA:
                return event
            try:
                data = await self._stream.read(most, by=by)
            except TimeoutError:
                raise SlowError("the request did not come in time", item="request") from None
            self._receive(data)

    def _receive(self, data: bytes) -> None:
        self._seat.heard_at = self._now()
        self._http.receive_data(data)

    def _pace(self, began: float, octets: int) -> float:
        return began + self._limits.grace_seconds + octets / self._limits.octets_a_second


def _header(head: h11.Request, wanted: bytes) -> str:
    return b", ".join(value for name, value in head.headers if name == wanted).decode("latin-1")
