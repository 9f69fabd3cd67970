"""A node's commands as forks of one process that has read the program already: a real process each, in milliseconds.

A campaign starts thousands of processes and kills most of them; a start of Python costs half a second, a fork none.
`CommandForks` is the campaign's side; run as a module this is the other side, which reads a command a line on standard
input ({"run": […], "out": FILE}), forks, and answers {"pid": n}, later {"ended": n, "code": c}.  It opens no database
and starts no thread before it forks, so that a child is what a fresh process would be.  Everything ends when the
campaign does.
"""

import contextlib
import gc
import importlib
import os
import pkgutil
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

import msgspec
import orjson

from comity.edges.node_lock import release_node
from comity.edges.processes import die_with_parent
from comity.testing.crashing import run_program

_START_SECONDS: Final = 120.0
_READ_AHEAD: Final = ("comity.cli", "comity.flows")


class ForkedCommandError(AssertionError):
    """A command of a campaign's node did not do its work."""


class Forked(msgspec.Struct, eq=False):  # told apart by being itself
    """One command that runs or has run."""

    what: str
    pid: int
    out: Path
    code: int | None = None


class CommandForks:
    """Starts commands of one node; its environment is that of all of them."""

    def __init__(self, environment: Mapping[str, str], directory: Path) -> None:
        self._directory = directory
        self._count = 0
        self._changed = threading.Condition()
        self._running: dict[int, Forked] = {}
        self._pids: list[int] = []
        self._ended = False
        with (directory / "forks.log").open("ab") as log:
            self._host = subprocess.Popen(
                (sys.executable, "-m", "comity.testing.command_forks"),
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, env=dict(environment), process_group=0,
            )  # fmt: skip
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    @property
    def pid(self) -> int:
        """The process that forks."""
        return self._host.pid

    def start(self, *command: str) -> Forked:
        """Start one command; what it prints goes to a file."""
        with self._changed:
            self._count += 1
            out = self._directory / f"{self._count}.out"
            assert self._host.stdin is not None
            self._host.stdin.write(orjson.dumps({"run": command, "out": str(out)}) + b"\n")
            self._host.stdin.flush()
            self._wait(lambda: bool(self._pids), _START_SECONDS, "start")
            forked = Forked(" ".join(command[:4]), self._pids.pop(), out)
            self._running[forked.pid] = forked
            self._changed.notify_all()
            return forked

    def wait(self, forked: Forked, within_seconds: float = _START_SECONDS) -> int:
        """Wait until a command has ended; tell its exit code (-9: it was killed)."""
        with self._changed:
            self._wait(lambda: forked.code is not None, within_seconds, forked.what)
        assert forked.code is not None
        return forked.code

    def run(self, *command: str) -> bytes:
        """Run a command to its end and give what it printed.  Raises `ForkedCommandError` when it failed."""
        forked = self.start(*command)
        code = self.wait(forked)
        said = forked.out.read_bytes()
        if code:
            error = forked.out.with_suffix(".err").read_text(errors="replace").strip().splitlines() or [
                "it said nothing"
            ]
            raise ForkedCommandError(f"{forked.what}: ended with {code}: {error[-1]}")
        for name in (forked.out, forked.out.with_suffix(".err")):
            name.unlink()
        return said

    def send_signal(self, forked: Forked, number: signal.Signals) -> bool:
        """Send a signal to a command that still runs; answer whether it did."""
        with self._changed:
            if forked.code is not None:
                return False
            with contextlib.suppress(ProcessLookupError):
                os.kill(forked.pid, number)
            return True

    def close(self) -> None:
        """Kill whatever still runs and end."""
        for forked in list(self._running.values()):
            self.send_signal(forked, signal.SIGKILL)
        assert self._host.stdin is not None
        self._host.stdin.close()
        self._host.wait(30)
        self._listener.join(30)
        assert self._host.stdout is not None
        self._host.stdout.close()

    def _wait(self, ready: Any, within_seconds: float, what: str) -> None:
        """Wait with the lock held."""
        end = time.monotonic() + within_seconds
        while not ready():
            if self._ended or not self._changed.wait(end - time.monotonic()) or time.monotonic() > end:
                raise ForkedCommandError(f"{what}: did not come to an end in time")

    def _listen(self) -> None:
        assert self._host.stdout is not None
        for line in self._host.stdout:
            said = orjson.loads(line)
            with self._changed:
                if "pid" in said:
                    self._pids.append(said["pid"])
                else:
                    # The answer to the start may still be on its way to the one who asked.
                    ended = int(said["ended"])
                    self._changed.wait_for(partial(self._running.__contains__, ended), 5)
                    self._running.pop(ended).code = said["code"]
                self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()


# ---- the other side --------------------------------------------------------------------------------------------------


def _read_ahead() -> None:
    """Read the program, so that no command has to."""
    importlib.import_module("comity.cli.django_setup")
    for package in map(importlib.import_module, _READ_AHEAD):
        for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            importlib.import_module(found.name)
    gc.freeze()  # what is read is nobody's garbage: no child looks at it, and its pages stay shared
    release_node(Path(os.environ["COMITY_DIR"]))  # reading the settings took it; each command takes it for itself


def _become(command: list[str], out: str) -> None:
    """Be the command, in the child."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    die_with_parent()
    os.setpgid(0, 0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    told = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    wrong = os.open(str(Path(out).with_suffix(".err")), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for number, stream in enumerate((nothing, told, wrong)):
        os.dup2(stream, number)
    code = 1
    try:
        run_program(command)
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(bool(end.code))
    except BaseException:  # noqa: BLE001 — whatever ends the command is its own matter, and is said in its log
        sys.excepthook(*sys.exc_info())
    finally:
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code & 0xFF)


def _serve() -> None:
    die_with_parent()
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake)
    signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
    _read_ahead()
    waiting = b""
    children: set[int] = set()
    while True:
        ready, _, _ = select.select([0, woken], [], [])
        if woken in ready:
            os.read(woken, 4096)
            for pid in list(children):
                done, status = os.waitpid(pid, os.WNOHANG)
                if done:
                    children.discard(pid)
                    _say({"ended": pid, "code": os.waitstatus_to_exitcode(status)})
        if 0 in ready:
            data = os.read(0, 65_536)
            if not data:
                break
            *lines, waiting = (waiting + data).split(b"\n")
            for line in lines:
                asked = orjson.loads(line)
                pid = os.fork()
                if pid == 0:
                    _become(asked["run"], asked["out"])
                children.add(pid)
                _say({"pid": pid})
    for pid in children:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _say(what: dict[str, int]) -> None:
    os.write(1, orjson.dumps(what) + b"\n")


if __name__ == "__main__":
    _serve()
