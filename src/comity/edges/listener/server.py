"""The listener for partners: accepts, learns who it is, holds the conversation, and ends in good order.

Told to stop, it takes no new connection, ends those that wait, and gives running requests a few seconds.  What it
refuses is logged as sums every few seconds, so that nobody can fill a disk with mistakes.
"""

import asyncio
import logging
import socket
import ssl
from collections import Counter
from collections.abc import Callable
from typing import Final

from comity.core.errors import ForbiddenError
from comity.edges.home import Home
from comity.edges.listener.application import Answer, Application, ask
from comity.edges.listener.budget import Budget
from comity.edges.listener.conversation import Conversation, Rules
from comity.edges.listener.crowd import Crowd, Seat
from comity.edges.listener.limits import Limits
from comity.edges.listener.refusals import BusyError
from comity.edges.listener.stream import TlsStream
from comity.edges.listener.trust import Authorities, Trust
from comity.edges.listener.turns import Turns

LOG: Final = logging.getLogger("comity.listener")
_BACKLOG: Final = 256
_LOOK_SECONDS: Final = 0.2
_TELL_SECONDS: Final = 10.0
_TELL_LINES: Final = 20
_SOMEBODY: Final = "somebody"


def listen(home: Home, application: Application, *, stop: Callable[[], bool], limits: Limits | None = None) -> None:
    """Answer partners until told to stop."""
    asyncio.run(_Listener(home, application, limits or Limits()).run(stop))


class _Listener:
    def __init__(self, home: Home, application: Application, limits: Limits) -> None:
        self._link, self._limits = home.settings.link, limits
        self._authorities = Authorities(home)
        self._crowd = Crowd(
            in_all=limits.connections, unknown=limits.connections_unknown, of_one=limits.connections_a_partner
        )
        self._turns: Turns[Answer] = Turns(in_all=limits.queued, of_one=limits.queued_a_partner)
        server = (self._link.host, self._link.port)
        self._rules = Rules(
            limits,
            Budget(in_all=limits.memory_bytes, to_one=limits.memory_bytes_a_partner),
            self._turns,
            lambda request: ask(application, request, server=server),
        )
        self._tasks: set[asyncio.Task[None]] = set()
        self._ended: Counter[tuple[str, str]] = Counter()

    async def run(self, stop: Callable[[], bool]) -> None:
        listening = _open(self._link.host, self._link.port)
        duties = [asyncio.create_task(duty) for duty in (self._accept(listening), self._turns.work(), self._tell())]
        while not stop():
            for duty in duties:
                if duty.done():
                    duty.result()  # raises what ended it; the supervisor starts another listener
            await asyncio.sleep(_LOOK_SECONDS)
        duties[0].cancel()
        await asyncio.wait(duties[:1])
        listening.close()
        await self._finish()
        self._turns.close()
        self._tell_sums()

    async def _finish(self) -> None:
        """Let running requests end; the others go at once."""
        self._rules.stopping = True
        for seat in self._crowd.seats():
            if not seat.working and not seat.answering:
                seat.end()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=self._limits.stop_seconds)

    async def _accept(self, listening: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                connected, address = await loop.sock_accept(listening)
            except OSError as error:
                LOG.warning("no connection can be taken: %s", error)
                await asyncio.sleep(_LOOK_SECONDS)
                continue
            seat = Seat(heard_at=loop.time())
            seat.task = loop.create_task(self._serve(connected, str(address[0]), seat))
            self._tasks.add(seat.task)
            seat.task.add_done_callback(self._done)

    def _done(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            LOG.error("a conversation failed", exc_info=task.exception())

    async def _serve(self, connected: socket.socket, address: str, seat: Seat) -> None:
        """Give a connection a seat for as long as it lasts."""
        if not self._crowd.enter(seat):
            self._ended[_SOMEBODY, "no-room"] += 1
            connected.close()
            return
        try:
            await self._meet(connected, address, seat)
        finally:
            self._crowd.leave(seat)

    async def _meet(self, connected: socket.socket, address: str, seat: Seat) -> None:
        """Shake hands, learn who it is, and talk."""
        now = asyncio.get_running_loop().time
        try:
            trust = self._authorities.now()
            stream = TlsStream(connected, trust.context)
        except OSError:
            connected.close()
            return
        try:
            certificate = await stream.handshake(by=now() + self._limits.handshake_seconds)
            seat.heard_at = now()
            talk = Conversation(
                stream, seat, address, self._rules, lambda: self._still(trust, certificate, seat.owner), certificate
            )
            try:
                partner = self._admit(seat, trust.name(certificate))
            except (BusyError, ForbiddenError) as error:
                self._ended[_SOMEBODY, error.code] += 1
                await talk.refuse(error)
                return
            why = await talk.run()
            if why:
                self._ended[partner, why] += 1
        except OSError as error:
            if why := _why(error):
                self._ended[_SOMEBODY, why] += 1
        finally:
            stream.close()

    def _admit(self, seat: Seat, partner: str) -> str:
        if not self._crowd.move(seat, partner):
            raise BusyError("you have as many connections at work as are given", item=partner)
        return partner

    def _still(self, trust: Trust, certificate: bytes, partner: str) -> bool:
        """Answer whether a client that was let in under `trust` would be let in now."""
        now = self._authorities.now()
        try:
            return now is trust or now.name(certificate) == partner
        except ForbiddenError:
            return False

    async def _tell(self) -> None:
        while True:
            await asyncio.sleep(_TELL_SECONDS)
            self._tell_sums()

    def _tell_sums(self) -> None:
        for (who, why), count in self._ended.most_common(_TELL_LINES):
            LOG.warning(
                "%d connections of a partner ended early",
                count,
                extra={"event": "connections-ended", "partner": who, "reason": why},
            )
        self._ended.clear()


def _why(error: OSError) -> str:
    """Say in a word why a handshake came to nothing; who only looked whether the port is open did no wrong."""
    if isinstance(error, ssl.SSLEOFError | ConnectionError):
        return ""
    if isinstance(error, ssl.SSLCertVerificationError):
        return "certificate-refused"
    if isinstance(error, TimeoutError):
        return "handshake-too-slow"
    return "no-handshake"


def _open(host: str, port: int) -> socket.socket:
    family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0][0]
    listening = socket.create_server((host, port), family=family, backlog=_BACKLOG)
    listening.setblocking(False)
    return listening
