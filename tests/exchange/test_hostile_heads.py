"""What a head may say to do harm: lengths that lie, bodies that hide, too much of it.  Each is refused by its code."""

import pytest

from comity.wire.link_batch import BATCH_MAX_BYTES
from exchange.raw import BATCH, STATUS, head
from exchange.scene import Scene

pytestmark = pytest.mark.processes

REFUSED_HEADS: dict[str, tuple[bytes, int, str]] = {
    "declared too large": (head(BATCH, f"Content-Length: {BATCH_MAX_BYTES + 1}"), 413, "too-large"),
    "declared far too large": (head(BATCH, "Content-Length: 999999999999999999"), 413, "too-large"),
    "declared beyond numbers": (head(BATCH, f"Content-Length: {'9' * 5000}"), 400, "bad-input"),
    "a status question of a batch's length": (head(STATUS, "Content-Length: 16000000"), 413, "too-large"),
    "a negative length": (head(BATCH, "Content-Length: -1"), 400, "bad-input"),
    "a signed length": (head(BATCH, "Content-Length: +1"), 400, "bad-input"),
    "a hexadecimal length": (head(BATCH, "Content-Length: 0x10"), 400, "bad-input"),
    "digits of another script": (head(BATCH, "Content-Length: \xb2"), 400, "bad-input"),
    "two lengths": (head(BATCH, "Content-Length: 1", "Content-Length: 2"), 400, "bad-input"),
    "two lengths in a line": (head(BATCH, "Content-Length: 1, 2"), 400, "bad-input"),
    "chunks": (head(BATCH, "Transfer-Encoding: chunked"), 411, "length-required"),
    "chunks and a length": (head(BATCH, "Transfer-Encoding: chunked", "Content-Length: 5"), 411, "length-required"),
    "a length and hidden chunks": (head(BATCH, "Content-Length: 5", "Transfer-Encoding: xchunked"), 400, "bad-input"),
    "chunks behind a space": (head(BATCH, "Transfer-Encoding : chunked"), 400, "bad-input"),
    "a folded header": (head(BATCH, "X: y", "Transfer-Encoding:", " chunked"), 411, "length-required"),
    "a compressed body": (head(BATCH, "Content-Encoding: gzip", "Content-Length: 5"), 415, "encoding-refused"),
    "a NUL in a header": (head(BATCH, "X: a\0b"), 400, "bad-input"),
    "a lonely CR": (head(BATCH, "X: a\rTransfer-Encoding: chunked"), 400, "bad-input"),
    "an address that is none": (head("https://by/link/v1/x/status"), 400, "bad-input"),
    "a tunnel": (head("by:443", method="CONNECT"), 400, "bad-input"),
    "everything": (head("*", method="OPTIONS"), 400, "bad-input"),
    "another version": (b"POST / HTTP/9.9\r\n\r\n", 400, "bad-input"),
    "HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, "bad-input"),
    "no request": (b"\0\1\2\3" * 100 + b"\r\n\r\n", 400, "bad-input"),
    "very many headers": (head(BATCH, *[f"X-{number}: y" for number in range(20_000)]), 431, "head-too-large"),
    "a very long header": (head(BATCH, f"X: {'y' * 1_000_000}"), 431, "head-too-large"),
    "a very long address": (head("/" + "x" * 1_000_000), 431, "head-too-large"),
}


@pytest.mark.parametrize("what", REFUSED_HEADS)
def test_a_head_that_means_harm_is_refused_with_its_code(scene: Scene, what: str) -> None:
    octets, status, code = REFUSED_HEADS[what]

    def attack() -> None:
        with scene.connect() as line:
            line.send(octets)
            assert line.answer() == (status, code)
            assert line.ended()

    scene.during(attack)
