"""Two linked nodes for a measurement, made by the program's own commands, and their processes one by one.

A node's listener and courier run by themselves (`comity serve --only`), so that what each costs is known: CPU seconds
and peak memory as the kernel counts them.  An `Eye` looks into a store from outside, over a connection of its own.
"""

import json
import os
import resource
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psycopg

from comity.demo.nodes import Node
from comity.edges.home import open_home
from comity.edges.processes import die_with_parent
from comity.edges.tls import write_partner_authorities
from comity.testing.harness import Harness

ROOT = Path(__file__).resolve().parent.parent
ACTS = ROOT / "bench" / "_acts.py"
TICKS = os.sysconf("SC_CLK_TCK")
START_SECONDS = 120.0
WARM = 200


def environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name != "COMITY_DIR"}
    return {**kept, "PYTHONPATH": str(ROOT / "src"), "DJANGO_SETTINGS_MODULE": "comity.node.settings"}


def cpu_seconds(pid: int) -> float:
    """CPU of a process, its threads and the children it has waited for."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / TICKS


def family_cpu_seconds(pid: int) -> float:
    """CPU of a process and of all its living descendants."""
    total, waiting = 0.0, [pid]
    while waiting:
        one = waiting.pop()
        with suppress(OSError):
            total += cpu_seconds(one)
            waiting += map(int, Path(f"/proc/{one}/task/{one}/children").read_text(encoding="ascii").split())
    return total


def children_cpu() -> float:
    """CPU of the children that this process has waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class Part:
    """One process of a node: its CPU and its memory."""

    def __init__(self, node: Node, name: str, log: Path) -> None:
        with log.open("ab") as stream:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "comity", "serve", "--only", name, "--dir", str(node.place.path)],
                env=environment(), stdin=subprocess.DEVNULL, stdout=stream, stderr=stream,
                process_group=0, preexec_fn=die_with_parent,  # noqa: PLW1509 — no threads when parts are started
            )  # fmt: skip
        self.name, self._log = name, log

    @property
    def cpu(self) -> float:
        return family_cpu_seconds(self._process.pid)

    @property
    def peak_mb(self) -> int:
        """The most memory it ever had (VmHWM)."""
        status = Path(f"/proc/{self._process.pid}/status").read_text(encoding="ascii")
        return int(status.partition("VmHWM:")[2].split()[0]) // 1024

    def check(self) -> None:
        assert self._process.poll() is None, f"{self.name} ended:\n{self._log.read_text(errors='replace')[-3000:]}"

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class Eye:
    """Looks into one node's store: what its ledgers have, without the node's knowledge."""

    def __init__(self, node: Node) -> None:
        name = node.place.database["NAME"]
        if node.place.database_url.startswith("sqlite"):
            self._db: Any = sqlite3.connect(f"file:{name}?mode=ro", uri=True, timeout=30, check_same_thread=False)
        else:
            self._db = psycopg.connect(node.place.database_url, autocommit=True)

    def ask(self, query: str) -> Any:
        return self._db.execute(query).fetchone()

    def ask_all(self, query: str) -> Any:
        return self._db.execute(query).fetchall()

    def reports(self) -> int:
        """How many reports are stored here."""
        count: int = self.ask("SELECT count(*) FROM report")[0]
        return count

    def sent(self) -> tuple[int, int]:
        """How many entries our ledger has, and how many of them are receipted."""
        size, receipted = self.ask("SELECT size, receipt_size FROM ledger WHERE direction = 'out'")
        return size, receipted

    def held(self) -> int:
        """How many entries of the partner's ledger are visible here."""
        size: int = self.ask("SELECT size FROM ledger WHERE direction = 'in'")[0]
        return size

    def close(self) -> None:
        self._db.close()


class Pair:
    """The node that files (cctld.ru) and its partner (oac.by), linked under the demo's memorandum."""

    def __init__(self, directory: Path, new_database: Callable[[], str] | None = None) -> None:
        self.directory = directory
        self._harness = Harness(directory, new_database=new_database)
        self.ours, self.theirs = self._harness.node("cctld.ru"), self._harness.node("oac.by")
        self._harness.memorandum(self.ours, self.theirs)
        authority = (self.ours.place.path / "tls" / "ca.pem").read_text(encoding="ascii")
        write_partner_authorities(open_home(self.theirs.place.path), f"# {self.ours.party}\n{authority}")
        self._parts: dict[str, Part] = {}
        self.our_eye, self.their_eye = Eye(self.ours), Eye(self.theirs)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        for part in self._parts.values():
            part.stop()
        self.our_eye.close()
        self.their_eye.close()

    @property
    def courier(self) -> Part:
        return self._parts["courier"]

    @property
    def listener(self) -> Part:
        return self._parts["links"]

    def start(self) -> None:
        """Start the partner's listener, then our courier."""
        self._parts["links"] = Part(self.theirs, "links", self.directory / "links.log")
        end = time.monotonic() + START_SECONDS
        while True:
            self.listener.check()
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.theirs.place.link_port), timeout=1):
                break
            assert time.monotonic() < end, "the listener does not answer"
            time.sleep(0.02)
        self._parts["courier"] = Part(self.ours, "courier", self.directory / "courier.log")

    def stop(self) -> None:
        """Stop both, and forget what they cost."""
        for part in self._parts.values():
            part.stop()
        self._parts.clear()

    def until_receipted(self, size: int, *, look: float = 0.01) -> float:
        """Wait until so many entries are receipted; answer when that was seen."""
        while self.our_eye.sent()[1] < size:
            self.courier.check()
            self.listener.check()
            time.sleep(look)
        return time.monotonic()

    def act(self, node: Node, verb: str, *rest: object) -> Any:
        """Let a node do something in a process of its own; give its answer."""
        return finish_act(self.start_act(node, verb, *rest))

    @staticmethod
    def start_act(node: Node, verb: str, *rest: object) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [sys.executable, str(ACTS), verb, str(node.place.path), *map(str, rest)],
            env=environment(), stdout=subprocess.PIPE,
        )  # fmt: skip


def finish_act(process: "subprocess.Popen[bytes]") -> Any:
    out, _ = process.communicate()
    if process.returncode:
        raise SystemExit(f"an act ended with {process.returncode}")
    return json.loads(out)


@contextmanager
def linked_pair(directory: Path, new_database: Callable[[], str] | None = None) -> Iterator[Pair]:
    """Make a pair and end it, whatever happens."""
    directory.mkdir()
    with Pair(directory, new_database) as pair:
        yield pair


def warm_up(pair: Pair, octets: int) -> None:
    """Let every process read what it reads once."""
    size = pair.our_eye.sent()[0]
    pair.act(pair.ours, "fill", "oac.by", size, WARM, octets, WARM)
    pair.until_receipted(size + WARM)
