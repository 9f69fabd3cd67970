"""The sockets of the primary: DNS over UDP and TCP, each bounded, for whoever may fetch a zone.

What is answered is somebody else's to say (`Answer`): octets in, octets out, none for silence.  A connection has a
thread; there are at most so many, and of one address fewer, so that a slow client keeps nobody out but its own address.
A message has a time in which it must come, and one in which it must be taken; a connection has a longest life.
"""

import logging
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Final

import msgspec

from comity.wire.dns_message import MAX_QUERY_BYTES

LOG = logging.getLogger("comity.zones")
_LOOK_SECONDS: Final = 0.2
_BACKLOG: Final = 64

# (octets, address, over TCP) -> messages
Answer = Callable[[bytes, str, bool], Iterator[bytes]]


class ServerLimits(msgspec.Struct, frozen=True):
    """Every bound of the server."""

    connections: int = 64
    connections_an_address: int = 8
    head_seconds: float = 30.0  # between questions
    read_seconds: float = 5.0  # for a question, from its first octets
    write_seconds: float = 20.0  # for each message, of at most 65,535 octets
    life_seconds: float = 900.0


class ZoneServer:
    """Listens on one address; `run` answers until told to stop."""

    def __init__(
        self, host: str, port: int, answer: Answer, *, limits: ServerLimits | None = None,
        leave: Callable[[], None] = lambda: None,
    ) -> None:  # fmt: skip
        self._limits = limits or ServerLimits()
        self._answer, self._leave = answer, leave
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._tcp = socket.socket(family, socket.SOCK_STREAM)
        self._tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._tcp.bind((host, port))
        self._tcp.listen(_BACKLOG)
        self.port: int = self._tcp.getsockname()[1]
        self._udp = socket.socket(family, socket.SOCK_DGRAM)
        self._udp.bind((host, self.port))
        self._open: dict[str, int] = {}
        self._lock = threading.Lock()

    def run(self, stop: Callable[[], bool]) -> None:
        """Answer until `stop()`."""
        threads = [
            threading.Thread(target=self._run_udp, args=(stop,), name="zones-udp"),
            threading.Thread(target=self._run_tcp, args=(stop,), name="zones-tcp"),
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self._tcp.close()
        self._udp.close()

    def _run_udp(self, stop: Callable[[], bool]) -> None:
        self._udp.settimeout(_LOOK_SECONDS)
        while not stop():
            try:
                data, address = self._udp.recvfrom(MAX_QUERY_BYTES + 1)
            except (TimeoutError, ConnectionError):
                continue
            except OSError:
                LOG.exception("a question could not be taken")
                time.sleep(_LOOK_SECONDS)
                continue
            for message in self._answer(data, address[0], False):
                with suppress(OSError):  # who asked is gone, or its network is
                    self._udp.sendto(message, address)
        self._leave()

    def _run_tcp(self, stop: Callable[[], bool]) -> None:
        self._tcp.settimeout(_LOOK_SECONDS)
        while not stop():
            try:
                connection, address = self._tcp.accept()
            except TimeoutError:
                continue
            except OSError:
                LOG.exception("a connection could not be taken")
                time.sleep(_LOOK_SECONDS)
                continue
            if not self._enter(address[0]):
                connection.close()
                continue
            threading.Thread(target=self._serve, args=(connection, address[0], stop), daemon=True).start()

    def _enter(self, address: str) -> bool:
        with self._lock:
            mine = self._open.get(address, 0)
            if mine >= self._limits.connections_an_address or sum(self._open.values()) >= self._limits.connections:
                return False
            self._open[address] = mine + 1
        return True

    def _serve(self, connection: socket.socket, address: str, stop: Callable[[], bool]) -> None:
        ends = time.monotonic() + self._limits.life_seconds
        try:
            with connection:
                while not stop() and time.monotonic() < ends:
                    data = self._read(connection)
                    if not data:
                        return
                    for message in self._answer(data, address, True):
                        if time.monotonic() >= ends:
                            return
                        connection.settimeout(self._limits.write_seconds)
                        connection.sendall(struct.pack("!H", len(message)) + message)
        except OSError:
            return  # gone, or too slow
        finally:
            self._leave()
            with self._lock:
                self._open[address] -= 1
                if not self._open[address]:
                    del self._open[address]

    def _read(self, connection: socket.socket) -> bytes:
        """The next question; empty where there is none, or one of a length that is not read."""
        connection.settimeout(self._limits.head_seconds)
        head = connection.recv(2)
        ends = time.monotonic() + self._limits.read_seconds
        head += _read_exactly(connection, 2 - len(head), ends) if head else b""
        size = int.from_bytes(head)
        if len(head) != 2 or not 0 < size <= MAX_QUERY_BYTES:
            return b""
        data = _read_exactly(connection, size, ends)
        return data if len(data) == size else b""


def _read_exactly(connection: socket.socket, count: int, ends: float) -> bytes:
    parts: list[bytes] = []
    while count and (left := ends - time.monotonic()) > 0:
        connection.settimeout(left)
        part = connection.recv(count)
        if not part:
            break
        parts.append(part)
        count -= len(part)
    return b"".join(parts)
