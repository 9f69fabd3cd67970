"""Two or more nodes of a campaign for a test, on the store of this test session, and the databases they need."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from comity.testing.census import Comparison, compare
from comity.testing.parts import CampaignNode, assemble_nodes
from comity.testing.postgres import drop_databases, make_databases

SETTINGS = (
    "batch_entries = 40\npoll_seconds = 0.05\nanswer_seconds = 2.0\nback_off_seconds = 0.3\n"
    "fetch_seconds = 0.1\nask_seconds = 1.0\nsettle_seconds = 0.2\n"
)
SOAK = bool(os.environ.get("COMITY_SOAK"))
RU, BY, VN = "cctld.ru", "oac.by", "vnnic.vn"


def shown_on_sqlite(test: Callable[..., None]) -> Callable[..., None]:
    """A test of what has nothing to do with the store runs on SQLite alone, but for the soak."""
    return pytest.mark.stores(test) if SOAK else test


def on_postgresql() -> bool:
    return os.environ.get("COMITY_TEST_DATABASE", "sqlite") == "postgresql"


@contextmanager
def nodes_on(
    server: str | None,
    directory: Path,
    parties: Sequence[str] = (RU, BY),
    *,
    databases: Mapping[str, str] | None = None,
    environment: Mapping[str, Mapping[str, str]] | None = None,
    **more: Any,
) -> Iterator[list[CampaignNode]]:
    """Linked nodes that serve; on PostgreSQL when its URL is given; `databases`: those that are made already."""
    with ExitStack() as stack:
        made = {}
        if server:
            made = make_databases(server, [party for party in parties if party not in (databases or {})])
            stack.callback(drop_databases, server, made)
        databases = {**made, **(databases or {})}
        nodes = []
        for plan in assemble_nodes(directory, parties, databases=databases, settings=SETTINGS, **more):
            scratch = directory / f"scratch-{plan.party}"
            scratch.mkdir()
            nodes.append(CampaignNode(plan, scratch, (environment or {}).get(plan.party)))
            stack.callback(nodes[-1].close)
        for node in nodes:
            node.start("links", "courier")
        for node in nodes:
            node.wait_until_reachable()
        yield nodes


def assert_all_is_well(
    nodes: Sequence[CampaignNode],
    filed: dict[str, list[Path]] | None = None,
    at_risk: dict[str, list[Path]] | None = None,
) -> Comparison:
    """`at_risk`: of what was filed, what a restored node had filed after its backup."""
    counted = [
        node.census(*(filed or {}).get(node.party, ()), at_risk=(at_risk or {}).get(node.party, ())) for node in nodes
    ]
    found = compare(counted)
    assert found.is_well, (found.lost, found.doubled, found.differences, found.missing)
    assert found.sent == found.received > 0
    return found
