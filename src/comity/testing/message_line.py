"""Trouble with whole messages between two nodes: a man in the middle who holds both nodes' certificates.

He can, because it is a test on one machine; on a real line nobody can.  To the caller he is the partner, to the partner
the caller; he reads one request, does what he was told to do with the next message, and answers.  Below the messages a
`faults.FaultyLine` carries the bytes, so that a connection can also break in the middle of a TLS record.

What he does (`LINE_FAULTS`): lose a request or a reply, delay either, deliver a request twice (one after another, or
both at once), hold one back until later ones have passed, answer with an older reply, cut a message short, reset the
connection, accept and never answer, let the bytes trickle, alter a byte.
"""

import socket
import ssl
import struct
import threading
import time
from collections import Counter, deque
from contextlib import closing, suppress
from typing import Final, Literal, get_args

import msgspec

from comity.testing.assembly import NodePlan
from comity.testing.faults import FaultyLine

LineFaultKind = Literal[
    "lose-request", "lose-reply", "delay-request", "delay-reply", "double", "double-at-once", "hold-back", "old-reply",
    "cut-request", "cut-reply", "reset", "half-open", "trickle", "alter-request", "alter-reply", "cut-bytes",
]  # fmt: skip
LINE_FAULTS: Final[tuple[LineFaultKind, ...]] = get_args(LineFaultKind)

_PATIENCE_SECONDS: Final = 20.0
_HEAD_END: Final = b"\r\n\r\n"
_OVERTAKEN_BY: Final = 2
_TRICKLE_BYTES: Final = 48


class LineFault(msgspec.Struct, frozen=True):
    """What to do with the next message.

    `seconds`: how long a delay lasts; `share`: where in a message a cut or a wrong byte is.
    """

    kind: LineFaultKind
    seconds: float = 0.0
    share: float = 0.5


class _LostError(Exception):
    """The connection to the caller ends here, without an answer."""


