"""Memoranda between two and more real nodes as a test wants them: written, signed by all, and links for every pair."""

import json
import sqlite3
from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path
from typing import Any

import msgspec

from comity.core.memoranda import Memorandum
from comity.core.reports import Evidence, Report
from comity.demo.memorandum import write_memorandum
from comity.demo.nodes import Node
from comity.edges.home import open_home
from comity.edges.keys import load_signing_key
from comity.wire.memorandum_yaml import parse_memorandum, render_memorandum

URN = "urn:comity:memo:several:demo"
ACCESSION = {"clause": "1.1", "open_to": "registries of top-level domains", "needs": "all_signatures"}


def text_of(
    nodes: Sequence[Node], *, version: int = 1, former: str = "", changes: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The demo's memorandum between these nodes: everything both ways, early warnings about any party's zone."""
    at = datetime.now(UTC)
    keys = [load_signing_key(open_home(node.place.path)).public_key() for node in nodes]
    draft = write_memorandum(
        keys[0], keys[1], links=("https://a.example", "https://b.example"), reports_a_day=9999, at=at
    )
    memorandum = parse_memorandum(draft)
    assert isinstance(memorandum, Memorandum), memorandum
    tree: dict[str, Any] = json.loads(render_memorandum(memorandum))
    model = tree["parties"][0]
    tree["parties"] = [
        model
        | {
            "id": node.party,
            "name": {"en": node.party},
            "zones": list(node.place.zones),
            "keys": [model["keys"][0] | {"kid": key.kid, "public": b64encode(key.public).decode()}],
            "endpoints": {"link": node.place.link_url},
        }
        for node, key in zip(nodes, keys, strict=True)
    ]
    tree |= {"id": URN, "version": version, "accession": ACCESSION}
    tree["personal_data"]["on_request"]["legal"] = {}
    if former:
        tree["supersedes"] = {"version": version - 1, "digest": former}
    for path, value in (changes or {}).items():
        *parents, last = path.split(".")
        place: Any = tree
        for parent in parents:
            place = place[parent]
        place[last] = value
    return tree


def sign(directory: Path, tree: dict[str, Any], nodes: Sequence[Node]) -> str:
    """Proposed by the first, countersigned by each of the others in turn, adopted by all; the digest of the text."""
    version, urn = tree["version"], tree["id"]
    draft = directory / f"draft-{version}.json"
    draft.write_text(json.dumps(tree))
    travelling = directory / f"signed-{version}.json"
    nodes[0].work("memo", "propose", str(draft), "-o", str(travelling))
    for node in nodes[1:]:
        assert memo(nodes[0], version, urn)["status"] == "proposed", "it has no force before all have signed"
        node.work("memo", "countersign", str(travelling), "-o", str(travelling))
    for node in nodes[:-1]:
        node.work("memo", "countersign", str(travelling), "-o", str(directory / "adopted.json"))
    return str(memo(nodes[0], version, urn)["digest"])


def memo(node: Node, version: int = 1, urn: str = URN) -> dict[str, Any]:
    rows = node.comity_json("memo", "show")["memoranda"]
    (row,) = (row for row in rows if (row["id"], row["version"]) == (urn, version))
    return dict(row)


def join(nodes: Sequence[Node], new: Sequence[Node] = ()) -> None:
    """Link every pair, or every pair with one of `new` in it."""
    for node, partner in permutations(nodes, 2):
        if not new or node in new or partner in new:
            authority = str(partner.place.path / "tls" / "ca.pem")
            node.work("link", "add", partner.party, "--url", partner.place.link_url, "--ca", authority)


def links(node: Node) -> dict[str, dict[str, Any]]:
    """What `comity link status` says, by partner."""
    return {row["partner"]: row for row in node.comity_json("link", "status")}


def arrived(node: Node, partner: str) -> list[tuple[str, str]]:
    """Kind and refusal of every entry that a node holds of a partner's ledger, in order."""
    with sqlite3.connect(f"file:{node.place.database['NAME']}?mode=ro", uri=True) as database:
        rows = database.execute(
            "SELECT e.kind, e.refused FROM ledger_entry e JOIN ledger l ON l.id = e.ledger_id "
            "JOIN link k ON k.id = l.link_id WHERE k.partner = ? AND l.direction = 'in' ORDER BY e.position",
            (partner,),
        )
        return rows.fetchall()


def phishing(*names: str, machine_only: bool = False) -> bytes:
    """Reports that the demo's memorandum lets through, as a feed; machine-only ones leave as early warnings."""
    at = datetime.now(UTC)
    evidence = (
        Evidence(kind="screenshot", sha256="a" * 64, captured_at=at),
        Evidence(kind="second-source", note="seen by another notifier"),
        Evidence(kind="live-check", captured_at=at),
    )
    reports = [
        Report(
            name=f"https://{name}/login", category="phishing", observed_at=at, verified_at=at, disposition="malicious",
            narrative="A page that asks for the card number under the name of an invented bank.",
            impersonated_party="Demo Bank", good_faith=True, evidence=evidence, machine_only=machine_only,
        )
        for name in names
    ]  # fmt: skip
    return b"".join(msgspec.json.encode(report) + b"\n" for report in reports)
