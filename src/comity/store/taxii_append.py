"""Adding objects to a TAXII collection and removing them, inside the caller's transaction.

The collection's row is locked until that transaction ends, so positions and the times at which objects were added
follow the order of commits: whoever reads on from either misses nothing, however slow another writer is.  Every object
has a time of its own: a reader that remembers the time of the last object has remembered exactly one.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
from django.db import connection

from comity.store.fields import micros
from comity.store.models import TaxiiCollection
from comity.store.rows import NewRows
from comity.store.taxii_segments import (
    SEGMENT_BYTES,
    SEGMENT_OBJECTS,
    Piece,
    remove_from_segments,
    supersede_in_segments,
    write_segments,
)

_ASKED_AT_ONCE: Final = 500
_OBJECTS: Final = NewRows(
    "taxii_object",
    {
        "collection_id": "int8", "position": "int8", "stix_id": "varchar", "version": "int8", "type": "varchar",
        "spec_version": "varchar", "added": "int8", "superseded": "int8", "told": "int8",
    },
)  # fmt: skip
_TAIL: Final = NewRows("taxii_tail", {"collection_id": "int8", "position": "int8", "body": "bytea"})
_READ_TAIL: Final = (
    "SELECT t.position, o.added, o.superseded, t.body FROM taxii_tail t JOIN taxii_object o "
    "ON o.collection_id = t.collection_id AND o.position = t.position WHERE t.collection_id = %s ORDER BY t.position"
)


class NewObject(msgspec.Struct, frozen=True):
    """An object to be added.  `version` None: it has none (STIX's cyber-observables), and is the same by its id."""

    stix_id: str
    type: str
    version: datetime | None
    spec_version: str
    data: bytes
    told: int = 0


def lock_collection(collection: int) -> TaxiiCollection:
    """Lock a collection until the caller's transaction ends, and read it as it is then."""
    return TaxiiCollection.objects.select_for_update().get(pk=collection)


def append_objects(collection: int, objects: Sequence[NewObject], *, at: datetime) -> range:
    """Add what is new of the objects, in their order, and answer its positions; a version that is there stays."""
    held = lock_collection(collection)
    known = _find_known(collection, [one.stix_id for one in objects]) if held.position else {}
    first = held.position + 1
    position, added = held.position, max(micros(at), held.last_added + 1)
    rows: list[list[Any]] = []
    bodies: list[bytes] = []
    older: dict[int, int] = {}  # positions of before, and what supersedes them
    for one in objects:
        versions = known.setdefault(one.stix_id, {})
        version = added if one.version is None else micros(one.version)
        if version in versions or (one.version is None and versions):
            continue
        position += 1
        superseded = 0
        if versions:
            newest = max(versions)
            if newest > version:
                superseded = position
            elif versions[newest] >= first:
                rows[versions[newest] - first][7] = position
            else:
                older[versions[newest]] = position
        versions[version] = position
        rows.append([
            collection, position, one.stix_id, version, one.type, one.spec_version, added, superseded, one.told,
        ])  # fmt: skip
        bodies.append(one.data)
        added += 1
    if not rows:
        return range(first, first)
    _OBJECTS.write([tuple(row) for row in rows])
    _set_superseded(held, older)
    pieces = [Piece(row[1], row[6], row[7], body) for row, body in zip(rows, bodies, strict=True)]
    _add_to_tail(held, pieces)
    held.position, held.last_added = position, added - 1
    held.save(update_fields=["position", "last_added", "sealed", "tail_bytes"])
    return range(first, position + 1)


def remove_objects(collection: int, positions: Sequence[int]) -> None:
    """Remove versions for good; the newest that is left of each object is its newest again."""
    held = lock_collection(collection)
    ids: set[str] = set()
    with connection.cursor() as cursor:
        for part in _parts(sorted(positions)):
            marks = ", ".join(["%s"] * len(part))
            where = f"WHERE collection_id = %s AND position IN ({marks})"
            cursor.execute(f"SELECT stix_id FROM taxii_object {where}", (collection, *part))  # noqa: S608 — marks
            ids.update(row[0] for row in cursor.fetchall())
            cursor.execute(f"DELETE FROM taxii_object {where}", (collection, *part))  # noqa: S608 — marks
            cursor.execute(f"DELETE FROM taxii_tail {where}", (collection, *part))  # noqa: S608 — marks
    remove_from_segments(collection, [position for position in positions if position <= held.sealed])
    again = {max(versions.items())[1]: 0 for versions in _find_known(collection, sorted(ids)).values() if versions}
    _set_superseded(held, again)


def _add_to_tail(held: TaxiiCollection, pieces: list[Piece]) -> None:
    """Seal as many full segments as there are; what is left waits in the tail."""
    count = held.position - held.sealed  # of the tail as it was, deleted ones included
    size = held.tail_bytes + sum(len(piece.body) for piece in pieces)
    is_full = count + len(pieces) >= SEGMENT_OBJECTS or size >= SEGMENT_BYTES
    if is_full:
        with connection.cursor() as cursor:
            cursor.execute(_READ_TAIL, (held.pk,))
            before = [Piece(row[0], row[1], row[2], bytes(row[3])) for row in cursor.fetchall()]
        full, pieces = _cut([*before, *pieces])
        if full:
            write_segments(held.pk, full)
            held.sealed = full[-1][-1].position
            with connection.cursor() as cursor:
                cursor.execute(
                    "DELETE FROM taxii_tail WHERE collection_id = %s AND position <= %s", (held.pk, held.sealed)
                )
        kept = {piece.position for piece in before}
        size = sum(len(piece.body) for piece in pieces)
        pieces = [piece for piece in pieces if piece.position not in kept]
    _TAIL.write([(held.pk, piece.position, piece.body) for piece in pieces])
    held.tail_bytes = size


def _cut(pieces: list[Piece]) -> tuple[list[list[Piece]], list[Piece]]:
    """Cut into full segments and what is left."""
    full: list[list[Piece]] = []
    part: list[Piece] = []
    size = 0
    for piece in pieces:
        part.append(piece)
        size += len(piece.body)
        if len(part) >= SEGMENT_OBJECTS or size >= SEGMENT_BYTES:
            full.append(part)
            part, size = [], 0
    return full, part


def _set_superseded(held: TaxiiCollection, changed: dict[int, int]) -> None:
    if not changed:
        return
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE taxii_object SET superseded = %s WHERE collection_id = %s AND position = %s",
            [(since, held.pk, position) for position, since in changed.items()],
        )
    supersede_in_segments(held.pk, {at: since for at, since in changed.items() if at <= held.sealed})


def _find_known(collection: int, ids: Sequence[str]) -> dict[str, dict[int, int]]:
    """Which versions there are of objects: by id, the position of each."""
    known: dict[str, dict[int, int]] = {}
    with connection.cursor() as cursor:
        for part in _parts(list(dict.fromkeys(ids))):
            marks = ", ".join(["%s"] * len(part))
            cursor.execute(
                "SELECT stix_id, version, position FROM taxii_object "  # noqa: S608 — marks
                f"WHERE collection_id = %s AND stix_id IN ({marks})",
                (collection, *part),
            )
            for stix_id, version, position in cursor.fetchall():
                known.setdefault(stix_id, {})[version] = position
    return known


def _parts(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(values), _ASKED_AT_ONCE):
        yield values[start : start + _ASKED_AT_ONCE]
