"""Keep MISP feeds: bring each up to what its subscriber was told, an event for what changed and nothing else.

The stream of told items is followed by position, a part of it in each transaction: the events that it touches, the
items' places and the feed's position are one durable step, so that a round that dies is done again from where the feed
stands.  The cost follows the change: of a feed of a million attributes one change rewrites one event.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

import msgspec
from django.db import transaction

from comity.core.categories import Category
from comity.core.markings import Tlp, is_within
from comity.core.told_items import ToldReport, ToldSighting
from comity.edges.home import Home
from comity.store.misp_feeds import (
    ITEMS_OF_EVENT,
    begin_feed,
    feeds_behind,
    items_of_events,
    items_of_subjects,
    last_part,
    lock_feed,
    move_feed,
    told_at,
)
from comity.store.models import MispEvent, MispItem
from comity.store.subscribers import get_subscriber
from comity.store.told_items import ToldRow, read_told
from comity.wire.misp_event import EventFacts, EventItem, render_event

_KINDS: Final = frozenset(("report", "case"))
_AT_ONCE: Final = 2_000


def keep_misp(home: Home, *, at: datetime) -> int:
    """Bring every feed up to date; answers how many events were written."""
    return sum(follow(home, key, at=at) for key in feeds_behind())


def begin_misp(home: Home, key: str, *, at: datetime) -> int:
    """Keep a feed for a subscriber from now on, and bring it up to date.  Raises `NotFoundError`."""
    begin_feed(get_subscriber(key).pk)
    return follow(home, key, at=at)


def follow(home: Home, key: str, *, at: datetime, at_once: int = _AT_ONCE) -> int:
    """Bring the feed of one subscriber up to date; answers how many events were written."""
    subscriber = get_subscriber(key)
    written = 0
    while True:
        with transaction.atomic():
            feed = lock_feed(subscriber.pk)
            rows = read_told(subscriber.pk, after=feed.position, limit=at_once)
            if not rows:
                return written
            changed = _Round(subscriber.pk, key, home.party, at).take(rows)
            move_feed(subscriber.pk, position=rows[-1].position, is_changed=changed > 0)
        written += changed


class _Round:
    """What a part of the stream changes: items find their places first, then every event touched is written once."""

    def __init__(self, subscriber_pk: int, key: str, party: str, at: datetime) -> None:
        self._pk, self._key, self._party = subscriber_pk, key, party
        self._second = int(at.timestamp())
        self._events: dict[int, MispEvent] = {}  # touched, by primary key
        self._open: dict[tuple[str, str, str], MispEvent] = {}
        self._places: dict[str, list[MispItem]] = {}
        self._new: list[MispItem] = []
        self._changed: dict[tuple[int, str], MispItem] = {}
        self._told: dict[int, ToldRow] = {}

    def take(self, rows: Sequence[ToldRow]) -> int:
        """Put versions in their places; answers how many events were written."""
        subjects = [row.subject for row in rows if row.kind in _KINDS]
        subjects += [str(row.told.of_report) for row in rows if isinstance(row.told, ToldSighting)]
        self._places = items_of_subjects(self._pk, list(dict.fromkeys(subjects)))
        self._told = {row.position: row for row in rows}
        for row in rows:
            if row.kind in _KINDS:
                self._place(row)
            elif isinstance(row.told, ToldSighting) and not row.is_withdrawn:
                self._see(row.told, row.tlp)
        if self._events:
            self._write()
        return len(self._events)

    def _place(self, row: ToldRow) -> None:
        """Let the newest version stand in the event of its marking and category, and leave every other."""
        holds = not row.is_withdrawn and row.told is not None
        home_item = None
        for item in self._places.get(row.subject, []):
            event = self._event_of(item)
            if holds and (event.tlp, event.category) == (row.tlp, _category(row)):
                home_item = item
            elif not item.is_gone:
                item.is_gone = True
                self._touch(event, item, row.position)
        if not holds:
            return
        if home_item is None:
            event = self._open_event(row)
            home_item = MispItem(feed_id=self._pk, event=event, kind=row.kind, subject=row.subject, position=0)
            self._places.setdefault(row.subject, []).append(home_item)
            self._new.append(home_item)
        home_item.is_gone = False
        self._touch(self._event_of(home_item), home_item, row.position)

    def _see(self, sighting: ToldSighting, tlp: Tlp) -> None:
        """Note on a report how often it was seen, where the event's marking is not looser than the sighting's."""
        for item in self._places.get(str(sighting.of_report), []):
            event = self._event_of(item)
            if not item.is_gone and is_within(tlp, msgspec.convert(event.tlp, Tlp)):
                item.seen_count, item.last_seen = sighting.count, sighting.last_seen
                self._touch(event, item, item.position)

    def _event_of(self, item: MispItem) -> MispEvent:
        """One object for an event, however many items lead to it."""
        item.event = self._events.get(item.event_id, item.event)
        return item.event

    def _touch(self, event: MispEvent, item: MispItem, position: int) -> None:
        item.position = position
        self._events[event.pk] = event
        self._changed[event.pk, item.subject] = item

    def _open_event(self, row: ToldRow) -> MispEvent:
        """An event with room for one more item of this marking and category."""
        key = (row.tlp, _category(row), row.at.astimezone(UTC).strftime("%Y-%m-%d"))
        event = self._open.get(key) or last_part(self._pk, *key)
        event = event and self._events.get(event.pk, event)
        if event is None or event.items >= ITEMS_OF_EVENT:
            part = event.part + 1 if event is not None else 1
            tlp, category, day = key
            facts = EventFacts(
                feed=self._key, party=self._party, tlp=row.tlp, category=msgspec.convert(category, Category),
                day=day, part=part, stamp=0,
            )  # fmt: skip
            event = MispEvent.objects.create(
                feed_id=self._pk, uuid=facts.uuid, tlp=tlp, category=category, day=day, part=part
            )
        event.items += 1
        self._open[key] = event
        return event

    def _write(self) -> None:
        """Render every event that was touched, from the versions that its items stand at."""
        for event in self._events.values():
            event.stamp = max(self._second, event.stamp + 1)
        stored = items_of_events(self._events.values())
        for item in self._new:
            stored[item.event.pk].append(item)
        held = {pk: [self._changed.get((pk, item.subject), item) for item in items] for pk, items in stored.items()}
        standing = {item.position for items in held.values() for item in items if not item.is_gone}
        self._told |= told_at(self._pk, sorted(standing - self._told.keys()))
        for pk, event in self._events.items():
            self._render(event, held[pk])
        old = [item for item in self._changed.values() if item.pk is not None]
        MispItem.objects.bulk_create(self._new, batch_size=500)
        MispItem.objects.bulk_update(
            old, ["position", "stamp", "is_gone", "shape", "seen_count", "last_seen"], batch_size=200
        )
        MispEvent.objects.bulk_update(
            list(self._events.values()), ["stamp", "items", "attributes", "body", "manifest", "hashes"], batch_size=50
        )

    def _render(self, event: MispEvent, items: Sequence[MispItem]) -> None:
        for item in items:
            if (event.pk, item.subject) in self._changed:
                item.stamp = event.stamp
        facts = EventFacts(
            feed=self._key, party=self._party, tlp=msgspec.convert(event.tlp, Tlp),
            category=msgspec.convert(event.category, Category),
            day=event.day, part=event.part, stamp=event.stamp,
        )  # fmt: skip
        rendered = render_event(facts, [self._item(item) for item in items])
        event.body, event.manifest, event.hashes = rendered.body, rendered.manifest, rendered.hashes
        event.attributes = rendered.attributes
        for item, shape in zip(items, rendered.shapes, strict=True):
            item.shape = shape

    def _item(self, item: MispItem) -> EventItem:
        row = None if item.is_gone else self._told.get(item.position)
        return EventItem(
            subject=item.subject, told=row.told if row is not None else None, stamp=item.stamp, shape=item.shape,
            seen_count=item.seen_count, last_seen=item.last_seen,
        )  # fmt: skip


def _category(row: ToldRow) -> str:
    return row.told.report.category if isinstance(row.told, ToldReport) else row.category
