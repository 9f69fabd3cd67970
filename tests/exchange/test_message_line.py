"""Each kind of trouble that a message can meet, one after another, on either way: nothing is lost and nothing is
doubled.
"""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from comity.testing.load import Load
from comity.testing.message_line import LINE_FAULTS, LineFault, MessageLine
from comity.testing.parts import CampaignNode
from comity.testing.settling import settle
from exchange.campaign_pair import BY, RU, SOAK, assert_all_is_well, nodes_on, on_postgresql, shown_on_sqlite

pytestmark = pytest.mark.processes

APART_SECONDS = 180 if SOAK else 1
LATE_SECONDS = 2.5  # longer than the nodes of a campaign wait for an answer


@pytest.fixture(scope="module")
def lined(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[list[CampaignNode], list[MessageLine]]]:
    server = request.getfixturevalue("postgres_server") if on_postgresql() else None
    with ExitStack() as stack:
        lines = [MessageLine(), MessageLine()]
        for line in lines:
            stack.callback(line.close)
        ports = {f"{RU} {BY}": lines[0].port, f"{BY} {RU}": lines[1].port}
        nodes = stack.enter_context(nodes_on(server, tmp_path_factory.mktemp("lined"), line_ports=ports))
        lines[0].join(nodes[0].plan, nodes[1].plan)
        lines[1].join(nodes[1].plan, nodes[0].plan)
        yield nodes, lines


@shown_on_sqlite
def test_every_fault_of_the_line_on_either_way(
    lined: tuple[list[CampaignNode], list[MessageLine]], tmp_path: Path
) -> None:
    nodes, lines = lined
    loads = [Load(node.party, [other.party], seed=5, start=datetime.now(UTC)) for node, other in (nodes, nodes[::-1])]
    settle(*nodes)
    filed: dict[str, list[Path]] = {node.party: [] for node in nodes}
    for number, kind in enumerate(LINE_FAULTS):
        for node, line, load in zip(nodes, lines, loads, strict=True):
            late = number % 2 == 0 and kind.startswith("delay")
            line.arm(
                LineFault(kind, seconds=LATE_SECONDS if late else 0.3, share=0.1 + 0.8 * number / len(LINE_FAULTS))
            )
            feed = tmp_path / f"{node.party}-{kind}.ndjson"
            feed.write_bytes(load.feed(20))
            filed[node.party].append(feed)
            node.run(*node.file(feed))
        wait_until_struck(lines, kind)
        for line in lines:
            line.heal()
    settle(*nodes)
    for line in lines:
        assert line.struck == dict.fromkeys(LINE_FAULTS, 1)
    assert_all_is_well(nodes, filed)


@shown_on_sqlite
def test_a_partition(lined: tuple[list[CampaignNode], list[MessageLine]], tmp_path: Path) -> None:
    nodes, lines = lined
    settle(*nodes)
    for line in lines:
        line.part()
    for node, other in (nodes, nodes[::-1]):
        feed = tmp_path / f"{node.party}.ndjson"
        feed.write_bytes(Load(node.party, [other.party], seed=6, start=datetime.now(UTC)).feed(60))
        node.run(*node.file(feed))
    time.sleep(APART_SECONDS)
    wait_until_entries_wait(nodes)
    for line in lines:
        line.heal()
    settle(*nodes)
    assert_all_is_well(nodes, {node.party: [tmp_path / f"{node.party}.ndjson"] for node in nodes})


def wait_until_entries_wait(nodes: list[CampaignNode]) -> None:
    end = time.monotonic() + 60
    while not all(
        link.sent.size > link.sent.receipted for node in nodes for link in node.census(brief=True).links.values()
    ):
        assert time.monotonic() < end, "nothing waits on a line that is parted"
        time.sleep(0.1)


def wait_until_struck(lines: list[MessageLine], kind: str) -> None:
    end = time.monotonic() + 60
    while not all(line.struck.get(kind) for line in lines):
        assert time.monotonic() < end, f"no message met {kind}"
        time.sleep(0.02)
    time.sleep(0.1)
