"""Recover: a node that was restored from a backup takes its own entries back from its partner before it signs anew.

Who restores an old backup has forgotten entries that the partner holds, signed by both.  Signing others in their place
would be a second history.  So a ledger that recovers is cut back to what is receipted; what stood beyond waits without
a place (`store.displaced`); the partner gives back what came after, part by part, each proven to belong to the head
that both signed; then what waited is appended behind it, without what the partner had already.  Meanwhile nothing is
signed and nothing taken.  Each step is one durable transaction and may be repeated.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import transaction

from comity.core.examination import take_back
from comity.core.exchange import REFUSALS, BehindError, ForkError, IncomingEntry, LinkStoppedError, OutgoingEntry
from comity.core.ledger import entry_hash
from comity.edges.home import Home
from comity.edges.keys import load_public_keys
from comity.flows.apply_dga import recall_dga
from comity.flows.apply_revocations import recall_revocations
from comity.flows.apply_statistics import recall_statistics
from comity.flows.apply_warnings import recall_warnings
from comity.flows.catch_up import catch_up
from comity.flows.recall_articles import recall_articles
from comity.flows.recall_consultations import recall_consultations
from comity.flows.recall_reports import recall_reports
from comity.flows.repeat_erasures import repeat_erasures
from comity.store.consultations import lock_consultations, refold_partner
from comity.store.displaced import displace_entries, drop_known, take_displaced
from comity.store.intake_lock import give_way, lock_intake
from comity.store.ledgers import RECALLED, append_entries, ends_recalled, frontier_of, lock_ledger, store_receipt
from comity.store.links import begin_recovering, end_recovering, get_link, known_keys
from comity.store.models import Ledger, Link
from comity.store.revoked_keys import find_revoked
from comity.wire.checkpoint import keep_signatures, read_head
from comity.wire.link_batch import PartBody

_UNASKED: Final = (
    "The partner showed a head of ours, signed by us, that this node did not know; nobody had restored it."
)


def begin_recovery(partner: str) -> None:
    """Cut the ledger back to what is receipted and let the link recover.  Repeating it changes nothing.

    Where nobody had restored a backup, that it must recover is itself an alarm: a database was copied back, or somebody
    else signs with our key.  It stays until a person has looked (`comity link resume`).
    """
    with transaction.atomic():
        link = get_link(partner)
        ledger = lock_ledger(link, "out")
        if not begin_recovering(link, unasked=_UNASKED):
            raise LinkStoppedError("the link is stopped; look at its evidence first", item=ledger.origin)
        if ledger.size > ledger.receipt_size and not ends_recalled(ledger):
            displace_entries(ledger, ledger.receipt_size)


def take_part(home: Home, partner: str, part: PartBody, *, at: datetime) -> bool:
    """Take back the next part of our own ledger; answer whether it was the last.

    Raises the `ComityError` of docs/spec/link.md §6 when it is not what we once signed; nothing of it is kept then.
    """
    own, theirs = load_public_keys(home), known_keys(partner, at=at)
    claim = read_head(part.note, sender=own, receiver=theirs, receiver_name=partner)
    revoked = find_revoked(home.party)
    if claim.signed_by and all(key.public in revoked for key in own if key.kid in claim.signed_by):
        raise ForkError(f"signed in our name by a key that we have revoked\n\n{part.note.decode()}", item=partner)
    with transaction.atomic():
        link, ledger = lock_to_recover(partner)
        if link.state != "recovering":
            raise BehindError("this node does not ask for its entries back", item=ledger.origin)
        found = take_back(claim, part.start, part.entries, part.proof, origin=ledger.origin, held=frontier_of(ledger))
        if found.verdict != "take":
            raise REFUSALS[found.verdict](
                f"what was given back does not follow entry {ledger.size}", item=ledger.origin
            )
        stored = [OutgoingEntry(*entry[1:]) for entry in found.entries]
        append_entries(
            ledger, stored, found.leaves, grown=(found.frontier, found.growth), refusals=[RECALLED] * len(stored), at=at
        )
        recall_reports(home, partner, _whole(found.entries), at=at)
        recall_articles(home, partner, _whole(found.entries), at=at)
        recall_revocations(home, _whole(found.entries), at=at)
        recall_consultations(home, partner, _whole(found.entries), at=at)
        recall_statistics(home, partner, _whole(found.entries), at=at)
        recall_dga(home, partner, _whole(found.entries))
        recall_warnings(home, partner, _whole(found.entries), at=at)
        if found.frontier.size < claim.head.size:
            return False
        kept = keep_signatures(part.note, sender=own, receiver=theirs, receiver_name=partner)
        store_receipt(ledger, checkpoint=kept, receipt=kept, size=claim.head.size, at=at)
        _finish(home, link, ledger, at=at)
    return True


def end_recovery(home: Home, partner: str, *, at: datetime) -> None:
    """Go on with a link whose partner holds nothing that we do not hold."""
    with transaction.atomic():
        link, ledger = lock_to_recover(partner)
        if link.state == "recovering":
            _finish(home, link, ledger, at=at)


def lock_to_recover(partner: str) -> tuple[Link, Ledger]:
    """Lock all that the end of a recovery writes to, in the order of `store.intake_lock`; give the outgoing ledger.

    What the partner sent and was kept is applied then, what waited is told: the incoming ledger, intake, the outgoing.
    Cases come after that, where the desk locks them before: so this gives way, and whoever recovers tries again.
    """
    link = get_link(partner)
    lock_ledger(link, "in")
    lock_intake()
    lock_consultations()
    ledger = lock_ledger(link, "out")
    give_way()
    return get_link(partner), ledger


def _finish(home: Home, link: Link, ledger: Ledger, *, at: datetime) -> None:
    """Open the link, give what was displaced its place, forget what was erased, offer what waited; one transaction."""
    ledger.refresh_from_db()
    if not end_recovering(link):
        raise LinkStoppedError("the link was stopped meanwhile; nothing of this is kept", item=ledger.origin)
    drop_known(ledger.pk)
    for entries in take_displaced(ledger.pk):
        leaves = [entry_hash(*entry) for entry in entries]
        append_entries(ledger, entries, leaves, grown=frontier_of(ledger).extend(leaves), at=at)
    refold_partner(link.partner, home.party, at=at)  # what waited stands behind what came back now
    repeat_erasures(home, link.partner, at=at)
    catch_up(home, link.partner, at=at)


def _whole(entries: Sequence[IncomingEntry]) -> list[IncomingEntry]:
    return [entry for entry in entries if not entry.erased]
