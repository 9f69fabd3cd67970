"""Join: make the link to a partner with whom a memorandum is in force, or tell an existing link where the partner went.

Refuses a partner without a memorandum, an address that is not HTTPS, and a file that is not a certificate authority.
The two ledgers are made once; nothing ever begins them again.
"""

from datetime import datetime

from django.db import transaction

from comity.core.errors import ConflictError, InputError
from comity.core.exchange import LinkSuspendedError
from comity.edges.authorities import have_one_in_common
from comity.edges.home import Home
from comity.edges.partner_http import check_url
from comity.edges.tls import check_authority, own_authority
from comity.flows.catch_up import catch_up
from comity.store.displaced import count_displaced
from comity.store.intake_lock import lock_intake
from comity.store.ledgers import ends_recalled, lock_ledger
from comity.store.links import create_link, find_link, get_ledger, get_link, is_in_force, lock_link, stop_link
from comity.store.models import Link


def join(home: Home, partner: str, *, url: str, ca_pem: str, fetches: bool = False, at: datetime) -> Link:
    """Make or update the link; what waited for a new one is offered to the partner at once.

    `ca_pem` is the partner's own authority, got from its people, not from the network.  Without `url` the partner
    cannot be reached and fetches from us; `fetches`: it cannot reach us, so we fetch its ledger from it.
    """
    if partner == home.party:
        raise InputError("is this node itself", item=partner)
    url, ca_pem = check_url(url) if url else "", check_authority(ca_pem)
    if fetches and not url:
        raise InputError("to fetch from the partner its address is needed", item=partner)
    if have_one_in_common(ca_pem, own_authority(home)):
        raise InputError("is this node's own authority, not the partner's", item="CA")
    with transaction.atomic():
        if not is_in_force(partner, at=at):
            raise LinkSuspendedError("no memorandum is in force with this partner", item=partner)
        link = find_link(partner)
        if link is None:
            link = create_link(home.party, partner, url=url, ca_pem=ca_pem, fetches=fetches, at=at)
            catch_up(home, partner, at=at)
            return link
        link.url, link.ca_pem, link.fetches = url, ca_pem, fetches
        link.save(update_fields=("url", "ca_pem", "fetches"))
        return link


def halt_link(home: Home, partner: str, *, reason: str, actor: str, at: datetime) -> Link:
    """Stop a link by hand: nothing is sent and nothing taken, what happens meanwhile waits.

    Where a memorandum has more than two parties, suspending it stops our links to all of them; this stops one.
    Raises `InputError` without a reason, `ConflictError` when it is stopped already.
    """
    if not reason.strip():
        raise InputError("say why", item=partner)
    with transaction.atomic():
        link = lock_link(partner)
        if link.state == "stopped":
            raise ConflictError("the link is stopped already", item=partner)
        stop_link(link, f"Stopped by {actor} of {home.party} on {at:%Y-%m-%d %H:%M} UTC: {reason.strip()}")
        return get_link(partner)


def resume_link(home: Home, partner: str, *, at: datetime) -> Link:
    """Open a stopped link again after a person has looked at the evidence; what waited meanwhile is offered at once.

    A link that was stopped while it recovered, or before a backup was restored, recovers first: nothing is signed
    before the partner has told what it holds.
    A link that had to recover though nobody restored a backup is open, but says so until it is resumed.  Raises
    `ConflictError` when there is nothing to resume, and for a link that recovers: it opens by itself when it is whole.
    """
    with transaction.atomic():
        lock_ledger(get_link(partner), "in")  # as whoever receives or recovers does; what is offered comes after
        lock_intake()
        link = lock_link(partner)
        if link.state == "recovering":
            raise ConflictError(
                "the link recovers, and opens by itself when this node has its entries back", item=partner
            )
        if link.state == "open" and not link.reason:
            raise ConflictError("the link is open", item=partner)
        waits = link.state == "stopped"  # where it was open all the time, everything was offered
        link.state, link.reason = "recovering" if waits and _must_recover(link) else "open", ""
        link.save(update_fields=("state", "reason"))
        if waits and link.state == "open":
            catch_up(home, partner, at=at)
        return link


def _must_recover(link: Link) -> bool:
    """Answer whether a stopped link's ledger was to be given back its entries, or is in the middle of it."""
    ledger = get_ledger(link, "out")
    if link.recover_after is not None or count_displaced(ledger.pk):
        return True
    return ledger.size > ledger.receipt_size and ends_recalled(ledger)
