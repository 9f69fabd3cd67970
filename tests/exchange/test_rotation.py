"""Keys, certificates and authorities are all replaced while entries cross without a pause: nothing is lost or doubled.

The nodes serve all the time and are never restarted; everything is done with the commands that people use.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from comity.demo.nodes import CommandError, Node
from comity.testing.harness import Harness
from exchange.load import FIRST, Load, moves_on
from exchange.pair import act

pytestmark = pytest.mark.processes
RU, BY = "cctld.ru", "oac.by"


@pytest.fixture
def t(tmp_path: Path) -> Iterator[Harness]:
    with Harness(tmp_path) as harness:
        yield harness


def next_version(directory: Path, proposer: Node, countersigner: Node, keys: dict[str, dict[str, Any]]) -> None:
    """Both sign the next version of the memorandum, in which each has one key more."""
    (row,) = proposer.comity_json("memo", "show")["memoranda"]
    (whole,) = proposer.comity_json("memo", "show", row["id"])["memoranda"]
    tree = whole["memorandum"]
    tree |= {"version": 2, "supersedes": {"version": 1, "digest": whole["digest"]}}
    for party in tree["parties"]:
        party["keys"].append(party["keys"][0] | keys[party["id"]])
    draft, signed = directory / "next.json", directory / "next-signed.json"
    draft.write_text(json.dumps(tree))
    proposer.work("memo", "propose", str(draft), "-o", str(signed))
    countersigner.work("memo", "countersign", str(signed), "-o", str(signed))
    proposer.work("memo", "countersign", str(signed), "-o", str(signed))


def trust(node: Node, partner: Node, directory: Path) -> None:
    """Give a node what its partner's `export-ca` prints."""
    file = directory / "authorities.pem"
    file.write_bytes(partner.work("link", "export-ca"))
    node.work("link", "add", partner.party, "--url", partner.place.link_url, "--ca", str(file))


def test_everything_is_replaced_under_load_and_nothing_is_lost(t: Harness, tmp_path: Path) -> None:
    ru, by = t.node(RU), t.node(BY)
    t.memorandum(ru, by)
    t.start()
    with Load(tmp_path, (ru, BY), (by, RU)) as load:
        moves_on(ru, by)
        old = {node.party: act("signers", node.place.path, partner)["out"][0] for node, partner in ((ru, BY), (by, RU))}

        # Signing keys: made, named by the next version, used by both.
        new = {RU: ru.comity_json("key", "new", "ru-2031-1"), BY: by.comity_json("key", "new", "by-2031-1")}
        with pytest.raises(CommandError, match="version 1 does not name it"):
            ru.work("key", "use", "ru-2031-1")
        next_version(tmp_path, ru, by, new)
        moves_on(ru, by)
        ru.work("key", "use", "ru-2031-1")
        moves_on(ru, by)
        by.work("key", "use", "by-2031-1")
        moves_on(ru, by)
        assert act("signers", ru.place.path, BY) == {
            "out": ["ru-2031-1", "by-2031-1"], "in": ["by-2031-1", "ru-2031-1"],
        }  # fmt: skip

        # The old key may be in wrong hands: the partner hears it by the link and believes it no more.
        ru.work("key", "revoke", old[RU], "--reason", "compromised", "-o", str(tmp_path / "revocation.json"))
        moves_on(ru, by)
        (revoked,) = by.comity_json("key", "list")["revoked"]
        assert (revoked["party"], revoked["kid"], revoked["signed_by"]) == (RU, old[RU], old[RU])

        # Certificates, and then the authority that signs them.
        ru.work("link", "renew-certificate")
        by.work("link", "renew-certificate")
        moves_on(ru, by)
        ru.work("link", "new-authority")
        trust(by, ru, tmp_path)
        moves_on(ru, by)
        ru.work("link", "use-authority")
        moves_on(ru, by)
        trust(by, ru, tmp_path)  # the new authority alone
        moves_on(ru, by)

        filed = load.stop()
    t.settle(ru, by)
    held = {node.party: act("dump", node.place.path, partner) for node, partner in ((ru, BY), (by, RU))}
    for party, partner in ((RU, BY), (BY, RU)):
        expected = [str(FIRST[party] + number) for number in range(filed[party])]
        sent = held[party]["sent"]
        assert [subject for subject in sent if subject != old[RU]] == expected
        assert sent.count(old[RU]) == (party == RU), "one revocation, from cctld.ru"
        assert held[partner]["received"] == sent
        assert held[partner]["root_received"] == held[party]["root_sent"]
        assert (held[party]["state"], held[party]["differences"]) == ("open", [])
