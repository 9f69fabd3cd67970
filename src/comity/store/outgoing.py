"""The one way an entry that leaves the node is made.

Only the flows that share and publish may import this (a contract that import-linter holds): everything that goes to a
partner has passed `decide` there.  Nothing is signed here; the courier signs one checkpoint for whatever has gathered.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from comity.core.errors import NotFoundError
from comity.core.exchange import MisuseError, OutgoingEntry
from comity.core.ledger import entry_hash
from comity.store.ledgers import append_entries, frontier_of, lock_ledger
from comity.store.models import Link
from comity.wire.link_batch import check_entry


def lock_outgoing(partner: str) -> None:
    """Let nobody else write to the ledger that goes to a partner until the caller's transaction ends.

    What is counted against a cap must stay true until the entry is written.  Without a link there is nothing to lock.
    """
    link = Link.objects.filter(partner=partner).first()
    if link is not None:
        lock_ledger(link, "out")


def append_outgoing(partner: str, entries: Sequence[OutgoingEntry], *, at: datetime) -> int:
    """Append entries to the ledger that goes to a partner, in the caller's transaction; tell the first one's position.

    A stopped link's ledger grows too: the desk goes on, and only the courier waits for a person.
    Raises `NotFoundError` when there is no link, `InputError` when no batch could carry an entry.
    """
    if not transaction.get_connection().in_atomic_block:
        raise MisuseError("an outgoing entry is made in the transaction of what it tells of", item=partner)
    link = Link.objects.filter(partner=partner).first()
    if link is None:
        raise NotFoundError("no link to this partner", item=partner)
    ledger = lock_ledger(link, "out")
    position = ledger.size
    if not entries:
        return position
    for entry in entries:
        check_entry(entry)
    leaves = [entry_hash(*entry) for entry in entries]
    append_entries(ledger, entries, leaves, grown=frontier_of(ledger).extend(leaves), at=at)
    return position
