"""Apply what a partner says about its own signing keys, inside the transaction that stores the entry.

A statement that the key itself signed is believed at once; one that another key signed waits for a person, who asks the
partner by telephone (docs/spec/keys.md §4.2).  The batch that brings it is taken whole, by whichever key it was signed:
what a key signed before it was revoked stays.
"""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from comity.core.exchange import IncomingEntry
from comity.edges.home import Home
from comity.store.links import known_keys, partner_keys
from comity.store.revoked_keys import HELD, add_revoked, find_revoked
from comity.wire.key_revocation import (
    KIND,
    RevocationProblem,
    RevocationStatement,
    parse_revocation,
    weigh_revocation,
)

LOG: Final = logging.getLogger("comity.keys")


def apply_revocations(_home: Home, partner: str, entries: Sequence[IncomingEntry], *, at: datetime) -> list[str]:
    """Apply revocations in their order; answer for each "" or why it was refused."""
    return [_apply(partner, entry, at=at) for entry in entries]


def recall_revocations(home: Home, entries: Sequence[IncomingEntry], *, at: datetime) -> None:
    """Know again which keys of our own were revoked, when a partner gives our ledger back after a restore."""
    for entry in entries:
        statement = parse_revocation(entry.payload) if entry.kind == KIND else None
        if isinstance(statement, RevocationStatement) and statement.revocation.party == home.party:
            said = statement.revocation
            add_revoked(home.party, said.kid, said.public_bytes, reason=said.reason, statement=entry.payload, at=at)


def _apply(partner: str, entry: IncomingEntry, *, at: datetime) -> str:
    statement = parse_revocation(entry.payload)
    if isinstance(statement, RevocationProblem):
        return f"payload:{statement.code}"
    said = statement.revocation
    if entry.subject != said.kid[:36]:
        return "subject-mismatch"
    revoked = find_revoked(partner)
    bearing = weigh_revocation(
        statement,
        party=partner,
        known=known_keys(partner, at=at),
        valid=partner_keys(partner, at=at),
        revoked=revoked,
        at=at,
    )
    if isinstance(bearing, RevocationProblem):
        return f"revocation:{bearing.code}"
    if bearing == "held" and said.public_bytes not in revoked:
        LOG.error(
            "a partner revokes a key of its own with another key: ask the partner, then accept or not",
            extra={"event": "revocation-held", "partner": partner, "key": said.kid},
        )
        return HELD
    add_revoked(partner, said.kid, said.public_bytes, reason=said.reason, statement=entry.payload, at=at)
    LOG.warning(
        "a partner revoked a key of its own; it is believed no more",
        extra={"event": "key-revoked", "partner": partner, "key": said.kid, "reason": said.reason},
    )
    return ""
