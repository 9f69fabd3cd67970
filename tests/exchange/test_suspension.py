"""A memorandum rests, ends or is superseded while entries are under way: nothing is lost, doubled or taken early."""

import os
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from comity.demo.nodes import Node
from comity.testing.harness import Harness
from exchange.agreed_texts import URN, arrived, join, memo, phishing, sign, text_of
from exchange.load import FIRST, Load, moves_on
from exchange.pair import act

pytestmark = pytest.mark.processes
RU, BY = "cctld.ru", "oac.by"


@pytest.fixture
def t(tmp_path: Path) -> Iterator[Harness]:
    with Harness(tmp_path) as harness:
        yield harness


def held(node: Node) -> int:
    """How many entries of the partner a node holds."""
    with sqlite3.connect(f"file:{node.place.database['NAME']}?mode=ro", uri=True) as database:
        (size,) = database.execute("SELECT size FROM ledger WHERE direction = 'in'").fetchone()
        return int(size)


def taken_after_notice(node: Node) -> int:
    """How many entries a node took after it had given notice."""
    with sqlite3.connect(f"file:{node.place.database['NAME']}?mode=ro", uri=True) as database:
        (count,) = database.execute(
            "SELECT count(*) FROM ledger_entry e JOIN ledger l ON l.id = e.ledger_id WHERE l.direction = 'in' "
            "AND e.at > (SELECT at FROM memorandum_event WHERE event = 'give-notice')"
        ).fetchone()
        return int(count)


def rests(*nodes: Node, seconds: float = 2.0) -> None:
    """Nothing new is taken by any of the nodes, while both go on writing."""
    before = [held(node) for node in nodes]
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert [held(node) for node in nodes] == before
        time.sleep(0.05)


def assert_the_same(ru: Node, by: Node, filed: dict[str, int]) -> None:
    """What was filed at each is what it sent and the other holds: every entry once, in order, under one root."""
    dumps: dict[str, Any] = {
        node.party: act("dump", node.place.path, partner) for node, partner in ((ru, BY), (by, RU))
    }
    for party, partner in ((RU, BY), (BY, RU)):
        sent = dumps[party]["sent"]
        expected = [str(FIRST[party] + number) for number in range(filed[party])]
        assert [subject for subject in sent if subject.isdigit()] == expected
        assert dumps[partner]["received"] == sent
        assert dumps[partner]["root_received"] == dumps[party]["root_sent"]
        assert (dumps[party]["state"], dumps[party]["differences"]) == ("open", [])


def test_suspended_by_each_while_entries_are_under_way(t: Harness, tmp_path: Path) -> None:
    ru, by = t.node(RU), t.node(BY)
    sign(tmp_path, text_of((ru, by)), (ru, by))
    join((ru, by))
    ru.set_batch_entries(20)  # many small batches: one is under way whenever somebody suspends
    by.set_batch_entries(20)
    t.start()
    with Load(tmp_path, (ru, BY), (by, RU)) as load:
        for first, second in ((by, ru), (ru, by))[: 2 if os.environ.get("COMITY_SOAK") else 1]:
            moves_on(ru, by)
            first.work("memo", "suspend", URN, "--reason", "a change of law")
            rests(first)  # at once on the side that suspended; the other is refused from now on
            second.work("memo", "suspend", URN, "--reason", "then we, too")
            t.take_in(second, phishing(f"bank-demo-{second.place.web_port}.{first.place.zones[0]}"))
            rests(ru, by)
            says = {node.party: tmp_path / f"{node.party}-says.json" for node in (ru, by)}
            for node in (ru, by):
                node.work("memo", "resume", URN, "--reason", "settled", "-o", str(says[node.party]))
                assert memo(node)["status"] == "suspended", "one side alone does not open it"
                rests(ru, by, seconds=0.3)
            ru.work("memo", "resume", URN, "--reason", "settled", "--with", str(says[BY]))
            by.work("memo", "resume", URN, "--reason", "settled", "--with", str(says[RU]))
            moves_on(ru, by)
        filed = load.stop()
    t.settle(ru, by)
    assert_the_same(ru, by, filed)
    reports = [refused for kind, refused in arrived(by, RU) if kind == "report"]
    assert reports == [""], "what was reported meanwhile was offered when it went on, once"


def test_withdrawn_with_notice_it_ends_by_itself_and_a_new_one_goes_on_where_it_ended(
    t: Harness, tmp_path: Path
) -> None:
    ru, by = t.node(RU), t.node(BY)
    text = text_of((ru, by), changes={"termination.notice": "PT8S"})
    sign(tmp_path, text, (ru, by))
    join((ru, by))
    t.start()
    with Load(tmp_path, (ru, BY), (by, RU)) as load:
        moves_on(ru, by)
        by.work("memo", "withdraw", URN, "--reason", "a new one is being written")
        end = time.monotonic() + 60
        while memo(by)["status"] != "terminated":
            assert time.monotonic() < end
        rests(ru, by)
        assert taken_after_notice(by) > 0, "until the notice has run it goes on"
        sign(tmp_path, text | {"id": f"{URN}-again", "termination": text["termination"] | {"notice": "P30D"}}, (ru, by))
        moves_on(ru, by)
        filed = load.stop()
    t.settle(ru, by)
    assert_the_same(ru, by, filed)


def test_what_was_decided_by_one_version_arrives_under_the_next(t: Harness, tmp_path: Path) -> None:
    ru, by = t.node(RU), t.node(BY)
    first = sign(tmp_path, text_of((ru, by)), (ru, by))
    join((ru, by))
    t.take_in(ru, phishing("bank-demo-one.by"))  # nobody serves: it is under way
    sign(tmp_path, text_of((ru, by), version=2, former=first, changes={"evidence.min_score": 1.0}), (ru, by))
    assert [memo(node, 2)["status"] for node in (ru, by)] == ["in-force", "in-force"]
    t.take_in(ru, phishing("bank-demo-two.by"))
    t.start()
    t.settle(ru, by)
    assert arrived(by, RU) == [("report", "")]
    (decision,) = by.comity_json("memo", "explain", "--partner", RU)["decisions"]
    assert decision["verdict"] == "send"
    withheld = ru.comity_json("memo", "explain", "--partner", BY)["decisions"]
    assert [one["reason"] for one in withheld] == ["score-too-low", "allowed"]
