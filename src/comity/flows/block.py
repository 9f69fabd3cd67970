"""Block: follow what subscribers were told and bring every output of names to block up to date, a round of the desk.

A subscriber's stream is followed by position, some thousand versions a transaction; what each changes gathers in the
same transaction.  Then versions are made: of a small zone of new names at once, of everything else as soon as a name
must leave, and otherwise after `[blocking] base_seconds`, because resolvers rebuild a large zone slowly.  A process
that dies in between leaves gathered changes, of which the next round makes the version.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from comity.core.blocking import merge_blocked
from comity.edges.guard_lists import guard_digest, load_guard
from comity.edges.home import Home
from comity.edges.suffix_file import load_suffixes
from comity.edges.zone_settings import DeclaredZone, read_zones
from comity.store.block_outputs import (
    Names,
    OutputWanted,
    Piece,
    Render,
    are_otherwise,
    build_version,
    declare_outputs,
    has_changes,
    has_removals,
    list_outputs,
    mark_unbuilt,
    note_moved,
    publish_version,
)
from comity.store.blocking import (
    Door,
    cool_down,
    find_reweighed,
    has_cooled,
    has_news,
    is_weighed_by,
    let_all_go,
    lock_reader,
    take_told,
    weigh_again,
)
from comity.store.models import BlockOutput
from comity.store.subscribers import SubscriberRow, list_subscribers
from comity.store.told_items import read_told
from comity.wire.block_list_texts import LISTS
from comity.wire.gzip_parts import pack_part
from comity.wire.rpz import render_records

ZONE_FORM: Final = "wire"
_PAGE: Final = 2000
_PAGES: Final = 20
_BULK: Final = 20_000


def block(home: Home, *, at: datetime, most_pages: int = _PAGES) -> int:
    """Bring every output up to date; answers how many names changed in them.

    Of a subscriber's stream at most so many pages are taken, because other rounds wait for this one; what was to be
    built anew is built when the stream was followed to its end.
    """
    subscribers = list_subscribers(with_ended=True)
    if not subscribers:
        return 0
    door = Door(guard=load_guard(home), suffixes=load_suffixes(home), digest=guard_digest(home))
    zones = read_zones(home)
    return sum(_bring_up_to_date(home, one, door, zones, most_pages, at=at) for one in subscribers)


def _bring_up_to_date(
    home: Home, subscriber: SubscriberRow, door: Door, zones: Sequence[DeclaredZone], most_pages: int, *, at: datetime
) -> int:
    is_at_end = True
    if subscriber.ended_at is not None:
        while _let_go(subscriber, at=at):
            pass
    else:
        wanted = _wanted(subscriber, zones)
        if are_otherwise(subscriber.pk, wanted):
            _declare(subscriber, wanted)
        if not is_weighed_by(subscriber.pk, door.digest):
            _weigh(subscriber, door, at=at)
        if has_news(subscriber.pk, subscriber.told):
            is_at_end = any(not _follow(home, subscriber, door, at=at) for _page in range(most_pages))
        if has_cooled(subscriber.pk, hot_since=_hot_since(home, at)):
            while _cool(home, subscriber, at=at):
                pass
    done = 0
    for output in list_outputs(subscriber.pk):
        if is_at_end if output.changed_at is None else _is_due(home, output, at=at):
            done += _make_version(output.pk, subscriber.pk, at=at)
    return done


def _wanted(subscriber: SubscriberRow, zones: Sequence[DeclaredZone]) -> list[OutputWanted]:
    """The outputs of a subscriber as they are declared: its lists, and its zones."""
    found = [OutputWanted(subscriber_pk=subscriber.pk)]
    found += [
        OutputWanted(
            subscriber_pk=subscriber.pk, origin=zone.origin, is_hot=zone.is_hot, categories=zone.categories,
            action=zone.action,
        )
        for zone in zones if zone.subscriber == subscriber.key
    ]  # fmt: skip
    return found


def _declare(subscriber: SubscriberRow, wanted: Sequence[OutputWanted]) -> None:
    with transaction.atomic():
        lock_reader(subscriber.pk)
        declare_outputs(subscriber.pk, wanted)


def _weigh(subscriber: SubscriberRow, door: Door, *, at: datetime) -> None:
    """Ask the door again, because its lists are others than they were."""
    reweighed = find_reweighed(subscriber.pk, door)
    with transaction.atomic():
        reader = lock_reader(subscriber.pk)
        note_moved(list_outputs(subscriber.pk), weigh_again(subscriber.pk, reweighed), at=at)
        reader.guard = door.digest
        reader.save()


def _follow(home: Home, subscriber: SubscriberRow, door: Door, *, at: datetime) -> bool:
    """Take a page of the stream; answers whether there is more."""
    with transaction.atomic():
        reader = lock_reader(subscriber.pk)
        if reader.position >= subscriber.told:
            return False
        rows = read_told(subscriber.pk, after=reader.position, limit=_PAGE)
        if not rows:
            return False
        moved = take_told(subscriber.pk, rows, door, hot_since=_hot_since(home, at), at=at)
        if subscriber.told - reader.position > _BULK:
            mark_unbuilt(subscriber.pk)
        note_moved((output for output in list_outputs(subscriber.pk) if output.changed_at is not None), moved, at=at)
        reader.position = rows[-1].position
        reader.save()
        return len(rows) == _PAGE


def _cool(home: Home, subscriber: SubscriberRow, *, at: datetime) -> bool:
    """Let what is no longer new leave the small zones; answers whether there was anything."""
    with transaction.atomic():
        lock_reader(subscriber.pk)
        moved = cool_down(subscriber.pk, hot_since=_hot_since(home, at))
        note_moved((output for output in list_outputs(subscriber.pk) if output.is_hot), moved, at=at)
        return bool(moved.before)


def _let_go(subscriber: SubscriberRow, *, at: datetime) -> bool:
    with transaction.atomic():
        lock_reader(subscriber.pk)
        moved = let_all_go(subscriber.pk)
        note_moved(list_outputs(subscriber.pk), moved, at=at)
        return bool(moved.before)


def _is_due(home: Home, output: BlockOutput, *, at: datetime) -> bool:
    if not has_changes(output):
        return False
    if output.is_hot or not output.names or output.changed_at is None:
        return True
    is_old = at - output.changed_at >= timedelta(seconds=home.settings.blocking.base_seconds)
    return is_old or has_removals(output)


def _make_version(output_pk: int, subscriber_pk: int, *, at: datetime) -> int:
    with transaction.atomic():
        lock_reader(subscriber_pk)
        output = BlockOutput.objects.get(pk=output_pk)
        if output.changed_at is not None:
            return publish_version(output, _render(output), at=at)
        build_version(output, _render(output), at=at)
        return output.names


def _render(output: BlockOutput) -> Render:
    """How an output's names become octets: records of a zone, or every form of a list, compressed."""
    if output.origin:
        return lambda names: {ZONE_FORM: Piece(render_records([name for name, _cases in names], output.action))}
    return _render_lists


def _render_lists(names: Names) -> dict[str, Piece]:
    listed = [merge_blocked(cases) for _name, cases in names]
    made = {}
    for key, form in LISTS.items():
        part = pack_part(form.part(listed).encode())
        made[key] = Piece(part.body, part.crc, part.size)
    return made


def _hot_since(home: Home, at: datetime) -> datetime:
    return at - timedelta(hours=home.settings.blocking.hot_hours)
