"""The listener's life: certificates are renewed and partners come and go under it, and it ends in good order."""

import http.client
import os
import signal
import ssl
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from comity.edges.home import open_home
from comity.edges.tls import client_context, make_certificates, renew_certificate
from exchange.pair import Pair
from exchange.raw import STATUS, Honest, Raw, head
from exchange.scene import MALLORY, MALLORYS, context_of

pytestmark = pytest.mark.processes


@pytest.fixture
def mallory(tmp_path: Path) -> Path:
    """Somebody who may become a partner."""
    directory = tmp_path / "mallory"
    make_certificates(directory, party=MALLORY, hosts=("127.0.0.1",), at=datetime.now(UTC))
    return directory


def shown(port: int, context: ssl.SSLContext) -> bytes:
    """The certificate that a new connection is shown."""
    with Raw(port, context) as line:
        return line.sock.getpeercert(binary_form=True) or b""


def test_a_certificate_is_renewed_and_a_partner_added_while_a_line_stands(pair: Pair, mallory: Path) -> None:
    by = pair.by
    by.start_listener()
    pid = by.processes["listener"].pid
    context = client_context(open_home(pair.ru.directory), by.authority)
    honest = Honest(pair.ru, by)
    line = http.client.HTTPSConnection("127.0.0.1", by.port, context=context, timeout=30)

    def ask() -> int:
        line.request("POST", STATUS, body=honest.question())
        answer = line.getresponse()
        answer.read()
        return answer.status

    assert ask() == 200
    stands = line.sock
    honest.push(b"before")
    first = shown(by.port, context)
    with Raw(by.port, context_of(mallory, by)) as stranger:
        stranger.send(head(f"{MALLORYS}/status", "Content-Length: 0"))
        assert stranger.answer() == (0, ""), "who is not a partner yet is not let in"

    renew_certificate(by.directory, party="oac.by", hosts=("127.0.0.1",), at=datetime.now(UTC))
    by.act("befriend", MALLORY, str(mallory / "tls/ca.pem"))

    assert shown(by.port, context) != first, "a new connection is shown the new certificate"
    with Raw(by.port, context_of(mallory, by)) as friend:
        friend.send(head(f"{MALLORYS}/status", "Content-Length: 0"))
        assert friend.answer() == (400, "bad-input"), "the new partner is let in"
        assert ask() == 200
        honest.push(b"after")
        assert line.sock is stands, "the connection that stood goes on"

        only_ru = by.directory / "tls/partners.pem"
        only_ru.write_text("# cctld.ru\n" + pair.ru.authority)
        friend.send(head(f"{MALLORYS}/status", "Content-Length: 0"))
        assert friend.answer() == (403, "forbidden"), "a partner that is let go ends with its next request"
    assert ask() == 200
    assert by.processes["listener"].pid == pid
    assert by.processes["listener"].poll() is None
    line.close()
    honest.close()
    assert by.act("dump", "cctld.ru")["received"] == ["0", "1"]


def test_files_that_do_not_fit_together_change_nothing_until_they_do(pair: Pair) -> None:
    by, tls = pair.by, pair.by.directory / "tls"
    by.start_listener()
    context = client_context(open_home(pair.ru.directory), by.authority)
    first, certificate = shown(by.port, context), (tls / "node.pem").read_bytes()
    renew_certificate(by.directory, party="oac.by", hosts=("127.0.0.1",), at=datetime.now(UTC))
    renewed = (tls / "node.pem").read_bytes()
    (tls / "node.pem").write_bytes(certificate)  # as if the new one had not been written yet
    assert shown(by.port, context) == first
    (tls / "node.pem").write_bytes(renewed)
    assert shown(by.port, context) not in {b"", first}
    assert "the former certificates stay in use" in by.tell()
    assert "Traceback" not in by.tell()


def test_told_to_stop_it_answers_what_it_was_asked(pair: Pair) -> None:
    by = pair.by
    by.start_listener()
    honest = Honest(pair.ru, by)
    honest.push(b"a line that stands")
    process = by.processes["listener"]
    with (
        Raw(by.port, client_context(open_home(pair.ru.directory), by.authority)) as idle,
        ThreadPoolExecutor(1) as pool,
    ):
        going = pool.submit(honest.push, *[b"x" * 1_000] * 9_000)
        time.sleep(0.4)  # the batch is on its way, or being applied: either way it is receipted in the end
        os.kill(process.pid, signal.SIGTERM)
        began = time.monotonic()
        assert process.wait() == 0
        assert time.monotonic() - began < 10
        assert idle.ended()
        by.processes.pop("listener")
        by.start_listener()
        going.result()
    assert len(honest.took) == 2
    assert len(by.act("dump", "cctld.ru")["received"]) == 9_001
    assert "Traceback" not in by.tell()
    honest.close()
