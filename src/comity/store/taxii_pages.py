"""A page of a TAXII collection: which bytes, in the order of commits, cut out of segments as they stand.

A page is asked after a position and as of a later one (`upto`): an object is the newest of its id as of `upto`.  So
pages asked one after another are one consistent whole, and the same question has the same answer, however much is
added meanwhile; what is removed for good alone is missing from it.  The cost of a page is that of its own segments,
whatever the collection holds.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

import msgspec
from django.db import connection

from comity.store.taxii_segments import SEGMENT_OBJECTS, starts_of, unpack_lengths, unpack_longs
from comity.wire.gzip_join import Packed

PAGE_BYTES: Final = 8 << 20
PAGE_SEGMENTS: Final = 64

_BLOCKS: Final = (
    "SELECT s.first, s.last, s.lengths, s.added, s.superseded, b.body "
    "FROM taxii_segment s JOIN taxii_block b ON b.segment_id = s.id "
    "WHERE s.collection_id = %s AND s.last > %s AND s.first <= %s AND (s.emptied = 0 OR s.emptied > %s) "
    "ORDER BY s.last LIMIT %s"
)
_PACKED_BLOCKS: Final = _BLOCKS.replace("b.body", "s.id, b.checksum, b.packed")
_UNPACKED: Final = (
    "SELECT s.lengths, b.body FROM taxii_segment s JOIN taxii_block b ON b.segment_id = s.id WHERE s.id = %s"
)
_TAIL: Final = (
    "SELECT t.position, o.added, o.superseded, t.body FROM taxii_tail t JOIN taxii_object o "
    "ON o.collection_id = t.collection_id AND o.position = t.position "
    "WHERE t.collection_id = %s AND t.position > %s AND t.position <= %s ORDER BY t.position"
)
_MORE: Final = (
    "SELECT 1 FROM taxii_segment WHERE collection_id = %s AND last > %s AND first <= %s "
    "AND (emptied = 0 OR emptied > %s) LIMIT 1"
)
_MORE_TAIL: Final = (
    "SELECT 1 FROM taxii_tail t JOIN taxii_object o ON o.collection_id = t.collection_id AND o.position = t.position "
    "WHERE t.collection_id = %s AND t.position > %s AND t.position <= %s "
    "AND (o.superseded = 0 OR o.superseded > %s) LIMIT 1"
)
_EVERY: Final = -1  # as of before the beginning nothing was superseded: every version is in


class Range(NamedTuple):
    """What is asked of a collection; `sealed` as its row said it when `upto` was read."""

    collection: int
    sealed: int
    after: int
    upto: int
    every_version: bool = False


class Page(msgspec.Struct, kw_only=True):
    """A page: parts to be joined with commas, whole segments packed if so asked; times in microseconds, 0: none."""

    parts: list[bytes | Packed] = []
    count: int = 0
    size: int = 0
    reached: int
    first_added: int = 0
    last_added: int = 0
    is_more: bool = False


class _Block(NamedTuple):
    first: int
    lengths: Sequence[int]
    added: Sequence[int]
    superseded: Sequence[int]  # empty: none is
    content: bytes | Packed
    segment: int = 0  # of a packed one: where its bytes are


def read_page(asked: Range, limit: int, *, is_packed: bool) -> Page:
    """Read at most `limit` objects; fewer where they are large or lie far apart."""
    page = Page(parts=[], reached=asked.after)
    for block in _blocks(asked, limit, page, is_packed=is_packed):
        if not _cut(asked, block, limit - page.count, page):
            page.is_more = True
            return page
        if page.count >= limit or page.size >= PAGE_BYTES:
            break
    page.is_more = page.reached < asked.upto and _is_more(asked, page.reached)
    return page


def _blocks(asked: Range, limit: int, page: Page, *, is_packed: bool) -> Iterator[_Block]:
    """The segments from `page.reached` on, and then the tail as it was read before segments made of it since."""
    within = min(asked.sealed, asked.upto)
    left = PAGE_SEGMENTS
    while left and page.reached < within:
        wanted = min(left, -(-(limit - page.count) // SEGMENT_OBJECTS))
        found = _read_blocks(asked, page.reached, within, wanted, is_packed=is_packed)
        for last, block in found:
            yield block
            page.reached = max(page.reached, min(last, asked.upto))
        left -= len(found)
        if len(found) < wanted:
            page.reached = within
    if page.reached >= asked.upto or not left:
        return
    with connection.cursor() as cursor:
        cursor.execute(_TAIL, (asked.collection, page.reached, asked.upto))
        tail = cursor.fetchall()
    sealed_since = _read_blocks(asked, page.reached, asked.upto, left, is_packed=is_packed)
    for last, block in sealed_since:
        yield block
        page.reached = max(page.reached, min(last, asked.upto))
    for position, added, superseded, body in tail:
        if position > page.reached:
            data = bytes(body)
            yield _Block(position, (len(data),), (added,), (superseded,), data)
            page.reached = position
    if len(sealed_since) < left:
        page.reached = asked.upto


def _read_blocks(asked: Range, after: int, upto: int, count: int, *, is_packed: bool) -> list[tuple[int, _Block]]:
    as_of = _EVERY if asked.every_version else asked.upto
    rows = fetch_octets(_PACKED_BLOCKS if is_packed else _BLOCKS, (asked.collection, after, upto, as_of, count))
    return [(row[1], _block(row)) for row in rows]


def fetch_octets(query: str, values: Sequence[int]) -> list[tuple[Any, ...]]:
    """Ask for rows that hold much.  PostgreSQL's usual cursor would have every octet written as two letters."""
    if connection.vendor != "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(query, values)
            return list(cursor.fetchall())
    connection.ensure_connection()
    driver = getattr(connection, "Database")  # noqa: B009 — psycopg, which a node on SQLite need not have
    with connection.wrap_database_errors, driver.Cursor(connection.connection) as cursor:
        return list(cursor.execute(query, values, binary=True).fetchall())


