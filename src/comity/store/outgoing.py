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
from comity.store.displaced import keep_displaced
from comity.store.ledgers import append_entries, frontier_of, lock_ledger
from comity.store.links import get_link
from comity.store.models import Link
from comity.store.news import tell_news
from comity.wire.link_batch import check_entry


def lock_outgoing(partner: str) -> None:
    """Let nobody else write to the ledger that goes to a partner until the caller's transaction ends.

    What is counted against a cap must stay true until the entry is written.  Without a link there is nothing to lock.
    """
    link = Link.objects.filter(partner=partner).first()
    if link is not None:
        lock_ledger(link, "out")


def append_outgoing(partner: str, entries: Sequence[OutgoingEntry], *, at: datetime) -> None:
    """Append entries to the ledger that goes to a partner, in the caller's transaction.

    A stopped link's ledger grows too: the desk goes on, and only the courier waits for a person.  While a ledger
    recovers, entries wait for their place.
    Raises `NotFoundError` when there is no link, `InputError` when no batch could carry an entry.
    """
    if not transaction.get_connection().in_atomic_block:
        raise MisuseError("an outgoing entry is made in the transaction of what it tells of", item=partner)
    link = Link.objects.filter(partner=partner).first()
    if link is None:
        raise NotFoundError("no link to this partner", item=partner)
    ledger = lock_ledger(link, "out")
    if not entries:
        return
    for entry in entries:
        check_entry(entry)
    if get_link(partner).state == "recovering":  # asked again under the lock
        keep_displaced(ledger.pk, entries, at=at)
        return
    leaves = [entry_hash(*entry) for entry in entries]
    append_entries(ledger, entries, leaves, grown=frontier_of(ledger).extend(leaves), at=at)
    tell_news()
