"""MISP feeds: which events there are, which item stands in which, and the bytes that are served.

An event holds at most `ITEMS_OF_EVENT` items, so that a change rewrites a small one, while the manifest of a million
attributes has a few thousand entries.  Items that left keep their place (docs/spec/misp.md §4).
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final

import msgspec
from django.db import connection
from django.db.models import F

from comity.core.errors import NotFoundError
from comity.store.fields import micros, moment
from comity.store.models import MispEvent, MispFeed
from comity.store.rows import NewRows
from comity.store.subscribers import get_subscriber
from comity.store.told_items import ToldRow, read_told_at

ITEMS_OF_EVENT: Final = 100
_MARKS_AT_ONCE: Final = 500


_SELECT: Final = (
    "SELECT id, event_id, subject, kind, position, stamp, is_gone, shape, seen_count, last_seen FROM misp_item"
)
_PLACES: Final = NewRows(
    "misp_item",
    {
        "feed_id": "int8", "event_id": "int8", "kind": "varchar", "subject": "varchar", "position": "int8",
        "stamp": "int8", "is_gone": "bool", "shape": "text", "seen_count": "int8", "last_seen": "int8",
    },
)  # fmt: skip


class Place(msgspec.Struct):
    """Where an item stands: in which event, and at which of its versions; one that left stays as a mark."""

    pk: int | None
    event_pk: int
    subject: str
    kind: str
    position: int = 0
    stamp: int = 0
    is_gone: bool = False
    shape: str = ""
    seen_count: int = 0
    last_seen: datetime | None = None


class FeedRow(msgspec.Struct, frozen=True):
    """A feed as the store knows it."""

    subscriber_pk: int
    position: int
    revision: int


def begin_feed(subscriber_pk: int) -> None:
    """Keep a feed for a subscriber from now on."""
    MispFeed.objects.get_or_create(subscriber_id=subscriber_pk)


def feeds_behind() -> list[str]:
    """Keys of subscribers, not ended, that were told more than their feeds hold."""
    behind = set(
        MispFeed.objects.filter(subscriber__told__gt=F("position"), subscriber__ended_at=None).values_list(
            "subscriber__key", flat=True
        )
    )
    return sorted(behind)


def get_feed(key: str) -> FeedRow:
    """The feed of a subscriber.  Raises `NotFoundError`."""
    subscriber = get_subscriber(key)
    row = MispFeed.objects.filter(subscriber_id=subscriber.pk).first()
    if row is None:
        raise NotFoundError("no MISP feed is kept for it; comity publish misp --subscriber KEY begins one", item=key)
    return _row(row)


def lock_feed(subscriber_pk: int) -> FeedRow:
    """Take a feed for writing, inside the caller's transaction."""
    return _row(MispFeed.objects.select_for_update().get(subscriber_id=subscriber_pk))


def move_feed(subscriber_pk: int, *, position: int, is_changed: bool) -> None:
    """Note up to where a feed holds what was told, and whether its manifest is another one now."""
    MispFeed.objects.filter(subscriber_id=subscriber_pk).update(
        position=position, revision=F("revision") + (1 if is_changed else 0)
    )


def places_of_subjects(subscriber_pk: int, subjects: Sequence[str]) -> dict[str, list[Place]]:
    """Where items stand, and where they stood."""
    found: dict[str, list[Place]] = {}
    for place in _read("feed_id = %s AND subject", (subscriber_pk,), subjects):
        found.setdefault(place.subject, []).append(place)
    return found


def places_of_events(pks: Sequence[int]) -> dict[int, list[Place]]:
    """What stands in events, and what left them, in the order in which it came."""
    found: dict[int, list[Place]] = {pk: [] for pk in pks}
    for place in _read("event_id", (), pks):
        found[place.event_pk].append(place)
    return found


def _read(where: str, given: tuple[int, ...], values: Sequence[int | str]) -> Iterator[Place]:
    """Places of some values, in their order; by raw SQL, for the ORM looks at each value of an IN one by one."""
    for start in range(0, len(values), _MARKS_AT_ONCE):
        part = values[start : start + _MARKS_AT_ONCE]
        marks = ", ".join(["%s"] * len(part))
        with connection.cursor() as cursor:
            cursor.execute(f"{_SELECT} WHERE {where} IN ({marks}) ORDER BY id", (*given, *part))
            rows = cursor.fetchall()
        for pk, event_pk, subject, kind, position, stamp, is_gone, shape, count, seen in rows:
            last_seen = moment(seen) if seen is not None else None
            yield Place(pk, event_pk, subject, kind, position, stamp, bool(is_gone), shape, count, last_seen)


