"""Transfers from a real Knot: whole with the right key, and nothing replaced otherwise."""

import base64
import json
import shutil
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import dns.message
import dns.rrset
import pytest

from comity.core.errors import InputError, NotFoundError
from comity.edges.processes import program
from comity.edges.transfer_source import TransferSource, parse_transfer
from comity.edges.tsig_keys import shown_secret
from comity.edges.zone_transfer import Primary, ZoneTransferError, transfer_zone
from comity.flows.fetch_zone import fetch_zone
from comity.sweep.zone_sources import find_serial
from comity.wire.tsig import TsigKey

KEY = TsigKey("sweep-demo", b"k" * 32)
NAMES = 3_000  # more than one message of a transfer holds
BEFORE = "what was there before"


@pytest.fixture(scope="module")
def knot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Primary]:
    directory = tmp_path_factory.mktemp("knot-xfr")
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    lines = ["$ORIGIN ru.", "$TTL 3600", "@ SOA a.dns hostmaster 2026112301 7200 3600 2419200 3600", "@ NS a.dns"]
    for number in range(NAMES):
        lines += [f"demo-{number:05} NS NS1.example.ru.", " NS ns2.example.ru."]
    lines += ["demo-00000 DS 12345 13 2 " + "ab" * 32, 'demo-00000 TXT "a;b\\" \\200"', "a.dns A 192.0.2.1"]
    (directory / "ru.zone").write_text("\n".join(lines) + "\n")
    (directory / "knot.conf").write_text(
        f"""
server:
    rundir: {directory}
    listen: 127.0.0.1@{port}
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
database:
    storage: {directory}
key:
  - id: {KEY.name}
    algorithm: hmac-sha256
    secret: {base64.b64encode(KEY.secret).decode()}
acl:
  - id: sweep
    key: {KEY.name}
    action: transfer
template:
  - id: default
    storage: {directory}
zone:
  - domain: ru
    file: ru.zone
    acl: sweep
"""
    )
    program = shutil.which("knotd") or "/usr/sbin/knotd"
    with subprocess.Popen(
        [program, "-c", str(directory / "knot.conf")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        until = time.monotonic() + 20
        while time.monotonic() < until:
            try:
                transfer_zone("ru", Primary("127.0.0.1", port), KEY, directory / "dump", deadline_seconds=2)
                break
            except ZoneTransferError:
                time.sleep(0.05)
        yield Primary("127.0.0.1", port)
        process.terminate()


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    file = tmp_path / "ru.zone"
    file.write_text(BEFORE)
    return file


def test_a_zone_comes_whole_between_its_soas(knot: Primary, dump: Path) -> None:
    assert transfer_zone("ru", knot, KEY, dump, deadline_seconds=20) == 2026112301
    lines = dump.read_text("ascii").splitlines()
    assert lines[0] == lines[-1] == "ru.\t3600\tIN\tSOA\ta.dns.ru. hostmaster.ru. 2026112301 7200 3600 2419200 3600"
    fields = [line.split("\t") for line in lines]
    assert {len(parts) for parts in fields} == {5}
    servers = {(owner, data.lower()) for owner, _, _, kind, data in fields if kind == "NS" and owner != "ru."}
    assert servers == {(f"demo-{n:05}.ru.", f"ns{s}.example.ru.") for n in range(NAMES) for s in (1, 2)}
    assert [data.replace(" ", "").lower() for *_, kind, data in fields if kind == "DS"] == ["12345132" + "ab" * 32]


def _refused(primary: Primary, dump: Path, key: TsigKey = KEY, zone: str = "ru", **bounds: int) -> str:
    with pytest.raises(ZoneTransferError) as refused:
        transfer_zone(zone, primary, key, dump, deadline_seconds=5, **bounds)
    assert dump.read_text() == BEFORE
    assert list(dump.parent.iterdir()) == [dump]
    return refused.value.message


def test_nothing_is_replaced_where_the_server_refuses(knot: Primary, dump: Path) -> None:
    assert "did not come whole" in _refused(knot, dump, TsigKey(KEY.name, b"o" * 32))
    assert "did not come whole" in _refused(knot, dump, TsigKey("other-demo", KEY.secret))
    assert "did not come whole" in _refused(knot, dump, zone="by")


def test_nothing_is_replaced_by_more_than_the_bound(knot: Primary, dump: Path) -> None:
    assert "the most that is taken" in _refused(knot, dump, most_bytes=50_000)


def test_nothing_is_replaced_where_nobody_listens(dump: Path) -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    assert "the server was lost" in _refused(Primary("127.0.0.1", port), dump)


def _relay(listener: socket.socket, server: Primary, messages: int) -> None:
    """Hand on some messages of a transfer, whole, and then end as a lost server does."""
    asking, _ = listener.accept()
    with closing(asking), closing(socket.create_connection((server.address, server.port))) as answering:
        answering.sendall(asking.recv(4096))
        answer = answering.makefile("rb")
        for _ in range(messages):
            size = answer.read(2)
            asking.sendall(size + answer.read(struct.unpack("!H", size)[0]))


def test_a_transfer_that_ends_between_two_messages_replaces_nothing(knot: Primary, dump: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        relay = threading.Thread(target=_relay, args=(listener, knot, 2))
        relay.start()
        said = _refused(Primary("127.0.0.1", listener.getsockname()[1]), dump)
        relay.join()
    assert "did not come whole" in said or "the server was lost" in said


def _key_file(directory: Path, key: TsigKey = KEY) -> None:
    (directory / "tsig").mkdir(mode=0o700, exist_ok=True)
    file = directory / "tsig" / f"{KEY.name}.key"
    file.write_text(f"hmac-sha256:{shown_secret(key)}\n")
    file.chmod(0o600)


def test_a_sweep_reads_a_zone_that_is_transferred_and_asks_again_only_for_another_serial(
    knot: Primary, tmp_path: Path
) -> None:
    _key_file(tmp_path)
    source = f"axfr://{knot.address}:{knot.port}/ru?key={KEY.name}"
    said = subprocess.run(
        [*program(), "sweep", source, "--json", "--workers", "1", "--memory", "1G"],
        cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    summary = json.loads(said.stdout)
    assert (summary["zones"]["ru"]["names"], summary["zones"]["ru"]["serial"]) == (NAMES, 2026112301)
    assert shown_secret(KEY) not in said.stdout + said.stderr
    dump = tmp_path / "sweeps" / "transfers" / "ru.zone"
    first = dump.stat()
    assert fetch_zone(source, keys=tmp_path, folder=dump.parent) == ("ru", dump)
    assert (dump.stat().st_ino, dump.stat().st_mtime_ns) == (first.st_ino, first.st_mtime_ns)
    dump.write_text(dump.read_text().replace("2026112301", "2026112300"))
    fetch_zone(source, keys=tmp_path, folder=dump.parent)
    assert find_serial(dump) == 2026112301
    _key_file(tmp_path, TsigKey(KEY.name, b"o" * 32))
    with pytest.raises(ZoneTransferError, match="its serial is not told"):
        fetch_zone(source, keys=tmp_path, folder=dump.parent)
    assert find_serial(dump) == 2026112301
    with pytest.raises(NotFoundError, match="no such key"):
        fetch_zone(source.replace(KEY.name, "other"), keys=tmp_path, folder=dump.parent)


@pytest.mark.parametrize(
    ("text", "zone", "address", "port"),
    [
        ("axfr://192.0.2.1/ru?key=sweep-1", "ru", "192.0.2.1", 53),
        ("axfr://[2001:db8::1]:5353/\u0440\u0444.?key=sweep-1", "xn--p1ai", "2001:db8::1", 5353),
    ],
)
def test_a_source_says_server_zone_and_the_name_of_a_key(text: str, zone: str, address: str, port: int) -> None:
    assert parse_transfer(text) == TransferSource(zone, Primary(address, port), "sweep-1")


@pytest.mark.parametrize(
    "text",
    [
        "axfr://ns1.example.ru/ru?key=k", "axfr://192.0.2.1/?key=k", "axfr://192.0.2.1/ru", "axfr://192.0.2.1/ru?secret=k",
        "axfr://192.0.2.1:70000/ru?key=k", "axfr://192.0.2.1/ru?key=k&key=l", "axfr://a:b@192.0.2.1/ru?key=k", "axfr://[/",
    ],
)  # fmt: skip
def test_what_is_no_source_is_refused_with_the_form(text: str) -> None:
    with pytest.raises(InputError, match="is not axfr://ADDRESS"):
        parse_transfer(text)


def _answer_unsigned(listener: socket.socket) -> None:
    """Give a whole zone, but sign nothing: as somebody between the two would."""
    asking, _ = listener.accept()
    with closing(asking):
        (number,) = struct.unpack("!H", asking.recv(4096)[2:4])
        answer = dns.message.make_response(dns.message.make_query("ru", "AXFR", id=number))
        soa = dns.rrset.from_text("ru.", 3600, "IN", "SOA", "a.dns.ru. hostmaster.ru. 7 7200 3600 2419200 3600")
        forged = dns.rrset.from_text("demo.ru.", 3600, "IN", "NS", "ns1.example.ru.")
        answer.answer += [soa, forged, soa]
        wire = answer.to_wire()
        asking.sendall(struct.pack("!H", len(wire)) + wire)


def _end_forged(listener: socket.socket, server: Primary) -> None:
    """Hand on the first message, which is signed, and end the transfer as somebody between the two would."""
    asking, _ = listener.accept()
    with closing(asking), closing(socket.create_connection((server.address, server.port))) as answering:
        question = asking.recv(4096)
        answering.sendall(question)
        answer = answering.makefile("rb")
        size = answer.read(2)
        asking.sendall(size + answer.read(struct.unpack("!H", size)[0]))
        (number,) = struct.unpack("!H", question[2:4])
        forged = dns.message.make_response(dns.message.make_query("ru", "AXFR", id=number))
        forged.answer += [
            dns.rrset.from_text("forged.ru.", 3600, "IN", "NS", "ns1.example.ru."),
            dns.rrset.from_text("ru.", 3600, "IN", "SOA", "a.dns.ru. hostmaster.ru. 2026112301 7200 3600 2419200 3600"),
        ]
        wire = forged.to_wire()
        asking.sendall(struct.pack("!H", len(wire)) + wire)


def test_a_transfer_that_somebody_else_ended_replaces_nothing(knot: Primary, dump: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        relay = threading.Thread(target=_end_forged, args=(listener, knot))
        relay.start()
        said = _refused(Primary("127.0.0.1", listener.getsockname()[1]), dump)
        relay.join()
    assert "missing TSIG" in said


def test_a_transfer_that_nobody_signed_replaces_nothing(dump: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        server = threading.Thread(target=_answer_unsigned, args=(listener,))
        server.start()
        said = _refused(Primary("127.0.0.1", listener.getsockname()[1]), dump)
        server.join()
    assert "signed" in said or "TSIG" in said
