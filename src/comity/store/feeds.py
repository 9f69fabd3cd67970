"""Feeds: how the last visits went, and what each feed says of which name.

A name that a feed goes on naming costs no write: how often and when it was seen follows from the feed's visits
(`FeedSighting.since_visit`).  What is written follows what changed.  Functions that write are called inside the
caller's transaction.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

import msgspec
from django.db import connection
from django.db.models import Count

from comity.core.errors import NotFoundError
from comity.core.feeds import Feed, Sighting
from comity.core.reports import Claim
from comity.store.fields import micros
from comity.store.models import FeedPart, FeedSighting, FeedState

_AT_ONCE: Final = 400
_KEY_BYTES: Final = 16
_MOST_OF_CASE: Final = 2_000

# A name counts as a feed's own where no other feed names it for the same.
_ALONE: Final = """
SELECT s.feed_id, count(*) FROM feed_sighting AS s
WHERE s.gone_at IS NULL AND NOT EXISTS (
  SELECT 1 FROM feed_sighting AS o
  WHERE o.registrable = s.registrable AND o.category = s.category AND o.feed_id <> s.feed_id AND o.gone_at IS NULL)
GROUP BY s.feed_id"""


class Said(msgspec.Struct, frozen=True):
    """What a row says: the target's key, and what it is about."""

    key: bytes
    registrable: str
    host: str
    zone: str
    category: str


def said_by(claim: Claim) -> Said:
    """What a claim says, as sightings know it: a target of a category is the same whatever else is said of it."""
    category, name = claim.report.category, claim.name
    key = sha256(f"{category}\0{claim.target}".encode("utf-8", "surrogatepass")).digest()[:_KEY_BYTES]
    return Said(key, name.registrable, name.ascii, name.zone, category)


def ensure_state(feed: Feed, reporter_pk: int, *, at: datetime) -> FeedState:
    """Find what is known of a feed, or begin to know it."""
    row, _ = FeedState.objects.get_or_create(
        name=feed.name, defaults={"reporter_id": reporter_pk, "known_since": at, "next_at": at}
    )
    if row.reporter_id != reporter_pk:
        row.reporter_id = reporter_pk
        row.save(update_fields=["reporter_id"])
    return row


def find_states(names: Collection[str]) -> dict[str, FeedState]:
    """What is known of feeds, by name."""
    return {row.name: row for row in FeedState.objects.filter(name__in=list(names)).select_related("reporter")}


def get_state(name: str) -> FeedState:
    """Get what is known of a feed.  Raises `NotFoundError` where it was never fetched."""
    row = FeedState.objects.filter(name=name).select_related("reporter").first()
    if row is None:
        raise NotFoundError("was never fetched", item=name)
    return row


def keep_whole(state: FeedState, said: Mapping[Said, int], *, visit: int, at: datetime) -> None:
    """Keep what a whole file says (with the number of its lines): whatever else the feed said is gone."""
    lines = {one.key: count for one, count in said.items()}
    changed = []
    there = FeedSighting.objects.filter(feed=state, gone_at__isnull=True)
    gone = [row for row in there.iterator() if bytes(row.key) not in lines]
    _leave(state, gone, visit=visit, at=at)
    known = _known(state, list(lines))
    for row in known.values():
        count = lines[bytes(row.key)]
        if row.lines != count or row.gone_at is not None:
            _stay(row, count, visit=visit)
            changed.append(row)
    _save(changed)
    _begin(state, [one for one in said if one.key not in known], lines, visit=visit, at=at)


def keep_changes(
    state: FeedState, more: Mapping[Said, int], fewer: Mapping[bytes, int], *, visit: int, at: datetime
) -> None:
    """Keep what changed between two files: `more` lines of some targets and `fewer` of others."""
    change = {one.key: count for one, count in more.items()}
    for key, count in fewer.items():
        change[key] = change.get(key, 0) - count
    known = _known(state, list(change))
    changed, gone = [], []
    for key, row in known.items():
        count = max(0, row.lines + change[key])
        if count == 0 and row.gone_at is None:
            gone.append(row)
        elif count != row.lines:
            _stay(row, count, visit=visit)
            changed.append(row)
    _save(changed)
    _leave(state, gone, visit=visit, at=at)
    new = [one for one in more if one.key not in known and change[one.key] > 0]
    _begin(state, new, change, visit=visit, at=at)


def keep_passing(state: FeedState, said: Iterable[Said], *, at: datetime) -> None:
    """Keep what a source without a whole says now: each time it says so counts once."""
    unique = {one.key: one for one in said}
    known = _known(state, list(unique))
    for row in known.values():
        row.counted += 1
        row.last_seen_at, row.gone_at = at, None
    _save(list(known.values()))
    FeedSighting.objects.bulk_create(
        [_row(state, one, 0, counted=1, visit=0, at=at) for key, one in unique.items() if key not in known],
        batch_size=_AT_ONCE,
    )


