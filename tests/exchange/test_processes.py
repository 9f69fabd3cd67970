"""Two real nodes under kill -9 and on a bad line: nothing is lost, nothing is doubled, both ledgers are the same.

These are whole nodes as an operator runs them (`comity serve`, mutual TLS, a store each), killed without a goodbye
while entries cross, started again, and compared from outside.  `test_kill` does it to the parts of the link alone.
"""

import os
import signal
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from comity.demo.feed import Feed
from comity.demo.mix import load_mix
from comity.demo.nodes import Node
from comity.demo.tally import read_progress
from comity.testing.faults import FaultyLine
from comity.testing.harness import Harness

pytestmark = [pytest.mark.processes, pytest.mark.stores]

RU, BY = "cctld.ru", "oac.by"


def feed(party: str, records: int, *, seed: int) -> bytes:
    partner = BY if party == RU else RU
    lines = Feed(party, partner, load_mix(), seed=seed, start=datetime.now(UTC)).lines(records)
    return b"".join(line.data for line in lines)


@pytest.fixture
def t(tmp_path: Path, new_database: Callable[[], str] | None) -> Iterator[Harness]:
    with Harness(tmp_path, new_database=new_database) as harness:
        yield harness


def assert_nothing_lost(t: Harness, one: Node, other: Node) -> None:
    for ours, theirs in ((one, other), (other, one)):
        exchanged = t.exchanged(ours, theirs)
        assert not any(exchanged.lost.values()), exchanged.lost
        assert not any(exchanged.doubled.values()), exchanged.doubled
        assert ours.comity_json("link", "verify")["equal"] is True


def wait_for_entries(node: Node, count: int, *, within_seconds: float = 120.0) -> None:
    """Wait until the partner has receipted more than so many entries of a node."""
    end = time.monotonic() + within_seconds
    while read_progress(node.place).receipted <= count:
        assert time.monotonic() < end, "the exchange does not move"
        time.sleep(0.01)


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_kill_9_of_either_node_in_the_middle_of_the_exchange(t: Harness) -> None:
    ru, by = t.node(RU), t.node(BY)
    ru.set_batch_entries(40)  # many small batches, so that a kill lands among them
    t.memorandum(ru, by)
    t.start()
    t.take_in(ru, feed(RU, 600, seed=1))
    wait_for_entries(ru, 0)
    by.kill()
    t.take_in(ru, feed(RU, 600, seed=2))  # the partner is down: reports queue, none is lost
    t.start()
    sent_before = read_progress(ru.place).receipted
    wait_for_entries(ru, sent_before)
    ru.kill()
    t.take_in(ru, feed(RU, 600, seed=3))  # intake works while the node does not serve
    t.start()
    t.settle(ru, by)
    assert t.exchanged(ru, by).sent > 400
    assert_nothing_lost(t, ru, by)


def test_kill_9_of_intake_and_the_same_file_again(t: Harness, tmp_path: Path) -> None:
    ru, by = t.node(RU), t.node(BY)
    t.memorandum(ru, by)
    t.start()
    whole = feed(RU, 25_000, seed=4)  # more than two batches of intake
    file = tmp_path / "whole.ndjson"
    file.write_bytes(whole)
    with ru.start_comity("intake", str(file), "--reporter", "test-reporter", "--dir", str(ru.place.path)) as intake:
        end = time.monotonic() + 60
        while read_progress(ru.place).reports == 0:
            assert time.monotonic() < end
            time.sleep(0.005)
        intake.kill()
        intake.communicate()
    kept = read_progress(ru.place).reports
    again = ru.comity_json("intake", str(file), "--reporter", "test-reporter")
    assert kept > 0
    assert again["read"] == 25_000
    assert again["accepted"] + again["foreign"] + kept == read_progress(ru.place).reports
    t.settle(ru, by)
    assert_nothing_lost(t, ru, by)


def test_a_line_that_is_cut_again_and_again(t: Harness) -> None:
    ru, by = t.node(RU), t.node(BY)
    ru.set_batch_entries(25)
    t.memorandum(ru, by)
    line = FaultyLine(by.place.link_port)
    try:
        authority = str(by.place.path / "tls" / "ca.pem")
        ru.work("link", "add", BY, "--url", f"https://127.0.0.1:{line.port}/", "--ca", authority)
        t.start()
        t.take_in(ru, feed(RU, 800, seed=5))
        for carried in (900, 4_000, 30_000, 2_500, 70_000):  # in a handshake, in a batch, in a receipt
            line.cut_after(carried)
            time.sleep(0.4)
            line.heal()
            time.sleep(0.2)
        t.settle(ru, by)
    finally:
        line.close()
    assert line.cuts > 0
    assert_nothing_lost(t, ru, by)


def test_a_node_that_is_killed_leaves_no_process_behind(t: Harness) -> None:
    ru, by = t.node(RU), t.node(BY)
    t.memorandum(ru, by)
    t.start()
    children = children_of(ru.pid)
    assert len(children) == 4  # pages, links, courier, desk
    ru.kill()
    end = time.monotonic() + 60
    while any(Path(f"/proc/{child}").exists() for child in children):
        assert time.monotonic() < end, "a child outlived its node"
        time.sleep(0.05)


def test_a_killed_part_is_started_again(t: Harness) -> None:
    ru, by = t.node(RU), t.node(BY)
    t.memorandum(ru, by)
    t.start()
    for child in children_of(ru.pid):
        os.kill(child, signal.SIGKILL)
    t.take_in(ru, feed(RU, 300, seed=6))
    t.settle(ru, by)
    t.start()
    assert ru.get("/healthz")[0] == 200
    assert_nothing_lost(t, ru, by)
