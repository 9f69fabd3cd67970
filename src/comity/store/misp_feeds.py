"""MISP feeds: which events there are, which item stands in which, and the bytes that are served.

An event holds at most `ITEMS_OF_EVENT` items, so that a change rewrites a small one, while the manifest of a million
attributes has a few thousand entries.  Items that left keep their place (docs/spec/misp.md §4).
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import msgspec
from django.db.models import F

from comity.core.errors import NotFoundError
from comity.store.models import MispEvent, MispFeed, MispItem
from comity.store.subscribers import SubscriberRow, get_subscriber, list_subscribers
from comity.store.told_items import ToldRow, read_told_at

ITEMS_OF_EVENT: Final = 100
_MARKS_AT_ONCE: Final = 500


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


def feeds_kept() -> list[SubscriberRow]:
    """Subscribers for whom a feed is kept, by key."""
    kept = set(MispFeed.objects.values_list("subscriber_id", flat=True))
    return [one for one in list_subscribers() if one.pk in kept]


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


def items_of_subjects(subscriber_pk: int, subjects: Sequence[str]) -> dict[str, list[MispItem]]:
    """Where items stand, those that left included, with their events."""
    found: dict[str, list[MispItem]] = {}
    for start in range(0, len(subjects), _MARKS_AT_ONCE):
        part = subjects[start : start + _MARKS_AT_ONCE]
        for item in MispItem.objects.filter(feed_id=subscriber_pk, subject__in=part).select_related("event"):
            found.setdefault(item.subject, []).append(item)
    return found


def items_of_events(events: Iterable[MispEvent]) -> dict[int, list[MispItem]]:
    """The items of events, in the order in which they came."""
    pks = [event.pk for event in events]
    found: dict[int, list[MispItem]] = {pk: [] for pk in pks}
    for start in range(0, len(pks), _MARKS_AT_ONCE):
        for item in MispItem.objects.filter(event_id__in=pks[start : start + _MARKS_AT_ONCE]).order_by("id"):
            found[item.event_id].append(item)
    return found


def last_part(subscriber_pk: int, tlp: str, category: str, day: str) -> MispEvent | None:
    """The newest event of a marking, category and day."""
    found = MispEvent.objects.filter(feed_id=subscriber_pk, tlp=tlp, category=category, day=day)
    return found.order_by("-part").first()


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
    separator = b"{"
    for part in _parts(subscriber_pk, "manifest"):
        yield separator + part
        separator = b",\n"
    yield b"{}" if separator == b"{" else b"}"


def hashes_parts(subscriber_pk: int) -> Iterator[bytes]:
    """hashes.csv, in parts."""
    yield from _parts(subscriber_pk, "hashes")


def event_stamps(subscriber_pk: int) -> list[tuple[str, int]]:
    """Every event with its stamp, by identifier."""
    return list(MispEvent.objects.filter(feed_id=subscriber_pk).order_by("uuid").values_list("uuid", "stamp"))


def _parts(subscriber_pk: int, column: str) -> Iterator[bytes]:
    found = MispEvent.objects.filter(feed_id=subscriber_pk).order_by("id").values_list(column, flat=True)
    for part in found.iterator(chunk_size=500):
        if part:
            yield bytes(part)


def _row(row: MispFeed) -> FeedRow:
    return FeedRow(row.subscriber_id, row.position, row.revision)
