"""Signing keys that are believed no more, and statements about keys that wait for a person.

A revoked key stays known: what it signed before is evidence for ever (`store.links.known_keys`).  It is only no longer
among those by which anything new is believed.  A statement that waits is nothing but its entry in the partner's ledger,
refused as `held-for-a-person`, about a key that is not revoked here.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from comity.store.models import LedgerEntry, RevokedKey
from comity.wire.key_revocation import KIND, RevocationStatement, parse_revocation

HELD: Final = "held-for-a-person"
REASON_MAX_CHARACTERS: Final = 60


def find_revoked(party: str) -> frozenset[bytes]:
    """Tell which public keys of a party are believed no more."""
    return frozenset(
        bytes(public) for public in RevokedKey.objects.filter(party=party).values_list("public", flat=True)
    )


def add_revoked(party: str, kid: str, public: bytes, *, reason: str, statement: bytes, at: datetime) -> bool:
    """Believe a key no more, in the caller's transaction; answer whether that is new.

    A statement that comes after this node's own decision is kept beside it; nothing ever gives the trust back.
    """
    row, is_new = RevokedKey.objects.get_or_create(
        party=party,
        public=public,
        defaults={"kid": kid, "reason": reason[:REASON_MAX_CHARACTERS], "statement": statement, "revoked_at": at},
    )
    if not is_new and statement and not row.statement:
        RevokedKey.objects.filter(pk=row.pk).update(statement=statement)
    return is_new


def list_revoked() -> Sequence[RevokedKey]:
    """List every key that is believed no more, by party, the oldest first."""
    return list(RevokedKey.objects.order_by("party", "revoked_at", "pk"))


def list_held(party: str = "") -> list[RevocationStatement]:
    """List the statements of partners, or of one, that wait for a person."""
    entries = LedgerEntry.objects.filter(ledger__direction="in", kind=KIND, refused=HELD, erased_at=None)
    if party:
        entries = entries.filter(ledger__link__partner=party)
    read = [parse_revocation(bytes(entry.payload)) for entry in entries.order_by("ledger_id", "position")]
    statements = [one for one in read if isinstance(one, RevocationStatement)]
    gone = {name: find_revoked(name) for name in {one.revocation.party for one in statements}}
    return [one for one in statements if one.revocation.public_bytes not in gone[one.revocation.party]]


def find_doubtful(party: str, since: datetime, until: datetime) -> tuple[int, int] | None:
    """Tell the first and last position of what a party's ledger brought between two moments, or None for nothing."""
    arrived = LedgerEntry.objects.filter(
        ledger__direction="in", ledger__link__partner=party, at__gte=since, at__lte=until
    )
    first, last = arrived.order_by("position").first(), arrived.order_by("-position").first()
    return None if first is None or last is None else (first.position, last.position)
