"""Objects of a TAXII collection that filters choose, by the index; and their bytes by position.

The index answers in the order of commits and never looks at more of it than the answer needs: by id, by type, or by
position.  Bytes are cut out of at most `PAGE_SEGMENTS` segments; a page of objects that lie further apart is shorter.
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from django.db import connection

from comity.store.taxii_pages import PAGE_BYTES, PAGE_SEGMENTS, Range, fetch_octets
from comity.store.taxii_segments import starts_of, unpack_lengths

_COLUMNS: Final = "SELECT o.position, o.added, o.stix_id, o.version, o.spec_version FROM taxii_object o "
_NEWEST: Final = "(o.superseded = 0 OR o.superseded > %s)"
_SAME_ID: Final = "SELECT 1 FROM taxii_object e WHERE e.collection_id = o.collection_id AND e.stix_id = o.stix_id"
_TAIL: Final = "SELECT position, body FROM taxii_tail WHERE collection_id = %s AND position >= %s AND position <= %s"
_BLOCK: Final = (
    "SELECT s.first, s.last, s.lengths, b.body FROM taxii_segment s JOIN taxii_block b ON b.segment_id = s.id "
    "WHERE s.collection_id = %s AND s.last >= %s ORDER BY s.last LIMIT 1"
)


class Versions(NamedTuple):
    """Which versions of an object are wanted; times in microseconds."""

    newest: bool = True
    oldest: bool = False
    every: bool = False
    exact: tuple[int, ...] = ()


class Match(NamedTuple):
    """Which objects are wanted: of these ids, types and versions of the specification (empty: any)."""

    ids: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    spec_versions: tuple[str, ...] = ()
    versions: Versions = Versions()
    is_mixed: bool = False  # the collection holds several versions of the specification


class Found(NamedTuple):
    """An object as the index knows it; times in microseconds."""

    position: int
    added: int
    stix_id: str
    version: int
    spec_version: str


def find_objects(asked: Range, match: Match, limit: int) -> tuple[list[Found], bool]:
    """Find at most `limit` objects in their order, and whether there are more."""
    parts = [(item,) for item in match.types] if match.types and not match.ids else [match.types]
    found: list[Found] = []
    for types in parts:
        found += _find(asked, match._replace(types=types), limit + 1)
    if len(parts) > 1:
        found.sort()
    return found[:limit], len(found) > limit


def has_object(collection: int, stix_id: str) -> bool:
    """Answer whether there is an object of this id."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM taxii_object WHERE collection_id = %s AND stix_id = %s LIMIT 1", (collection, stix_id)
        )
        return cursor.fetchone() is not None


def is_mixed(collection: int) -> bool:
    """Answer whether a collection holds objects of an older specification than STIX 2.1."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM taxii_object WHERE collection_id = %s AND spec_version <> '2.1' LIMIT 1", (collection,)
        )
        return cursor.fetchone() is not None


def read_bodies(collection: int, positions: Sequence[int]) -> dict[int, bytes]:
    """Read the bytes of objects, from the first on; fewer where they are large, lie far apart or are removed."""
    if not positions:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_TAIL, (collection, positions[0], positions[-1]))
        tail = {position: bytes(body) for position, body in cursor.fetchall()}
    bodies: dict[int, bytes] = {}
    lengths: Sequence[int] = ()
    first, last, size, blocks = 0, -1, 0, 0
    for position in positions:
        body = tail.get(position)
        if body is None:
            if position > last:
                if blocks == PAGE_SEGMENTS:
                    break
                blocks += 1
                first, last, lengths, block = _read_block(collection, position)
                starts = starts_of(lengths)
            if not first <= position <= last:
                continue
            start = starts[position - first]
            body = block[start : start + lengths[position - first]]
        if not body:
            continue
        bodies[position] = body
        size += len(body)
        if size >= PAGE_BYTES:
            break
    return bodies


def _read_block(collection: int, position: int) -> tuple[int, int, Sequence[int], bytes]:
    rows = fetch_octets(_BLOCK, (collection, position))
    if not rows:
        return position, position - 1, (), b""
    row = rows[0]
    return row[0], row[1], unpack_lengths(bytes(row[2])), bytes(row[3])


def _find(asked: Range, match: Match, limit: int) -> list[Found]:
    # Ids lead to few rows wherever these stand: an expression keeps the order from choosing the index by position.
    position = "(o.position + 0)" if match.ids else "o.position"
    query = [_COLUMNS, f"WHERE o.collection_id = %s AND {position} > %s AND {position} <= %s"]
    values: list[Any] = [asked.collection, asked.after, asked.upto]
    for column, wanted in (("stix_id", match.ids), ("type", match.types), ("spec_version", match.spec_versions)):
        if wanted:
            query.append(f"AND o.{column} IN ({', '.join(['%s'] * len(wanted))})")
            values += wanted
    if match.spec_versions and "2.1" not in match.spec_versions:
        query.append("AND o.spec_version <> '2.1'")  # lets the partial index be used
    if match.is_mixed and not match.spec_versions:
        query.append(f"AND NOT EXISTS ({_SAME_ID} AND e.spec_version > o.spec_version AND e.position <= %s)")
        values.append(asked.upto)
    chosen = match.versions
    if not chosen.every:
        ways = []
        beside, of_those = _beside(match)
        if chosen.newest and match.is_mixed:
            ways.append(f"NOT EXISTS ({_SAME_ID} AND e.version > o.version AND e.position <= %s {beside})")
            values += (asked.upto, *of_those)
        elif chosen.newest:
            ways.append(_NEWEST)
            values.append(asked.upto)
        if chosen.oldest:
            ways.append(f"NOT EXISTS ({_SAME_ID} AND e.version < o.version {beside})")
            values += of_those
        if chosen.exact:
            ways.append(f"o.version IN ({', '.join(['%s'] * len(chosen.exact))})")
            values += chosen.exact
        query.append(f"AND ({' OR '.join(ways)})")
    query.append(f"ORDER BY {position} LIMIT %s")
    with connection.cursor() as cursor:
        cursor.execute(" ".join(query), (*values, limit))
        return [Found(*row) for row in cursor.fetchall()]


def _beside(match: Match) -> tuple[str, tuple[str, ...]]:
    """Among which versions of an object the newest and the oldest are looked for: those of the specifications asked."""
    if not match.is_mixed:
        return "", ()
    if not match.spec_versions:
        return "AND e.spec_version = o.spec_version", ()
    return f"AND e.spec_version IN ({', '.join(['%s'] * len(match.spec_versions))})", match.spec_versions
