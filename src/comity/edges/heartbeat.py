"""A sign of life of the node's courier and desk: a file each touches, so that others can tell that it runs.

    run/courier.<pid>    touched about once a second by the courier with that process number
    run/desk.<pid>       touched by the desk between its rounds

It answers nothing about other machines: a node whose database is shared by two machines has two directories.
"""

import os
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

ALIVE: Final = timedelta(seconds=90)  # longer than the longest time a partner's answer is waited for
LONGEST_ROUND: Final = timedelta(minutes=15)  # the desk gives a sign between its rounds: a bulk plan is one of them
_EACH_SECONDS: Final = 1.0


def beating(directory: Path, part: str, stop: Callable[[], bool]) -> Callable[[], bool]:
    """Make `stop` leave a sign of life whenever it is asked; the sign is taken away when it answers yes."""
    file = directory / "run" / f"{part}.{os.getpid()}"
    last = 0.0

    def ask() -> bool:
        nonlocal last
        if stop():
            with suppress(OSError):
                file.unlink(missing_ok=True)
            return True
        now = time.monotonic()
        if now - last >= _EACH_SECONDS:
            last = now
            with suppress(OSError):  # a full disk must not end the courier: the missing sign tells of it
                file.parent.mkdir(mode=0o700, exist_ok=True)
                file.touch(mode=0o600)
        return False

    return ask


def list_running(directory: Path, part: str) -> list[int]:
    """Process numbers of a part that left a sign and still live."""
    numbers = [file.suffix.removeprefix(".") for file in (directory / "run").glob(f"{part}.*")]
    return [int(number) for number in numbers if number.isdecimal() and Path("/proc", number).exists()]


def list_beats(directory: Path, part: str, *, at: datetime) -> list[timedelta]:
    """How long ago each living process of a part last gave a sign, the latest first."""
    ages = []
    for pid in list_running(directory, part):
        with suppress(FileNotFoundError):  # it ended meanwhile
            touched = (directory / "run" / f"{part}.{pid}").stat().st_mtime
            ages.append(at - datetime.fromtimestamp(touched, UTC))
    return sorted(ages)


def clear_dead(directory: Path, part: str) -> None:
    """Remove the signs of processes that are gone."""
    living = set(list_running(directory, part))
    for file in (directory / "run").glob(f"{part}.*"):
        if file.suffix.removeprefix(".") not in map(str, living):
            file.unlink(missing_ok=True)
