"""Own entries without a place: what a restored node had made, or makes, while its partner holds more of its ledger.

A ledger that recovers is cut back to what is receipted; entries beyond are kept here in their order, and appended again
once the partner has given back what came after (`flows.recover`).  None of them was signed at the place it had since
the restore.  What the partner gives back may hold them already: those are dropped, not doubled.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from django.db import connection

from comity.core.exchange import OutgoingEntry
from comity.core.ledger import entry_hash
from comity.core.proofs import frontier_at
from comity.store.ledger_tiles import cut_tiles, node_reader
from comity.store.ledgers import RECALLED
from comity.store.models import DisplacedEntry, Ledger, LedgerEntry

_KEEP: Final = (
    "INSERT INTO displaced_entry (ledger_id, kind, subject, payload, at, erased_at) "
    "SELECT ledger_id, kind, subject, payload, at, erased_at FROM ledger_entry "
    "WHERE ledger_id = %s AND position >= %s ORDER BY position"
)
_CUT: Final = "DELETE FROM ledger_entry WHERE ledger_id = %s AND position >= %s"
_REPORT: Final = "report"
_CHUNK: Final = 300  # SQLite takes a bounded number of values in one question


def displace_entries(ledger: Ledger, size: int) -> int:
    """Cut a locked outgoing ledger back to `size` entries, keeping those beyond; tell how many they were."""
    edge = frontier_at(size, node_reader(ledger.pk))
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, (ledger.pk, size))
        cut_tiles(ledger.pk, size)
        cursor.execute(_CUT, (ledger.pk, size))
    count = ledger.size - size
    ledger.size, ledger.root, ledger.frontier = size, edge.root(), edge.to_bytes()
    ledger.save(update_fields=("size", "root", "frontier"))
    return count


def keep_displaced(ledger_id: int, entries: Sequence[OutgoingEntry], *, at: datetime) -> None:
    """Keep entries that are made while the ledger recovers."""
    DisplacedEntry.objects.bulk_create(
        [
            DisplacedEntry(
                ledger_id=ledger_id,
                kind=kind,
                subject=subject,
                payload=payload,
                at=at,
                erased_at=at if erased else None,
            )
            for kind, subject, payload, erased in entries
        ]
    )


def drop_known(ledger_id: int) -> None:
    """Drop what the partner gave back.

    A report is told once, whatever was decided about it again; another entry is known by its leaf hash, which erasing
    does not change.  Only what was given back counts: where nothing was lost, the entries take the places that they
    had, and a head of them that is signed already stays true.
    """
    after = 0
    while True:
        rows = list(DisplacedEntry.objects.filter(ledger_id=ledger_id, pk__gt=after).order_by("pk")[:_CHUNK])
        if not rows:
            return
        after = rows[-1].pk
        leaves = {row.pk: entry_hash(row.kind, row.subject, row.payload, row.erased_at is not None) for row in rows}
        back = LedgerEntry.objects.filter(
            ledger_id=ledger_id, subject__in={row.subject for row in rows}, refused=RECALLED
        )
        known = set(back.filter(leaf__in=set(leaves.values())).values_list("subject", "leaf"))
        told = set(back.filter(kind=_REPORT).values_list("subject", flat=True))
        gone = [
            row.pk
            for row in rows
            if (row.subject, leaves[row.pk]) in known or (row.kind == _REPORT and row.subject in told)
        ]
        DisplacedEntry.objects.filter(pk__in=gone).delete()


def take_displaced(ledger_id: int) -> Iterator[list[OutgoingEntry]]:
    """Give back what is left, in its order, in chunks; each chunk is gone from here when the next is asked for."""
    while True:
        rows = list(DisplacedEntry.objects.filter(ledger_id=ledger_id).order_by("pk")[:_CHUNK])
        if not rows:
            return
        yield [OutgoingEntry(row.kind, row.subject, row.payload, row.erased_at is not None) for row in rows]
        DisplacedEntry.objects.filter(ledger_id=ledger_id, pk__lte=rows[-1].pk).delete()


def find_displaced(partner: str, subjects: Sequence[str]) -> set[str]:
    """Which of these subjects wait for a place in the ledger to a partner."""
    waiting = DisplacedEntry.objects.filter(ledger__link__partner=partner, ledger__direction="out")
    found: set[str] = set()
    for start in range(0, len(subjects), _CHUNK):
        found.update(waiting.filter(subject__in=subjects[start : start + _CHUNK]).values_list("subject", flat=True))
    return found


def count_displaced(ledger_id: int) -> int:
    """How many entries wait for a place."""
    return DisplacedEntry.objects.filter(ledger_id=ledger_id).count()
