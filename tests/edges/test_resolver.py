"""The DNS as a real server (Knot) on this machine answers it, and as liars do: each outcome is told apart."""

import shutil
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import dns.exception
import dns.flags
import dns.message
import dns.query
import dns.rcode
import pytest

from comity.core.errors import SettingError
from comity.core.observations import Resolution
from comity.edges.home import DnsSettings, Home, NodeSettings
from comity.edges.resolver import resolve

ADDRESSES = 60

ZONE = """$ORIGIN ru.
$TTL 60
@ SOA ns.ru. hostmaster.ru. 1 3600 600 86400 60
@ NS ns
ns A 192.0.2.53
site-demo NS ns1.host-demo.ru.
ns1.host-demo A 192.0.2.54
"""
SITE = """$ORIGIN site-demo.ru.
$TTL 60
@ SOA ns1.host-demo.ru. h.ru. 1 3600 600 86400 60
@ NS ns1.host-demo.ru.
@ NS ns2.host-demo.ru.
@ A 203.0.113.7
@ AAAA 2001:4860:4860::8888
@ MX 10 mail.site-demo.ru.
mail A 203.0.113.8
www CNAME site-demo.ru.
dangling CNAME nowhere.site-demo.ru.
round1 CNAME round2.site-demo.ru.
round2 CNAME round1.site-demo.ru.
empty TXT "no address"
nomail A 203.0.113.9
nomail MX 0 .
inward A 127.0.0.1
inward A 10.1.2.3
"""


def free_port() -> int:
    with closing(socket.socket()) as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
    return port


def home_at(port: int, *, seconds: float = 4.0) -> Home:
    dns_settings = DnsSettings(server="127.0.0.1", port=port, deadline_seconds=seconds)
    return Home(
        path=Path("nowhere"), settings=NodeSettings(party="cctld.ru", zones=("ru",), secret_key="x", dns=dns_settings)
    )


@pytest.fixture(scope="module")
def knot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A name server that knows two zones, and a third that it cannot load."""
    directory = tmp_path_factory.mktemp("knot")
    many = "".join(f"many A 198.51.100.{number}\n" for number in range(ADDRESSES)) + f'many TXT "{"x" * 250}"\n'
    many += "".join(f"many AAAA 2001:db8::{number:x}\n" for number in range(ADDRESSES))
    (directory / "ru.zone").write_text(ZONE)
    (directory / "site.zone").write_text(SITE + many)
    port = free_port()
    (directory / "knot.conf").write_text(
        f"""server:
    listen: 127.0.0.1@{port}
    rundir: {directory}
    user: {subprocess.check_output(["id", "-un"], text=True).strip()}
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
database:
    storage: {directory}
log:
  - target: stderr
    any: error
template:
  - id: default
    storage: {directory}
zone:
  - domain: ru
    file: ru.zone
  - domain: site-demo.ru
    file: site.zone
  - domain: lost-demo.ru
    file: missing.zone
"""
    )
    program = shutil.which("knotd") or "/usr/sbin/knotd"
    with subprocess.Popen([program, "-c", str(directory / "knot.conf")], stderr=subprocess.DEVNULL) as process:
        query = dns.message.make_query("site-demo.ru", "SOA")
        until = time.monotonic() + 20
        while time.monotonic() < until:
            try:
                if dns.query.udp(query, "127.0.0.1", timeout=0.2, port=port).rcode() == dns.rcode.NOERROR:
                    break
            except (dns.exception.DNSException, OSError):
                time.sleep(0.05)
        yield home_at(port)
        process.terminate()


def test_a_site_with_everything(knot: Home) -> None:
    assert resolve(knot, "site-demo.ru") == Resolution(
        name="site-demo.ru",
        answer="resolves",
        addresses=("203.0.113.7", "2001:4860:4860::8888"),
        name_servers=("ns1.host-demo.ru", "ns2.host-demo.ru"),
        mail_hosts=("mail.site-demo.ru",),
    )


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("nothing-demo.ru", "nxdomain"),
        ("lost-demo.ru", "servfail"),
        ("elsewhere.example", "refused"),
        ("empty.site-demo.ru", "no-data"),
        ("dangling.site-demo.ru", "no-data"),  # the alias exists; what it points to does not
        ("round1.site-demo.ru", "cname-loop"),
        ("www.site-demo.ru", "resolves"),
    ],
)
def test_outcomes_are_told_apart(knot: Home, name: str, answer: str) -> None:
    assert resolve(knot, name).answer == answer


def test_what_does_not_fit_a_datagram_comes_over_tcp(knot: Home) -> None:
    query = dns.message.make_query("many.site-demo.ru", "AAAA", use_edns=0, payload=1232)
    over_udp = dns.query.udp(query, "127.0.0.1", port=knot.settings.dns.port, timeout=2)
    assert over_udp.flags & dns.flags.TC
    assert len(resolve(knot, "many.site-demo.ru").addresses) == 2 * ADDRESSES


def test_a_null_mx_is_no_mail_host(knot: Home) -> None:
    assert resolve(knot, "nomail.site-demo.ru").mail_hosts == ()


def test_addresses_that_lead_inward_are_told_and_marked(knot: Home) -> None:
    found = resolve(knot, "inward.site-demo.ru")
    assert found.answer == "resolves"
    assert set(found.inward) == {"127.0.0.1", "10.1.2.3"}


@contextmanager
def liar(answer: bytes | None) -> Iterator[int]:
    """A server that answers every datagram with these octets after the question's own number, or never."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as sock:
        sock.bind(("127.0.0.1", 0))
        sock.settimeout(0.1)
        stopping = threading.Event()

        def serve() -> None:
            while not stopping.is_set():
                try:
                    question, whom = sock.recvfrom(2048)
                except TimeoutError:
                    continue
                if answer is not None:
                    sock.sendto(question[:2] + answer, whom)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield sock.getsockname()[1]
        finally:
            stopping.set()
            thread.join()


@pytest.mark.parametrize("answer", [None, b"", b"\xff" * 40, struct.pack("!5H", 0x8180, 1, 65535, 0, 0)])
def test_silence_and_junk_end_within_the_deadline(answer: bytes | None) -> None:
    began = time.monotonic()
    with liar(answer) as port:
        found = resolve(home_at(port, seconds=0.5), "site-demo.ru")
    assert found.answer in {"timeout", "malformed"}
    assert time.monotonic() - began < 3


def test_nobody_listening_is_a_timeout_and_not_an_answer() -> None:
    assert resolve(home_at(free_port(), seconds=0.5), "site-demo.ru").answer == "timeout"


def test_a_resolver_is_named_by_its_address() -> None:
    home = home_at(53)
    named = Home(
        path=home.path,
        settings=NodeSettings(party="a.ru", zones=("ru",), secret_key="x", dns=DnsSettings(server="dns.example")),
    )
    with pytest.raises(SettingError, match="is no resolver"):
        resolve(named, "site-demo.ru")
