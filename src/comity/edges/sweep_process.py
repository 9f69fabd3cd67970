"""A sweep that the node does by itself, as a child process: its memory comes back when it has ended.

One at a time over all processes of a node: the lock is a file in the node's directory, held while the child runs.  What
it prints goes to files there, so that no pipe holds it up.  Old runs are removed here; one that is worked on never is.
"""

import fcntl
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from comity.edges.processes import die_with_parent, program

SWEEPS: Final = "sweeps"
RUNS: Final = "sweeps/runs"
INDICATORS: Final = "sweeps/indicators"
_LOCK: Final = "scheduled.lock"
_OUT, _ERR = "scheduled.out", "scheduled.err"
_SUMMARY: Final = "summary.json"
_FOLDER_LOCK: Final = ".lock"
_CODE: Final = re.compile(r"\[([a-z0-9-]{1,40})\]")
_TAIL_BYTES: Final = 4_096


class SweepEnd(msgspec.Struct, frozen=True):
    """How a child ended: `folder` of its run where it went well, else the reason's stable word and a sentence."""

    folder: str = ""
    error: str = ""
    message: str = ""


class SweepProcess:
    """One child at work, and the lock that keeps a second one away."""

    def __init__(self, directory: Path) -> None:
        self._place = directory / SWEEPS
        self._lock: int | None = None
        self._child: subprocess.Popen[bytes] | None = None

    def take(self) -> bool:
        """Take the lock; False: another process sweeps this node now."""
        self._place.mkdir(mode=0o750, exist_ok=True)
        self._lock = os.open(self._place / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.release()
            return False
        return True

    def start(self, arguments: Sequence[str]) -> None:
        """Start a command of this program; it ends with its parent."""
        with (self._place / _OUT).open("wb") as out, (self._place / _ERR).open("wb") as err:
            self._child = subprocess.Popen(  # noqa: S603 — our own program
                [*program(), *arguments], stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                preexec_fn=die_with_parent,  # noqa: PLW1509 — one system call
            )  # fmt: skip

    def poll(self) -> SweepEnd | None:
        """How it ended; None: it is at work."""
        if self._child is None:
            return SweepEnd(error="not-started", message="it was not started")
        code = self._child.poll()
        if code is None:
            return None
        if code == 0:
            return self._went_well()
        said = _last_line(self._place / _ERR)
        found = _CODE.findall(said)
        return SweepEnd(error=found[-1] if found else f"ended-{abs(code)}", message=said or f"it ended with {code}")

    def _went_well(self) -> SweepEnd:
        try:
            told = msgspec.json.decode((self._place / _OUT).read_bytes(), type=_Told)
        except (OSError, msgspec.DecodeError):
            return SweepEnd(error="no-answer", message="it ended well and did not say where its run is")
        return SweepEnd(folder=told.folder)

    def release(self) -> None:
        """Let another one begin."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def stop(self) -> None:
        """End it and let another one begin."""
        if self._child is not None and self._child.poll() is None:
            self._child.terminate()
            self._child.wait()
        self.release()


class _Told(msgspec.Struct):
    folder: str = ""


def drop_old_runs(directory: Path, *, keep: int) -> list[str]:
    """Remove the folders of all runs but the newest, and what was never ended before these; answers which."""
    runs = [path for path in (directory / RUNS).glob("*") if path.is_dir()]
    whole = sorted((one for one in runs if (one / _SUMMARY).exists()), key=_ended, reverse=True)
    newest = _ended(whole[0]) if whole else 0.0
    old = whole[keep:] + [one for one in runs if one not in whole and one.stat().st_mtime < newest]
    return sorted(one.name for one in old if _remove(one))


def _ended(run: Path) -> float:
    return (run / _SUMMARY).stat().st_mtime


def _remove(run: Path) -> bool:
    """Remove a folder nobody works in; its summary first, so that what is left of it is no run."""
    descriptor = os.open(run / _FOLDER_LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with suppress(FileNotFoundError):
            (run / _SUMMARY).unlink()
        shutil.rmtree(run)
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return True


def _last_line(file: Path) -> str:
    with suppress(OSError):
        tail = file.read_bytes()[-_TAIL_BYTES:].decode("utf-8", "replace")
        lines = [" ".join(line.split()) for line in tail.splitlines() if line.strip()]
        return lines[-1][:500] if lines else ""
    return ""
