"""A node of the demo: a directory, real commands that work on it, and the real processes that serve it.

Everything goes the way an operator would go: `comity init`, `comity memo propose`, `comity serve`, each a process of
its own.  Nothing here reaches into a node's store; `tally` looks from outside.  Children are in process groups
of their own, so that Ctrl-C reaches the parent alone, and end when it ends.
"""

import os
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from http.client import HTTPException, HTTPSConnection
from pathlib import Path
from typing import IO, Any, Final

import msgspec
import orjson

from comity.core.errors import ComityError
from comity.core.parties import PARTIES
from comity.edges.home import database_entry
from comity.edges.processes import die_with_parent, program

SQLITE: Final = "sqlite:///comity.sqlite3"
_START_SECONDS: Final = 120.0  # a machine may be busy; a node that ends is noticed at once
_STOP_SECONDS: Final = 30.0
_ZONES: Final = {party.id: party.zones for party in PARTIES}


class CommandError(ComityError):
    """A command of the demo did not do its work."""

    code = "demo-step-failed"


class Place(msgspec.Struct, frozen=True):
    """Where a node of the demo lives."""

    party: str
    zones: tuple[str, ...]
    path: Path
    web_port: int
    link_port: int
    database_url: str = SQLITE

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.web_port}/"

    @property
    def link_url(self) -> str:
        return f"https://127.0.0.1:{self.link_port}/"

    @property
    def database(self) -> dict[str, Any]:
        """Django's DATABASES entry for the node's store."""
        return database_entry(self.database_url, base=self.path)


class Node:
    """One node: run commands on it, start it, kill it, ask its pages."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self._serving: subprocess.Popen[bytes] | None = None
        self._log: IO[bytes] | None = None

    @property
    def party(self) -> str:
        return self.place.party

    def comity(self, *arguments: str, text: str = "") -> bytes:
        """Run one `comity` command to its end and return what it printed.  Raises `CommandError` with its last line."""
        with self.start_comity(*arguments) as command:
            return finish(command, f"{self.party}: comity {' '.join(arguments[:2])}", text=text)

    def work(self, *arguments: str, text: str = "") -> bytes:
        """Run one command on this node's directory."""
        return self.comity(*arguments, "--dir", str(self.place.path), text=text)

    def start_work(self, *arguments: str) -> "subprocess.Popen[bytes]":
        """Start one command on this node's directory."""
        return self.start_comity(*arguments, "--dir", str(self.place.path))

    def comity_json(self, *arguments: str) -> Any:
        """Run one command with --json on this node's directory and read its document."""
        return orjson.loads(self.work(*arguments, "--json"))

    def start_comity(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start one `comity` command."""
        return subprocess.Popen(  # noqa: S603 — our own interpreter and our own modules
            (*program(), *arguments),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=_environment(), process_group=0, preexec_fn=die_with_parent,  # noqa: PLW1509 — no threads here
        )  # fmt: skip

    def serve(self) -> None:
        """Start `comity serve` and wait until its pages answer."""
        self._log = (self.place.path / "serve.log").open("ab")
        self._serving = subprocess.Popen(  # noqa: S603 — our own interpreter and our own modules
            (sys.executable, "-m", "comity", "serve", "--dir", str(self.place.path)),
            stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log, env=_environment(),
            process_group=0, preexec_fn=die_with_parent,  # noqa: PLW1509 — no threads here
        )  # fmt: skip

    def wait_until_ready(self) -> None:
        """Wait until pages and links answer.  Raises `CommandError` with the end of the log when they do not."""
        end = time.monotonic() + _START_SECONDS
        while not (_listens(self.place.web_port) and _listens(self.place.link_port)):
            if self._serving is None or self._serving.poll() is not None or time.monotonic() > end:
                log = (self.place.path / "serve.log").read_text(errors="replace").strip().splitlines()
                raise CommandError((log or ["it said nothing"])[-1], item=f"{self.party}: comity serve")
            time.sleep(0.05)

    def set_batch_entries(self, count: int) -> None:
        """Set in node.toml how many entries the courier carries at once."""
        file = self.place.path / "node.toml"
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace("[link]\n", f"[link]\nbatch_entries = {count}\n"), encoding="utf-8")

    @property
    def is_serving(self) -> bool:
        """Whether `comity serve` runs."""
        return self._serving is not None and self._serving.poll() is None

    @property
    def pid(self) -> int:
        """The process of `comity serve`, the parent of the node's other processes."""
        if self._serving is None:
            raise CommandError("is not running", item=self.party)
        return self._serving.pid

    def kill(self) -> None:
        """Kill -9 the node: no goodbye, no flush."""
        if self._serving is not None:
            self._serving.kill()
            self._serving.wait()
            self._end_log()
            self._wait_until_silent()

    def stop(self) -> None:
        """Stop the node in good order."""
        if self._serving is None:
            return
        if self._serving.poll() is None:
            self._serving.terminate()
            try:
                self._serving.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._serving.kill()
                self._serving.wait()
        self._end_log()

    def get(self, path: str) -> tuple[int, str]:
        """Fetch a page of the node over HTTPS, trusting the node's own authority and nobody else."""
        context = ssl.create_default_context(cafile=str(self.place.path / "tls" / "ca.pem"))
        connection = HTTPSConnection("127.0.0.1", self.place.web_port, context=context, timeout=30)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode(errors="replace")
        except (OSError, HTTPException) as error:
            raise CommandError(f"does not answer: {error}", item=f"{self.place.url}{path.lstrip('/')}") from error
        finally:
            connection.close()

    def _end_log(self) -> None:
        self._serving = None
        if self._log is not None:
            self._log.close()
            self._log = None

    def _wait_until_silent(self) -> None:
        """The children of a killed node end by themselves; a new start needs their ports."""
        end = time.monotonic() + _START_SECONDS
        while _listens(self.place.web_port) or _listens(self.place.link_port):
            if time.monotonic() > end:
                raise CommandError("its children did not end", item=self.party)
            time.sleep(0.05)


def finish(command: "subprocess.Popen[bytes]", what: str, *, text: str = "") -> bytes:
    """Wait for a command and return what it printed.  Raises `CommandError` with the last line it said."""
    out, error = command.communicate(text.encode())
    if command.returncode != 0:
        said = error.decode(errors="replace").strip().splitlines() or ["it said nothing"]
        raise CommandError(said[-1], item=what)
    return out


def finish_all(commands: Sequence["subprocess.Popen[bytes]"], what: str) -> list[bytes]:
    """Wait for commands that run side by side."""
    return [finish(command, what) for command in commands]


def free_ports(count: int) -> list[int]:
    """Find loopback ports that nobody listens on."""
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in sockets]


