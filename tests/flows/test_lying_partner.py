"""A partner's node that answers what it likes: the courier's steps end, and what it said is fit to be shown."""

import json
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from comity.core.exchange import OutgoingEntry
from comity.core.ledger import EMPTY_ROOT, Head
from comity.edges.home import Home
from comity.edges.keys import load_signing_key
from comity.flows.fetch import Puller
from comity.flows.push import Pusher
from comity.store import models
from comity.store.links import get_link
from comity.wire.checkpoint import cosign_head
from flows.receipted import take
from flows.two_parties import AT, Parties, file, phishing

pytestmark = [pytest.mark.django_db, pytest.mark.processes]

TURNS_MAX = 12
Told = tuple[int, bytes]


class Liar:
    """A node that answers each verb with what it was told to say, and counts how often it was asked."""

    def __init__(self, home: Home) -> None:
        self.says: dict[str, Told] = {}
        self.heard: list[str] = []
        liar = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                verb = self.path.rpartition("/")[2]
                liar.heard.append(verb)
                status, body = liar.says[verb]
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(home.path / "tls" / "node.pem", home.path / "tls" / "node.key")
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.url = f"https://127.0.0.1:{self._server.server_address[1]}"
        self._thread = Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def refusal(status: int, code: str, *, item: str = "", detail: str = "no") -> Told:
    return status, json.dumps({"code": code, "item": item, "detail": detail}).encode()


@pytest.fixture
def parties(tmp_path: Path) -> Parties:
    made = Parties(tmp_path)
    made.sit(made.ru)
    return made


@pytest.fixture
def liar(parties: Parties) -> Iterator[Liar]:
    made = Liar(parties.by)
    models.Link.objects.update(url=made.url, fetches=True)
    yield made
    made.close()


@pytest.fixture
def pusher(parties: Parties, liar: Liar) -> Iterator[Pusher]:
    """A courier with something to say to a partner that has nothing."""
    key = load_signing_key(parties.by)
    nothing = cosign_head(
        Head("cctld.ru/ledger/oac.by", 0, EMPTY_ROOT), "oac.by", key.public, key.sign, at=datetime.now(UTC)
    )
    liar.says["status"] = (200, nothing)
    file(parties.ru, phishing("http://bank-demo-1.by/login"))
    made = Pusher(parties.ru, get_link("oac.by"))
    yield made
    made.close()


@pytest.fixture
def puller(parties: Parties, liar: Liar) -> Iterator[Puller]:
    """A fetcher that holds two entries of the partner's."""
    take(parties.ru, parties.by, [OutgoingEntry("experience", "", b"%d" % number) for number in range(2)], at=AT)
    liar.says["receipt"] = (204, b"")
    made = Puller(parties.ru, get_link("oac.by"))
    yield made
    made.close()


def turns(end: Pusher | Puller) -> int:
    """How many turns it takes until there is nothing more to do at once."""
    for turn in range(1, TURNS_MAX + 1):
        if not end.turn(get_link("oac.by")):
            return turn
    raise AssertionError("it is kept busy")


def test_a_partner_that_always_speaks_of_a_gap_is_not_asked_in_a_loop(pusher: Pusher, liar: Liar) -> None:
    liar.says["batch"] = refusal(409, "position-gap")
    turns(pusher)
    assert liar.heard == ["status", "batch", "status", "batch"]
    assert pusher.sender.state == "waiting"


@pytest.mark.parametrize("item", ["9" * 5_000, str(1 << 63), "-1", "\u0663", "", "1_000"])
def test_a_number_that_no_counter_can_be_is_not_believed(pusher: Pusher, liar: Liar, item: str) -> None:
    liar.says["status"] = refusal(409, "stale-question", item=item)
    assert turns(pusher) == 1
    assert liar.heard == ["status"]


def test_what_a_partner_says_is_shown_without_what_a_screen_obeys(pusher: Pusher, liar: Liar) -> None:
    liar.says["status"] = refusal(403, "odd\x1b[2J" + "x" * 500, detail="\x00\x1b]0;owned\x07\u202e" + "y" * 60_000)
    turns(pusher)
    shown = get_link("oac.by").last_error
    assert shown.isprintable()
    assert len(shown) < 500
    assert "owned" in shown


@pytest.mark.parametrize("item", ["2", "1000000", "9" * 5_000, "x"])
def test_a_partner_that_lacks_what_was_never_its_own_gets_nothing(puller: Puller, liar: Liar, item: str) -> None:
    liar.says["fetch"] = liar.says["receipt"] = refusal(409, "ledger-behind", item=item)
    turns(puller)
    assert "return" not in liar.heard
    assert puller.fetcher.state == "waiting"


@pytest.mark.parametrize("answer", [(200, b"0\n"), (200, b"9" * 5_000), (200, b"1\n"), (200, b"2\n"), (200, b"x")])
def test_a_partner_that_never_has_its_entries_back_is_not_served_in_a_loop(
    puller: Puller, liar: Liar, answer: Told
) -> None:
    liar.says["fetch"] = liar.says["receipt"] = refusal(409, "ledger-behind", item="0")
    liar.says["return"] = answer
    turns(puller)
    assert 1 <= liar.heard.count("return") <= 2
    assert puller.fetcher.state == "waiting"


def test_a_partner_that_refuses_by_lacking_again_is_not_served_in_a_loop(puller: Puller, liar: Liar) -> None:
    liar.says["fetch"] = liar.says["receipt"] = liar.says["return"] = refusal(409, "ledger-behind", item="0")
    turns(puller)
    assert liar.heard.count("return") == 1