def find_events(pks: Sequence[int]) -> dict[int, MispEvent]:
    """Events by their keys, without their bytes."""
    found: dict[int, MispEvent] = {}
    for start in range(0, len(pks), _MARKS_AT_ONCE):
        rows = MispEvent.objects.filter(pk__in=pks[start : start + _MARKS_AT_ONCE])
        found.update({event.pk: event for event in rows.defer("body", "manifest", "hashes")})
    return found


def last_part(subscriber_pk: int, tlp: str, category: str, day: str) -> MispEvent | None:
    """The newest event of a marking, category and day, without its bytes."""
    found = MispEvent.objects.filter(feed_id=subscriber_pk, tlp=tlp, category=category, day=day)
    return found.order_by("-part").defer("body", "manifest", "hashes").first()


def keep_places(subscriber_pk: int, places: Sequence[Place]) -> None:
    """Write places, new ones and changed ones."""
    _PLACES.write([
        (subscriber_pk, one.event_pk, one.kind, one.subject, *_state(one)) for one in places if one.pk is None
    ])  # fmt: skip
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE misp_item SET position = %s, stamp = %s, is_gone = %s, shape = %s, seen_count = %s, "
            "last_seen = %s WHERE id = %s",
            [(*_state(one), one.pk) for one in places if one.pk is not None],
        )


def keep_events(events: Iterable[MispEvent]) -> None:
    """Write events that were rendered."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE misp_event SET stamp = %s, items = %s, attributes = %s, body = %s, manifest = %s, hashes = %s "
            "WHERE id = %s",
            [(one.stamp, one.items, one.attributes, one.body, one.manifest, one.hashes, one.pk) for one in events],
        )


def _state(one: Place) -> tuple[int, int, bool, str, int, int | None]:
    seen = micros(one.last_seen) if one.last_seen is not None else None
    return one.position, one.stamp, one.is_gone, one.shape, one.seen_count, seen


def told_at(subscriber_pk: int, positions: Sequence[int]) -> dict[int, ToldRow]:
    """Versions by their positions."""
    found: dict[int, ToldRow] = {}
    for start in range(0, len(positions), _MARKS_AT_ONCE):
        part = positions[start : start + _MARKS_AT_ONCE]
        found.update({row.position: row for row in read_told_at(subscriber_pk, part)})
    return found


def event_body(subscriber_pk: int, uuid: str) -> tuple[bytes, int]:
    """The file of an event and its stamp.  Raises `NotFoundError`."""
    found = MispEvent.objects.filter(feed_id=subscriber_pk, uuid=uuid).values_list("body", "stamp").first()
    if found is None:
        raise NotFoundError("no such event in this feed", item=uuid)
    return bytes(found[0]), found[1]


def manifest_parts(subscriber_pk: int) -> Iterator[bytes]:
    """manifest.json, in parts."""
    yield from join_manifest(_parts(subscriber_pk, "manifest"))


def hashes_parts(subscriber_pk: int) -> Iterator[bytes]:
    """hashes.csv, in parts."""
    yield from _parts(subscriber_pk, "hashes")


def event_stamps(subscriber_pk: int) -> list[tuple[str, int, bytes]]:
    """Every event with its stamp and its part of the manifest, in the manifest's order."""
    found = MispEvent.objects.filter(feed_id=subscriber_pk).order_by("id").values_list("uuid", "stamp", "manifest")
    return [(uuid, stamp, bytes(manifest)) for uuid, stamp, manifest in found if manifest]


def event_with_entry(subscriber_pk: int, uuid: str) -> tuple[bytes, bytes]:
    """The file of an event and its part of the manifest, of one and the same version."""
    body, manifest = MispEvent.objects.values_list("body", "manifest").get(feed_id=subscriber_pk, uuid=uuid)
    return bytes(body), bytes(manifest)


def join_manifest(parts: Iterable[bytes]) -> Iterator[bytes]:
    """manifest.json of the parts of events."""
    separator = b"{"
    for part in parts:
        yield separator + part
        separator = b",\n"
    yield b"{}" if separator == b"{" else b"}"


def _parts(subscriber_pk: int, column: str) -> Iterator[bytes]:
    found = MispEvent.objects.filter(feed_id=subscriber_pk).order_by("id").values_list(column, flat=True)
    for part in found.iterator(chunk_size=500):
        if part:
            yield bytes(part)


def _row(row: MispFeed) -> FeedRow:
    return FeedRow(row.subscriber_id, row.position, row.revision)
