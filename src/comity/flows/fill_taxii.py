"""Fill the TAXII collections: what a subscriber was told, rendered and added at its marking, in the order it was told.

Each subscriber's stream of told items is followed by position, so a round costs what was told since.  Objects and
position are one transaction: an item is rendered once, whatever ends in between.  What was erased or withdrawn leaves
the collections with all its versions, and a revoked one says so; an item that is told at another marking now leaves the
collection of its former one.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec
from django.db import transaction

from comity.core.markings import Tlp
from comity.edges.home import Home
from comity.flows.write_stix import version_of
from comity.store.models import TaxiiReader
from comity.store.subscribers import SubscriberRow, get_subscriber
from comity.store.taxii_append import NewObject, append_objects, remove_objects
from comity.store.taxii_collections import Collection, ensure_collections
from comity.store.taxii_told import SHARED_TYPES, find_behind, find_earlier, find_rendered
from comity.store.told_items import ToldRow, newest_of_case, read_told
from comity.wire.stix_objects import write_version
from comity.wire.stix_shared import StixObject, shared_objects
from comity.wire.taxii_envelope import OBSERVABLES
from comity.wire.taxii_query import parse_time

AT_ONCE: Final = 1_000
_PARTS: Final = 20  # of one subscriber in a round: other rounds of the desk wait for this one, and other subscribers


def fill_taxii(home: Home, *, at: datetime, most_parts: int = _PARTS) -> int:
    """Render what subscribers were told since the last round; answer how many versions of items it were.

    Of each subscriber's stream at most so many parts are taken; the next round goes on.
    """
    done = 0
    for key in find_behind():
        for _part in range(most_parts):
            count = _fill_part(home, get_subscriber(key), at)
            done += count
            if count < AT_ONCE:
                break
    return done


def _fill_part(home: Home, subscriber: SubscriberRow, at: datetime) -> int:
    with transaction.atomic():
        TaxiiReader.objects.get_or_create(subscriber_id=subscriber.pk)
        reader = TaxiiReader.objects.select_for_update().get(subscriber_id=subscriber.pk)
        rows = read_told(subscriber.pk, after=reader.told, limit=AT_ONCE)
        if not rows:
            return 0
        collections = {one.tlp: one for one in ensure_collections(home.party, subscriber)}
        _remove_former(subscriber, rows, collections)
        _append(home, rows, collections, at)
        again = _told_again(subscriber, rows)
        _append(home, again, collections, at)
        reader.told = rows[-1].position
        reader.save(update_fields=["told"])
    return len(rows)


def _append(home: Home, rows: Sequence[ToldRow], collections: dict[str, Collection], at: datetime) -> None:
    """Add what rows say to the collections of their markings; what is there already is not added twice."""
    by_tlp: dict[str, list[NewObject]] = {}
    newest = {(row.kind, row.subject): row for row in rows}
    for row in rows:
        last = newest[row.kind, row.subject]
        is_over = row.tlp != last.tlp or (last.is_withdrawn and row is not last)
        if not is_over and row.tlp in collections and _is_said(row):
            written = write_version(version_of(row), publisher=home.party)
            by_tlp.setdefault(row.tlp, []).extend(_new(one, row.position) for one in written)
    for tlp, objects in sorted(by_tlp.items()):
        held = collections[tlp]
        shared = [_new(one, 0) for one in shared_objects(home.party, [msgspec.convert(tlp, Tlp)])]
        append_objects(held.pk, objects if held.position else [*shared, *objects], at=at)


def _new(written: StixObject, told: int) -> NewObject:
    version = None if written.type in OBSERVABLES else parse_time(written.version)
    return NewObject(written.id, written.type, version, "2.1", written.data, told)


def _is_said(row: ToldRow) -> bool:
    """Whether a version says something: one that was erased since does not, but that an item was erased does."""
    return row.told is not None or row.is_withdrawn


def _remove_former(subscriber: SubscriberRow, rows: Sequence[ToldRow], collections: dict[str, Collection]) -> None:
    """Remove from the collections what was erased or withdrawn since, or is told at another marking now."""
    now: dict[tuple[str, str], ToldRow] = {(row.kind, row.subject): row for row in rows}
    gone: dict[str, list[int]] = {}
    for earlier in find_earlier(subscriber.pk, rows):
        newest = now[earlier.kind, earlier.subject]
        if earlier.is_erased or newest.is_withdrawn or newest.tlp != earlier.tlp:
            gone.setdefault(earlier.tlp, []).append(earlier.position)
    for tlp, positions in sorted(gone.items()):
        if tlp in collections:
            remove_objects(collections[tlp].pk, find_rendered(collections[tlp].pk, positions, but=SHARED_TYPES))


def _told_again(subscriber: SubscriberRow, rows: Sequence[ToldRow]) -> list[ToldRow]:
    """What still holds of the cases that something was withdrawn from: other items may have had objects in common."""
    cases = sorted({row.case_pk for row in rows if row.is_withdrawn and row.case_pk is not None})
    return [held for case in cases for held in newest_of_case(subscriber.pk, case) if not held.is_withdrawn]
