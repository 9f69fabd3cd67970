"""Fill the TAXII collections: what a subscriber was told, rendered and added at its marking, in the order it was told.

Each subscriber's stream of told items is followed by position, so a round costs what was told since.  Objects and
position are one transaction: an item is rendered once, whatever ends in between.  What was erased leaves the
collections with all its versions; an item that is told at another marking now leaves the collection of its former one.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from django.db import transaction

from comity.edges.home import Home
from comity.store.models import TaxiiReader
from comity.store.subscribers import SubscriberRow, get_subscriber
from comity.store.taxii_append import NewObject, append_objects, remove_objects
from comity.store.taxii_collections import Collection, ensure_collections
from comity.store.taxii_told import SHARED_TYPES, find_behind, find_earlier, find_rendered
from comity.store.told_items import ToldRow, newest_of_case, read_told
from comity.wire.stix_objects import RenderedObject, render_objects
from comity.wire.taxii_envelope import OBSERVABLES

AT_ONCE: Final = 1_000
Render = Callable[..., Sequence[RenderedObject]]  # (row, *, party)


def fill_taxii(home: Home, *, at: datetime, render: Render = render_objects) -> int:
    """Render what subscribers were told since the last round; answer how many versions of items it were."""
    done = 0
    for key in find_behind():
        while count := _fill_part(home, get_subscriber(key), at, render):
            done += count
    return done


def _fill_part(home: Home, subscriber: SubscriberRow, at: datetime, render: Render) -> int:
    with transaction.atomic():
        TaxiiReader.objects.get_or_create(subscriber_id=subscriber.pk)
        reader = TaxiiReader.objects.select_for_update().get(subscriber_id=subscriber.pk)
        rows = read_told(subscriber.pk, after=reader.told, limit=AT_ONCE)
        if not rows:
            return 0
        collections = {one.tlp: one for one in ensure_collections(home.party, subscriber)}
        _remove_former(subscriber, rows, collections)
        _append(home, rows, collections, at, render)
        again = _told_again(subscriber, rows)
        _append(home, again, collections, at, render)
        reader.told = rows[-1].position
        reader.save(update_fields=["told"])
    return len(rows)


def _append(
    home: Home, rows: Sequence[ToldRow], collections: dict[str, Collection], at: datetime, render: Render
) -> None:
    """Add what rows say to the collections of their markings; what is there already is not added twice."""
    by_tlp: dict[str, list[NewObject]] = {}
    newest: dict[tuple[str, str], str] = {(row.kind, row.subject): row.tlp for row in rows}
    for row in rows:
        if row.tlp == newest[row.kind, row.subject] and row.tlp in collections and _is_said(row):
            by_tlp.setdefault(row.tlp, []).extend(
                NewObject(
                    one.id, one.type, None if one.type in OBSERVABLES else one.version, one.spec_version, one.data,
                    row.position,
                )
                for one in render(row, party=home.party)
            )  # fmt: skip
    for tlp, objects in sorted(by_tlp.items()):
        append_objects(collections[tlp].pk, objects, at=at)


def _is_said(row: ToldRow) -> bool:
    """Whether a version says something: one that was erased since does not, but that an item was erased does."""
    return row.told is not None or row.is_withdrawn


def _remove_former(subscriber: SubscriberRow, rows: Sequence[ToldRow], collections: dict[str, Collection]) -> None:
    """Remove from the collections what was erased since, or is told at another marking now."""
    now: dict[tuple[str, str], str] = {(row.kind, row.subject): row.tlp for row in rows}
    gone: dict[str, list[int]] = {}
    for earlier in find_earlier(subscriber.pk, rows):
        if earlier.is_erased or now[earlier.kind, earlier.subject] != earlier.tlp:
            gone.setdefault(earlier.tlp, []).append(earlier.position)
    for tlp, positions in sorted(gone.items()):
        if tlp in collections:
            remove_objects(collections[tlp].pk, find_rendered(collections[tlp].pk, positions, but=SHARED_TYPES))


def _told_again(subscriber: SubscriberRow, rows: Sequence[ToldRow]) -> list[ToldRow]:
    """What still holds of the cases that something was withdrawn from: other items may have had objects in common."""
    cases = sorted({row.case_pk for row in rows if row.is_withdrawn and row.case_pk is not None})
    return [held for case in cases for held in newest_of_case(subscriber.pk, case) if not held.is_withdrawn]
