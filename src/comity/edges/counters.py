"""Where the node's processes count together, so that one of them can tell the counts of all (`/metrics`).

The counters are small files that are mapped into memory.  They lie in memory themselves (systemd's runtime directory,
else /dev/shm): on a full disk a mapped file would end the process that counts.
"""

import os
import shutil
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from prometheus_client import REGISTRY, CollectorRegistry, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.process_collector import ProcessCollector

VARIABLE: Final = "PROMETHEUS_MULTIPROC_DIR"  # the library's own name; read when it is imported
_PREFIX: Final = "comity-counters-"
_LEFT_SECONDS: Final = 60.0  # a child of a run that was killed may still be starting for a moment
_IN_MEMORY: Final = Path("/dev/shm")  # noqa: S108 — a directory of our own is made in it, with mode 0700


def make_counters() -> Path:
    """Make an empty directory for the counters of one run, and remove those of runs that were killed."""
    places = [Path(os.environ.get("RUNTIME_DIRECTORY", "")), _IN_MEMORY, Path(tempfile.gettempdir())]
    place = next(each for each in places if each.is_absolute() and os.access(each, os.W_OK))
    for left in place.glob(f"{_PREFIX}*"):
        number = left.name.removeprefix(_PREFIX).partition("-")[0]
        found = left.lstat()
        is_old = time.time() - found.st_mtime > _LEFT_SECONDS
        if is_old and not Path("/proc", number).exists() and found.st_uid == os.geteuid():
            shutil.rmtree(left, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=place))


class _Counters(MultiProcessCollector):
    """The files of all processes; one that a process is just making has nothing in it yet and cannot be read."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._directory = Path(os.environ[VARIABLE])
        super().__init__(registry)  # type: ignore[no-untyped-call]  # the library has no types here

    def collect(self) -> Iterable[Metric]:
        begun = [str(file) for file in sorted(self._directory.glob("*.db")) if file.stat().st_size]
        merged: Iterable[Metric] = self.merge(begun, accumulate=True)  # type: ignore[no-untyped-call]
        return merged


def counted() -> CollectorRegistry:
    """The counts of all processes of this run; of this process alone where it runs by itself."""
    if VARIABLE not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    _Counters(registry)
    ProcessCollector(registry=registry)
    return registry
