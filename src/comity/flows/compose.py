"""Compose a batch of our own ledger: the entries from a position, and the checkpoint at their end, signed now.

Pushed by the courier or given to a partner that fetches, it is the same bytes.  Signing is what cannot be undone: it is
done only after the partner has told what it holds, and never while the ledger recovers (docs/spec/link.md §4.4).
"""

from typing import Final

import msgspec

from comity.core.errors import ComityError
from comity.core.exchange import LinkRecoveringError
from comity.core.ledger import Frontier, Head
from comity.core.proofs import frontier_at
from comity.edges.home import Home
from comity.edges.keys import SigningKey
from comity.store.ledger_tiles import node_reader
from comity.store.ledgers import read_batch
from comity.store.models import Ledger, Link
from comity.wire.checkpoint import sign_checkpoint
from comity.wire.link_batch import render_batch

BATCH_PAYLOAD_BYTES: Final = 8 * 1024 * 1024


class DamagedLedgerError(ComityError):
    """This node's own ledger misses entries it has signed; see comity link verify."""

    code = "ledger-damaged"


class Composed(msgspec.Struct, frozen=True):
    """A batch ready to go: its bytes, the checkpoint in it, and the tree's right edge at its end."""

    body: bytes
    note: bytes
    edge: Frontier


def compose(home: Home, key: SigningKey, link: Link, ledger: Ledger, start: int, *, edge: Frontier) -> Composed:
    """Compose the batch from `start`; `edge` is the tree's at `start` if it is known, else any other."""
    if link.state == "recovering":
        raise LinkRecoveringError("nothing is signed before the ledger is whole again", item=ledger.origin)
    stop = min(start + home.settings.link.batch_entries, ledger.size)
    entries = read_batch(ledger.pk, start, stop=stop, max_bytes=BATCH_PAYLOAD_BYTES)
    if [entry.position for entry in entries] != list(range(start, start + len(entries))) or not entries:
        raise DamagedLedgerError(f"entries from {start} on are missing", item=ledger.origin)
    if edge.size != start:
        edge = frontier_at(start, node_reader(ledger.pk))
    grown, _growth = edge.extend([entry.leaf for entry in entries])
    note = sign_checkpoint(Head(ledger.origin, grown.size, grown.root()), key.public, key.sign)
    return Composed(render_batch(note, start, [entry.outgoing() for entry in entries]), note, grown)
