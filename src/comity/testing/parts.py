"""The parts of a campaign's node, each a process that can be started, killed, frozen and crashed by itself.

    links     what partners reach            courier   what carries entries to partners
    desk      the demo's scripted analyst    and any `comity` command, at any time

All of them are real processes of the program on a real store; what they are told to crash at is in
`crashes`.  `links_command` is the one place that knows how the listener is started.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Final

import msgspec
import orjson

from comity.demo.nodes import free_ports
from comity.edges.processes import die_with_parent
from comity.testing.assembly import AssemblyPlan, NodePlan
from comity.testing.census import Census
from comity.testing.command_forks import CommandForks, Forked
from comity.testing.crashing import HOOK, VARIABLE, Crashes
from comity.testing.empty_store import EMPTY_STORE

_SOURCE: Final = Path(__file__).resolve().parent.parent.parent
_START_SECONDS: Final = 60.0
_TOLD_LETTERS: Final = 6_000
_FORKED: Final[dict[str, tuple[str, ...]]] = {
    "courier": ("serve", "--only", "courier"),
    "desk": ("demo", "--only", "desk"),
}
PARTS: Final = ("links", *_FORKED)


def links_command(node: NodePlan) -> tuple[list[str], dict[str, str]]:
    """How the listener for partners is started by itself: the command and what it needs in its environment."""
    return [sys.executable, "-m", "comity", "serve", "--only", "links", "--dir", str(node.path)], {}


class CampaignNode:
    """One node, made already (`assemble_nodes`); `more` is added to the environment of all its processes."""

    def __init__(self, plan: NodePlan, scratch: Path, more: Mapping[str, str] | None = None) -> None:
        self.plan = plan
        self.party = plan.party
        self.crashes = Crashes(scratch / "crashes")
        self._scratch = scratch
        self._environment = _environment(plan, self.crashes, more or {})
        self._forks = CommandForks(self._environment, scratch)
        self._links: subprocess.Popen[bytes] | None = None
        self._log: IO[bytes] = (scratch / "links.log").open("ab")
        self._parts: dict[str, Forked] = {}
        self._wanted: set[str] = set()

    def command(self, *words: str) -> tuple[str, ...]:
        """The words of a command on this node."""
        return (*words, "--dir", str(self.plan.path))

    def run(self, *words: str) -> bytes:
        """Run a command to its end.  Raises `ForkedCommandError` when it failed."""
        return self._forks.run(*self.command(*words))

    def begin(self, *words: str) -> Forked:
        """Start a command and do not wait."""
        return self._forks.start(*self.command(*words))

    def wait(self, forked: Forked, within_seconds: float = _START_SECONDS) -> int:
        """Wait for a command that was begun; its exit code."""
        return self._forks.wait(forked, within_seconds)

    def file(self, feed: Path, reporter: str = "campaign") -> tuple[str, ...]:
        """The words of the intake of a feed."""
        return ("intake", str(feed), "--format", "ndjson", "--reporter", reporter, "--json")

    def start(self, *parts: str) -> None:
        """Start parts that do not run."""
        for part in parts:
            self._wanted.add(part)
            if part == "links":
                self._start_links()
            elif not self.runs(part):
                self._parts[part] = self.begin(*_FORKED[part])

    def runs(self, part: str) -> bool:
        """Whether a part runs."""
        if part == "links":
            return self._links is not None and self._links.poll() is None
        return part in self._parts and self._parts[part].code is None

    def send_signal(self, part: str, number: signal.Signals) -> None:
        """Send a signal to a part: SIGKILL, SIGSTOP, SIGCONT."""
        if part != "links":
            if part in self._parts:
                self._forks.send_signal(self._parts[part], number)
        elif self._links is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._links.pid, number)

    def signal_command(self, forked: Forked, number: signal.Signals) -> bool:
        """Send a signal to a command that was begun; answer whether it still ran."""
        return self._forks.send_signal(forked, number)

    def pids(self) -> list[int]:
        """The processes from which all others of the node are made, and the parts that run."""
        found = [self._forks.pid, *(part.pid for part in self._parts.values() if part.code is None)]
        if self._links is not None:
            found.append(self._links.pid)
        return found

    def tend(self) -> int:
        """Start every part again that was started once and died; tell how many."""
        dead = [part for part in self._wanted if not self.runs(part)]
        self.start(*dead)
        return len(dead)

    def kill(self, *parts: str) -> None:
        """Kill -9 parts and wait until they are gone."""
        for part in parts:
            self.send_signal(part, signal.SIGKILL)
            if part == "links" and self._links is not None:
                self._links.wait(_START_SECONDS)
                self._links = None
            elif part in self._parts:
                self._forks.wait(self._parts.pop(part))

    def restart(self, *parts: str) -> None:
        """Kill parts and start them again."""
        self.kill(*parts)
        self.start(*parts)

    def census(self, *filed: Path, at_risk: Sequence[Path] = (), brief: bool = False) -> Census:
        """Let the node count what it holds."""
        words = ["-m", "comity.testing.census", *(part for file in filed for part in ("--filed", str(file)))]
        words += [part for file in at_risk for part in ("--at-risk", str(file))]
        said = self._forks.run(*self.command(*words, *(("--brief",) if brief else ())))
        return msgspec.json.decode(said, type=Census)

    def json(self, *words: str) -> Any:
        """Run a command with --json and read its document."""
        return orjson.loads(self.run(*words, "--json"))

    def close(self) -> None:
        """Kill everything of this node."""
        self.kill(*PARTS)
        self._forks.close()
        self._log.close()

    def tell(self) -> str:
        """The end of what the node's processes said, for whoever looks for a cause."""
        said = [*sorted(self._scratch.glob("*.err")), self._scratch / "links.log", self._scratch / "forks.log"]
        return "\n".join(file.read_text(errors="replace")[-1_000:] for file in said if file.exists())[-_TOLD_LETTERS:]

    def _start_links(self) -> None:
        if self.runs("links"):
            return
        command, more = links_command(self.plan)
        self._links = subprocess.Popen(
            command, env={**self._environment, **more}, stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log,
            start_new_session=True, preexec_fn=die_with_parent,  # noqa: PLW1509 — one system call
        )  # fmt: skip

    def wait_until_reachable(self) -> None:
        """Wait until partners can reach the node."""
        end = time.monotonic() + _START_SECONDS
        while time.monotonic() < end:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.plan.link_port), timeout=1):
                return
            assert self.runs("links"), self.tell()
            time.sleep(0.02)
        raise AssertionError(self.tell())