def make_nodes(directory: Path, parties: Sequence[str], *, database_urls: Sequence[str] = ()) -> list[Node]:
    """Make nodes of known parties with `comity init`, each with all its party's zones and ports of its own.

    `database_urls`: an empty database for each node; without it each has an SQLite file in its directory.
    """
    ports = free_ports(2 * len(parties))
    urls = database_urls or [SQLITE] * len(parties)
    nodes = [
        Node(Place(party, _ZONES[party], directory / party, ports[2 * number], ports[2 * number + 1], url))
        for number, (party, url) in enumerate(zip(parties, urls, strict=True))
    ]
    finish_all([_start_init(node) for node in nodes], "comity init")
    return nodes


def _start_init(node: Node) -> "subprocess.Popen[bytes]":
    place = node.place
    zone_options = [part for zone in place.zones for part in ("--zone", zone)]
    return node.start_comity(
        "init", str(place.path), "--party", place.party, *zone_options,
        "--web-port", str(place.web_port), "--link-port", str(place.link_port),
        "--database", place.database_url, "--json",
    )  # fmt: skip


@contextmanager
def serving(*nodes: Node) -> Iterator[None]:
    """Serve several nodes and stop them all at the end, whatever happens."""
    try:
        for node in nodes:
            node.serve()
        yield
    finally:
        for node in nodes:
            node.stop()


def _environment() -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if key != "COMITY_DIR"}
    return {**kept, "PYTHONUNBUFFERED": "1", "DJANGO_SETTINGS_MODULE": "comity.node.settings"}


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0
