"""Real nodes in a test, as sentences:

    ru, by = t.node("cctld.ru"), t.node("oac.by")
    t.memorandum(ru, by)
    t.start()
    t.take_in(ru, feed)
    t.settle(ru, by)

Directories, commands, processes, TLS and databases are the real ones (`comity.demo.nodes`); nothing is simulated but
the trouble, see `faults`.  Everything is stopped when the harness ends.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import orjson

from comity.demo.agreement import link_both_ways, sign_memorandum
from comity.demo.nodes import Node, make_nodes
from comity.demo.tally import Exchanged, read_exchanged, read_progress

_REPORTS_A_DAY: Final = 1_000_000
_SETTLE_SECONDS: Final = 180.0


class NotSettledError(AssertionError):
    """The nodes did not come to rest in time; the message says how far each was."""


class Harness:
    """Makes and runs real nodes below one directory; use as a context."""

    def __init__(self, directory: Path, *, new_database: Callable[[], str] | None = None) -> None:
        """`new_database` makes an empty database for each node and tells its URL; without it, an SQLite file."""
        self._directory = directory
        self._new_database = new_database
        self.nodes: list[Node] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        for node in self.nodes:
            node.stop()

    def node(self, party: str) -> Node:
        """Make a node of a known party with all its zones."""
        urls = [self._new_database()] if self._new_database else []
        (made,) = make_nodes(self._directory, [party], database_urls=urls)
        self.nodes.append(made)
        return made

    def memorandum(self, proposer: Node, countersigner: Node) -> None:
        """Sign the demo's memorandum at both nodes and link them both ways."""
        sign_memorandum(self._directory, proposer, countersigner, reports_a_day=_REPORTS_A_DAY, at=datetime.now(UTC))
        link_both_ways(proposer, countersigner)

    def start(self) -> None:
        """Serve every node that does not serve yet, and wait until all answer."""
        for node in self.nodes:
            if not node.is_serving:
                node.serve()
        for node in self.nodes:
            node.wait_until_ready()

    def take_in(self, node: Node, feed: bytes, *, reporter: str = "test-reporter") -> dict[str, Any]:
        """Take a feed of `comity-report/1` in at a node; answer the summary."""
        file = self._directory / f"feed-{node.party}-{time.monotonic_ns()}.ndjson"
        file.write_bytes(feed)
        summary: dict[str, Any] = orjson.loads(
            node.work("intake", str(file), "--format", "ndjson", "--reporter", reporter, "--json")
        )
        return summary

    def settle(self, *nodes: Node, within_seconds: float = _SETTLE_SECONDS) -> None:
        """Wait until every entry of these nodes is receipted by the partner."""
        end = time.monotonic() + within_seconds
        while True:
            progress = {node.party: read_progress(node.place) for node in nodes}
            if all(one.receipted == one.entries for one in progress.values()):
                return
            if time.monotonic() > end:
                raise NotSettledError(str(progress))
            time.sleep(0.05)

    def exchanged(self, ours: Node, theirs: Node) -> Exchanged:
        """Compare both stores: what went from one to the other, and whether anything was lost or doubled."""
        return read_exchanged(ours.place, theirs.place)
