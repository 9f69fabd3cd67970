"""Tiles of a ledger: rows of up to 256 hashes, so that a proof reads a few rows whatever the ledger's size.

A tile of leaves is stored once, when it is full; the last leaves are read from the entries.  A tile above them is
stored from its first hash and grows by one hash for each full tile below it (C2SP tlog-tiles: partial until full).
"""

from collections.abc import Iterator
from typing import Final

from django.db import connection

from comity.core.ledger import TILE_HEIGHT, TILE_WIDTH, Growth
from comity.core.proofs import ReadNode, tile_reader
from comity.store.models import LedgerTile

HASH_BYTES: Final = 32

_READ: Final = "SELECT hashes FROM ledger_tile WHERE ledger_id = %s AND level = %s AND number = %s"
_LEAVES: Final = (
    "SELECT leaf FROM ledger_entry WHERE ledger_id = %s AND position >= %s AND position < %s ORDER BY position"
)
_WRITE: Final = (
    "INSERT INTO ledger_tile (ledger_id, level, number, hashes) VALUES (%s, %s, %s, %s) "
    "ON CONFLICT (ledger_id, level, number) DO UPDATE SET hashes = excluded.hashes"
)


def read_tile(ledger_id: int, level: int, number: int) -> bytes:
    """Read a tile's hashes, as many as there are; empty when the ledger does not reach it."""
    with connection.cursor() as cursor:
        cursor.execute(_READ, (ledger_id, level, number))
        row = cursor.fetchone()
        if row is not None:
            return bytes(row[0])
        if level:
            return b""
        cursor.execute(_LEAVES, (ledger_id, number * TILE_WIDTH, (number + 1) * TILE_WIDTH))
        return b"".join(bytes(leaf) for (leaf,) in cursor.fetchall())


def node_reader(ledger_id: int) -> ReadNode:
    """Make the reader of perfect subtrees that proofs and earlier roots are computed with."""
    return tile_reader(lambda level, number: read_tile(ledger_id, level, number))


def grow_tiles(ledger_id: int, size: int, leaves: list[bytes], growth: Growth) -> None:
    """Store what a ledger of `size` entries gains in tiles by new leaves; called before the new entries are stored."""
    rows = [(ledger_id, level, number, hashes) for level, number, hashes in _grown(ledger_id, size, leaves, growth)]
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(_WRITE, rows)


def cut_tiles(ledger_id: int, size: int) -> None:
    """Cut the tiles back to those of a ledger of `size` entries; called before its entries are cut.

    A tile of leaves that is not full any more is none: the last leaves are read from the entries.
    """
    levels = LedgerTile.objects.filter(ledger_id=ledger_id).values_list("level", flat=True).distinct()
    for level in list(levels):
        number, width = divmod(size >> (TILE_HEIGHT * level), TILE_WIDTH)
        whole = read_tile(ledger_id, level, number) if level else b""
        LedgerTile.objects.filter(ledger_id=ledger_id, level=level, number__gte=number).delete()
        if level and width:
            hashes = whole[: width * HASH_BYTES]
            LedgerTile.objects.create(ledger_id=ledger_id, level=level, number=number, hashes=hashes)


def _grown(ledger_id: int, size: int, leaves: list[bytes], growth: Growth) -> Iterator[tuple[int, int, bytes]]:
    first, last = size // TILE_WIDTH, (size + len(leaves)) // TILE_WIDTH
    if last > first:
        row = read_tile(ledger_id, 0, first) + b"".join(leaves)
        for number in range(first, last):
            at = (number - first) * TILE_WIDTH * HASH_BYTES
            yield 0, number, row[at : at + TILE_WIDTH * HASH_BYTES]
    for level, hashes in growth.items():
        number, have = divmod(size >> (TILE_HEIGHT * level), TILE_WIDTH)
        row = (read_tile(ledger_id, level, number) if have else b"") + b"".join(hashes)
        for at in range(0, len(row), TILE_WIDTH * HASH_BYTES):
            yield level, number, row[at : at + TILE_WIDTH * HASH_BYTES]
            number += 1
