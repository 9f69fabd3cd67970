"""What a partner, or who is none, may send to a real listener: each gets its code, and nothing is lost by it."""

import http.client
import json
import socket
import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from comity.core.exchange import OutgoingEntry
from comity.core.ledger import Frontier, Head, entry_hash
from comity.edges.home import open_home
from comity.edges.keys import SigningKey, load_signing_key
from comity.edges.partner_http import Answer, PartnerConnection, PartnerError
from comity.edges.tls import client_context, make_certificates
from comity.wire.checkpoint import sign_checkpoint
from comity.wire.link_batch import BATCH_MAX_BYTES, render_batch
from exchange.pair import Node, Pair

pytestmark = pytest.mark.processes

ORIGIN = "cctld.ru/ledger/oac.by"
ENTRIES = [OutgoingEntry("test", str(number), b"%d" % number) for number in range(5)]
BATCH_TYPE = "application/vnd.comity.batch"


def batch(
    key: SigningKey, start: int, entries: list[OutgoingEntry], *, history: list[OutgoingEntry] | None = None
) -> bytes:
    everything = [*(ENTRIES if history is None else history)[:start], *entries]
    root = Frontier().extend([entry_hash(*entry) for entry in everything])[0].root()
    return render_batch(sign_checkpoint(Head(ORIGIN, len(everything), root), key.public, key.sign), start, entries)


def connect(node: Node, other: Node) -> PartnerConnection:
    return PartnerConnection(other.url, client_context(open_home(node.directory), other.authority))


def test_each_wrong_thing_gets_its_code_and_the_right_ones_go_on(pair: Pair, tmp_path: Path) -> None:
    pair.by.start_listener()
    key = load_signing_key(open_home(pair.ru.directory))
    stranger = SigningKey("stranger", b"\x07" * 32)
    with connect(pair.ru, pair.by) as line:

        def push(body: bytes, path: str = f"/link/v1/{ORIGIN}/batch") -> Answer:
            return line.post(path, body, content_type=BATCH_TYPE)

        first = push(batch(key, 0, ENTRIES[:3]))
        assert (first.status, first.body.count("— ".encode())) == (200, 2)
        refused: list[tuple[bytes, int, str]] = [
            (batch(key, 4, ENTRIES[4:]), 409, "position-gap"),
            (batch(stranger, 3, ENTRIES[3:]), 403, "bad-signature"),
            (batch(key, 3, ENTRIES[3:]).replace(b"\n5\n", b"\n6\n"), 403, "bad-signature"),
            (batch(key, 3, ENTRIES[3:]).replace(b"test 4", b"test 9"), 409, "root-mismatch"),
            (batch(key, 3, ENTRIES[3:])[:-3], 400, "bad-input"),
            (b"", 400, "bad-input"),
            (b"\0" * 1000, 400, "bad-input"),
        ]
        for body, status, code in refused:
            answer = push(body)
            assert (answer.status, answer.code) == (status, code), answer.body
            problem = json.loads(answer.body)
            assert problem["type"] == f"urn:comity:problem:{code}"
            assert problem["detail"]
        assert push(batch(key, 0, ENTRIES[:3]), "/link/v1/cctld.ru/ledger/nobody/batch").code == "unknown-origin"
        assert push(batch(key, 0, ENTRIES[:3]), "/link/v1/nobody/ledger/oac.by/batch").code == "forbidden"
        assert push(b"comity-batch/1\n" + b"x" * BATCH_MAX_BYTES).code == "too-large"
        assert push(batch(key, 0, ENTRIES[:3])).status == 200  # the same again changes nothing
        assert push(batch(key, 1, ENTRIES[1:])).status == 200  # an overlap adds its end
        assert pair.by.act("dump", "cctld.ru")["received"] == [str(number) for number in range(5)]

        rewritten = [*ENTRIES[:4], OutgoingEntry("test", "4", b"another")]
        assert push(batch(key, 0, rewritten)).code == "ledger-fork"
        assert push(batch(key, 0, ENTRIES)).code == "link-stopped"
        held = pair.by.act("dump", "cctld.ru")
        assert held["state"] == "stopped"
        assert held["reason"].count(f"\n{ORIGIN}\n") == 2, "both signed heads are kept"
        assert held["received"] == [str(number) for number in range(5)]
        assert held["differences"] == []


def test_a_get_and_other_addresses_are_refused_in_order(pair: Pair) -> None:
    pair.by.start_listener()
    context = client_context(open_home(pair.ru.directory), pair.by.authority)
    line = http.client.HTTPSConnection("127.0.0.1", pair.by.port, context=context, timeout=30)
    line.request("GET", f"/link/v1/{ORIGIN}/batch")
    answer = line.getresponse()
    assert (answer.status, json.loads(answer.read())["code"]) == (405, "method-not-allowed")
    for path in ("/", "/api/v1/", "/sign-in/"):
        line.request("GET", path)
        answer = line.getresponse()
        answer.read()
        assert answer.status == 404, "the partners' listener answers nothing but links"
    line.close()


def test_without_the_right_certificate_nobody_comes_in(pair: Pair, tmp_path: Path) -> None:
    pair.by.start_listener()
    home = open_home(pair.ru.directory)
    stranger = tmp_path / "stranger"
    make_certificates(stranger, party="cctld.ru", hosts=("127.0.0.1",), at=datetime.now(UTC))
    contexts: list[Callable[[], ssl.SSLContext]] = [lambda: _with(stranger, pair.by), lambda: _bare(pair.by)]
    for context in contexts:
        with PartnerConnection(pair.by.url, context()) as line, pytest.raises(PartnerError, match=r"refused|closed"):
            line.post(f"/link/v1/{ORIGIN}/status", b"x", content_type="text/plain")
    with (
        PartnerConnection(pair.by.url, client_context(home, pair.ru.authority)) as line,
        pytest.raises(PartnerError, match="certificate is refused"),
    ):
        line.post(f"/link/v1/{ORIGIN}/status", b"x", content_type="text/plain")


def test_a_suspended_memorandum_closes_both_ways_at_once_and_nothing_is_lost(pair: Pair) -> None:
    pair.ru.act("append", "oac.by", "0", "40", "20")
    pair.by.act("suspend", "cctld.ru")
    pair.by.start_listener()
    key = load_signing_key(open_home(pair.ru.directory))
    with connect(pair.ru, pair.by) as line:
        answer = line.post(f"/link/v1/{ORIGIN}/batch", batch(key, 0, ENTRIES), content_type=BATCH_TYPE)
        assert (answer.status, answer.code) == (403, "memorandum-not-in-force")
    assert len(pair.ru.act("dump", "oac.by")["sent"]) == 40
    assert pair.by.act("dump", "cctld.ru")["received"] == []


def test_a_node_that_is_not_there_is_said_to_be_so() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        with (
            PartnerConnection(f"https://127.0.0.1:{taken.getsockname()[1]}", context) as line,
            pytest.raises(PartnerError, match="not reachable"),
        ):
            line.post("/link/v1/a/status", b"", content_type="text/plain")


def _with(directory: Path, server: Node) -> ssl.SSLContext:
    context = _bare(server)
    context.load_cert_chain(directory / "tls/node.pem", directory / "tls/node.key")
    return context


def _bare(server: Node) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=server.authority)
    return context
