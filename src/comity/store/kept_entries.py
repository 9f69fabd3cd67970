"""Entries of partners that were kept and not applied because this program did not know their kind then."""

from collections.abc import Collection, Sequence
from typing import Final

from django.db import connection

from comity.core.exchange import IncomingEntry
from comity.store.ledgers import REFUSED_MAX_CHARACTERS
from comity.store.models import LedgerEntry

_ANSWER: Final = "UPDATE ledger_entry SET refused = %s WHERE ledger_id = %s AND position = %s"


def find_kept(ledger_id: int, kinds: Collection[str], *, refused: str, start: int, limit: int) -> list[IncomingEntry]:
    """Find entries of these kinds that were refused with this word, from a position on, in the ledger's order."""
    rows = (
        LedgerEntry.objects.filter(
            ledger_id=ledger_id, refused=refused, kind__in=sorted(kinds), position__gte=start, erased_at=None
        )
        .order_by("position")
        .values_list("position", "kind", "subject", "payload")[:limit]
    )
    return [IncomingEntry(position, kind, subject, bytes(payload)) for position, kind, subject, payload in rows]


def answer_kept(ledger_id: int, entries: Sequence[IncomingEntry], refusals: Sequence[str]) -> None:
    """Write down what came of entries that were kept, in the caller's transaction."""
    rows = [
        (refused[:REFUSED_MAX_CHARACTERS], ledger_id, entry.position)
        for entry, refused in zip(entries, refusals, strict=True)
    ]
    with connection.cursor() as cursor:
        cursor.executemany(_ANSWER, rows)
