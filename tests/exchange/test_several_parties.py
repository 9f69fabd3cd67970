"""A memorandum of three parties, and of four: one text, a link and two ledgers for every pair (memorandum.md §7)."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from comity.demo.nodes import CommandError, Node
from comity.testing.harness import Harness
from exchange.agreed_texts import URN, arrived, join, links, memo, phishing, sign, text_of

pytestmark = pytest.mark.processes
RU, BY, VN, SU = "cctld.ru", "oac.by", "vnnic.vn", "fid.su"


@pytest.fixture
def t(tmp_path: Path) -> Iterator[Harness]:
    with Harness(tmp_path) as harness:
        yield harness


def wait_for(node: Node, partner: str, **wanted: Any) -> dict[str, Any]:
    """Wait until `link status` says so of a partner."""
    end = time.monotonic() + 180  # a machine may be busy
    while True:
        row = links(node)[partner]
        if all(row[name] == value for name, value in wanted.items()):
            return row
        assert time.monotonic() < end, row
        time.sleep(0.3)


def test_three_parties_and_a_fourth_that_accedes(t: Harness, tmp_path: Path) -> None:
    ru, by, vn = t.node(RU), t.node(BY), t.node(VN)
    three = (ru, by, vn)
    first = sign(tmp_path, text_of(three), three)
    assert [memo(node)["status"] for node in three] == ["in-force"] * 3
    assert memo(vn)["partners"] == [RU, BY]
    join(three)
    t.start()

    # What vnnic.vn says about a .by name goes to oac.by and to nobody else; early warnings, too.
    t.take_in(vn, phishing("bank-demo-one.by", "bank-demo-two.by", "bank-demo-one.ru"))
    t.take_in(vn, phishing("bank-demo-three.by", machine_only=True))
    t.take_in(ru, phishing("bank-demo-four.vn"))
    t.settle(*three)
    assert arrived(by, VN)[:3] == [("report", "")] * 3
    assert arrived(ru, VN)[:1] == [("report", "")]
    assert [kind for kind, _ in arrived(ru, VN)].count("report") == 1
    assert arrived(vn, RU)[:1] == [("report", "")]
    assert arrived(ru, BY) == arrived(by, RU) == []
    # The outcome goes back to who reported, and to nobody else.
    (case,) = [row for row in by.comity_json("case", "list")["cases"] if row["registrable"] == "bank-demo-one.by"]
    by.work("case", "ack", case["ref"])
    t.settle(*three)
    assert ("case-event", "") in arrived(vn, BY)
    assert arrived(ru, BY) == []

    # vnnic.vn suspends: its links rest, the link of the two others goes on.
    vn.work("memo", "suspend", URN, "--reason", "a change of law")
    before = {node.party: links(node) for node in (ru, by)}
    t.take_in(ru, phishing("bank-demo-five.by", "bank-demo-six.vn"))
    t.take_in(by, phishing("bank-demo-seven.vn"))
    wait_for(ru, BY, lag=0, received=before[RU][BY]["received"])
    assert arrived(by, RU) == [("report", "")]
    assert links(ru)[BY]["state"] == "open"
    assert links(vn)[RU]["state"] == links(vn)[BY]["state"] == "suspended"
    assert wait_for(ru, VN, lag=1)["received"] == before[RU][VN]["received"]
    # To go on, all must agree.
    statements = []
    for node in (ru, by):
        statements.append(tmp_path / f"{node.party}-agrees.json")
        node.work("memo", "resume", URN, "--reason", "fine with us", "-o", str(statements[-1]))
    vn.work("memo", "resume", URN, "--reason", "settled", "--with", str(statements[0]))
    assert memo(vn)["status"] == "suspended"
    vn.work("memo", "resume", URN, "--reason", "settled", "--with", str(statements[0]), "--with", str(statements[1]))
    t.settle(*three)
    assert [kind for kind, _ in arrived(vn, RU)].count("report") == 2
    assert [kind for kind, _ in arrived(vn, BY)].count("report") == 1

    # A fourth accedes by a version that all sign, while entries cross; the old links go on without a gap.
    su = t.node(SU)
    four = (*three, su)
    closed = text_of(four, version=2, former=first) | {"accession": None}
    with pytest.raises(CommandError, match="accession-missing"):
        sign(tmp_path, closed, four)
    sizes = {node.party: links(node) for node in three}
    t.take_in(vn, phishing("bank-demo-eight.by"))
    sign(tmp_path, text_of(four, version=2, former=first), four)
    t.take_in(vn, phishing("bank-demo-nine.by"))
    assert [memo(node, 2)["status"] for node in four] == ["in-force"] * 4
    assert [memo(node, 1)["status"] for node in three] == ["terminated"] * 3
    join(four, new=[su])
    t.start()
    t.take_in(su, phishing("bank-demo-ten.by", "bank-demo-ten.vn"))
    t.take_in(ru, phishing("bank-demo-eleven.su"))
    t.settle(*four)
    assert links(vn)[BY]["receipted"] == sizes[VN][BY]["receipted"] + 2
    assert [kind for kind, _ in arrived(su, RU)] == ["report"]
    assert [kind for kind, _ in arrived(by, SU)] == ["report"]
    assert [kind for kind, _ in arrived(vn, SU)] == ["report"]
    for node in four:
        assert all(not refused for partner in links(node) for _, refused in arrived(node, partner))
        verified = node.comity_json("link", "verify")
        assert verified["equal"] is True
        assert len(verified["ledgers"]) == 6, "two ledgers for each of three pairs"
