"""Two real nodes: a report is corrected, marked and erased by commands; its words leave both databases' files."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from comity.demo.nodes import Node
from comity.testing.harness import Harness
from comity.wire.report_json import render_report
from flows.two_parties import phishing

pytestmark = pytest.mark.processes

MARKER = "ivanova-demo"
URL = f"http://bank-demo-a1.by/login?victim={MARKER}"


@pytest.fixture
def t(tmp_path: Path) -> Iterator[Harness]:
    with Harness(tmp_path) as harness:
        yield harness


def wait_for(what: str, is_so: Callable[[], bool], *, within_seconds: float = 60.0) -> None:
    end = time.monotonic() + within_seconds
    while not is_so():
        assert time.monotonic() < end, f"not in time: {what}"
        time.sleep(0.1)


def files_that_hold(node: Node, marker: bytes) -> list[str]:
    """The database's files, write-ahead log included, in whose bytes a text stands."""
    return [file.name for file in node.place.path.glob("comity.sqlite3*") if marker in file.read_bytes()]


def test_an_erasure_leaves_no_byte_of_it_in_either_database(t: Harness, tmp_path: Path) -> None:
    ru, by = t.node("cctld.ru"), t.node("oac.by")
    t.memorandum(ru, by)
    t.start()
    now = datetime.now(UTC)
    words = f"Shown to {MARKER} as the page of her bank, in an invented case."
    report = phishing(URL, observed_at=now, verified_at=now, narrative=words)
    t.take_in(ru, render_report(report) + b"\n")
    t.settle(ru, by)
    (case,) = ru.comity_json("case", "list")["cases"]
    (filed,) = ru.comity_json("case", "show", case["ref"])["reports"]
    uuid = filed["uuid"]

    change = tmp_path / "change.json"
    change.write_bytes(msgspec.json.encode({"narrative": f"The page moved; {MARKER} was shown the new one as well."}))
    assert ru.comity_json("report", "correct", uuid, str(change))["told"] == ["oac.by"]
    assert ru.comity_json("report", "mark", uuid, "TLP:AMBER+STRICT")["told"] == ["oac.by"]
    t.settle(ru, by)
    (theirs,) = by.comity_json("case", "list")["cases"]
    (received,) = by.comity_json("case", "show", theirs["ref"])["reports"]
    assert received["report"]["tlp"] == "TLP:AMBER+STRICT"
    assert MARKER in received["report"]["narrative"]

    assert all(files_that_hold(node, MARKER.encode()) for node in (ru, by))

    erased = ru.comity_json("report", "erase", uuid, "--reason", "data-subject-request")
    assert [one["position"] for one in erased["asked"]] == [0, 1]

    def is_confirmed() -> bool:
        told = ru.comity_json("report", "show", uuid)["told"]
        erasures = [one["erasure"] for one in told if one["kind"] in {"report", "correction"}]
        return all(erasure and erasure["confirmed_at"] for erasure in erasures)

    wait_for("the partner's confirmation", is_confirmed)
    t.settle(ru, by)
    for node in (ru, by):
        node.stop()
        assert files_that_hold(node, MARKER.encode()) == []
        assert node.comity_json("link", "verify")["equal"] is True
    (kept,) = by.comity_json("case", "show", theirs["ref"])["reports"]
    assert kept["report"]["name"] == "bank-demo-a1.by"
    assert kept["report"]["tags"] == ["erased"]
