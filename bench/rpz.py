"""What does a response policy zone of a million names cost: built, sent whole, and by one change and by a hundred?

    python bench/rpz.py [--names N] [--rows] [--json]

With --rows the names are put into the store as following the stream leaves them, and only the outputs are built of
them; without it the stream is followed from its beginning.

A node's desk and its part `zones` do what they do in service, on SQLite; Knot DNS serves the same names from a zone
file (`zonefile-load: difference`), in the same run.  The client signs (TSIG, hmac-sha256), takes the octets and reads
nothing of them but the counts, so that what is measured is the server: its CPU seconds, its largest resident set,
octets, messages, and the wall time until the last octet.  What Knot needs to have a change is written whole as a new
file first, which is not counted.
"""

import argparse
import base64
import contextlib
import json
import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

ORIGIN, KEY = "rpz.bench.example", "bench-1"
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
KNOTD = shutil.which("knotd") or "/usr/sbin/knotd"
TICKS = os.sysconf("SC_CLK_TCK")


def name_of(number: int) -> str:
    """Names spread over the zone as names are, none of them anybody's."""
    return f"demo-{number * 2_654_435_761 % 2**32:08x}-{number}.{('ru', 'by', 'vn')[number % 3]}"


def told(numbers: Sequence[int], at: datetime, *, gone: bool = False) -> list[Any]:
    from comity.core.told_items import ToldCase
    from comity.store.told_items import NewTold

    items = []
    for number in numbers:
        case, name = UUID(int=number + 1), name_of(number)
        case_told = ToldCase(
            case=case,
            party="oac.by",
            registrable=name,
            zone=name.rpartition(".")[2],
            category="phishing",
            state="confirmed",
            severity="high",
            opened_at=at,
            changed_at=at,
            first_seen=at,
            last_seen=at,
            is_blockable=not gone,
        )
        items.append(
            NewTold(
                kind="case",
                subject=str(case),
                tlp="TLP:GREEN",
                clause="agreement-1 §2",
                told=case_told,
                registrable=name,
                zone=case_told.zone,
                category="phishing",
                is_blockable=not gone,
                is_withdrawn=gone,
            )
        )
    return items


