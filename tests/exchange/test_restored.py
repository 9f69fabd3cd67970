"""A node that was restored from an old backup: it takes its own entries back, and never signs a second history.

Real nodes, `comity backup` and `comity restore`, and a database file that somebody simply copied back.  The partner's
receipt from before the restore must stand in the ledger that came of it: that is what "no second history" means.
"""

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from comity.core.ledger import Frontier, entry_hash
from comity.wire.checkpoint import parse_head, parse_note
from exchange.pair import Node, Pair

pytestmark = [pytest.mark.processes, pytest.mark.stores]

SOON: dict[str, float] = {"settle_seconds": 1.0, "fetch_seconds": 0.1, "ask_seconds": 0.5, "back_off_seconds": 0.5}


# Who is restored, and how by's ledger reaches ru.  `make soak` tries all of them.
EVERY = [("ru", "pushed"), ("by", "fetched"), ("ru", "fetched"), ("by", "pushed")]
SOME = EVERY if os.environ.get("COMITY_SOAK") else EVERY[:2]


@pytest.fixture
def restless(request: pytest.FixtureRequest, pair: Pair) -> Pair:
    """Two nodes that ask often, and do not wait long after a restore; by's ledger is pushed, or fetched by ru."""
    for node, _ in pair.directions():
        node.set_link(**SOON)
    if request.param == "fetched":
        pair.fetch_at_ru()
    return pair


def names(start: int, stop: int) -> list[str]:
    return [str(number) for number in range(start, stop)]


def file(node: Node, partner: Node, start: int, count: int) -> None:
    node.act("append", partner.party, str(start), str(count), "10")


def start(pair: Pair) -> None:
    for node, _ in pair.directions():
        for part in ("listener", "courier"):
            node.kill(part)
    pair.start()


def check(held: dict[str, Any], *, ru: list[str], by: list[str]) -> None:
    assert held["ru"]["sent"] == ru
    assert held["by"]["sent"] == by
    for ours, theirs in ((held["ru"], held["by"]), (held["by"], held["ru"])):
        assert theirs["received"] == ours["sent"]
        assert theirs["root_received"] == ours["root_sent"]
        assert ours["differences"] == []
        assert ours["state"] == "open"


def assert_stands(receipt: bytes, subjects: list[str]) -> None:
    """The head that both had signed before the restore is the head that the ledger has at that size now."""
    head = parse_head(parse_note(receipt).text)
    leaves = [entry_hash("test", subject, b"entry %d" % int(subject)) for subject in subjects[: head.size]]
    assert len(leaves) == head.size
    assert Frontier().extend(leaves)[0].root() == head.root


@pytest.mark.parametrize(("who", "restless"), SOME, indirect=["restless"])
def test_what_the_partner_holds_comes_back_and_nothing_is_signed_in_its_place(
    restless: Pair, who: str, tmp_path: Path
) -> None:
    node, other = (restless.ru, restless.by) if who == "ru" else (restless.by, restless.ru)
    base, far = (0, 1_000_000) if who == "ru" else (1_000_000, 0)
    restless.start()
    file(node, other, base, 300)
    file(other, node, far, 50)
    restless.settle(seconds=60)
    backup = str(tmp_path / "backup")
    node.comity("backup", backup)
    file(node, other, base + 300, 1_500)  # more than one part
    file(other, node, far + 50, 70)
    restless.settle(seconds=60)
    receipt = node.act("receipt", other.party).encode()
    for part in ("listener", "courier"):
        node.kill(part)
    file(node, other, base + 1_800, 40)  # nobody ever saw these: no protocol brings them back
    file(other, node, far + 120, 30)  # the partner goes on meanwhile
    node.comity("restore", backup, "--replace")
    file(node, other, base + 2_000, 60)  # the desk goes on too, before the ledger is whole
    start(restless)
    mine = names(base, base + 1_800) + names(base + 2_000, base + 2_060)
    theirs = names(far, far + 150)
    held = restless.settle(seconds=60)
    check(held, ru=mine if who == "ru" else theirs, by=theirs if who == "ru" else mine)
    assert_stands(receipt, mine)
    file(node, other, base + 3_000, 20)
    held = restless.settle(seconds=60)
    assert held[who]["sent"] == mine + names(base + 3_000, base + 3_020)


@pytest.mark.parametrize(
    ("who", "restless"), EVERY if os.environ.get("COMITY_SOAK") else EVERY[:1], indirect=["restless"]
)
def test_a_database_that_was_simply_copied_back_is_noticed_before_anything_is_signed(
    restless: Pair, who: str, tmp_path: Path
) -> None:
    node, other = (restless.ru, restless.by) if who == "ru" else (restless.by, restless.ru)
    restless.start()
    file(node, other, 0, 100)
    restless.settle(seconds=60)
    _stop(node)
    _copy(node.directory, tmp_path)
    start(restless)
    file(node, other, 100, 200)
    restless.settle(seconds=60)
    receipt = node.act("receipt", other.party).encode()
    _stop(node)
    _copy(tmp_path, node.directory)
    file(node, other, 5_000, 250)  # as many as were lost, and more: the sizes alone would tell nothing
    start(restless)
    held = restless.settle(seconds=60)
    mine = names(0, 300) + names(5_000, 5_250)
    check(held, ru=mine if who == "ru" else [], by=[] if who == "ru" else mine)
    assert_stands(receipt, mine)


@pytest.mark.parametrize(
    "restless", ["pushed", "fetched"] if os.environ.get("COMITY_SOAK") else ["fetched"], indirect=True
)
def test_both_nodes_are_restored_at_once(restless: Pair, tmp_path: Path) -> None:
    ru, by = restless.directions()[0]
    restless.start()
    file(ru, by, 0, 60)
    file(by, ru, 1_000_000, 60)
    restless.settle(seconds=60)
    ru.comity("backup", str(tmp_path / "ru.backup"))
    file(ru, by, 60, 60)
    file(by, ru, 1_000_060, 60)
    restless.settle(seconds=60)
    by.comity("backup", str(tmp_path / "by.backup"))
    file(ru, by, 120, 60)
    file(by, ru, 1_000_120, 60)
    restless.settle(seconds=60)
    for node, name in ((ru, "ru"), (by, "by")):
        _stop(node)
        node.comity("restore", str(tmp_path / f"{name}.backup"), "--replace")
    start(restless)
    # Both remember what the younger backup held; what only the newest of both lives knew is gone.
    check(restless.settle(seconds=60), ru=names(0, 120), by=names(1_000_000, 1_000_120))


def _stop(node: Node) -> None:
    for part in ("listener", "courier"):
        node.kill(part)


def _copy(source: Path, target: Path) -> None:
    for name in ("comity.sqlite3", "comity.sqlite3-wal", "comity.sqlite3-shm"):
        (target / name).unlink(missing_ok=True)
        if (source / name).exists():
            shutil.copy(source / name, target / name)
