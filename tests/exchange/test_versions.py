"""Version N and N+1 of the link: what one does not know the other keeps and proves, and learns later (link.md §8)."""

import json
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path

import pytest

from comity.core.exchange import OutgoingEntry
from comity.core.ledger import Frontier, Head, entry_hash
from comity.demo.nodes import Node
from comity.edges.home import open_home
from comity.edges.keys import load_signing_key
from comity.testing.harness import Harness
from comity.testing.later_peer import Entry, LaterPeer
from comity.wire.checkpoint import sign_checkpoint
from comity.wire.link_batch import render_batch
from exchange.agreed_texts import phishing
from exchange.pair import act

pytestmark = pytest.mark.processes
RU, BY = "cctld.ru", "oac.by"
ORIGIN = f"{RU}/ledger/{BY}"


@pytest.fixture
def t(tmp_path: Path) -> Iterator[Harness]:
    with Harness(tmp_path) as harness:
        yield harness


def written(node: Node) -> list[Entry]:
    """What a node would send, taken out of its ledger for the peer of the later version to send."""
    entries = act("outgoing", node.place.path, BY)
    return [(kind, subject, b64decode(payload)) for kind, subject, payload in entries]


def with_more(entry: Entry) -> Entry:
    """The same entry as a later version might write it: further members at every level."""
    kind, subject, payload = entry
    bundle = json.loads(payload)
    (report,) = bundle["objects"]
    (extension,) = report["extensions"].values()
    for place in (bundle, report, extension, extension["report"], extension["report"]["report"]):
        place["x_later"] = {"since": 2, "list": [1, None, "да"]}
    return kind, subject, json.dumps(bundle, ensure_ascii=False).encode()


def test_a_peer_of_the_next_version_falls_back_and_loses_nothing(t: Harness) -> None:
    ru, by = t.node(RU), t.node(BY)
    t.memorandum(ru, by)
    t.take_in(ru, phishing("bank-demo-one.by", "bank-demo-two.by"))  # ru does not serve: the peer speaks for it
    one, two = written(ru)
    by.serve()
    by.wait_until_ready()
    authority = (by.place.path / "tls/ca.pem").read_text()
    peer = LaterPeer(ru.place.path, RU, BY, port=by.place.link_port, authority=authority)
    forecast: Entry = ("forecast", "", json.dumps({"domains": ["a.example"] * 9}).encode())

    first = peer.send([with_more(one), forecast])
    assert (first.status, peer.version, peer.refusals) == (200, 1, ["unsupported-version"])
    unknown = peer.ask("summary", peer.checkpoint())
    assert unknown.status == 404
    binary: Entry = ("forecast", "later", b"\x00\xff\x00")
    second = peer.send([binary, two])
    assert (second.status, peer.receipted, peer.refusals) == (200, 4, ["unsupported-version"])
    assert act("incoming", by.place.path, RU) == [
        ["report", one[1], ""], ["forecast", "", "unknown-kind"], ["forecast", "later", "unknown-kind"],
        ["report", two[1], ""],
    ]  # fmt: skip
    held = act("dump", by.place.path, RU)
    assert (held["state"], held["differences"]) == ("open", [])
    cases = by.comity_json("case", "list")["cases"]
    assert {case["registrable"] for case in cases} == {"bank-demo-one.by", "bank-demo-two.by"}


def test_a_kind_that_was_only_kept_is_applied_once_by_the_version_that_knows_it(t: Harness, tmp_path: Path) -> None:
    ru, by = t.node(RU), t.node(BY)
    t.memorandum(ru, by)
    # The statement of cctld.ru about its own key, as its node would write it.
    key = load_signing_key(open_home(ru.place.path))
    payload = b64decode(act("revoke", ru.place.path))
    entries = [OutgoingEntry("key-revocation", key.kid, payload), OutgoingEntry("forecast", "", b"{}")]
    root = Frontier().extend([entry_hash(*entry) for entry in entries])[0].root()
    body = tmp_path / "batch"
    body.write_bytes(render_batch(sign_checkpoint(Head(ORIGIN, 2, root), key.public, key.sign), 0, entries))

    assert act("keep", by.place.path, ORIGIN, str(body), "key-revocation") == 2
    assert [refused for _, _, refused in act("incoming", by.place.path, RU)] == ["unknown-kind", "unknown-kind"]
    assert by.comity_json("key", "list")["revoked"] == []
    for _ in range(2):  # the new version starts, and starts again
        by.serve()
        by.wait_until_ready()
        by.stop()
        assert act("incoming", by.place.path, RU) == [
            ["key-revocation", key.kid, ""], ["forecast", "", "unknown-kind"],
        ]  # fmt: skip
        (revoked,) = by.comity_json("key", "list")["revoked"]
        assert (revoked["party"], revoked["kid"], revoked["doubtful"]) == (RU, key.kid, [0, 1])
    log = (by.place.path / "serve.log").read_text()
    assert log.count("1 entries of cctld.ru that an older version kept are applied") == 1
    assert act("dump", by.place.path, RU)["differences"] == []