def cpu_of(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def peak_mib(pid: int) -> float:
    text = Path(f"/proc/{pid}/status").read_text()
    return round(int(text.split("VmHWM:")[1].split()[0]) / 1024, 1)


def transfer(port: int, secret: bytes, kind: str, serial: int, records: int = 0) -> dict[str, Any]:
    """Take a transfer; `records`: how many an AXFR has in all, an IXFR ends with its first message here."""
    import dns.message
    import dns.name
    import dns.rrset
    import dns.tsigkeyring

    query = dns.message.make_query(ORIGIN, kind)
    if kind == "IXFR":
        query.authority.append(dns.rrset.from_text(f"{ORIGIN}.", 0, "IN", "SOA", f". . {serial} 0 0 0 0"))
    query.use_tsig(dns.tsigkeyring.from_text({KEY: ("hmac-sha256", base64.b64encode(secret).decode())}))
    wire = query.to_wire()
    begun, octets, messages, count = time.monotonic(), 0, 0, 0
    with socket.create_connection(("127.0.0.1", port), timeout=120) as opened, opened.makefile("rb", 1 << 20) as stream:
        opened.sendall(struct.pack("!H", len(wire)) + wire)
        while True:
            (size,) = struct.unpack("!H", stream.read(2))
            message = stream.read(size)
            octets, messages = octets + size + 2, messages + 1
            count += int.from_bytes(message[6:8])
            if message[3] & 15:
                raise SystemExit(f"refused: {message[3] & 15}")
            if count >= records:
                break
    wall_ms = round((time.monotonic() - begun) * 1000, 1)
    return {"wall_ms": wall_ms, "octets": octets, "messages": messages, "records": count}


def measured(pid: int, run: Any) -> dict[str, Any]:
    before = cpu_of(pid)
    found = run()
    time.sleep(0.05)
    return {"cpu_s": round(cpu_of(pid) - before, 2), **found}


def free_port() -> int:
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        return int(opened.getsockname()[1])


def wait_for(port: int, secret: bytes, *, serial: int = 0, seconds: float = 300) -> None:
    """Wait until a server has a serial, or any."""
    import dns.exception
    import dns.message
    import dns.query
    import dns.tsigkeyring

    ring = dns.tsigkeyring.from_text({KEY: ("hmac-sha256", base64.b64encode(secret).decode())})
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        with contextlib.suppress(OSError, dns.exception.DNSException):
            query = dns.message.make_query(ORIGIN, "SOA")
            query.use_tsig(ring)
            answer = dns.query.tcp(query, "127.0.0.1", port=port, timeout=2)
            if answer.answer and answer.answer[0][0].serial >= serial:
                return
        time.sleep(0.02)
    raise SystemExit("the server does not come")


def put_rows(subscriber_pk: int, numbers: int) -> None:
    """What following the stream leaves, of names that are not new."""
    from comity.store.block_outputs import mark_unbuilt
    from comity.store.models import BlockedName

    for start in range(0, numbers, 20_000):
        BlockedName.objects.bulk_create(
            BlockedName(
                subscriber_id=subscriber_pk, subject=str(UUID(int=number + 1)), registrable=name_of(number),
                category="phishing", tlp="TLP:GREEN", clause="agreement-1 §2", first_seen=LONG_AGO, last_seen=LONG_AGO,
                since=LONG_AGO, is_hot=False,
            )
            for number in range(start, min(start + 20_000, numbers))
        )  # fmt: skip
    mark_unbuilt(subscriber_pk)


def ours(
    home: Any, numbers: int, secret: bytes, port: int, work: Path, *, rows: bool
) -> tuple[dict[str, Any], list[Path]]:
    """Build, serve, change; and the zone files of each version, for the other."""
    from django.db import transaction

    from comity.edges.whole_file import write_whole
    from comity.flows.block import block
    from comity.flows.compose_list import compose_zone_text
    from comity.store.block_outputs import find_output
    from comity.store.subscribers import add_subscriber, get_subscriber
    from comity.store.told_items import append_told

    at = datetime.now(UTC)
    subscriber = add_subscriber(
        "bench", name="Bench", kind="resolver", ceiling="TLP:GREEN", clause="agreement-1 §2", actor="bench", at=at
    )
    block(home, at=at)
    if rows:
        put_rows(subscriber.pk, numbers)
    for start in range(0, 0 if rows else numbers, 5_000):
        with transaction.atomic():
            append_told(subscriber.pk, told(range(start, min(start + 5_000, numbers)), LONG_AGO), at=at)
    found: dict[str, Any] = {}
    begun, cpu = time.monotonic(), time.process_time()
    block(home, at=at + timedelta(seconds=1), most_pages=sys.maxsize)
    found["build"] = {
        "cpu_s": round(time.process_time() - cpu, 1),
        "wall_s": round(time.monotonic() - begun, 1),
        "desk_peak_mib": peak_mib(os.getpid()),
    }
    files: list[Path] = []

    def keep() -> int:
        output = find_output("bench", ORIGIN)
        files.append(work / f"zone-{len(files)}.db")
        write_whole(files[-1], compose_zone_text(home, get_subscriber("bench"), ORIGIN))
        return output.serial if output else 0

    serial = keep()
    command = [sys.executable, "-m", "comity", "serve", "--only", "zones", "--dir", str(home.path)]
    server = subprocess.Popen(command)
    try:
        wait_for(port, secret)
        total = numbers * 2 + 3
        found["axfr, first"] = measured(server.pid, lambda: transfer(port, secret, "AXFR", 0, total))
        found["axfr, again"] = measured(server.pid, lambda: transfer(port, secret, "AXFR", 0, total))
        for count in (1, 100):
            held = serial
            gone = [] if count == 1 else told(range(count // 2), LONG_AGO, gone=True)
            come = told(range(numbers + count, numbers + count + (count - len(gone))), LONG_AGO)
            with transaction.atomic():
                append_told(subscriber.pk, [*gone, *come], at=datetime.now(UTC))
            begun, cpu = time.monotonic(), time.process_time()
            block(home, at=datetime.now(UTC) + timedelta(seconds=5 * count))
            desk = {
                "desk_cpu_ms": round((time.process_time() - cpu) * 1000, 1),
                "desk_wall_ms": round((time.monotonic() - begun) * 1000, 1),
            }
            serial = keep()
            ixfr = measured(server.pid, lambda held=held: transfer(port, secret, "IXFR", held))
            found[f"ixfr of {count}"] = desk | ixfr
        found["server_peak_mib"] = peak_mib(server.pid)
    finally:
        server.terminate()
        server.wait()
    found["store_mib"] = round(sum(file.stat().st_size for file in home.path.glob("*.sqlite3")) / 2**20, 1)
    return found, files


@contextlib.contextmanager
def knot(work: Path, port: int, secret: bytes) -> Iterator[subprocess.Popen[bytes]]:
    (work / "knot.conf").write_text(f"""
server:
    rundir: "{work}/run"
    listen: 127.0.0.1@{port}
database:
    storage: "{work}/db"
key:
  - id: {KEY}
    algorithm: hmac-sha256
    secret: {base64.b64encode(secret).decode()}
acl:
  - id: out
    key: {KEY}
    action: transfer
template:
  - id: default
    storage: "{work}"
zone:
  - domain: {ORIGIN}
    file: zone.db
    acl: out
    zonefile-load: difference
    zonefile-sync: -1
    journal-content: changes
""")
    (work / "run").mkdir()
    (work / "db").mkdir()
    with (work / "knot.log").open("wb") as log:
        process = subprocess.Popen([KNOTD, "-c", str(work / "knot.conf")], stdout=log, stderr=log)
        try:
            yield process
        finally:
            process.terminate()
            process.wait()


def theirs(files: list[Path], numbers: int, secret: bytes, port: int, work: Path) -> dict[str, Any]:
    """The same zone and the same changes, served by Knot."""
    found: dict[str, Any] = {}
    shutil.copy(files[0], work / "zone.db")
    serial = _serial(files[0])
    with knot(work, port, secret) as server:
        begun = time.monotonic()
        wait_for(port, secret)
        found["load"] = {"cpu_s": round(cpu_of(server.pid), 2), "wall_s": round(time.monotonic() - begun, 1)}
        found["axfr"] = measured(server.pid, lambda: transfer(port, secret, "AXFR", 0, numbers * 2 + 3))
        for count, file in zip((1, 100), files[1:], strict=True):
            held, serial = serial, _serial(file)
            shutil.copy(file, work / "new.db")
            (work / "new.db").replace(work / "zone.db")
            cpu, begun = cpu_of(server.pid), time.monotonic()
            server.send_signal(1)  # SIGHUP: reload
            wait_for(port, secret, serial=serial)
            change = {
                "reload_cpu_s": round(cpu_of(server.pid) - cpu, 2),
                "reload_wall_s": round(time.monotonic() - begun, 1),
            }
            ixfr = measured(server.pid, lambda held=held: transfer(port, secret, "IXFR", held))
            found[f"ixfr of {count}"] = change | ixfr
        found["server_peak_mib"] = peak_mib(server.pid)
    return found


def _serial(file: Path) -> int:
    with file.open() as lines:
        return next(int(line.split()[5]) for line in lines if " SOA " in line)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--names", type=int, default=1_000_000)
    parser.add_argument("--rows", action="store_true")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="comity-rpz-") as place:
        work, port = Path(place), free_port()
        node = work / "node"
        subprocess.run([sys.executable, "-m", "comity", "init", str(node), "--party", "oac.by", "--zone", "by"],
                       check=True, capture_output=True)  # fmt: skip
        with (node / "node.toml").open("a") as settings:
            settings.write(f'\n[blocking]\nport = {port}\nbase_seconds = 0\n[blocking.zones."{ORIGIN}"]\n'
                           f'subscriber = "bench"\nkeys = ["{KEY}"]\n')  # fmt: skip
        os.environ |= {"COMITY_DIR": str(node), "DJANGO_SETTINGS_MODULE": "comity.node.settings"}
        import django

        django.setup()
        from django.core.management import call_command

        from comity.edges.home import open_home
        from comity.edges.tsig_keys import make_tsig_key

        call_command("migrate", interactive=False, verbosity=0)
        home = open_home(node)
        secret = make_tsig_key(node, KEY).secret
        found, files = ours(home, asked.names, secret, port, work, rows=asked.rows)
        peers = work / "knot"
        peers.mkdir()
        result = {"names": asked.names, "comity": found, "knot": theirs(files, asked.names, secret, free_port(), peers)}
    if asked.json:
        print(json.dumps(result, indent=1))
        return
    print(f"{asked.names:,} names, {asked.names * 2:,} records")
    for who in ("comity", "knot"):
        for what, figures in result[who].items():
            said = str(figures)
            if isinstance(figures, dict):
                said = ", ".join(f"{key} {value:,}" for key, value in figures.items())
            print(f"  {who:<7} {what:<14} {said}")


if __name__ == "__main__":
    main()
