"""A program that crashes where it is told: kill -9 of itself just before or just after a durable step.

    python -m comity.testing.crashing --crashes DIR serve --only courier --dir NODE

runs `comity` with its steps watched (`durable_steps`).  What happens is said by files in DIR, at any time while it
runs:

    plan     {"step": "receive.receive_batch", "when": "after", "nth": 1}: the process that comes to it takes the plan
             (it becomes `struck`) and kills itself: no goodbye, no flush
    trace    while it exists, every step that is passed is written to its end, a line each

COMITY_CRASHES=DIR does the same to every Python process whose path begins with `testing/hook`.
"""

import os
import runpy
import signal
import sys
from pathlib import Path
from typing import Final

import msgspec

from comity.testing.durable_steps import When, install

VARIABLE: Final = "COMITY_CRASHES"
HOOK: Final = Path(__file__).resolve().parent / "hook"


class CrashPlan(msgspec.Struct, frozen=True):
    """Where to die: at the `nth` passage of a step in one process."""

    step: str
    when: When = "before"
    nth: int = 1


class Crashes:
    """The directory through which a node's processes are told where to crash, from outside."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.directory = directory
        self._plan, self._struck, self._trace = (directory / name for name in ("plan", "struck", "trace"))

    def arm(self, plan: CrashPlan) -> None:
        """Let the next process that comes to the step die there."""
        self._struck.unlink(missing_ok=True)
        fresh = self.directory / "plan.new"
        fresh.write_bytes(msgspec.json.encode(plan))
        fresh.replace(self._plan)

    def disarm(self) -> bool:
        """Take the plan back; answer whether it had struck."""
        self._plan.unlink(missing_ok=True)
        return self._struck.exists()

    @property
    def has_struck(self) -> bool:
        """Whether a process died of the plan."""
        return self._struck.exists()

    def trace(self) -> None:
        """Write down from now on which steps are passed."""
        self._trace.write_bytes(b"")

    def traced(self) -> list[tuple[int, str]]:
        """Tell which process passed which steps since `trace`, in order, and forget them."""
        lines = [line.split(" ") for line in self._trace.read_text().splitlines()]
        self._trace.write_bytes(b"")
        return [(int(pid), step) for pid, _when, step in lines]

    def read_plan(self) -> tuple[int, CrashPlan] | None:
        """The plan, and a number that tells it from others."""
        try:
            return self._plan.stat().st_ino, msgspec.json.decode(self._plan.read_bytes(), type=CrashPlan)
        except FileNotFoundError:
            return None

    def take(self) -> bool:
        """Take the plan for this process alone."""
        try:
            self._plan.rename(self._struck)
        except FileNotFoundError:
            return False
        return True

    def note(self, step: str, when: When) -> None:
        """Write a step down, if steps are traced."""
        try:
            trace = os.open(self._trace, os.O_WRONLY | os.O_APPEND)
        except FileNotFoundError:
            return
        os.write(trace, f"{os.getpid()} {when} {step}\n".encode())
        os.close(trace)


class _Watcher:
    def __init__(self, crashes: Crashes) -> None:
        self._crashes = crashes
        self._passed: dict[tuple[int, str, When], int] = {}

    def __call__(self, step: str, when: When) -> None:
        self._crashes.note(step, when)
        found = self._crashes.read_plan()
        if found is None or (found[1].step, found[1].when) != (step, when):
            return
        number, plan = found
        passed = self._passed[number, step, when] = self._passed.get((number, step, when), 0) + 1
        if passed >= plan.nth and self._crashes.take():
            os.kill(os.getpid(), signal.SIGKILL)


def watch_this_process(directory: Path) -> None:
    """Let this process and those it forks follow the plans in a directory."""
    install(_Watcher(Crashes(directory)))


def run_program(arguments: list[str]) -> None:
    """Run `comity` in this process, or with `-m MODULE` another module; ends as the program ends."""
    module = "comity"
    if arguments[:1] == ["-m"]:
        module, arguments = arguments[1], arguments[2:]
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    if sys.argv[1:2] != ["--crashes"]:
        sys.exit("usage: python -m comity.testing.crashing --crashes DIR COMMAND …")
    watch_this_process(Path(sys.argv[2]))
    run_program(sys.argv[3:])
