"""Entries of a ledger: appended in the caller's transaction, read in batches, never changed.

Rows are written many at once and read by position: this is the path that carries millions.  A ledger's row is locked
first, so positions are given in the order of commits (SQLite: the transaction is IMMEDIATE; PostgreSQL: FOR UPDATE).
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from django.db import connection, transaction

from comity.core.errors import NotFoundError
from comity.core.exchange import OutgoingEntry
from comity.core.ledger import Frontier, Growth
from comity.core.proofs import frontier_at
from comity.store.fields import micros
from comity.store.ledger_tiles import grow_tiles, node_reader
from comity.store.models import Ledger, LedgerEntry, Link
from comity.store.rows import NewRows

_ENTRIES: Final = NewRows(
    "ledger_entry",
    {
        "ledger_id": "int8", "position": "int8", "kind": "varchar", "subject": "varchar", "payload": "bytea",
        "leaf": "bytea", "refused": "varchar", "at": "int8", "erased_at": "int8",
    },
)  # fmt: skip
_BETWEEN: Final = (
    "SELECT position, kind, subject, payload, leaf, erased_at FROM ledger_entry "
    "WHERE ledger_id = %s AND position >= %s AND position < %s ORDER BY position"
)
_COUNT: Final = "SELECT count(*), max(position) FROM ledger_entry WHERE ledger_id = %s"
REFUSED_MAX_CHARACTERS: Final = 60
RECALLED: Final = "recalled"  # in the place of a refusal: an own entry that the partner gave back
_CHUNK: Final = 200  # 200 payloads of the largest size are 13 MB


class StoredEntry(NamedTuple):
    """An entry as it was hashed, and the leaf hash it was given then; of an erased one, the payload's SHA-256."""

    position: int
    kind: str
    subject: str
    payload: bytes
    leaf: bytes
    erased: bool = False

    def outgoing(self) -> OutgoingEntry:
        """The entry as a batch carries it."""
        return OutgoingEntry(self.kind, self.subject, self.payload, self.erased)


def lock_ledger(link: Link, direction: str) -> Ledger:
    """Lock one direction of a link until the end of the caller's transaction, and read it as it is now."""
    return Ledger.objects.select_for_update().get(link=link, direction=direction)


def lock_ledger_with(partner: str, direction: str) -> Ledger:
    """Lock one direction of the link with a partner, in one statement.  Raises `NotFoundError` without such a link."""
    found = Ledger.objects.select_for_update(of=("self",)).filter(link__partner=partner, direction=direction).first()
    if found is None:
        raise NotFoundError("no link to this partner", item=partner)
    return found


def frontier_of(ledger: Ledger) -> Frontier:
    """Read a ledger's right edge."""
    return Frontier.from_bytes(ledger.frontier)


def append_entries(
    ledger: Ledger,
    entries: Sequence[OutgoingEntry],
    leaves: Sequence[bytes],
    *,
    grown: tuple[Frontier, Growth],
    refusals: Sequence[str] = (),
    at: datetime,
) -> None:
    """Store entries at the end of a locked ledger and move its row on.  `grown` is what `Frontier.extend` answered."""
    frontier, growth = grown
    grow_tiles(ledger.pk, ledger.size, list(leaves), growth)
    moment = micros(at)
    rows = [
        (ledger.pk, position, kind, subject, payload, leaf, "", moment, moment if erased else None)
        for position, ((kind, subject, payload, erased), leaf) in enumerate(
            zip(entries, leaves, strict=True), ledger.size
        )
    ]
    if any(refusals):
        rows = [
            (*row[:6], refused[:REFUSED_MAX_CHARACTERS], *row[7:]) for row, refused in zip(rows, refusals, strict=True)
        ]
    _ENTRIES.write(rows)
    ledger.size, ledger.root, ledger.frontier = frontier.size, frontier.root(), frontier.to_bytes()
    ledger.changed_at = at
    ledger.save(update_fields=("size", "root", "frontier", "changed_at", "checkpoint", "receipt", "receipt_size"))


def store_receipt(ledger: Ledger, *, checkpoint: bytes, receipt: bytes, size: int, at: datetime) -> None:
    """Keep the newest doubly signed checkpoint of an outgoing ledger; a receipt is never replaced by a smaller one.

    Nor is one kept for entries that the ledger has not: it may have been cut back since the answer was weighed.  One
    transaction, so that a batch costs its sender one sync of the disk.
    """
    with transaction.atomic(savepoint=False):
        Ledger.objects.filter(pk=ledger.pk, receipt_size__lte=size, size__gte=size).update(
            checkpoint=checkpoint, receipt=receipt, receipt_size=size
        )
        Link.objects.filter(pk=ledger.link_id).update(last_try_at=at, last_receipt_at=at, last_error="")


def read_entries(ledger_id: int, start: int, stop: int) -> Iterator[StoredEntry]:
    """Read entries start … stop − 1 in order, in bounded memory."""
    for begin in range(start, stop, _CHUNK):
        with connection.cursor() as cursor:
            cursor.execute(_BETWEEN, (ledger_id, begin, min(begin + _CHUNK, stop)))
            rows = cursor.fetchall()
        for position, kind, subject, payload, leaf, erased_at in rows:
            yield StoredEntry(position, kind, subject, _octets(payload), _octets(leaf), erased_at is not None)


def read_batch(ledger_id: int, start: int, *, stop: int, max_bytes: int) -> list[StoredEntry]:
    """Read as many entries from `start` as fit into a batch: up to `stop` and about `max_bytes`, but at least one."""
    batch: list[StoredEntry] = []
    room = max_bytes
    for entry in read_entries(ledger_id, start, stop):
        room -= len(entry.payload) + 80
        if room < 0 and batch:
            break
        batch.append(entry)
    return batch


def ends_recalled(ledger: Ledger) -> bool:
    """Whether the last entry came back from the partner: a recovery is under way, and nothing else was added since."""
    return LedgerEntry.objects.filter(ledger=ledger, position=ledger.size - 1, refused=RECALLED).exists()


def keep_counter(ledger: Ledger, counter: int) -> None:
    """Keep the counter of a question that was answered with entries of a locked ledger."""
    ledger.counter = counter
    ledger.save(update_fields=("counter",))


def find_recalled(partner: str, kind: str, subjects: Sequence[str]) -> list[tuple[str, bytes]]:
    """Of our own entries that a partner gave back: those of a kind about these subjects, in their order."""
    found: list[tuple[str, bytes]] = []
    for start in range(0, len(subjects), _CHUNK):
        rows = LedgerEntry.objects.filter(
            subject__in=subjects[start : start + _CHUNK], kind=kind, refused=RECALLED, erased_at=None,
            ledger__direction="out", ledger__link__partner=partner,
        )  # fmt: skip
        found += [
            (subject, bytes(payload))
            for subject, payload in rows.order_by("position").values_list("subject", "payload")
        ]
    return found


def root_at(ledger: Ledger, size: int) -> bytes:
    """Compute the root a ledger had at an earlier size, from its tiles."""
    return frontier_at(size, node_reader(ledger.pk)).root()


def count_entries(ledger_id: int) -> tuple[int, int]:
    """Count stored entries and tell the size their last position implies; equal unless rows were lost."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, (ledger_id,))
        count, last = cursor.fetchone()
    return count, 0 if last is None else last + 1


def _octets(value: bytes | memoryview | str) -> bytes:
    """Read bytes.  SQLite keeps text where somebody wrote text by hand: such an entry is altered, not unreadable."""
    return value.encode() if isinstance(value, str) else bytes(value)
