"""One TLS connection that is read and written with deadlines, never more of it than was asked for.

A non-blocking `SSLSocket` in an event loop: nothing is read ahead, so what is not wanted yet stays with its sender, and
a connection costs some kilobytes (asyncio's own TLS keeps a buffer of 256 KiB for each).  Every failure of the line is
an `OSError`; a deadline that passed is a `TimeoutError`, which is one.
"""

import asyncio
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

READ_BYTES: Final = 262_144
_RECORD_BYTES: Final = 16_384  # TLS gives no more at once, and `recv` takes memory for what it is asked for
_SEND_BYTES: Final = 65_536


class TlsStream:
    """The server's end of one connection."""

    def __init__(self, connected: socket.socket, context: ssl.SSLContext) -> None:
        connected.setblocking(False)
        self._loop = asyncio.get_running_loop()
        self._sock = context.wrap_socket(connected, server_side=True, do_handshake_on_connect=False)
        self._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    async def handshake(self, *, by: float) -> bytes:
        """Shake hands; give the client's certificate (DER), which the context has verified."""
        async with asyncio.timeout_at(by):
            while True:
                try:
                    self._sock.do_handshake()
                    break
                except ssl.SSLWantReadError:
                    await self._readable()
                except ssl.SSLWantWriteError:
                    await self._writable()
        return self._sock.getpeercert(binary_form=True) or b""

    async def read(self, most: int, *, by: float) -> bytes:
        """Read what there is, at most so much; wait for the first octet.  Empty at the end."""
        data = await self._first(most, by=by)
        pieces, room = [data], most - len(data)
        while data and room > 0:
            try:
                data = self._sock.recv(min(room, _RECORD_BYTES))
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                break
            pieces.append(data)
            room -= len(data)
        return b"".join(pieces)

    async def write(self, data: bytes, *, by: Callable[[int], float]) -> None:
        """Write all of it; `by` tells the deadline after so many octets were taken."""
        view, sent = memoryview(data), 0
        while sent < len(view):
            try:
                sent += self._sock.send(view[sent : sent + _SEND_BYTES])
            except ssl.SSLWantWriteError:
                async with asyncio.timeout_at(by(sent)):
                    await self._writable()
            except ssl.SSLWantReadError:
                async with asyncio.timeout_at(by(sent)):
                    await self._readable()

    async def part(self, *, most: int, by: float) -> None:
        """Say goodbye and read past what still comes, as it is on the wire, so that no reset swallows the answer."""
        with suppress(OSError):
            self._sock.unwrap()
        with suppress(OSError):
            self._sock.shutdown(socket.SHUT_WR)  # from here on the socket reads without TLS
            async with asyncio.timeout_at(by):
                while most > 0:
                    try:
                        data = self._sock.recv(_SEND_BYTES)
                    except BlockingIOError:
                        await self._readable()
                        continue
                    if not data:
                        return
                    most -= len(data)
                    await asyncio.sleep(0)

    def close(self) -> None:
        """Let go of the connection."""
        self._sock.close()

    async def _first(self, most: int, *, by: float) -> bytes:
        with suppress(ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return self._sock.recv(min(most, _RECORD_BYTES))
        async with asyncio.timeout_at(by):
            while True:
                await self._readable()
                with suppress(ssl.SSLWantReadError, ssl.SSLWantWriteError):
                    return self._sock.recv(min(most, _RECORD_BYTES))

    async def _readable(self) -> None:
        await self._ready(self._loop.add_reader, self._loop.remove_reader)

    async def _writable(self) -> None:
        await self._ready(self._loop.add_writer, self._loop.remove_writer)

    async def _ready(self, add: Callable[..., Any], remove: Callable[[int], bool]) -> None:
        ready = self._loop.create_future()
        number = self._sock.fileno()
        add(number, _wake, ready)
        try:
            await ready
        finally:
            remove(number)


def _wake(ready: "asyncio.Future[None]") -> None:
    if not ready.done():
        ready.set_result(None)
