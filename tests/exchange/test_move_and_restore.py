"""Whole nodes that are backed up at work, restored, and moved from SQLite to PostgreSQL and back."""

import gzip
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from comity.edges.processes import program
from comity.testing.harness import Harness
from exchange.pair import Pair, environment
from exchange.test_processes import BY, RU, feed

pytestmark = pytest.mark.processes


def comity(*words: str | Path) -> subprocess.CompletedProcess[str]:
    command = [*program(), *map(str, words)]
    return subprocess.run(command, env=environment(), capture_output=True, text=True, check=False)


def document(*words: str | Path) -> Any:
    done = comity(*words, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def rows_of(file: Path) -> list[bytes]:
    """A backup's tables: all but the header, which says when, and the hash."""
    return gzip.decompress(file.read_bytes()).splitlines()[1:-1]


def sizes(told: Any) -> dict[str, int]:
    return {ledger["origin"]: ledger["size"] for ledger in told["ledgers"]}


@pytest.mark.stores
def test_a_node_at_work_is_backed_up_and_what_comes_back_is_what_was_signed(pair: Pair, tmp_path: Path) -> None:
    ru = pair.ru.directory
    pair.start()
    for node, other in pair.directions():
        node.begin("append", other.party, "0", "12000", "20")
    made = []
    while pair.ru.processes["append"].poll() is None:  # one backup after another while entries are filed and cross
        file = tmp_path / f"{len(made)}.backup"
        made.append((file, document("backup", file, "--dir", ru)))
        time.sleep(0.1)
    assert pair.ru.wait("append") == pair.by.wait("append") == 0
    pair.settle(seconds=120)
    in_the_middle = [(file, told) for file, told in made if 0 < sizes(told)[f"{RU}/ledger/{BY}"] < 12000]
    assert in_the_middle, [sizes(told) for _file, told in made]

    file, told = in_the_middle[-1]
    refused = comity("restore", file, "--replace", "--dir", ru)
    assert refused.returncode == 1
    assert "the node is at work" in refused.stderr
    pair.stop()
    assert "the store is not empty" in comity("restore", file, "--dir", ru).stderr
    restored = document("restore", file, "--replace", "--dir", ru)
    assert restored["recovering"] == [BY]
    assert restored["ledgers"] == told["ledgers"]
    assert document("link", "verify", "--dir", ru)["equal"] is True
    (link,) = document("link", "status", "--dir", ru)
    assert (link["state"], link["sent"]) == ("recovering", sizes(told)[f"{RU}/ledger/{BY}"])


@pytest.mark.postgres
def test_a_node_moves_to_postgresql_and_back(tmp_path: Path, new_postgresql: Callable[[], str]) -> None:
    url = new_postgresql()
    with Harness(tmp_path) as t:
        ru, by = t.node(RU), t.node(BY)
        t.memorandum(ru, by)
        t.start()
        ru.work("person", "add", "olga", "--role", "supervisor", "--password-stdin", text="long enough, then some\n")
        t.take_in(ru, feed(RU, 3000, seed=11))
        t.take_in(by, feed(BY, 300, seed=12))
        t.settle(ru, by)
        place = ru.place.path
        assert "the node is at work" in comity("migrate-store", url, "--dir", place).stderr
        ru.stop()
        ru.work("backup", str(tmp_path / "before"))
        before = (place / "node.toml").read_text()

        moved = document("migrate-store", url, "--dir", place)
        ru.work("backup", str(tmp_path / "moved"))
        assert rows_of(tmp_path / "moved") == rows_of(tmp_path / "before")
        assert moved["rows"]["report"] > 2000
        assert (place / "node.toml").read_text() == before.replace("sqlite:///comity.sqlite3", url)
        assert not (place / "migrate-store.backup").exists()

        ru.place = msgspec.structs.replace(ru.place, database_url=url)
        t.start()  # it works there: takes in, and what it sends is taken
        t.take_in(ru, feed(RU, 300, seed=13))
        t.settle(ru, by)
        exchanged = t.exchanged(ru, by)
        assert not any(exchanged.lost.values()), exchanged.lost
        assert not any(exchanged.doubled.values()), exchanged.doubled
        ru.stop()

        assert "uses now" in comity("migrate-store", url, "--dir", place).stderr
        back = "sqlite:///comity.sqlite3"
        assert "the store is not empty" in comity("migrate-store", back, "--dir", place).stderr
        assert document("migrate-store", back, "--replace", "--dir", place)["rows"]["report"] > moved["rows"]["report"]
        assert (place / "node.toml").read_text() == before
        assert document("link", "verify", "--dir", place)["equal"] is True


@pytest.mark.postgres
def test_a_move_that_is_killed_leaves_the_node_as_it_was(
    pair: Pair, new_postgresql: Callable[[], str], tmp_path: Path
) -> None:
    ru, url = pair.ru.directory, new_postgresql()
    pair.ru.act("append", BY, "0", "20000", "1000")
    before = (ru / "node.toml").read_text()
    command = [sys.executable, "-m", "comity", "migrate-store", url, "--replace", "--dir", str(ru)]
    interrupted, delay, said = 0, 0.4, tmp_path / "said"
    for _attempt in range(30):
        with (
            said.open("wb") as errors,
            subprocess.Popen(command, env=environment(), stdout=subprocess.DEVNULL, stderr=errors) as move,
        ):
            try:
                move.wait(delay)
            except subprocess.TimeoutExpired:
                move.kill()
        if url in (ru / "node.toml").read_text():  # it moved; it may have been killed right after
            break
        if move.returncode != -signal.SIGKILL:  # what was killed may still be held by the server for a moment
            time.sleep(1)
        else:
            interrupted += (ru / "node.toml").read_text() == before
        told = pair.ru.act("dump", BY)
        assert (len(told["sent"]), told["differences"]) == (20000, [])
        delay *= 1.35
    assert interrupted > 0
    assert url in (ru / "node.toml").read_text(), said.read_text()
    told = pair.ru.act("dump", BY)
    assert (len(told["sent"]), told["differences"]) == (20000, [])