def assemble_nodes(
    directory: Path,
    parties: Sequence[str],
    *,
    databases: Mapping[str, str] | None = None,
    settings: str = "",
    line_ports: Mapping[str, int] | None = None,
    ports: Sequence[int] = (),
    paths: Mapping[str, Path] | None = None,
    fetched: Sequence[tuple[str, str]] = (),
) -> list[NodePlan]:
    """Make linked nodes below a directory; `databases` and `paths` by party, else SQLite in a directory of its name."""
    found = list(ports) or free_ports(2 * len(parties))
    nodes = tuple(
        NodePlan(
            party, (paths or {}).get(party, directory / party), (databases or {}).get(party, "sqlite:///comity.sqlite3"),
            *found[2 * number : 2 * number + 2],
        )
        for number, party in enumerate(parties)
    )  # fmt: skip
    file = directory / "assembly.json"
    plan = AssemblyPlan(nodes, settings=settings, line_ports=dict(line_ports or {}), fetched=tuple(fetched))
    file.write_bytes(msgspec.json.encode(plan, enc_hook=str))
    command = (sys.executable, "-m", "comity.testing.assembly", str(file))
    done = subprocess.run(command, env=_clean(), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return list(nodes)


def _clean() -> dict[str, str]:
    dropped = ("COMITY_", "PYTEST_")
    kept = {name: value for name, value in os.environ.items() if name == EMPTY_STORE or not name.startswith(dropped)}
    return {**kept, "PYTHONPATH": str(_SOURCE), "DJANGO_SETTINGS_MODULE": "comity.node.settings"}


def _environment(plan: NodePlan, crashes: Crashes, more: Mapping[str, str]) -> dict[str, str]:
    return {
        **_clean(),
        "PYTHONPATH": f"{HOOK}{os.pathsep}{_SOURCE}",
        VARIABLE: str(crashes.directory),
        "COMITY_DIR": str(plan.path),
        "PYTHONUNBUFFERED": "1",
        **more,
    }
