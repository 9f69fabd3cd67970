"""Entries that are filed at both nodes all the time, while something else happens to the nodes."""

import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from comity.demo.nodes import Node
from comity.demo.tally import read_progress
from exchange.pair import HERE, environment

FIRST = {"cctld.ru": 0, "oac.by": 10_000_000}


class Load:
    """Writers at both nodes, until they are told to stop; use as a context."""

    def __init__(self, directory: Path, *nodes: tuple[Node, str]) -> None:
        self._stop = directory / "stop"
        self._writers = {
            node.party: subprocess.Popen(
                [sys.executable, str(HERE / "act.py"), "load", str(node.place.path), partner,
                 str(FIRST[node.party]), str(self._stop)],
                env=environment(), stdout=subprocess.PIPE,
            )
            for node, partner in nodes
        }  # fmt: skip

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        for writer in self._writers.values():
            writer.kill()
            writer.communicate()

    def stop(self) -> dict[str, int]:
        """How many entries each filed."""
        self._stop.touch()
        return {party: int(writer.communicate(timeout=30)[0]) for party, writer in self._writers.items()}


def moves_on(*nodes: Node, by: int = 30) -> None:
    """Wait until so many more entries of each node are receipted: what was changed works."""
    before = {node.party: read_progress(node.place).receipted for node in nodes}
    end = time.monotonic() + 180  # a machine may be busy
    while any(read_progress(node.place).receipted < before[node.party] + by for node in nodes):
        assert time.monotonic() < end, [row for node in nodes for row in node.comity_json("link", "status")]
        time.sleep(0.05)
