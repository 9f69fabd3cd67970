"""What a partner's node does instead of answering, and how it is told."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from socket import create_server

import pytest

from comity.edges.partner_http import PartnerConnection, PartnerError
from comity.edges.tls import make_certificates

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
HANG_UP, SAY_NOTHING, NO_HTTP = b"", None, b"220 smtp\r\n\r\n"
SECONDS = 0.5


class Peer:
    """Answers one question after the other, over all connections, as it was told."""

    def __init__(self, directory: Path, *answers: bytes | None) -> None:
        make_certificates(directory, party="oac.by", hosts=["127.0.0.1"], at=datetime.now(UTC))
        self.asked = 0
        self._answers = list(answers)
        self._context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._context.load_cert_chain(directory / "tls" / "node.pem", directory / "tls" / "node.key")
        self._listener = create_server(("127.0.0.1", 0))
        self.url = f"https://127.0.0.1:{self._listener.getsockname()[1]}"
        self.trusting = ssl.create_default_context(cafile=str(directory / "tls" / "ca.pem"))

    @contextmanager
    def serving(self) -> Iterator[None]:
        thread = threading.Thread(target=self._serve)
        thread.start()
        yield
        self._listener.shutdown(2)
        thread.join(10)
        self._listener.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                plain, _ = self._listener.accept()
                with closing(self._context.wrap_socket(plain, server_side=True)) as line:
                    while self._answer(line):
                        pass

    def _answer(self, line: ssl.SSLSocket) -> bool:
        question = b""
        while not question.endswith(b"question"):
            more = line.recv(4096)
            if not more:
                return False
            question += more
        self.asked += 1
        answer = self._answers.pop(0)
        if answer is SAY_NOTHING:
            with suppress(OSError):
                line.recv(1)  # until the other side has enough
            return False
        line.sendall(answer)
        return answer == ANSWER


@pytest.mark.parametrize(
    ("answers", "said", "asked"),
    [
        ([HANG_UP], "closed the connection before it answered", 1),
        ([ANSWER, HANG_UP, HANG_UP], "closed the connection before it answered", 3),
        ([SAY_NOTHING], "did not answer in time", 1),
        ([ANSWER, SAY_NOTHING], "did not answer in time", 2),
        ([NO_HTTP], "answered with what is not HTTP", 1),
    ],
)
def test_a_peer_that_does_not_answer_is_told_as_what_it_did(
    answers: list[bytes | None], said: str, asked: int, tmp_path: Path
) -> None:
    peer = Peer(tmp_path, *answers)
    with peer.serving(), PartnerConnection(peer.url, peer.trusting, answer_seconds=SECONDS) as line:
        for _ in range(answers.count(ANSWER)):
            assert line.post("/", b"question", content_type="text/plain").body == b"ok"
        with pytest.raises(PartnerError, match=said):
            line.post("/", b"question", content_type="text/plain")
    assert peer.asked == asked


def test_a_connection_that_was_closed_meanwhile_is_opened_anew(tmp_path: Path) -> None:
    peer = Peer(tmp_path, ANSWER, HANG_UP, ANSWER)
    with peer.serving(), PartnerConnection(peer.url, peer.trusting, answer_seconds=SECONDS) as line:
        for _ in range(2):
            assert line.post("/", b"question", content_type="text/plain").body == b"ok"
    assert peer.asked == 3
