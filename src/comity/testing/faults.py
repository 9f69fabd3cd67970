"""Trouble on the line between two nodes: a proxy on loopback that can cut, swallow and refuse.

It carries bytes and does not look at them (they are TLS), so what it does is what a bad network does.  A cut after so
many bytes lands wherever it lands: in a handshake, in a batch, in the answer that carries a receipt.
"""

import socket
import threading
from contextlib import suppress
from typing import Final

_CHUNK_BYTES: Final = 16_384


class FaultyLine:
    """Listens on a port of its own and carries connections to a target port of this machine."""

    def __init__(self, target_port: int) -> None:
        self._target_port = target_port
        self._lock = threading.Lock()
        self._allowance: int | None = None
        self._open: list[socket.socket] = []
        self.cuts = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def cut_after(self, count: int) -> None:
        """Carry so many bytes more (both ways together), then cut every connection and carry nothing."""
        with self._lock:
            self._allowance = count

    def heal(self) -> None:
        """Carry everything again."""
        with self._lock:
            self._allowance = None

    def close(self) -> None:
        """End the line."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._cut_all()
        self._thread.join(5)

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(("127.0.0.1", self._target_port), timeout=5)
            except OSError:
                near.close()
                continue
            far.settimeout(None)
            with self._lock:
                self._open += [near, far]
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=self._carry, args=(source, sink), daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(_CHUNK_BYTES):
                allowed = self._take(len(data))
                sink.sendall(data[:allowed])
                if allowed < len(data):
                    self._cut_all()
                    return
        for end in (source, sink):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _take(self, count: int) -> int:
        with self._lock:
            if self._allowance is None:
                return count
            allowed = min(count, self._allowance)
            self._allowance -= allowed
            return allowed

    def _cut_all(self) -> None:
        with self._lock:
            ends, self._open = self._open, []
            self.cuts += bool(ends)
        for end in ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
