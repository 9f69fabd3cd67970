"""Keep MISP feeds: bring each up to what its subscriber was told, an event for what changed and nothing else.

The stream of told items is followed by position, a part of it in each transaction: the events that it touches, the
items' places and the feed's position are one durable step, so that a round that dies is done again from where the feed
stands.  The cost follows the change: of a feed of a million attributes one change rewrites one event.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import count
from typing import Final

import msgspec
from django.db import transaction

from comity.core.categories import Category
from comity.core.markings import Tlp, is_within
from comity.core.told_items import ToldReport, ToldSighting
from comity.edges.home import Home
from comity.store.misp_feeds import (
    ITEMS_OF_EVENT,
    Place,
    begin_feed,
    feeds_behind,
    find_events,
    keep_events,
    keep_places,
    last_part,
    lock_feed,
    move_feed,
    places_of_events,
    places_of_subjects,
    told_at,
)
from comity.store.models import MispEvent
from comity.store.subscribers import get_reading_subscriber, get_subscriber
from comity.store.told_items import ToldRow, read_told
from comity.wire.misp_event import EventFacts, EventItem, render_event

_KINDS: Final = frozenset(("report", "case"))
_AT_ONCE: Final = 2_000
_PARTS: Final = 20  # of one feed in a round: other rounds of the desk wait for this one, and other feeds


def keep_misp(home: Home, *, at: datetime, most_parts: int = _PARTS) -> int:
    """Bring every feed up to date; answers how many events were written.

    Of each stream at most so many parts are taken; the next round goes on.
    """
    return sum(follow(home, key, at=at, most_parts=most_parts) for key in feeds_behind())


def begin_misp(home: Home, key: str, *, at: datetime) -> int:
    """Keep a feed for a subscriber from now on, and bring it up to date.

    Raises `NotFoundError`, and `ConflictError` for a subscription that ended.
    """
    begin_feed(get_reading_subscriber(key).pk)
    return follow(home, key, at=at)


def follow(home: Home, key: str, *, at: datetime, at_once: int = _AT_ONCE, most_parts: int | None = None) -> int:
    """Bring the feed of one subscriber up to date, by at most so many parts; answers how many events were written."""
    subscriber = get_subscriber(key)
    written = 0
    for _part in count() if most_parts is None else range(most_parts):
        with transaction.atomic():
            feed = lock_feed(subscriber.pk)
            rows = read_told(subscriber.pk, after=feed.position, limit=at_once)
            if not rows:
                return written
            changed = _Round(subscriber.pk, key, home.party, at).take(rows)
            move_feed(subscriber.pk, position=rows[-1].position, is_changed=changed > 0)
        written += changed
    return written


class _Round:
    """What a part of the stream changes: items find their places first, then every event touched is written once."""

    def __init__(self, subscriber_pk: int, key: str, party: str, at: datetime) -> None:
        self._pk, self._key, self._party = subscriber_pk, key, party
        self._second = int(at.timestamp())
        self._events: dict[int, MispEvent] = {}  # known, by primary key
        self._touched: dict[int, dict[str, Place]] = {}  # by event, then subject
        self._open: dict[tuple[str, str, str], MispEvent] = {}
        self._places: dict[str, list[Place]] = {}
        self._told: dict[int, ToldRow] = {}

    def take(self, rows: Sequence[ToldRow]) -> int:
        """Put versions in their places; answers how many events were written."""
        subjects = [row.subject for row in rows if row.kind in _KINDS]
        subjects += [str(row.told.of_report) for row in rows if isinstance(row.told, ToldSighting)]
        self._places = places_of_subjects(self._pk, list(dict.fromkeys(subjects)))
        self._events = find_events(list({one.event_pk for places in self._places.values() for one in places}))
        self._told = {row.position: row for row in rows}
        for row in rows:
            if row.kind in _KINDS:
                self._place(row)
            elif isinstance(row.told, ToldSighting) and not row.is_withdrawn:
                self._see(row.told, row.tlp)
        if self._touched:
            self._write()
        return len(self._touched)

    def _place(self, row: ToldRow) -> None:
        """Let the newest version stand in the event of its marking and category, and leave every other."""
        holds = not row.is_withdrawn and row.told is not None
        own: Place | None = None
        for place in self._places.get(row.subject, []):
            event = self._events[place.event_pk]
            if holds and (event.tlp, event.category) == (row.tlp, _category(row)):
                own = place
            elif not place.is_gone:
                place.is_gone = True
                self._touch(place, row.position)
        if not holds:
            return
        if own is None:
            own = Place(None, self._open_event(row).pk, row.subject, row.kind)
            self._places.setdefault(row.subject, []).append(own)
        own.is_gone = False
        self._touch(own, row.position)

    def _see(self, sighting: ToldSighting, tlp: Tlp) -> None:
        """Note on a report how often it was seen, where the event's marking is not looser than the sighting's."""
        for place in self._places.get(str(sighting.of_report), []):
            if not place.is_gone and is_within(tlp, msgspec.convert(self._events[place.event_pk].tlp, Tlp)):
                place.seen_count, place.last_seen = sighting.count, sighting.last_seen
                self._touch(place, place.position)

    def _touch(self, place: Place, position: int) -> None:
        place.position = position
        self._touched.setdefault(place.event_pk, {})[place.subject] = place

    def _open_event(self, row: ToldRow) -> MispEvent:
        """An event with room for one more item of this marking and category."""
        tlp, category, day = key = (row.tlp, _category(row), row.at.astimezone(UTC).strftime("%Y-%m-%d"))
        event = self._open.get(key) or last_part(self._pk, *key)
        event = event and self._events.setdefault(event.pk, event)
        if event is None or event.items >= ITEMS_OF_EVENT:
            part = event.part + 1 if event is not None else 1
            uuid = self._facts(tlp, category, day, part, 0).uuid
            event = MispEvent.objects.create(
                feed_id=self._pk, uuid=uuid, tlp=tlp, category=category, day=day, part=part
            )
            self._events[event.pk] = event
        event.items += 1
        self._open[key] = event
        return event

    def _write(self) -> None:
        """Render every event that was touched, from the versions at which its items stand."""
        held = places_of_events(list(self._touched))
        for pk, touched in self._touched.items():
            held[pk] = [touched.get(place.subject, place) for place in held[pk]]
            held[pk] += [place for place in touched.values() if place.pk is None]
        standing = {place.position for places in held.values() for place in places if not place.is_gone}
        self._told |= told_at(self._pk, sorted(standing - self._told.keys()))
        for pk, touched in self._touched.items():
            event = self._events[pk]
            event.stamp = max(self._second, event.stamp + 1)
            for place in touched.values():
                place.stamp = event.stamp
            self._render(event, held[pk])
        keep_places(self._pk, [place for touched in self._touched.values() for place in touched.values()])
        keep_events([self._events[pk] for pk in self._touched])

    def _render(self, event: MispEvent, places: Sequence[Place]) -> None:
        facts = self._facts(event.tlp, event.category, event.day, event.part, event.stamp)
        rendered = render_event(facts, [self._item(place) for place in places])
        event.body, event.manifest, event.hashes = rendered.body, rendered.manifest, rendered.hashes
        event.attributes = rendered.attributes
        for place, shape in zip(places, rendered.shapes, strict=True):
            place.shape = shape

    def _item(self, place: Place) -> EventItem:
        row = None if place.is_gone else self._told.get(place.position)
        return EventItem(
            subject=place.subject, told=row.told if row is not None else None, stamp=place.stamp, shape=place.shape,
            seen_count=place.seen_count, last_seen=place.last_seen,
        )  # fmt: skip

    def _facts(self, tlp: str, category: str, day: str, part: int, stamp: int) -> EventFacts:
        return EventFacts(
            feed=self._key, party=self._party, tlp=msgspec.convert(tlp, Tlp),
            category=msgspec.convert(category, Category), day=day, part=part, stamp=stamp,
        )  # fmt: skip


def _category(row: ToldRow) -> str:
    return row.told.report.category if isinstance(row.told, ToldReport) else row.category