class MessageLine:
    """The line on which one node calls another: `port` is where the caller must be sent."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._armed: deque[LineFault] = deque()
        self._held: list[tuple[int, bytes]] = []
        self._last_reply: dict[bytes, bytes] = {}
        self._connections: set[socket.socket] = set()
        self._apart = False
        self._closed = False
        self.messages = 0
        self._struck: Counter[str] = Counter()
        self._cuts_before: int | None = None
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._bytes = FaultyLine(int(self._listener.getsockname()[1]))
        self.port = self._bytes.port

    def join(self, caller: NodePlan, partner: NodePlan) -> None:
        """Begin to carry, once both nodes are made."""
        self._partner_port = partner.link_port
        self._server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._server.verify_mode = ssl.CERT_REQUIRED
        self._client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        for context, shown, believed in ((self._server, partner, caller), (self._client, caller, partner)):
            context.load_cert_chain(shown.path / "tls" / "node.pem", shown.path / "tls" / "node.key")
            context.load_verify_locations(believed.path / "tls" / "ca.pem")
        threading.Thread(target=self._accept, daemon=True).start()

    def arm(self, fault: LineFault) -> None:
        """Let this happen to the next message."""
        with self._lock:
            if fault.kind == "cut-bytes":
                self._cuts_before = self._bytes.cuts
                self._bytes.cut_after(int(fault.share * 6_000))
            else:
                self._armed.append(fault)

    @property
    def struck(self) -> dict[str, int]:
        """How often each fault has happened to a message, not merely been armed."""
        with self._lock:
            if self._cuts_before is not None and self._bytes.cuts > self._cuts_before:
                self._struck["cut-bytes"] += 1
                self._cuts_before = None
            return dict(self._struck)

    @property
    def is_armed(self) -> bool:
        """Whether a fault still waits for its message."""
        return bool(self._armed) or (self._cuts_before is not None and self._bytes.cuts == self._cuts_before)

    def heal(self) -> None:
        """Carry everything again, and deliver what was held back."""
        with self._lock:
            self._armed.clear()
            self._cuts_before = None
            self._apart = False
        self._bytes.heal()
        self._deliver_held(all_of_it=True)

    def part(self) -> None:
        """A partition: every connection ends and none is made, until `heal`."""
        with self._lock:
            self._apart = True
        self._drop_all()

    def forget(self) -> None:
        """Keep no earlier reply: one of its ends was restored, and what was on its way then has ended."""
        self._last_reply.clear()

    def close(self) -> None:
        """End the line."""
        self._closed = True
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._bytes.close()
        self._drop_all()

    def _drop_all(self) -> None:
        with self._lock:
            dropped, self._connections = self._connections, set()
        for one in dropped:  # the thread that reads it closes it: until then its number must be nobody else's
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            if self._apart:
                near.close()
                continue
            threading.Thread(target=self._serve, args=(near,), daemon=True).start()

    def _serve(self, near: socket.socket) -> None:
        """Carry the messages of one connection, one after another."""
        near.settimeout(_PATIENCE_SECONDS)
        with self._lock:
            self._connections.add(near)
        with (
            suppress(OSError, ssl.SSLError, _LostError, ValueError),
            closing(near),
            self._server.wrap_socket(near, server_side=True) as tls,
        ):
            with self._lock:
                self._connections.discard(near)
                self._connections.add(tls)
            try:
                while request := _read_message(tls):
                    self._carry(tls, request)
            finally:
                with self._lock:
                    self._connections.discard(tls)

    def _next_fault(self) -> LineFault | None:
        with self._lock:
            self.messages += 1
            if not self._armed:
                return None
            fault = self._armed.popleft()
            self._struck[fault.kind] += 1
            return fault

    def _carry(self, near: ssl.SSLSocket, request: bytes) -> None:
        fault = self._next_fault()
        if fault is None:
            near.sendall(self._ask(request))
            self._deliver_held()
            return
        kind, at = fault.kind, max(1, int(len(request) * fault.share))
        match kind:
            case "lose-request":
                raise _LostError
            case "delay-request":
                time.sleep(fault.seconds)
            case "hold-back":
                with self._lock:
                    self._held.append((self.messages + _OVERTAKEN_BY, request))
                raise _LostError
            case "half-open":
                self._wait_for_the_caller(near)
                raise _LostError
            case "cut-request":
                self._send_in_part(request[:at])
                raise _LostError
            case "alter-request":
                at = min(at, len(request) - 1)
                request = request[:at] + bytes((request[at] ^ 1,)) + request[at + 1 :]
            case "double":
                self._ask(request)
            case "double-at-once":
                threading.Thread(target=self._ask_for_nobody, args=(request,), daemon=True).start()
        before = self._last_reply.get(_path(request), b"")
        self._answer(near, self._ask(request), before, fault)

    def _answer(self, near: ssl.SSLSocket, reply: bytes, before: bytes, fault: LineFault) -> None:
        at = max(1, min(int(len(reply) * fault.share), len(reply) - 1))
        match fault.kind:
            case "lose-reply":
                raise _LostError
            case "delay-reply":
                time.sleep(fault.seconds)
            case "old-reply":
                reply = before or reply
            case "cut-reply":
                near.sendall(reply[:at])
                raise _LostError
            case "alter-reply":
                reply = reply[:at] + bytes((reply[at] ^ 1,)) + reply[at + 1 :]
            case "reset":
                near.sendall(reply[:at])
                near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                raise _LostError
            case "trickle":
                for start in range(0, len(reply), _TRICKLE_BYTES):
                    near.sendall(reply[start : start + _TRICKLE_BYTES])
                    time.sleep(fault.seconds * _TRICKLE_BYTES / len(reply))
                return
        near.sendall(reply)

    def _wait_for_the_caller(self, near: ssl.SSLSocket) -> None:
        """Say nothing until the caller has given up."""
        near.settimeout(_PATIENCE_SECONDS)
        near.recv(1)

    def _ask(self, request: bytes) -> bytes:
        """Deliver a request to the partner and read the reply."""
        with self._call() as far:
            far.sendall(request)
            reply = _read_message(far)
        self._last_reply[_path(request)] = reply
        return reply

    def _ask_for_nobody(self, request: bytes) -> None:
        with suppress(OSError, ssl.SSLError, ValueError):
            self._ask(request)

    def _send_in_part(self, part: bytes) -> None:
        with suppress(OSError, ssl.SSLError), self._call() as far:
            far.sendall(part)
            time.sleep(0.02)

    def _call(self) -> ssl.SSLSocket:
        if self._apart or self._closed:
            raise OSError("apart")
        plain = socket.create_connection(("127.0.0.1", self._partner_port), timeout=_PATIENCE_SECONDS)
        try:
            return self._client.wrap_socket(plain, server_hostname="127.0.0.1")
        except OSError:
            plain.close()
            raise

    def _deliver_held(self, *, all_of_it: bool = False) -> None:
        """Deliver, late, what was held back; its reply goes to nobody."""
        with self._lock:
            due = [request for when, request in self._held if all_of_it or when <= self.messages]
            self._held = [one for one in self._held if one[1] not in due]
        for request in due:
            self._ask_for_nobody(request)


def _read_message(source: ssl.SSLSocket) -> bytes:
    """Read one HTTP message with a Content-Length; b"" when the other side has hung up."""
    data = b""
    while _HEAD_END not in data:
        more = source.recv(65_536)
        if not more:
            return b""
        data += more
    head, _, body = data.partition(_HEAD_END)
    length = 0
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    while len(body) < length:
        more = source.recv(65_536)
        if not more:
            raise _LostError
        body += more
    return head + _HEAD_END + body


def _path(request: bytes) -> bytes:
    return request.split(b" ", 2)[1] if b" " in request else b""