def _block(row: Sequence[Any]) -> _Block:
    first, _last, packed_lengths, added, superseded, *content = row
    lengths = unpack_lengths(bytes(packed_lengths))
    figures = (unpack_longs(bytes(added)), unpack_longs(bytes(superseded)))
    if len(content) == 1:
        return _Block(first, lengths, *figures, bytes(content[0]))
    segment, checksum, packed = content
    size = max(0, sum(lengths) + sum(map(bool, lengths)) - 1)
    return _Block(first, lengths, *figures, Packed(bytes(packed), checksum, size), segment)


def _unpacked(block: _Block) -> tuple[Sequence[int], bytes]:
    """A block's lengths and bytes; those of a packed one are read only where it must be cut.

    Both in one statement: something may have been removed from it since.
    """
    if isinstance(block.content, bytes):
        return block.lengths, block.content
    (row,) = fetch_octets(_UNPACKED, (block.segment,))
    return unpack_lengths(bytes(row[0])), bytes(row[1])


def _cut(asked: Range, block: _Block, room: int, page: Page) -> bool:
    """Add what the page may hold of a block; answer whether that was all of it."""
    count = len(block.lengths)
    low = max(0, page.reached + 1 - block.first)
    high = min(count, asked.upto + 1 - block.first)
    figures = () if asked.every_version else block.superseded
    if low == 0 and high == count and count <= room and not any(figures) and 0 not in block.lengths:
        page.parts.append(block.content)
        _count(page, block, 0, count - 1, count, _length(block.content))
        return True
    lengths, body = _unpacked(block)
    wanted = [
        place
        for place in range(low, high)
        if lengths[place] and (not figures or not figures[place] or figures[place] > asked.upto)
    ]
    taken = wanted[:room]
    if taken:
        starts = starts_of(lengths)
        ends = [start + length for start, length in zip(starts, lengths, strict=False)]
        begin = before = taken[0]
        size = 0
        for place in [*taken[1:], count]:
            if place == count or starts[place] != ends[before] + 1:  # something between is left out
                piece = body[starts[begin] : ends[before]]
                page.parts.append(piece)
                size += len(piece)
                begin = place
            before = place
        _count(page, block, taken[0], taken[-1], len(taken), size)
    if len(taken) == len(wanted):
        return True
    page.reached = block.first + taken[-1] if taken else page.reached
    return False


def _length(content: bytes | Packed) -> int:
    return content.length if isinstance(content, Packed) else len(content)


def _count(page: Page, block: _Block, first: int, last: int, count: int, size: int) -> None:
    page.first_added = page.first_added or block.added[first]
    page.last_added = block.added[last]
    page.count += count
    page.size += size
    page.reached = max(page.reached, block.first + last)


def _is_more(asked: Range, reached: int) -> bool:
    as_of = _EVERY if asked.every_version else asked.upto
    with connection.cursor() as cursor:
        cursor.execute(_MORE, (asked.collection, reached, asked.upto, as_of))
        if cursor.fetchone() is not None:
            return True
        cursor.execute(_MORE_TAIL, (asked.collection, reached, asked.upto, as_of))
        return cursor.fetchone() is not None
