"""The primary over real sockets: transfers, signatures, notifications, and what strangers and slow ones get."""

import base64
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.query
import dns.rcode
import dns.rdatatype
import dns.tsig
import dns.tsigkeyring
import dns.xfr
import dns.zone
import pytest
from django.db import connections

from comity.edges.home import Home, ZoneSettings
from comity.edges.tsig_keys import make_tsig_key
from comity.edges.zone_server import ServerLimits
from comity.flows.block import block
from comity.flows.serve_zones import serve_zones
from comity.store.models import ZoneAsked
from comity.store.subscribers import SubscriberRow
from comity.wire.tsig import TsigKey
from flows.blocked import AT, home_at, subscribe, tell, told_case, withdrawn

pytestmark = pytest.mark.django_db(transaction=True)

ZONE = "rpz.example.by"
KEY = "resolver-1"


@contextmanager
def serving(home: Home, *, limits: ServerLimits | None = None) -> Iterator[int]:
    """Serve a home's zones on a free port."""
    ends, ports, heard = threading.Event(), list[int](), threading.Event()

    def run() -> None:
        serve_zones(home, stop=ends.is_set, limits=limits, ready=lambda port: (ports.append(port), heard.set())[0])
        connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    assert heard.wait(10)
    try:
        yield ports[0]
    finally:
        ends.set()
        thread.join()


@pytest.fixture
def subscriber(transactional_db: None) -> SubscriberRow:
    return subscribe()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return home_at(
        tmp_path,
        rpz_example_by=ZoneSettings(subscriber="resolver-1", keys=(KEY,)),
        open_example_by=ZoneSettings(subscriber="resolver-1", allow=("127.0.0.1",), hot=False),
    )


@pytest.fixture
def key(home: Home) -> TsigKey:
    return make_tsig_key(home.path, KEY)


def ring(key: TsigKey) -> dict[dns.name.Name, dns.tsig.Key]:
    return dns.tsigkeyring.from_text({key.name: ("hmac-sha256", base64.b64encode(key.secret).decode())})  # type: ignore[no-any-return]  # dnspython's


def transfer(
    port: int, key: TsigKey | None = None, old: dns.zone.Zone | None = None, origin: str = ZONE
) -> dns.zone.Zone:
    zone = old if old is not None else dns.zone.Zone(dns.name.from_text(origin))
    query, _ = dns.xfr.make_query(zone, keyring=ring(key) if key else None)
    dns.query.inbound_xfr("127.0.0.1", zone, query, port=port, timeout=5, lifetime=10)
    return zone


def names_in(zone: dns.zone.Zone) -> set[str]:
    return {str(name) for name in zone.nodes if str(name) != "@"}


def both(*names: str) -> set[str]:
    return {form for name in names for form in (name, f"*.{name}")}


def test_a_zone_is_transferred_whole_and_then_by_what_changed(
    home: Home, subscriber: SubscriberRow, key: TsigKey
) -> None:
    one = told_case("demo-bank.by")
    tell(subscriber, [one, told_case("shop-demo.ru")])
    block(home, at=AT)
    with serving(home) as port:
        zone = transfer(port, key)
        assert names_in(zone) == both("demo-bank.by", "shop-demo.ru")
        assert str(zone.find_rdataset("demo-bank.by", "CNAME")[0].target) == "."
        tell(subscriber, [withdrawn(one), told_case("xn--e1afmkfd.xn--p1ai")])
        block(home, at=AT + timedelta(seconds=2))

        query, serial = dns.xfr.make_query(zone, keyring=ring(key))
        messages = list(
            dns.query.xfr("127.0.0.1", ZONE, rdtype="IXFR", serial=serial or 0, port=port, keyring=ring(key))
        )
        assert len(messages) == 1  # one message: what Unbound takes
        whole = transfer(port, key)
        assert transfer(port, key, zone) == whole
        assert names_in(zone) == both("shop-demo.ru", "xn--e1afmkfd.xn--p1ai")
        assert query.question[0].rdtype == dns.rdatatype.IXFR
        hot = transfer(port, key, origin=f"hot.{ZONE}")
        assert names_in(hot) == both("shop-demo.ru", "xn--e1afmkfd.xn--p1ai")
    asked = ZoneAsked.objects.get(output__origin=ZONE)
    assert (asked.address, asked.key, asked.serial) == ("127.0.0.1", KEY, whole.get_soa().serial)


