"""Segments of a TAXII collection: how their figures are packed, written, cut out, superseded and emptied.

Rows of two tables, so that a figure can change without its block being written anew.  Only removal writes a block anew:
what was erased must not stay in it.
"""

import struct
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Any, Final, NamedTuple

from django.db import connection

from comity.store.models import TaxiiBlock, TaxiiSegment
from comity.wire.gzip_join import pack

SEGMENT_OBJECTS: Final = 250
SEGMENT_BYTES: Final = 524_288


class Piece(NamedTuple):
    """An object's bytes, with what an index says of it."""

    position: int
    added: int
    superseded: int
    body: bytes


def pack_longs(values: Sequence[int]) -> bytes:
    """Pack 64-bit figures."""
    return struct.pack(f"<{len(values)}q", *values)


def unpack_longs(data: bytes) -> tuple[int, ...]:
    """Unpack 64-bit figures."""
    return struct.unpack(f"<{len(data) // 8}q", data)


def pack_lengths(values: Sequence[int]) -> bytes:
    """Pack lengths."""
    return struct.pack(f"<{len(values)}I", *values)


def unpack_lengths(data: bytes) -> tuple[int, ...]:
    """Unpack lengths."""
    return struct.unpack(f"<{len(data) // 4}I", data)


def starts_of(lengths: Sequence[int]) -> list[int]:
    """Where each object begins in its block: what is deleted takes no room, and no comma."""
    return list(accumulate((length + 1 if length else 0 for length in lengths), initial=0))


def write_segments(collection: int, segments: Iterable[Sequence[Piece]]) -> None:
    """Write full segments of a collection, inside the caller's transaction."""
    for given in segments:
        first, last = given[0].position, given[-1].position
        # positions between were deleted while they stood in the tail
        pieces = given if last - first + 1 == len(given) else _filled(given)
        superseded = [piece.superseded for piece in pieces]
        row = TaxiiSegment.objects.create(
            collection_id=collection, first=first, last=last, last_added=pieces[-1].added,
            emptied=_emptied([len(piece.body) for piece in pieces], superseded),
            lengths=pack_lengths([len(piece.body) for piece in pieces]),
            added=pack_longs([piece.added for piece in pieces]),
            superseded=pack_longs(superseded) if any(superseded) else b"",
        )  # fmt: skip
        body = b",".join(piece.body for piece in pieces if piece.body)
        packed = pack(body)
        TaxiiBlock.objects.create(segment=row, checksum=packed.checksum, packed=packed.blocks, body=body)


def supersede_in_segments(collection: int, changed: dict[int, int]) -> None:
    """Set by position since when objects in segments are superseded (0: not any more)."""
    for segment, positions in _by_segment(collection, sorted(changed)):
        count = segment.last - segment.first + 1
        figures = list(unpack_longs(segment.superseded)) or [0] * count
        for position in positions:
            figures[position - segment.first] = changed[position]
        segment.superseded = pack_longs(figures) if any(figures) else b""
        segment.emptied = _emptied(unpack_lengths(segment.lengths), figures)
        segment.save(update_fields=["superseded", "emptied"])


def remove_from_segments(collection: int, removed: Sequence[int]) -> None:
    """Take the bytes of objects out of their blocks."""
    for segment, positions in _by_segment(collection, sorted(removed)):
        block = TaxiiBlock.objects.get(segment=segment)
        lengths = list(unpack_lengths(segment.lengths))
        starts = starts_of(lengths)
        gone = {position - segment.first for position in positions}
        kept = [
            block.body[start : start + length]
            for place, (start, length) in enumerate(zip(starts, lengths, strict=False))
            if length and place not in gone
        ]
        for place in gone:
            lengths[place] = 0
        block.body = b",".join(kept)
        packed = pack(block.body)
        block.packed, block.checksum = packed.blocks, packed.checksum
        block.save()
        segment.lengths = pack_lengths(lengths)
        segment.emptied = _emptied(lengths, unpack_longs(segment.superseded) or [0] * len(lengths))
        segment.save(update_fields=["lengths", "emptied"])


def position_after(collection: int, added: int, *, sealed: int) -> int:
    """The last position whose object was added at this time (microseconds) or before; 0 where there is none."""
    with connection.cursor() as cursor:
        cursor.execute(_SEGMENT_AFTER, (collection, added))
        found = cursor.fetchone()
        if found is not None:
            first, dates = found[0], unpack_longs(bytes(found[1]))
            return int(first) - 1 + sum(1 for date in dates if date <= added)
        cursor.execute(_TAIL_UNTIL, (collection, sealed, added))
        row = cursor.fetchone()
        return int(row[0]) if row is not None else sealed


_SEGMENT_AFTER: Final = (
    "SELECT first, added FROM taxii_segment WHERE collection_id = %s AND last_added > %s ORDER BY last_added LIMIT 1"
)
_TAIL_UNTIL: Final = (
    "SELECT position FROM taxii_object WHERE collection_id = %s AND position > %s AND added <= %s "
    "ORDER BY position DESC LIMIT 1"
)


def _filled(pieces: Sequence[Piece]) -> list[Piece]:
    """Give every position between its place: one that was deleted has no bytes."""
    filled: list[Piece] = []
    for piece in pieces:
        while filled and filled[-1].position + 1 < piece.position:
            filled.append(Piece(filled[-1].position + 1, filled[-1].added, 0, b""))
        filled.append(piece)
    return filled


def _emptied(lengths: Sequence[int], superseded: Sequence[int]) -> int:
    """Since which position no newest version is in a segment; 0 where one is."""
    live = [since for length, since in zip(lengths, superseded, strict=True) if length]
    return 0 if live and 0 in live else max(live, default=1)


def _by_segment(collection: int, positions: Sequence[int]) -> list[tuple[TaxiiSegment, list[int]]]:
    found: list[tuple[TaxiiSegment, list[int]]] = []
    for position in positions:
        if found and position <= found[-1][0].last:
            found[-1][1].append(position)
            continue
        row: Any = TaxiiSegment.objects.filter(collection_id=collection, last__gte=position).order_by("last").first()
        if row is not None and row.first <= position:
            found.append((row, [position]))
    return found
