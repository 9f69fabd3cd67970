"""What a test lets a node do in a process of its own: `python act.py VERB DIR …`, the answer as JSON on stdout."""

import json
import re
import sys
import time
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.db import transaction

import comity.cli.django_setup  # noqa: F401 — starts Django before any module that holds a model
from comity.cli.context import use_node
from comity.core.exchange import OutgoingEntry
from comity.edges.home import Home
from comity.edges.keys import load_public_keys, load_signing_key
from comity.edges.tls import own_authority, write_partner_authorities
from comity.flows.apply_entry import KINDS
from comity.flows.countersign import countersign
from comity.flows.join import join
from comity.flows.propose import propose
from comity.flows.receive import receive_batch
from comity.flows.set_up import NewNode, set_up
from comity.flows.suspend import suspend
from comity.flows.verify_ledgers import verify_ledgers
from comity.store.ledgers import read_entries
from comity.store.links import create_link, get_ledger, get_link, known_keys, partner_authorities
from comity.store.memoranda import find_in_force
from comity.store.models import LedgerEntry
from comity.store.outgoing import append_outgoing
from comity.testing.empty_store import make_store
from comity.wire.checkpoint import read_head
from comity.wire.key_revocation import Revocation, sign_revocation
from comity.wire.memorandum_document import render_document

FIXTURE = Path(__file__).resolve().parent.parent / "fixtures" / "memorandum-ru-by.yaml"


def now() -> datetime:
    return datetime.now(UTC)


def pair(directory: Path, ru_port: str, by_port: str, ru_database: str, by_database: str) -> dict[str, dict[str, str]]:
    """Make two nodes that are linked under the memorandum of the fixtures, with their keys, in force."""
    made = {
        "ru": _make(directory / "ru", "cctld.ru", ru_port, ru_database),
        "by": _make(directory / "by", "oac.by", by_port, by_database),
    }
    ru, by = directory / "ru", directory / "by"
    signed = render_document(propose(use_node(ru), _memorandum(made).encode(), actor="test", at=now()))
    both = render_document(countersign(use_node(by), signed, actor="test", at=now()))
    countersign(use_node(ru), both, actor="test", at=now())
    _join(use_node(ru), "oac.by", made["by"], by_port)
    _join(use_node(by), "cctld.ru", made["ru"], ru_port)
    return made


def _make(directory: Path, party: str, link_port: str, database: str) -> dict[str, str]:
    new = NewNode(
        party=party, zones=(), host="127.0.0.1", web_port=1, link_port=int(link_port), database=database,
    )  # fmt: skip
    set_up(directory, new, at=now())
    home = use_node(directory)
    make_store()
    key = load_signing_key(home)
    return {"kid": key.kid, "public": b64encode(key.public).decode(), "ca": own_authority(home)}


def _memorandum(made: dict[str, dict[str, str]]) -> str:
    text = FIXTURE.read_text().partition("\nsignatures:")[0] + "\n"
    text = re.sub(r"(?m)^(supersedes|status):.*\n", "", text)
    text = text.replace("sha256:REPLACE", f"sha256:{0:064}")
    text = re.sub(r"(?m)^version:.*$", "version: 1", text)
    text = re.sub(r"(?m)^effective:.*$", "effective: 2026-01-01T00:00:00Z", text)
    text = text.replace(
        "not_before: 2027-01-01, not_after: 2028-01-31", "not_before: 2026-01-01, not_after: 2036-01-01"
    )
    for name, node in made.items():
        text = re.sub(rf'kid: {name}-2027-1(.*?)"BASE64"', rf'kid: {node["kid"]}\1"{node["public"]}"', text)
    return text


def _join(home: Home, partner: str, made: dict[str, str], port: str) -> None:
    join(home, partner, url=f"https://127.0.0.1:{port}", ca_pem=made["ca"], at=now())
    (home.path / "tls" / "partners.pem").write_text(partner_authorities())


def do_suspend(home: Home, partner: str) -> None:
    stored = find_in_force(partner, at=now())
    assert stored is not None
    suspend(home, stored.urn, actor="test", reason="a test", at=now())


def append(home: Home, partner: str, start: str, count: str, each: str) -> None:
    """File entries in transactions of `each`; what was committed before a kill stays."""
    first, step = int(start), int(each)
    for begin in range(first, first + int(count), step):
        with transaction.atomic():
            append_outgoing(
                partner,
                [OutgoingEntry("test", str(number), b"entry %d" % number) for number in range(begin, begin + step)],
                at=now(),
            )


