"""The counting itself: a census that could not find a loss would make every campaign well."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import psycopg
import pytest

from comity.testing.census import Census, Held, LinkCensus, compare
from comity.testing.load import Load
from comity.testing.parts import CampaignNode
from comity.testing.settling import settle
from exchange.campaign_pair import BY, RU, nodes_on, on_postgresql

LEAVES = ("0 report a x", "1 case-event b y", "2 report c z")
WHOLE = Held(size=3, receipted=3, root="r", positions=3, leaves=LEAVES)


def two(sent: Held = WHOLE, received: Held = WHOLE, state: str = "open") -> list[Census]:
    nothing = Held(size=0, receipted=0, root="e")
    return [
        Census(party=RU, links={BY: LinkCensus(state, "", sent, nothing)}),
        Census(party=BY, links={RU: LinkCensus("open", "", nothing, received)}),
    ]


def test_two_nodes_that_hold_the_same_are_well() -> None:
    found = compare(two())
    assert found.is_well
    assert (found.sent, found.received) == (3, 3)


def held(**changed: object) -> Held:
    return msgspec.structs.replace(WHOLE, **changed)


@pytest.mark.parametrize(
    ("received", "lost", "doubled"),
    [
        (held(size=2, receipted=2, positions=2, leaves=LEAVES[:2], root="q"), 1, 0),
        (held(size=4, receipted=4, positions=4, leaves=(*LEAVES, LEAVES[0])), 0, 1),
        (held(leaves=(*LEAVES[:2], "2 report c other")), 1, 0),
    ],
)
def test_what_is_lost_and_doubled_is_counted(received: Held, lost: int, doubled: int) -> None:
    found = compare(two(received=received))
    assert (sum(found.lost.values()), sum(found.doubled.values())) == (lost, doubled)
    assert not found.is_well


@pytest.mark.parametrize(
    "received", [held(leaves=LEAVES[::-1]), held(root="q"), held(receipted=2), held(size=4)]
)  # fmt: skip
def test_another_order_root_or_size_is_a_difference(received: Held) -> None:
    assert compare(two(received=received)).differences


def test_a_link_that_stopped_is_a_difference() -> None:
    assert compare(two(state="stopped")).differences


@pytest.fixture
def exchanged(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[list[CampaignNode]]:
    """Two nodes that exchanged something and rest."""
    server = request.getfixturevalue("postgres_server") if on_postgresql() else None
    with nodes_on(server, tmp_path) as nodes:
        feed = tmp_path / "feed.ndjson"
        feed.write_bytes(Load(RU, [BY], seed=3, start=datetime.now(UTC)).feed(30))
        nodes[0].run(*nodes[0].file(feed))
        settle(*nodes)
        nodes[1].run("case", "ack", *(case["ref"] for case in nodes[1].json("case", "list")["cases"]))
        settle(*nodes)
        yield nodes


@pytest.mark.processes
@pytest.mark.stores
def test_a_real_loss_is_found(exchanged: list[CampaignNode], tmp_path: Path) -> None:
    ru, by = exchanged
    feed = tmp_path / "feed.ndjson"
    assert compare([ru.census(feed), by.census()]).is_well
    spoil(by, "UPDATE report SET uuid = 'gone' WHERE id = (SELECT min(id) FROM report)")
    spoil(ru, "DELETE FROM case_event WHERE id = (SELECT max(id) FROM case_event WHERE role = 'partner')")
    spoil(by, "UPDATE ledger_entry SET subject = 'other' WHERE id = (SELECT min(id) FROM ledger_entry)")
    more = tmp_path / "never-filed.ndjson"
    more.write_bytes(Load(RU, [BY], seed=4, start=datetime.now(UTC)).feed(5))
    found = compare([ru.census(feed, more), by.census()])
    assert found.lost["claims filed and not stored"] == 5
    assert found.lost[f"reports of {RU} not applied"] >= 1
    assert found.lost[f"events of {BY} not applied"] == 1
    assert sum(count for what, count in found.lost.items() if what.startswith("entries")) == 1
    assert any("case " in line for line in found.differences)


def spoil(node: CampaignNode, statement: str) -> None:
    """Change a store behind the node's back."""
    if node.plan.database.startswith("sqlite"):
        with closing(sqlite3.connect(node.plan.path / "comity.sqlite3", timeout=30)) as store:
            store.execute(statement)
            store.commit()
    else:
        with psycopg.connect(node.plan.database, autocommit=True) as session:
            session.execute(statement)
