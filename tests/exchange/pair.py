"""Two real nodes that are linked: directories, keys, certificates, a countersigned memorandum, and their processes.

Each part of a node is started and killed by itself, in a process group of its own, so that nothing outlives a test.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from comity.edges.processes import program
from comity.testing.command_host import SCRIPT
from comity.testing.empty_store import EMPTY_STORE

HERE = Path(__file__).resolve().parent
SOURCE = HERE.parent.parent / "src"
START_SECONDS = 60.0
_KEPT = {"PATH", "HOME", "LANG", "TMPDIR", EMPTY_STORE}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name in _KEPT}
    return kept | {"PYTHONPATH": str(SOURCE)}


def act(verb: str, directory: Path, *rest: str) -> Any:
    command = [*program(), SCRIPT, str(HERE / "act.py"), verb, str(directory), *rest]
    done = subprocess.run(command, env=environment(), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


class Node:
    """One party's node on this machine."""

    def __init__(self, directory: Path, party: str, port: int, authority: str) -> None:
        self.directory, self.party, self.port, self.authority = directory, party, port, authority
        self.url = f"https://127.0.0.1:{port}"
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.log = (directory / "processes.log").open("ab")

    def act(self, verb: str, *rest: str) -> Any:
        """Let the node do something in a process of its own; give its answer."""
        return act(verb, self.directory, *rest)

    def begin(self, verb: str, *rest: str) -> None:
        """Let the node do something meanwhile; it can be killed under `verb`."""
        self._start(verb, [sys.executable, str(HERE / "act.py"), verb, str(self.directory), *rest], {})

    def start_listener(self) -> None:
        """Start the listener for partners and wait until it answers."""
        self._start(
            "listener", [sys.executable, "-m", "comity", "serve", "--only", "links", "--dir", str(self.directory)], {}
        )
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return
            time.sleep(0.05)
        raise AssertionError(self.tell())

    def comity(self, *arguments: str) -> str:
        """Run a command on this node's directory to its end, as its operator would."""
        command = [*program(), *arguments, "--dir", str(self.directory)]
        done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def set_link(self, **settings: float) -> None:
        """Set what stands in node.toml about links."""
        file = self.directory / "node.toml"
        lines = "".join(f"{key} = {value}\n" for key, value in settings.items())
        file.write_text(file.read_text().replace("[link]\n", f"[link]\n{lines}"))

    def start_courier(self) -> None:
        self._start(
            "courier", [sys.executable, "-m", "comity", "serve", "--only", "courier", "--dir", str(self.directory)], {}
        )

    def kill(self, part: str) -> None:
        """kill -9, the whole group of that part's processes."""
        process = self.processes.pop(part, None)
        if process is not None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def wait(self, part: str) -> int:
        return self.processes.pop(part).wait()

    def stop(self) -> None:
        for part in list(self.processes):
            self.kill(part)
        self.log.close()

    def tell(self) -> str:
        return (self.directory / "processes.log").read_text()

    def _start(self, part: str, command: list[str], more: dict[str, str]) -> None:
        self.processes[part] = subprocess.Popen(
            command, env=environment() | more, stdout=self.log, stderr=self.log, start_new_session=True
        )


class Pair:
    """Two linked nodes."""

    def __init__(self, directory: Path, *, new_database: Callable[[], str] | None = None) -> None:
        ports = {"ru": free_port(), "by": free_port()}
        databases = [new_database() if new_database else "sqlite:///comity.sqlite3" for _ in ports]
        made = act("pair", directory, *map(str, ports.values()), *databases)
        self.ru = Node(directory / "ru", "cctld.ru", ports["ru"], made["ru"]["ca"])
        self.by = Node(directory / "by", "oac.by", ports["by"], made["by"]["ca"])

    def directions(self) -> tuple[tuple[Node, Node], tuple[Node, Node]]:
        return (self.ru, self.by), (self.by, self.ru)

    def start(self) -> None:
        for node, _ in self.directions():
            node.start_listener()
            node.start_courier()

    def stop(self) -> None:
        for node, _ in self.directions():
            node.stop()

    def fetch_at_ru(self) -> None:
        """Let a firewall stand before ru: by cannot reach it, ru pushes its own ledger and fetches by's."""
        authority = str(self.by.directory / "tls" / "ca.pem")
        self.ru.comity("link", "add", "oac.by", "--url", self.by.url, "--ca", authority, "--fetch")
        authority = str(self.ru.directory / "tls" / "ca.pem")
        self.by.comity("link", "add", "cctld.ru", "--awaited", "--ca", authority)

    def settle(self, *, seconds: float) -> dict[str, Any]:
        """Wait until both directions are whole and receipted to their end; give what each node holds."""
        end = time.monotonic() + seconds
        while True:
            ru, by = self.ru.act("dump", "oac.by"), self.by.act("dump", "cctld.ru")
            sides = ((ru, by), (by, ru))
            if all(
                len(ours["sent"]) == ours["receipted"] == len(theirs["received"]) and ours["state"] == "open"
                for ours, theirs in sides
            ):
                return {"ru": ru, "by": by}
            assert time.monotonic() < end, f"{ru['last_error']}\n{by['last_error']}\n{self.ru.tell()}\n{self.by.tell()}"
            time.sleep(0.2)
