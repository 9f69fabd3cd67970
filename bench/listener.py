"""What does the listener for partners cost beside Granian, and what does either do while somebody is slow on purpose?

    python bench/listener.py [--batches N] [--questions N] [--json]

Both servers run the same application over the same kind of store, in one run, with a client certificate required.
A batch is 1,000 new entries of 1 kB in one durable transaction; a question is the status question of a sender.
`limit` is the same batch given to the same flow in this process, without any network.
"""

import argparse
import http.client
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connections

import comity.cli.django_setup  # noqa: F401
from comity.cli.context import use_node
from comity.core.exchange import OutgoingEntry, Question
from comity.core.ledger import Frontier, Head, entry_hash
from comity.edges.home import open_home
from comity.edges.keys import SigningKey, load_signing_key
from comity.edges.tls import client_context
from comity.flows.receive import receive_batch
from comity.testing.harness import Harness
from comity.wire.checkpoint import sign_checkpoint
from comity.wire.link_batch import render_batch
from comity.wire.question import sign_question

ORIGIN = "cctld.ru/ledger/oac.by"
ENTRIES = 1_000
SLOW = 200
PATIENCE_SECONDS = 12.0


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The links' application for Granian, which cannot say who asks."""
    if "links" not in _made:
        settings.HOME, settings.ROOT_URLCONF = open_home(Path(os.environ["COMITY_DIR"])), "comity.node.link_urls"
        use_node(settings.HOME.path)
        _made["links"] = get_wsgi_application()
    return _made["links"](environ | {"SSL_CLIENT_PARTNER": "cctld.ru"}, start_response)


_made: dict[str, Any] = {}


class Batches:
    """One batch after another of one ledger."""

    def __init__(self, key: SigningKey) -> None:
        self._key, self._edge = key, Frontier()

    def question(self) -> bytes:
        asked = Question("status", 1, Head(ORIGIN, self._edge.size, self._edge.root()))
        return sign_question(asked, "cctld.ru", self._key.public, self._key.sign)

    def next(self) -> bytes:
        start = self._edge.size
        entries = [OutgoingEntry("bench", str(start + n), b"x" * 1_000) for n in range(ENTRIES)]
        self._edge, _ = self._edge.extend([entry_hash(*entry) for entry in entries])
        head = Head(ORIGIN, self._edge.size, self._edge.root())
        return render_batch(sign_checkpoint(head, self._key.public, self._key.sign), start, entries)


def command(server: str, place: Path, port: int) -> list[str]:
    if server == "ours":
        return [sys.executable, "-m", "comity", "serve", "--only", "links", "--dir", str(place)]
    tls = place / "tls"
    return [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
        "--workers", "1", "--blocking-threads", "2", "--no-ws", "--http", "1", "--http1-header-read-timeout", "10000",
        "--log-level", "warning", "--ssl-certificate", str(tls / "node.pem"), "--ssl-keyfile", str(tls / "node.key"),
        "--ssl-ca", str(tls / "partners.pem"), "--ssl-client-verify", "listener:application",
    ]  # fmt: skip


class Line:
    """A client's connection, made anew after trouble."""

    def __init__(self, port: int, context: ssl.SSLContext) -> None:
        self._port, self._context = port, context
        self._connection: http.client.HTTPSConnection | None = None

    def post(self, verb: str, body: bytes) -> bool:
        try:
            if self._connection is None:
                self._connection = http.client.HTTPSConnection(
                    "127.0.0.1", self._port, context=self._context, timeout=PATIENCE_SECONDS
                )
            self._connection.request("POST", f"/link/v1/{ORIGIN}/{verb}", body=body)
            answer = self._connection.getresponse()
            answer.read()
            assert answer.status == 200, answer.status
        except (OSError, http.client.HTTPException):
            self._connection = None
            return False
        return True


@contextmanager
def slow(kind: str, port: int, context: ssl.SSLContext) -> Iterator[None]:
    """200 connections that send an octet a second, and come back when they are cut."""
    head = f"POST /link/v1/{ORIGIN}/batch HTTP/1.1\r\nHost: x\r\n".encode()
    head += b"Content-Length: 16000000\r\n\r\n" if kind == "bodies" else b""
    stop = threading.Event()
    lines: list[ssl.SSLSocket | None] = [None] * SLOW

    def keep() -> None:
        while not stop.is_set():
            for number, line in enumerate(lines):
                if stop.is_set():
                    return
                try:
                    if line is None:
                        bare = socket.create_connection(("127.0.0.1", port), timeout=2)
                        lines[number] = context.wrap_socket(bare, server_hostname="127.0.0.1")
                        lines[number].sendall(head)
                    else:
                        line.sendall(b"x")
                except OSError:
                    lines[number] = None
            stop.wait(1)

    keeper = threading.Thread(target=keep)
    keeper.start()
    time.sleep(4)
    try:
        yield
    finally:
        stop.set()
        keeper.join()
        for line in lines:
            if line is not None:
                line.close()


