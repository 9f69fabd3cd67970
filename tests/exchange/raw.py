"""A client that keeps no rule: raw octets over TLS to a listener, and an honest partner beside it."""

import json
import socket
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Self

from comity.core.exchange import OutgoingEntry, Question
from comity.core.ledger import Frontier, Head, entry_hash
from comity.edges.home import open_home
from comity.edges.keys import load_signing_key
from comity.edges.partner_http import PartnerConnection, PartnerError
from comity.edges.tls import client_context
from comity.wire.checkpoint import sign_checkpoint
from comity.wire.link_batch import render_batch
from comity.wire.question import sign_question
from exchange.pair import Node

ORIGIN = "cctld.ru/ledger/oac.by"
STATUS = f"/link/v1/{ORIGIN}/status"
BATCH = f"/link/v1/{ORIGIN}/batch"


class Raw:
    """One TLS connection of somebody with a certificate."""

    def __init__(self, port: int, context: ssl.SSLContext, *, timeout: float = 30.0) -> None:
        self._read = b""
        bare = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        try:
            self.sock = context.wrap_socket(bare, server_hostname="127.0.0.1")
        except OSError:
            bare.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        self.close()

    def send(self, data: bytes) -> bool:
        """Send; answer whether the other side still takes it."""
        try:
            self.sock.sendall(data)
        except OSError:
            return False
        return True

    def answer(self) -> tuple[int, str]:
        """Read the next answer: status and code (0: the connection ended without one)."""
        self._until(lambda: b"\r\n\r\n" in self._read)
        head, _, _ = self._read.partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 "):
            return 0, ""
        length = next(int(line[16:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length: "))
        whole = len(head) + 4 + length
        self._until(lambda: len(self._read) >= whole)
        body, self._read = self._read[len(head) + 4 : whole], self._read[whole:]
        status = int(head[9:12])
        return status, "" if status == 200 else str(json.loads(body)["code"])

    def _until(self, enough: Callable[[], bool]) -> None:
        with suppress(OSError):
            while not enough() and (more := self.sock.recv(65_536)):
                self._read += more

    def ended(self) -> bool:
        """Wait until the other side ends the connection."""
        try:
            while self.sock.recv(65_536):
                pass
        except TimeoutError:
            return False
        except OSError:
            pass
        return True

    def reset(self) -> None:
        """End it as a crash would."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.sock.close()

    def close(self) -> None:
        self.sock.close()


def head(path: str, *lines: str, method: str = "POST") -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: by", *lines, "", ""]).encode("latin-1")


class Honest:
    """A partner that only wants to hand over its ledger; it notes how long each receipt took."""

    def __init__(self, ru: Node, by: Node) -> None:
        home = open_home(ru.directory)
        self._key = load_signing_key(home)
        self._line = PartnerConnection(by.url, client_context(home, by.authority))
        self._edge = Frontier()
        self._counter = 0
        self.took: list[float] = []

    @property
    def size(self) -> int:
        return self._edge.size

    def push(self, *payloads: bytes, kind: str = "test") -> None:
        """Hand over entries until they are receipted; a line that broke is tried again, as couriers do."""
        start = self._edge.size
        entries = [OutgoingEntry(kind, str(start + number), payload) for number, payload in enumerate(payloads)]
        grown, _ = self._edge.extend([entry_hash(*entry) for entry in entries])
        note = sign_checkpoint(Head(ORIGIN, grown.size, grown.root()), self._key.public, self._key.sign)
        body = render_batch(note, start, entries)
        began = time.monotonic()
        while time.monotonic() < began + 30:
            with suppress(PartnerError):
                answer = self._line.post(BATCH, body, content_type="application/vnd.comity.batch")
                assert (answer.status, answer.body.count("— ".encode())) == (200, 2), answer.body
                self._edge = grown
                self.took.append(time.monotonic() - began)
                return
            time.sleep(0.05)
        raise AssertionError("the honest partner gets no receipt")

    def question(self) -> bytes:
        """Ask "how many entries have you?", each time anew."""
        self._counter += 1
        asked = Question("status", self._counter, Head(ORIGIN, self._edge.size, self._edge.root()))
        return sign_question(asked, "cctld.ru", self._key.public, self._key.sign)

    def close(self) -> None:
        self._line.close()


def peak_kilobytes(pid: int) -> int:
    """Tell the most memory a process ever had."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0])
