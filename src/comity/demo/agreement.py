"""Bring two nodes together as two registries would: sign a memorandum, exchange authorities, link both ways.

Every step is a command on one node; files go from one to the other as they would by hand.
"""

import subprocess
from datetime import datetime
from pathlib import Path

from comity.demo.memorandum import write_memorandum
from comity.demo.nodes import Node, finish_all
from comity.edges.home import open_home
from comity.edges.keys import load_signing_key


def sign_memorandum(directory: Path, proposer: Node, countersigner: Node, *, reports_a_day: int, at: datetime) -> None:
    """Propose at one node, countersign at the other, adopt what came back."""
    keys = [load_signing_key(open_home(node.place.path)).public_key() for node in (proposer, countersigner)]
    draft, proposed, signed = (
        directory / f"memorandum-{name}" for name in ("draft.yaml", "proposed.json", "signed.json")
    )
    links = (proposer.place.link_url, countersigner.place.link_url)
    draft.write_bytes(write_memorandum(*keys, links=links, reports_a_day=reports_a_day, at=at))
    proposer.work("memo", "propose", str(draft), "-o", str(proposed))
    countersigner.work("memo", "countersign", str(proposed), "-o", str(signed))
    proposer.work("memo", "countersign", str(signed), "-o", str(directory / "memorandum-adopted.json"))


def link_both_ways(one: Node, other: Node) -> None:
    """Tell each node where the other is and by which authority it is believed."""
    finish_all([_start_link(one, other), _start_link(other, one)], "comity link add")


def _start_link(node: Node, partner: Node) -> "subprocess.Popen[bytes]":
    authority = str(partner.place.path / "tls" / "ca.pem")
    return node.start_work("link", "add", partner.party, "--url", partner.place.link_url, "--ca", authority)