def ask(line: Line, question: bytes, count: int, *, within: float = 60.0) -> dict[str, Any]:
    took, lost, began = [], 0, time.monotonic()
    while len(took) + lost < count and time.monotonic() - began < within:
        start = time.monotonic()
        if line.post("status", question):
            took.append(time.monotonic() - start)
        else:
            lost += 1
    took.sort()
    if not took:
        return {"answered": 0, "unanswered": lost}
    return {
        "answered": len(took),
        "unanswered": lost,
        "per_second": round(len(took) / (time.monotonic() - began)),
        "p50_ms": round(1000 * took[len(took) // 2], 2),
        "p99_ms": round(1000 * took[len(took) * 99 // 100], 2),
    }


def push(line: Line, bodies: list[bytes]) -> dict[str, Any]:
    took = []
    for body in bodies:
        start = time.monotonic()
        assert line.post("batch", body)
        took.append(time.monotonic() - start)
    return {
        "megabytes_per_second": round(sum(map(len, bodies)) / sum(took) / 1e6, 1),
        "entries_per_second": round(ENTRIES * len(bodies) / sum(took)),
        "p50_ms": round(1000 * sorted(took)[len(took) // 2], 1),
    }


def wait_for(line: Line, question: bytes) -> None:
    end = time.monotonic() + 60
    while not line.post("status", question):
        assert time.monotonic() < end, "the server does not start"
        time.sleep(0.1)


def processes_of(pid: int) -> list[int]:
    return [pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]


def processor_seconds(pid: int) -> float:
    """What the server used of the processor: on a machine that others use too, the number to compare."""
    fields = [Path(f"/proc/{each}/stat").read_text().rpartition(") ")[2].split() for each in processes_of(pid)]
    return sum(int(each[11]) + int(each[12]) for each in fields) / os.sysconf("SC_CLK_TCK")


def peak_megabytes(pid: int) -> int:
    status = [Path(f"/proc/{each}/status").read_text() for each in processes_of(pid)]
    return round(sum(int(each.split("VmHWM:")[1].split()[0]) for each in status) / 1024)


def measure(server: str, place: Path, batches: int, questions: int) -> dict[str, Any]:
    with Harness(place) as t:
        ru, by = t.node("cctld.ru"), t.node("oac.by")
        t.memorandum(ru, by)
        ours, theirs = open_home(ru.place.path), open_home(by.place.path)
        port = theirs.settings.link.port
        (theirs.path / "tls/partners.pem").write_text("# cctld.ru\n" + (ours.path / "tls/ca.pem").read_text())
        made = Batches(load_signing_key(ours))
        if server == "limit":
            use_node(theirs.path)
            took = 0.0
            for _ in range(batches):
                body = made.next()
                start = time.monotonic()
                receive_batch(theirs, ORIGIN, body, at=datetime.now(UTC))
                took += time.monotonic() - start
            connections.close_all()
            return {"batches": {"entries_per_second": round(ENTRIES * batches / took)}}
        context = client_context(ours, (theirs.path / "tls/ca.pem").read_text())
        environment = os.environ | {
            "COMITY_DIR": str(theirs.path),
            "PYTHONPATH": os.pathsep.join([*filter(None, sys.path), str(Path(__file__).parent)]),
        }
        with subprocess.Popen(
            command(server, theirs.path, port), env=environment, stderr=subprocess.DEVNULL, start_new_session=True
        ) as running:
            try:
                line, question = Line(port, context), made.question()
                wait_for(line, question)
                bodies = [made.next() for _ in range(batches)]
                used = [processor_seconds(running.pid)]
                found: dict[str, Any] = {"questions": ask(line, question, questions)}
                used.append(processor_seconds(running.pid))
                found["batches"] = push(line, bodies)
                used.append(processor_seconds(running.pid))
                found["questions"]["server_cpu_ms"] = round(1000 * (used[1] - used[0]) / questions, 2)
                found["batches"]["server_cpu_ms"] = round(1000 * (used[2] - used[1]) / batches, 1)
                question = made.question()
                for kind in ("heads", "bodies"):
                    with slow(kind, port, context):
                        found[f"questions beside {SLOW} slow {kind}"] = ask(
                            Line(port, context), question, questions, within=2 * PATIENCE_SECONDS
                        )
                found["peak_megabytes"] = peak_megabytes(running.pid)
            finally:
                os.killpg(running.pid, signal.SIGKILL)  # Granian's workers outlive it otherwise
        return found


def main() -> None:
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--batches", type=int, default=40)
    wanted.add_argument("--questions", type=int, default=500)
    wanted.add_argument("--json", action="store_true")
    given = wanted.parse_args()
    found = {}
    for server in ("limit", "granian", "ours"):
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
            found[server] = measure(server, Path(place), given.batches, given.questions)
        if not given.json:
            print(server)
            for what, numbers in found[server].items():
                print(f"  {what}: {numbers}")
    if given.json:
        print(json.dumps(found))


if __name__ == "__main__":
    main()
