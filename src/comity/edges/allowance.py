"""How many calls each token has left: one table for all workers of a node, in mapped memory.

A token gains its calls evenly: `per_minute` of them in a minute, and never has more than those of one minute (the
generic cell rate algorithm).  The table lies beside the counters of the run (`edges.counters`), is
locked for the microseconds that a look takes, and is forgotten with the run: a limit is protection, no account.  Two
tokens that fall on one place of a full table share it; nobody is let through for that.
"""

import fcntl
import mmap
import os
import struct
import threading
from functools import cache
from pathlib import Path
from typing import Final

import msgspec

from comity.edges.counters import VARIABLE

_SLOTS: Final = 4096
_PROBES: Final = 8
_ROW: Final = struct.Struct("<Qd")  # who, and when its next call would come if it kept to its pace
_NAME: Final = "allowance.bin"
_MINUTE: Final = 60.0


class Taken(msgspec.Struct, frozen=True):
    """Whether the call may go on; how many are left, and in how many seconds there is one (0: now)."""

    allowed: bool
    left: int
    wait_seconds: float


class Allowance:
    """The table.  Without a file it is this process's own."""

    def __init__(self, file: Path | None = None) -> None:
        self._lock = threading.Lock()
        self._descriptor = -1
        if file is not None:
            self._descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            os.ftruncate(self._descriptor, _SLOTS * _ROW.size)
        self._table = mmap.mmap(self._descriptor, _SLOTS * _ROW.size)

    def take(self, who: int, *, per_minute: int, now: float) -> Taken:
        """Take a call of somebody (64 bits that are as good as random) at `now`, seconds of any clock all share."""
        step = _MINUTE / per_minute
        with self._lock:
            if self._descriptor >= 0:
                fcntl.lockf(self._descriptor, fcntl.LOCK_EX)
            try:
                place, due = self._find(who)
                due = min(max(due, now), now + _MINUTE)
                if due - now > _MINUTE - step + 1e-9:
                    return Taken(False, 0, due - now - (_MINUTE - step))
                _ROW.pack_into(self._table, place, who, due + step)
                return Taken(True, int((_MINUTE - (due + step - now)) / step + 1e-6), 0.0)
            finally:
                if self._descriptor >= 0:
                    fcntl.lockf(self._descriptor, fcntl.LOCK_UN)

    def _find(self, who: int) -> tuple[int, float]:
        """Where somebody stands; where nobody does, the place of whoever is idle longest."""
        idle, idle_due = -1, float("inf")
        for probe in range(_PROBES):
            place = (who + probe) % _SLOTS * _ROW.size
            found, due = _ROW.unpack_from(self._table, place)
            if found == who:
                return place, due
            if due < idle_due:
                idle, idle_due = place, due
        return idle, idle_due


@cache
def node_allowance() -> Allowance:
    """The table of this run."""
    directory = os.environ.get(VARIABLE)
    return Allowance(Path(directory) / _NAME if directory else None)
