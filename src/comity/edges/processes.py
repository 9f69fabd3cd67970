"""The node's child processes: started, watched, started again when they die, and never left behind.

A child is told by the kernel when its parent is gone (Linux: PR_SET_PDEATHSIG), so that even a kill -9 of the parent
leaves no listener on the port.
"""

import ctypes
import logging
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence

PROGRAM = "COMITY_PROGRAM"
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)
_log = logging.getLogger(__name__)


def die_with_parent() -> None:
    """Ask the kernel to end this process when its parent is gone: a `preexec_fn`."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def program() -> tuple[str, ...]:
    """What starts `comity` here: this interpreter, or what COMITY_PROGRAM says."""
    said = os.environ.get(PROGRAM, "")
    return tuple(shlex.split(said)) or (sys.executable, "-m", "comity")


class Child:
    """One child process that is kept running."""

    def __init__(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self.name = name
        self.command = list(command)
        self._environment = {**os.environ, **environment}
        self._process: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0
        self._delay_seconds = 0.0

    def start(self) -> None:
        """Start it, or start it again."""
        self._started_at = time.monotonic()
        self._process = subprocess.Popen(  # noqa: S603 — our own interpreter and our own modules
            self.command,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            preexec_fn=die_with_parent,  # noqa: PLW1509 — one system call, and the supervisor has no threads
        )

    def tend(self) -> None:
        """Start it again if it died; at once the first time, later with a growing delay up to 30 seconds."""
        if self._process is None or self._process.poll() is None:
            return
        lived = time.monotonic() - self._started_at
        if lived > 60:
            self._delay_seconds = 0.0
        if lived < self._delay_seconds:
            return
        _log.error(
            "a part of the node ended and is started again",
            extra={"event": "part-ended", "part": self.name, "exit_code": self._process.returncode},
        )
        self._delay_seconds = min(30.0, self._delay_seconds * 2 or 1.0)
        self.start()

    def stop(self, *, within_seconds: float = 10.0) -> None:
        """Ask it to end; make it end when it does not."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            self._process.wait(within_seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def supervise(children: Sequence[Child], *, stop: Callable[[], bool], each_round: Callable[[], None]) -> None:
    """Keep the children running until `stop()`; `each_round` is called about five times a second."""
    try:
        while not stop():
            for child in children:
                child.tend()
            each_round()
            time.sleep(0.2)
    finally:
        for child in children:
            child.stop()