def load(home: Home, partner: str, start: str, stop: str) -> int:
    """File ten entries every tenth of a second until the file `stop` is there; tell how many."""
    number = int(start)
    while not Path(stop).exists():
        with transaction.atomic():
            entries = [OutgoingEntry("test", str(one), b"entry %d" % one) for one in range(number, number + 10)]
            append_outgoing(partner, entries, at=now())
        number += 10
        time.sleep(0.1)
    return number - int(start)


def signers(home: Home, partner: str) -> dict[str, list[str]]:
    """Which keys signed and cosigned the newest receipts of both ledgers."""
    link, found = get_link(partner), {}
    for direction, ours in (("out", True), ("in", False)):
        keys = {home.party: load_public_keys(home), partner: known_keys(partner, at=now())}
        sender, receiver = (home.party, partner) if ours else (partner, home.party)
        receipt = get_ledger(link, direction).receipt
        head = read_head(receipt, sender=keys[sender], receiver=keys[receiver], receiver_name=receiver)
        found[direction] = [*head.signed_by, *head.cosigned_by]
    return found


def alter(home: Home, partner: str, position: str) -> None:
    """Change an entry that was received, as somebody would who has the database."""
    ledger = get_ledger(get_link(partner), "in")
    LedgerEntry.objects.filter(ledger=ledger, position=int(position)).update(payload=b"altered")


def dump(home: Home, partner: str) -> dict[str, object]:
    link = get_link(partner)
    out, incoming = get_ledger(link, "out"), get_ledger(link, "in")
    return {
        "state": link.state,
        "reason": link.reason,
        "last_error": link.last_error,
        "sent": [entry.subject for entry in read_entries(out.pk, 0, out.size)],
        "received": [entry.subject for entry in read_entries(incoming.pk, 0, incoming.size)],
        "root_sent": out.root.hex(),
        "root_received": incoming.root.hex(),
        "receipted": out.receipt_size,
        "differences": [line for report in verify_ledgers(home, at=now()) for line in report.differences],
    }


def befriend(home: Home, partner: str, authority: str) -> None:
    """Make a link to somebody who has an authority and nothing else: no memorandum is in force with them."""
    with transaction.atomic():
        create_link(home.party, partner, url="https://127.0.0.1:1", ca_pem=Path(authority).read_text(), at=now())
    write_partner_authorities(home, partner_authorities())


def outgoing(home: Home, partner: str) -> list[tuple[str, str, str]]:
    """What the node has written for a partner: kind, subject, payload in base64."""
    ledger = get_ledger(get_link(partner), "out")
    return [
        (entry.kind, entry.subject, b64encode(entry.payload).decode())
        for entry in read_entries(ledger.pk, 0, ledger.size)
    ]


def incoming(home: Home, partner: str) -> list[tuple[str, str, str]]:
    """What the node holds of a partner's ledger: kind, subject, and why it was refused."""
    ledger = get_ledger(get_link(partner), "in")
    entries = LedgerEntry.objects.filter(ledger=ledger).order_by("position")
    return list(entries.values_list("kind", "subject", "refused"))


def keep(home: Home, origin: str, file: str, kind: str) -> int:
    """Take a batch as the version before this one would: its table of kinds lacks the newest."""
    del KINDS[kind]
    return receive_batch(home, origin, Path(file).read_bytes(), at=now()).refused


def revoke(home: Home) -> str:
    """The node's word that the key it signs with is believed no more, signed by itself; in base64."""
    key = load_signing_key(home)
    public = b64encode(key.public).decode()
    said = Revocation(
        party=home.party, kid=key.kid, public=public, reason="compromised", since=now() - timedelta(hours=1), at=now()
    )
    return b64encode(sign_revocation(said, key.kid, key.sign)).decode()


def receipt(_home: Home, partner: str) -> str:
    return get_ledger(get_link(partner), "out").receipt.decode()


VERBS = {
    "receipt": receipt,
    "befriend": befriend,
    "revoke": revoke, "load": load, "signers": signers, "suspend": do_suspend, "append": append,
    "alter": alter, "dump": dump, "outgoing": outgoing, "incoming": incoming, "keep": keep,
}  # fmt: skip

if __name__ == "__main__":
    verb, directory, *rest = sys.argv[1:]
    result = pair(Path(directory), *rest) if verb == "pair" else VERBS[verb](use_node(Path(directory)), *rest)
    print(json.dumps(result))