def count_seen(row: FeedSighting, visits: int) -> int:
    """In how many visits a target was seen."""
    return row.counted + (visits - row.since_visit + 1 if row.lines > 0 and row.gone_at is None else 0)


def sightings_of(registrable: str, category: str, feeds: Mapping[str, Feed]) -> tuple[Sighting, ...]:
    """What feeds say of a name, a row for each feed; one that is followed no longer weighs nothing."""
    rows = FeedSighting.objects.filter(registrable=registrable, category=category).select_related("feed")
    found: dict[str, Sighting] = {}
    for row in rows.order_by("feed_id", "pk")[:_MOST_OF_CASE]:
        state = row.feed
        is_there = row.gone_at is None
        last = state.succeeded_at if is_there and row.lines > 0 and state.succeeded_at else row.last_seen_at
        declared = feeds.get(state.name)
        one = Sighting(
            feed=state.name, confidence=declared.confidence if declared else 0.0,
            half_life=declared.half_life if declared else timedelta(0),
            count=count_seen(row, state.visits), first_seen_at=row.first_seen_at, last_seen_at=last,
            gone_at=row.gone_at,
        )  # fmt: skip
        before = found.get(state.name)
        found[state.name] = one if before is None else _joined(before, one)
    return tuple(found.values())


def count_listed() -> dict[int, tuple[int, int]]:
    """How many targets each feed names now, and of how many it is the only one to name them (by the feed's row)."""
    listed = dict(
        FeedSighting.objects.filter(gone_at__isnull=True)
        .values_list("feed")
        .annotate(count=Count("pk"))
        .order_by("feed")
    )
    with connection.cursor() as cursor:
        cursor.execute(_ALONE)
        alone = dict(cursor.fetchall())
    return {pk: (count, alone.get(pk, 0)) for pk, count in listed.items()}


def find_versions(state: FeedState) -> dict[str, str]:
    """Which version of each part of a source was taken in."""
    return dict(FeedPart.objects.filter(feed=state).values_list("key", "version"))


def keep_version(state: FeedState, key: str, version: str) -> None:
    """Note which version of a part was taken in."""
    FeedPart.objects.update_or_create(feed=state, key=key, defaults={"version": version})


def _joined(one: Sighting, other: Sighting) -> Sighting:
    """Several targets of one name that a feed names are one row of what the feed says of the name."""
    gone = (one.gone_at, other.gone_at)
    return msgspec.structs.replace(
        one, count=max(one.count, other.count), first_seen_at=min(one.first_seen_at, other.first_seen_at),
        last_seen_at=max(one.last_seen_at, other.last_seen_at),
        gone_at=max(at for at in gone if at is not None) if None not in gone else None,
    )  # fmt: skip


def _known(state: FeedState, keys: Sequence[bytes]) -> dict[bytes, FeedSighting]:
    found: dict[bytes, FeedSighting] = {}
    ordered = sorted(keys)
    for start in range(0, len(ordered), _AT_ONCE):
        for row in FeedSighting.objects.filter(feed=state, key__in=ordered[start : start + _AT_ONCE]):
            found[bytes(row.key)] = row
    return found


def _stay(row: FeedSighting, lines: int, *, visit: int) -> None:
    """Let a target be there with so many lines; one that had gone comes back."""
    if row.gone_at is not None:
        row.gone_at, row.since_visit = None, visit
    row.lines = lines


def _leave(state: FeedState, rows: Sequence[FeedSighting], *, visit: int, at: datetime) -> None:
    for row in rows:
        row.counted = row.counted + visit - row.since_visit
        row.lines, row.gone_at = 0, at
        row.last_seen_at = state.succeeded_at or row.last_seen_at
    _save(rows)


def _begin(state: FeedState, new: Iterable[Said], lines: Mapping[bytes, int], *, visit: int, at: datetime) -> None:
    rows = [_row(state, one, lines[one.key], counted=0, visit=visit, at=at) for one in new]
    FeedSighting.objects.bulk_create(rows, batch_size=_AT_ONCE)


def _row(state: FeedState, one: Said, lines: int, *, counted: int, visit: int, at: datetime) -> FeedSighting:
    return FeedSighting(
        feed=state, key=one.key, registrable=one.registrable, host=one.host, zone=one.zone, category=one.category,
        lines=lines, counted=counted, since_visit=visit, first_seen_at=at, last_seen_at=at,
    )  # fmt: skip


def _save(rows: Sequence[FeedSighting]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE feed_sighting SET lines = %s, counted = %s, since_visit = %s, last_seen_at = %s, gone_at = %s "
            "WHERE id = %s",
            [
                (row.lines, row.counted, row.since_visit, micros(row.last_seen_at),
                 None if row.gone_at is None else micros(row.gone_at), row.pk)
                for row in rows
            ],
        )  # fmt: skip
