"""Nodes for a campaign: made, countersigned and linked in pairs by the program's own flows, in one process.

    python -m comity.testing.assembly PLAN.json

The plan says for each node its party, directory, store and ports, and the paces that a campaign needs shorter than
service does.  Every two parties sign a bilateral memorandum; its text is the demo's with the parties' names put in.
"""

import re
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path
from typing import Final

import msgspec

import comity.cli.django_setup  # noqa: F401 — starts Django before any module that holds a model
from comity.cli.context import use_node
from comity.core.ledger import PublicKey
from comity.core.parties import PARTIES
from comity.demo.memorandum import COUNTERSIGNER, PROPOSER, write_memorandum
from comity.edges.home import Home
from comity.edges.keys import load_signing_key
from comity.edges.tls import own_authority, write_partner_authorities
from comity.flows.countersign import countersign
from comity.flows.join import join
from comity.flows.propose import propose
from comity.flows.set_up import NewNode, set_up
from comity.store.links import partner_authorities
from comity.testing.empty_store import make_store
from comity.wire.memorandum_document import render_document

ZONES: Final = {party.id: party.zones for party in PARTIES}
_ACTOR: Final = "campaign"
_IN_FORCE_BEFORE: Final = timedelta(days=4)  # a clock that is a day behind must find the memorandum in force
_REPORTS_A_DAY: Final = 1_000_000


class NodePlan(msgspec.Struct, frozen=True):
    """One node that is wanted."""

    party: str
    path: Path
    database: str
    web_port: int
    link_port: int

    @property
    def link_url(self) -> str:
        return f"https://127.0.0.1:{self.link_port}/"


class AssemblyPlan(msgspec.Struct, frozen=True):
    """All nodes; `settings` goes below [link] in each node.toml; `line_ports`: "FROM TO" → where FROM calls TO.

    `fetched`: (who fetches, whom it fetches from), where the latter cannot reach the former.
    """

    nodes: tuple[NodePlan, ...]
    settings: str = ""
    line_ports: dict[str, int] = {}
    fetched: tuple[tuple[str, str], ...] = ()


def assemble(plan: AssemblyPlan, *, at: datetime) -> None:
    """Make all of it."""
    homes = {node.party: _make(node, plan.settings, at=at) for node in plan.nodes}
    keys = {party: load_signing_key(home).public_key() for party, home in homes.items()}
    authorities = {party: own_authority(home) for party, home in homes.items()}
    for one, other in combinations(plan.nodes, 2):
        text = write_text(one, other, keys=(keys[one.party], keys[other.party]), at=at)
        proposed = render_document(propose(use_node(one.path), text, actor=_ACTOR, at=at))
        signed = render_document(countersign(use_node(other.path), proposed, actor=_ACTOR, at=at))
        countersign(use_node(one.path), signed, actor=_ACTOR, at=at)
    for node in plan.nodes:
        home = use_node(node.path)
        for other in plan.nodes:
            if other is not node:
                port = plan.line_ports.get(f"{node.party} {other.party}", other.link_port)
                join(
                    home, other.party, ca_pem=authorities[other.party], at=at,
                    url="" if (other.party, node.party) in plan.fetched else f"https://127.0.0.1:{port}",
                    fetches=(node.party, other.party) in plan.fetched,
                )  # fmt: skip
        write_partner_authorities(home, partner_authorities())


def write_text(one: NodePlan, other: NodePlan, *, keys: tuple[PublicKey, PublicKey], at: datetime) -> bytes:
    """Write the memorandum of two parties: the demo's, with their names, zones, keys and addresses."""
    links = (one.link_url, other.link_url)
    text = write_memorandum(*keys, links=links, reports_a_day=_REPORTS_A_DAY, at=at - _IN_FORCE_BEFORE).decode()
    names = {
        f"zones: [{', '.join(ZONES[PROPOSER])}]": f"zones: [{', '.join(ZONES[one.party])}]",
        f"zones: [{', '.join(ZONES[COUNTERSIGNER])}]": f"zones: [{', '.join(ZONES[other.party])}]",
        PROPOSER: one.party,
        COUNTERSIGNER: other.party,
    }
    return re.sub("|".join(map(re.escape, names)), lambda found: names[found[0]], text).encode()


def _make(node: NodePlan, settings: str, *, at: datetime) -> Home:
    new = NewNode(
        party=node.party, zones=(), host="127.0.0.1", web_port=node.web_port, link_port=node.link_port,
        database=node.database,
    )  # fmt: skip
    set_up(node.path, new, at=at)
    file = node.path / "node.toml"
    file.write_text(
        re.sub(r"(?m)^\[link\]$", f"[link]\n{settings}", file.read_text(encoding="utf-8")), encoding="utf-8"
    )
    home = use_node(node.path)
    make_store()
    return home


def main(arguments: Sequence[str]) -> None:
    """Read the plan and carry it out."""
    assemble(
        msgspec.json.decode(Path(arguments[0]).read_bytes(), type=AssemblyPlan, dec_hook=_path), at=datetime.now(UTC)
    )


def _path(kind: type, value: object) -> object:
    return Path(str(value)) if kind is Path else value


if __name__ == "__main__":
    main(sys.argv[1:])
