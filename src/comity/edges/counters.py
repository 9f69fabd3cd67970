"""Where the node's processes count together, so that one of them can tell the counts of all (`/metrics`).

The counters are small files that are mapped into memory.  They lie in memory themselves (systemd's runtime directory,
else /dev/shm): on a full disk a mapped file would end the process that counts.
"""

import os
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from prometheus_client import REGISTRY, CollectorRegistry
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

VARIABLE: Final = "PROMETHEUS_MULTIPROC_DIR"  # the library's own name; read when it is imported
_PREFIX: Final = "comity-counters-"
_IN_MEMORY: Final = Path("/dev/shm")  # noqa: S108 — a directory of our own is made in it, with mode 0700


def make_counters() -> Path:
    """Make an empty directory for the counters of one run, and remove those of runs that were killed."""
    places = [Path(os.environ.get("RUNTIME_DIRECTORY", "")), _IN_MEMORY, Path(tempfile.gettempdir())]
    place = next(each for each in places if each.is_absolute() and os.access(each, os.W_OK))
    for left in place.glob(f"{_PREFIX}*"):
        number = left.name.removeprefix(_PREFIX).partition("-")[0]
        if not Path("/proc", number).exists() and left.lstat().st_uid == os.geteuid():
            shutil.rmtree(left, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=place))


def counted() -> CollectorRegistry:
    """The counts of all processes of this run; of this process alone where it runs by itself."""
    if VARIABLE not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    registry.register(_Counted(Path(os.environ[VARIABLE])))
    ProcessCollector(registry=registry)
    return registry


class _Counted(Collector):
    """The counts in a directory.  A process that begins makes its file and gives it its size a moment later: a file
    that is still empty holds no count, and the library would fail on it.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def collect(self) -> Iterable[Metric]:
        files = [str(file) for file in self._directory.glob("*.db") if file.stat().st_size]
        found: Iterable[Metric] = MultiProcessCollector.merge(files)  # type: ignore[no-untyped-call]  # no types here
        return found
