"""Links: with whom this node is joined, in what state, and by which keys a partner is believed.

A partner is believed by what is signed with the keys of its countersigned memorandum; the certificate of mutual TLS is
only the outer wall.
"""

from collections.abc import Sequence
from datetime import date, datetime

from comity.core.errors import NotFoundError
from comity.core.exchange import UnknownOriginError
from comity.core.ledger import EMPTY_ROOT, PublicKey, ledger_origin
from comity.store.memoranda import (
    StoredMemorandum,
    find_governing,
    find_in_force,
    list_versions,
    was_signed_by_all,
)
from comity.store.models import Ledger, Link
from comity.store.revoked_keys import find_revoked


def find_link(partner: str) -> Link | None:
    """Find the link to a partner."""
    return Link.objects.filter(partner=partner).first()


def get_link(partner: str) -> Link:
    """Get the link to a partner.  Raises `NotFoundError`."""
    link = find_link(partner)
    if link is None:
        raise NotFoundError("no link to this partner; make one with: comity link add", item=partner)
    return link


def lock_link(partner: str) -> Link:
    """Lock the link's own row until the caller's transaction ends: last, after its ledgers.  Raises `NotFoundError`."""
    get_link(partner)
    return Link.objects.select_for_update().get(partner=partner)


def list_links() -> Sequence[Link]:
    """List every link, by partner."""
    return list(Link.objects.order_by("partner"))


def get_ledger(link: Link, direction: str) -> Ledger:
    """Get one direction of a link: "out" is ours, "in" the partner's, replayed here."""
    return Ledger.objects.get(link=link, direction=direction)


def get_ledger_of_origin(origin: str) -> Ledger:
    """Get the ledger that bears this name, ours or a partner's.  Raises `NotFoundError`."""
    ledger = Ledger.objects.filter(origin=_asked(origin)).first()
    if ledger is None:
        raise NotFoundError("this node has no such ledger", item=origin[:250])
    return ledger


def get_incoming(origin: str) -> Ledger:
    """Get the ledger that a partner replays to us under this origin.  Raises `UnknownOriginError`."""
    ledger = Ledger.objects.select_related("link").filter(origin=_asked(origin), direction="in").first()
    if ledger is None:
        raise UnknownOriginError("this node has no link with such a ledger", item=origin[:250])
    return ledger


def get_outgoing(origin: str) -> Ledger:
    """Get the ledger of ours that has this origin.  Raises `UnknownOriginError`."""
    ledger = Ledger.objects.select_related("link").filter(origin=_asked(origin), direction="out").first()
    if ledger is None:
        raise UnknownOriginError("this node has no link with such a ledger", item=origin[:250])
    return ledger


def _asked(origin: str) -> str:
    """An origin that a stranger wrote, as the store may be asked for it: PostgreSQL takes no NUL and no surrogate."""
    return origin if origin.isprintable() and origin.isascii() else ""


def create_link(party: str, partner: str, *, url: str, ca_pem: str, fetches: bool = False, at: datetime) -> Link:
    """Make a link and its two empty ledgers, in the caller's transaction."""
    link = Link.objects.create(partner=partner, url=url, ca_pem=ca_pem, fetches=fetches, state="open")
    for direction, origin in (("out", ledger_origin(party, partner)), ("in", ledger_origin(partner, party))):
        Ledger.objects.create(link=link, direction=direction, origin=origin, root=EMPTY_ROOT, changed_at=at)
    return link


def stop_link(link: Link, reason: str) -> None:
    """Stop a link until a person resumes it; the reason holds the evidence."""
    Link.objects.filter(pk=link.pk).update(state="stopped", reason=reason)


def begin_recovering(link: Link, *, unasked: str) -> bool:
    """Let a link recover, unless it is stopped; answer whether it does.  `unasked`: the reason, where it was open.

    What is written depends on the state that the row has then: whoever stops the link meanwhile is not overruled.
    """
    Link.objects.filter(pk=link.pk, state="open").update(state="recovering", reason=unasked)
    return Link.objects.filter(pk=link.pk, state="recovering").exists()


def end_recovering(link: Link) -> bool:
    """Open a link that recovers; answer whether it is open now.  One that was stopped meanwhile stays stopped."""
    return bool(Link.objects.filter(pk=link.pk, state="recovering").update(state="open", recover_after=None))


def set_recovering(after: datetime | None) -> tuple[str, ...]:
    """Let every link recover before anything is signed again, and name them; a stopped one still waits for a person.

    Without a time only `state` is written: an older schema has no column for it.
    """
    Link.objects.exclude(state="stopped").update(state="recovering")
    if after is not None:
        Link.objects.update(recover_after=after)
    return tuple(Link.objects.filter(state="recovering").order_by("partner").values_list("partner", flat=True))


def note_try(link: Link, *, at: datetime, error: str) -> None:
    """Note when a partner was tried and what went wrong, for the people who look at the link page."""
    Link.objects.filter(pk=link.pk).update(last_try_at=at, last_error=error)


def is_in_force(partner: str, *, at: datetime) -> bool:
    """Answer whether a memorandum with the partner is in force: without one nothing is sent and nothing taken."""
    return find_in_force(partner, at=at) is not None


def partner_keys(partner: str, *, at: datetime) -> tuple[PublicKey, ...]:
    """Tell the keys a partner signs with now: those of the memorandum that governs which are valid on that day.

    A suspended memorandum answers too: who signed is one question, whether anything may pass is `is_in_force`'s.
    A key that was revoked is not among them, whatever a memorandum says.
    """
    governing = find_governing(partner, at)
    if governing is None:
        return ()
    revoked = find_revoked(partner)
    return tuple(key for key in _keys(governing, partner, on=at.date()) if key.public not in revoked)


def known_keys(partner: str, *, at: datetime) -> tuple[PublicKey, ...]:
    """Tell every key a party ever had by a memorandum: what one signed stays checkable after its end."""
    found: dict[bytes, PublicKey] = {}
    for stored in list_versions(at=at):
        if was_signed_by_all(stored):
            found.update((key.public, key) for key in _keys(stored, partner, on=None))
    return tuple(found.values())


def _keys(stored: StoredMemorandum, partner: str, *, on: date | None) -> tuple[PublicKey, ...]:
    party = stored.memorandum.party(partner)
    keys = () if party is None else party.keys
    return tuple(
        PublicKey(key.kid, key.public_bytes)
        for key in keys
        if key.public_bytes and (on is None or key.not_before <= on <= key.not_after)
    )


def partner_authorities() -> str:
    """Join the certificate authorities of all partners, PEM: whom the link listener lets in at all, and who each is."""
    return "".join(f"# {link.partner}\n{link.ca_pem.strip()}\n" for link in list_links())
