"""Receive: take what a partner sends, apply it, and answer with the doubly signed checkpoint that is its receipt.

Parsing and signatures come before the transaction; inside it the ledger is locked, the batch is examined against what
is held (`core.examination.examine`), every entry is applied or refused with its clause, and entries, state and receipt
become durable together.  A batch that is sent again changes nothing.  A partner that signed two histories stops its
link, and both heads are kept in the link's reason.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.db import transaction

from comity.core.errors import ComityError
from comity.core.examination import Examined, examine
from comity.core.exchange import (
    REFUSALS,
    IncomingEntry,
    LinkState,
    OutgoingEntry,
    SignedHead,
    Verdict,
    receiver_step,
)
from comity.core.ledger import Head
from comity.edges.home import Home
from comity.edges.keys import SigningKey, load_signing_key
from comity.flows.apply_entry import apply_entries
from comity.store.ledger_tiles import node_reader
from comity.store.ledgers import append_entries, frontier_of, lock_ledger_with
from comity.store.links import get_incoming, get_link, is_in_force, partner_keys, stop_link
from comity.store.models import Ledger, Link
from comity.wire.checkpoint import cosign, cosign_head, keep_signatures, read_head
from comity.wire.link_batch import parse_batch


class Received(msgspec.Struct, frozen=True):
    """What came of a batch: the receipt, how many entries were new, and how many of them were refused by a clause."""

    receipt: bytes
    taken: int = 0
    refused: int = 0


def receive_batch(home: Home, origin: str, body: bytes, *, at: datetime) -> Received:
    """Take a batch.  When it cannot be taken, raises the `ComityError` of docs/spec/link.md §6 and applies nothing."""
    batch = parse_batch(body)
    partner = get_incoming(origin).link.partner
    keys = partner_keys(partner, at=at)
    claim = read_head(batch.note, sender=keys)
    key = load_signing_key(home)
    with transaction.atomic():
        link, ledger = locked(partner, "in")
        examined = examine(
            claim, batch.start, batch.entries, origin=origin, held=frontier_of(ledger), read=node_reader(ledger.pk)
        )
        state, action = receiver_step(link_state(link, at=at), examined.verdict)
        if action == "apply-and-cosign":
            refusals = apply_entries(home, partner, examined.entries, at=at)
            note = keep_signatures(batch.note, sender=keys)
            receipt = _take(home, key, ledger, note, examined, refusals, at=at)
            return Received(receipt, taken=len(examined.entries), refused=sum(map(bool, refusals)))
        if action == "cosign-again":
            return Received(held_head(home, key, ledger, at=at))
        if state == "stopped":
            stop_link(link, evidence(ledger, batch.note))
    raise _refusal(examined.verdict, claim, ledger)


def locked(partner: str, direction: str) -> tuple[Link, Ledger]:
    """Lock a ledger first, then read the link, so that a link stopped meanwhile is seen as stopped."""
    ledger = lock_ledger_with(partner, direction)
    return get_link(partner), ledger


def link_state(link: Link, *, at: datetime) -> LinkState:
    """Tell a link's state: stopped by a person or a fork, suspended with its memorandum, recovering, or open."""
    if link.state == "stopped":
        return "stopped"
    if not is_in_force(link.partner, at=at):
        return "suspended"
    return "recovering" if link.state == "recovering" else "open"


def _take(
    home: Home,
    key: SigningKey,
    ledger: Ledger,
    note: bytes,
    examined: Examined,
    refusals: Sequence[str],
    *,
    at: datetime,
) -> bytes:
    """Store new entries and the receipt for them, in one write of the ledger's row."""
    receipt = cosign(note, home.party, key.public, key.sign, at=at)
    ledger.checkpoint, ledger.receipt, ledger.receipt_size = note, receipt, examined.frontier.size
    append_entries(
        ledger,
        [_as_stored(entry) for entry in examined.entries],
        examined.leaves,
        grown=(examined.frontier, examined.growth),
        refusals=refusals,
        at=at,
    )
    return receipt


def _as_stored(entry: IncomingEntry) -> OutgoingEntry:
    return OutgoingEntry(*entry[1:])


def held_head(home: Home, key: SigningKey, ledger: Ledger, *, at: datetime) -> bytes:
    """Write the newest head of a partner's ledger that is held here, cosigned now."""
    if ledger.checkpoint:
        return cosign(ledger.checkpoint, home.party, key.public, key.sign, at=at)
    return cosign_head(Head(ledger.origin, ledger.size, ledger.root), home.party, key.public, key.sign, at=at)


def _refusal(verdict: Verdict, claim: SignedHead, ledger: Ledger) -> ComityError:
    """Make the error of a refused batch: positions and sizes, never a payload."""
    return REFUSALS[verdict](
        f"checkpoint of {claim.head.size} entries; {ledger.size} are held here", item=ledger.origin
    )


def evidence(ledger: Ledger, note: bytes) -> str:
    """Put both signed heads of a fork side by side: the reason for which the link is stopped."""
    return "\n".join(
        (
            "The partner signed two different histories of one ledger; nothing of the second was applied.",
            "",
            "Held here:",
            (ledger.receipt or ledger.checkpoint).decode(),
            "Sent now:",
            note.decode(),
        )
    )