def test_a_journal_that_does_not_reach_gives_the_zone_whole(home: Home, subscriber: SubscriberRow) -> None:
    tell(subscriber, [told_case("demo-bank.by")])
    block(home, at=AT)
    with serving(home) as port:
        zone = transfer(port, origin="open.example.by")
        serial = zone.get_soa().serial

        def ixfr(since: int) -> list[dns.message.Message]:
            return list(
                dns.query.xfr("127.0.0.1", "open.example.by", rdtype="IXFR", serial=since, port=port, relativize=False)
            )

        (current,) = ixfr(serial)
        assert [rrset.rdtype for rrset in current.answer] == [dns.rdatatype.SOA]
        with pytest.raises(dns.xfr.SerialWentBackwards):  # somebody who has more than we is told what we have
            ixfr(serial + 5)
        (whole,) = ixfr(serial - 3)  # never a version of ours
        assert {str(rrset.name) for rrset in whole.answer if rrset.rdtype == dns.rdatatype.CNAME} == {
            f"{name}.open.example.by." for name in both("demo-bank.by")
        }


def ask(
    port: int, kind: str, *, name: str = ZONE, key: TsigKey | None = None, tcp: bool = False
) -> dns.message.Message:
    query = dns.message.make_query(name, kind)
    if key:
        query.use_tsig(ring(key))
    return (dns.query.tcp if tcp else dns.query.udp)(query, "127.0.0.1", port=port, timeout=5)


def test_who_has_no_key_gets_nothing_and_hears_why(
    home: Home, subscriber: SubscriberRow, key: TsigKey, tmp_path: Path
) -> None:
    tell(subscriber, [told_case("demo-bank.by")])
    block(home, at=AT)
    other = make_tsig_key(home.path, "another")
    forged = TsigKey(KEY, b"x" * 32)
    with serving(home) as port:
        for kind, tcp in (("SOA", False), ("AXFR", True), ("NS", False)):
            refused = ask(port, kind, tcp=tcp)
            assert (refused.rcode(), refused.answer) == (dns.rcode.REFUSED, [])
        assert ask(port, "SOA", key=other).rcode() == dns.rcode.REFUSED  # a key of the node, not of this zone
        with pytest.raises(dns.tsig.PeerBadKey):
            ask(port, "SOA", key=TsigKey("nobody", b"x" * 32))
        with pytest.raises(dns.tsig.PeerBadSignature):
            ask(port, "SOA", key=forged)
        assert ask(port, "SOA", key=key).answer[0].rdtype == dns.rdatatype.SOA
        assert ask(port, "A", key=key).rcode() == dns.rcode.REFUSED
        assert ask(port, "SOA", name="elsewhere.example.by", key=key).rcode() == dns.rcode.REFUSED
        assert ask(port, "AXFR", key=key).rcode() == dns.rcode.FORMERR  # over UDP
        (tmp_path / "tsig" / f"{KEY}.key").chmod(0o644)
        with pytest.raises(dns.tsig.PeerBadKey):  # others may have read it
            ask(port, "SOA", key=key)


