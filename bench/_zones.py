"""What a command used, itself and all its processes: CPU seconds and the most memory at a time.

Memory is private memory, looked at ten times a second over the tree of processes: pages that are mapped from files and
shared are nobody's need.
"""

import os
import resource
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec


class Used(msgspec.Struct, frozen=True):
    """What one command used."""

    cpu_seconds: float
    seconds: float
    peak_bytes: int
    output: str


def run_measured(command: Sequence[str]) -> Used:
    """Run a command to its end and measure its whole tree.  Raises `CalledProcessError` where it fails."""
    before, started, peak = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic(), 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        while child.poll() is None:
            peak = max(peak, sum(map(private_bytes, tree(child.pid))))
            time.sleep(0.1)
        output, errors = child.communicate()
    if child.returncode:
        raise subprocess.CalledProcessError(child.returncode, command, output, errors)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Used(cpu, time.monotonic() - started, peak, output)


def tree(pid: int) -> list[int]:
    """A process and all that it started, and those started."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except OSError:
        return []
    return [pid, *(one for child in children for one in tree(int(child)))]


def private_bytes(pid: int) -> int:
    """What a process holds for itself alone."""
    try:
        _size, resident, shared, *_ = map(int, Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split())
    except OSError:
        return 0
    return (resident - shared) * os.sysconf("SC_PAGE_SIZE")
