"""A partner in the store of one node: its key cosigns what the node sent, and its own entries come in under a receipt.

Nothing is carried over a wire: what a courier and a listener would store is stored, byte for byte as they would.
"""

from collections.abc import Sequence
from datetime import datetime

from comity.core.exchange import IncomingEntry, OutgoingEntry
from comity.core.ledger import Head, entry_hash
from comity.edges.home import Home
from comity.edges.keys import load_signing_key
from comity.flows.apply_entry import apply_entries
from comity.store import models
from comity.store.ledgers import append_entries, frontier_of, store_receipt
from comity.wire.checkpoint import cosign, sign_checkpoint


def note(head: Head, sender: Home, receiver: Home, *, at: datetime) -> bytes:
    """A receipt: signed by the sender's key, cosigned by the receiver's."""
    own, other = load_signing_key(sender), load_signing_key(receiver)
    return cosign(sign_checkpoint(head, own.public, own.sign), receiver.party, other.public, other.sign, at=at)


def confirm_outgoing(home: Home, partner: Home, *, at: datetime) -> models.Ledger:
    """Let the partner confirm everything that this node has written for it."""
    ledger = models.Ledger.objects.get(direction="out", link__partner=partner.party)
    head = Head(ledger.origin, ledger.size, ledger.root)
    receipt = note(head, home, partner, at=at)
    store_receipt(ledger, checkpoint=receipt, receipt=receipt, size=ledger.size, at=at)
    ledger.refresh_from_db()
    return ledger


def take(home: Home, partner: Home, entries: Sequence[OutgoingEntry], *, at: datetime) -> models.Ledger:
    """Let the partner's entries come in: applied, stored and receipted."""
    ledger = models.Ledger.objects.get(direction="in", link__partner=partner.party)
    incoming = [IncomingEntry(ledger.size + number, *entry) for number, entry in enumerate(entries)]
    refusals = apply_entries(home, partner.party, incoming, at=at)
    leaves = [entry_hash(*entry) for entry in entries]
    frontier, growth = frontier_of(ledger).extend(leaves)
    ledger.receipt = note(Head(ledger.origin, frontier.size, frontier.root()), partner, home, at=at)
    ledger.checkpoint, ledger.receipt_size = ledger.receipt, frontier.size
    append_entries(ledger, entries, leaves, grown=(frontier, growth), refusals=refusals, at=at)
    ledger.refresh_from_db()
    return ledger