def test_a_signature_of_another_time_is_refused_with_ours(
    home: Home, subscriber: SubscriberRow, key: TsigKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    block(home, at=AT)
    query = dns.message.make_query(ZONE, "SOA")
    query.use_tsig(ring(key))
    old = time.time() - 3600
    with serving(home) as port:
        with monkeypatch.context() as patched:
            patched.setattr(dns.tsig.time if hasattr(dns.tsig, "time") else dns.message.time, "time", lambda: old)
            wire = query.to_wire()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asks:
            asks.settimeout(5)
            asks.sendto(wire, ("127.0.0.1", port))
            answer = asks.recv(4096)
    assert answer[3] & 15 == dns.rcode.NOTAUTH
    assert struct.unpack("!HH", answer[-10:-6]) == (18, 6)  # BADTIME, and six octets of our time
    assert abs(int.from_bytes(answer[-6:]) - time.time()) < 60


def test_what_is_no_question_is_answered_shortly_or_not_at_all(home: Home, subscriber: SubscriberRow) -> None:
    block(home, at=AT)
    good = dns.message.make_query("open.example.by", "SOA").to_wire()
    with serving(home) as port, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asks:
        asks.settimeout(5)
        for size in range(12, len(good)):
            asks.sendto(good[:size], ("127.0.0.1", port))
            assert asks.recv(4096)[3] & 15 == dns.rcode.FORMERR
        for silent in (b"", b"x", good[:11], good[:2] + b"\x80" + good[3:]):
            asks.sendto(silent, ("127.0.0.1", port))
        asks.sendto(good[:2] + b"\x20" + good[3:], ("127.0.0.1", port))  # NOTIFY: not ours to hear
        assert asks.recv(4096)[3] & 15 == dns.rcode.NOTIMP
        asks.sendto(good, ("127.0.0.1", port))
        assert dns.message.from_wire(asks.recv(4096)).rcode() == dns.rcode.NOERROR


def test_slow_cut_and_many_connections_are_ended_and_keep_nobody_out(home: Home, subscriber: SubscriberRow) -> None:
    block(home, at=AT)
    limits = ServerLimits(connections=3, connections_an_address=2, head_seconds=1.5, read_seconds=1.0)
    good = dns.message.make_query("open.example.by", "SOA").to_wire()

    def ended(opened: socket.socket) -> bool:
        opened.settimeout(5)
        try:
            return opened.recv(10) == b""
        except ConnectionError:
            return True

    with serving(home, limits=limits) as port:
        connect: Callable[[], Any] = lambda: socket.create_connection(("127.0.0.1", port), timeout=5)  # noqa: E731
        with connect() as slow, connect() as silent:
            slow.sendall(struct.pack("!H", len(good)) + good[:5])
            time.sleep(0.1)
            with connect() as third:
                assert ended(third)  # this address has two already
            assert ended(slow)
            assert ended(silent)
        time.sleep(0.1)
        for bad in (b"\0\0", struct.pack("!H", 65_535) + b"x" * 10):
            with connect() as opened:
                opened.sendall(bad)
                assert ended(opened)
        end = time.monotonic() + 10
        while not is_answered(port):  # the server notices in its own time that they are gone
            assert time.monotonic() < end
            time.sleep(0.05)


def is_answered(port: int) -> bool:
    try:
        return ask(port, "SOA", name="open.example.by", tcp=True).rcode() == dns.rcode.NOERROR
    except (EOFError, OSError):
        return False


def test_secondaries_are_told_until_they_say_that_they_heard(subscriber: SubscriberRow, tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as secondary:
        secondary.bind(("127.0.0.1", 0))
        secondary.settimeout(10)
        mine = f"127.0.0.1:{secondary.getsockname()[1]}"
        home = home_at(
            tmp_path, rpz_example_by=ZoneSettings(subscriber="resolver-1", keys=(KEY,), secondaries=(mine,), hot=False)
        )
        key = make_tsig_key(home.path, KEY)
        block(home, at=AT)
        with serving(home):
            first, address = secondary.recvfrom(4096)
            again, address = secondary.recvfrom(4096)  # nothing was answered
            assert first[:2] == again[:2]
            told = dns.message.from_wire(again, keyring=ring(key))
            assert (told.opcode(), told.question[0].name) == (dns.opcode.NOTIFY, dns.name.from_text(ZONE))
            assert told.had_tsig
            assert told.answer[0][0].serial == int(AT.timestamp())
            secondary.sendto(
                dns.message.make_response(dns.message.from_wire(again, keyring=ring(key))).to_wire(), address
            )
            tell(subscriber, [told_case("demo-bank.by")])
            block(home, at=AT + timedelta(seconds=5))
            newer, _ = secondary.recvfrom(4096)
            assert dns.message.from_wire(newer, keyring=ring(key)).answer[0][0].serial == int(AT.timestamp()) + 5


def test_a_secondary_that_needs_no_key_is_told_without_one(subscriber: SubscriberRow, tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as secondary:  # as Unbound: it hears no signed NOTIFY
        secondary.bind(("127.0.0.1", 0))
        secondary.settimeout(10)
        mine = f"127.0.0.1:{secondary.getsockname()[1]}"
        zone = ZoneSettings(
            subscriber="resolver-1", keys=(KEY,), allow=("127.0.0.0/8",), secondaries=(mine,), hot=False
        )
        home = home_at(tmp_path, rpz_example_by=zone)
        make_tsig_key(home.path, KEY)
        block(home, at=AT)
        with serving(home):
            assert not dns.message.from_wire(secondary.recv(4096)).had_tsig
