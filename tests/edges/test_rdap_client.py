"""Registration data over real TLS from a real process that answers well, badly, slowly and about others.

What our responder says is no invention of ours: another client (whoisit) finds the same in the same answer.
"""

import json
import socket
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from comity.core.errors import SettingError
from comity.core.observations import Registration
from comity.edges.home import Home, NodeSettings, RdapSettings
from comity.edges.rdap_client import RdapError, ask_domain, find_servers
from comity.edges.tls import make_certificates
from comity.testing.rdap_responder import ABUSE, REGISTRANT
from comity.wire.rdap import parse_domain

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import whoisit

AT = datetime(2026, 11, 25, 12, tzinfo=UTC)
SECONDS = 1.0


@pytest.fixture(scope="module")
def responder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A node that asks a responder on this machine, by a bootstrap list that the responder itself serves."""
    directory = tmp_path_factory.mktemp("rdap")
    now = datetime.now(UTC)
    make_certificates(directory, party="rdap.example", hosts=("localhost",), at=now)
    tls = directory / "tls"
    command = [sys.executable, "-m", "comity.testing.rdap_responder", str(tls / "node.pem"), str(tls / "node.key")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        rdap = RdapSettings(
            bootstrap=f"https://localhost:{port}/dns.json", ca="tls/ca.pem", deadline_seconds=SECONDS,
            servers={"su": f"https://localhost:{port}/own/"},
        )  # fmt: skip
        settings = NodeSettings(party="cctld.ru", zones=("ru",), secret_key="x", rdap=rdap)
        yield Home(path=directory, settings=settings)
        assert process.stdin is not None
        process.stdin.close()


def refusal(home: Home, name: str) -> RdapError:
    with pytest.raises(RdapError) as caught:
        ask_domain(home, name, at=AT)
    return caught.value


def test_what_is_read_is_what_another_client_reads(responder: Home) -> None:
    body = ask_domain(responder, "kassa-demo.ru", at=AT)
    assert body is not None
    read = parse_domain(body, asked="kassa-demo.ru")
    assert isinstance(read, Registration)
    servers = find_servers(responder, at=AT)
    session = whoisit.get_session()
    session.trust_env = False  # no proxy and no authorities from the environment
    session.verify = str(responder.path / "tls" / "ca.pem")
    nowhere = ["https://nowhere.invalid/"]
    known = {
        "timestamp": int(time.time()),
        "dns": {"services": [[["ru"], [servers["ru"]]]]},
        "ipv4": {"services": [[["192.0.2.0/24"], nowhere]]},
        "ipv6": {"services": [[["2001:db8::/32"], nowhere]]},
        "asn": {"services": [[["1-2"], nowhere]]},
        "object": {"services": [[["a@b.invalid"], ["NONE"], nowhere]]},
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        whoisit.load_bootstrap_data(json.dumps(known))
        theirs = whoisit.domain("kassa-demo.ru", session=session)
    session.close()
    assert theirs["name"].lower() == read.name
    assert theirs["registration_date"] == read.registered_at
    assert theirs["expiration_date"] == read.expires_at
    assert theirs["last_changed_date"] == read.changed_at
    assert sorted(server.lower() for server in theirs["nameservers"]) == list(read.name_servers)
    assert theirs["entities"]["registrar"][0]["name"] == read.registrar == "Demo Registrar LLC"
    assert theirs["entities"]["abuse"][0]["email"] == read.abuse_email == ABUSE
    assert theirs["dnssec"] is read.is_signed is True
    assert read.registrar_id == "9999"
    assert set(read.statuses) == {"clientHold", "serverTransferProhibited"}
    # The responder told who holds the name, the other client read it, and we do not.
    assert theirs["entities"]["registrant"][0]["email"] == REGISTRANT
    assert "petrov" not in repr(read).lower()


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("huge.ru", "too-large"),
        ("short.ru", "malformed"),
        ("ill.ru", "server-error"),
        ("busy.ru", "rate-limited"),
        ("inward.ru", "bad-redirect"),
        ("round.ru", "too-many-redirects"),
        ("kassa-demo.example", "no-rdap-service"),
    ],
)
def test_each_fault_of_a_server_has_its_code(responder: Home, name: str, code: str) -> None:
    assert refusal(responder, name).reason == code


@pytest.mark.parametrize(
    ("name", "code"), [("other.ru", "other-name"), ("broken.ru", "malformed"), ("deep.ru", "malformed")]
)
def test_an_answer_that_lies_or_is_none_is_not_taken(responder: Home, name: str, code: str) -> None:
    body = ask_domain(responder, name, at=AT)
    assert body is not None
    read = parse_domain(body, asked=name)
    assert not isinstance(read, Registration)
    assert read.code == code


def test_a_server_that_asks_to_wait_is_heard(responder: Home) -> None:
    assert refusal(responder, "busy.ru").retry_after == timedelta(hours=2)


def test_a_name_that_nobody_holds_is_an_answer(responder: Home) -> None:
    assert ask_domain(responder, "gone.ru", at=AT) is None


def test_a_redirect_within_the_server_is_followed(responder: Home) -> None:
    body = ask_domain(responder, "moved.ru", at=AT)
    assert body is not None
    assert json.loads(body)["ldhName"] == "there-moved.ru"


def test_an_answer_that_trickles_is_cut_off_in_time(responder: Home) -> None:
    began = time.monotonic()
    assert refusal(responder, "slow.ru").reason == "timed-out"
    assert time.monotonic() - began < 5 * SECONDS


def test_a_handshake_that_trickles_is_cut_off_in_time(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:

        def trickle() -> None:
            sock, _ = listening.accept()
            with closing(sock), suppress(OSError):
                sock.sendall(b"\x16\x03\x03\x3f\xff")  # a record of 16 KiB begins
                for _ in range(300):
                    sock.sendall(b"\0")
                    time.sleep(0.1)

        thread = threading.Thread(target=trickle)
        thread.start()
        rdap = RdapSettings(
            servers={"ru": f"https://127.0.0.1:{listening.getsockname()[1]}/"}, deadline_seconds=SECONDS
        )
        home = Home(path=tmp_path, settings=NodeSettings(party="cctld.ru", zones=("ru",), secret_key="x", rdap=rdap))
        began = time.monotonic()
        assert refusal(home, "kassa-demo.ru").reason == "timed-out"
        assert time.monotonic() - began < 5 * SECONDS
        thread.join()


def test_the_list_of_servers_is_kept_and_asked_for_again_after_a_day(responder: Home) -> None:
    servers = find_servers(responder, at=AT)
    assert set(servers) == {"ru", "xn--p1ai", "su"}
    assert servers["su"].endswith("/own/")
    file = responder.path / "cache" / "rdap-dns.json"
    before = file.stat().st_mtime_ns
    find_servers(responder, at=AT + timedelta(days=2))  # answered 304: the list stays, the stamp moves
    assert file.stat().st_mtime_ns == before
    assert file.with_suffix(".stamp").read_text().startswith((AT + timedelta(days=2)).isoformat())


def test_a_list_that_cannot_be_fetched_any_more_is_used_as_it_was(responder: Home, tmp_path: Path) -> None:
    dead = RdapSettings(bootstrap="https://localhost:1/dns.json", ca=str(responder.path / "tls/ca.pem"))
    settings = NodeSettings(party="cctld.ru", zones=("ru",), secret_key="x", rdap=dead)
    home = Home(path=tmp_path, settings=settings)
    with pytest.raises(RdapError):
        find_servers(home, at=AT)
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "rdap-dns.json").write_bytes(b'{"services":[[["ru"],["https://rdap.example/"]]]}')
    assert find_servers(home, at=AT) == {"ru": "https://rdap.example/"}


def test_a_stranger_s_certificate_is_refused(responder: Home, tmp_path: Path) -> None:
    make_certificates(tmp_path, party="else.example", hosts=("localhost",), at=datetime.now(UTC))
    own = {"ru": find_servers(responder, at=AT)["ru"]}
    rdap = RdapSettings(servers=own, ca="tls/ca.pem", deadline_seconds=SECONDS)
    home = Home(path=tmp_path, settings=NodeSettings(party="cctld.ru", zones=("ru",), secret_key="x", rdap=rdap))
    assert refusal(home, "kassa-demo.ru").reason == "certificate"


def test_a_server_without_tls_is_a_setting_to_mend(tmp_path: Path) -> None:
    rdap = RdapSettings(servers={"ru": "http://rdap.example/"})
    home = Home(path=tmp_path, settings=NodeSettings(party="cctld.ru", zones=("ru",), secret_key="x", rdap=rdap))
    with pytest.raises(SettingError, match="https"):
        ask_domain(home, "kassa-demo.ru", at=AT)
