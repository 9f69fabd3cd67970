"""List feeds: what this node follows, how each visit went, what each names, and how good it was found.

How good a feed is, is told by what became of the cases its reports opened or joined, as of every reporter
(`core.reporter_quality`): the share confirmed with its Wilson interval, and none where too few were decided.
"""

from datetime import datetime, timedelta
from typing import Literal

import msgspec

from comity.core.feeds import is_stale, weigh_sighting, weigh_sightings
from comity.core.roles import may_read
from comity.edges.feed_declarations import FeedSource, load_feeds
from comity.edges.home import Home
from comity.store.feeds import find_states, sightings_of
from comity.store.models import FeedState
from comity.store.reporters import Measured, measured

FeedStanding = Literal["well", "new", "stopped", "held", "failing", "stale"]


class FollowedFeed(msgspec.Struct, frozen=True):
    """One feed; `state` and `quality` are None where it was never fetched."""

    source: FeedSource
    state: FeedState | None
    quality: Measured | None
    standing: FeedStanding
    age: timedelta | None  # since the last success


class SightingLine(msgspec.Struct, frozen=True):
    """What one feed says of a name, for a person."""

    feed: str
    about: str
    count: int
    first_seen_at: datetime
    last_seen_at: datetime
    gone_at: datetime | None
    weight: float
    is_followed: bool


class Sightings(msgspec.Struct, frozen=True):
    """What feeds say of a name, and what it weighs together."""

    lines: tuple[SightingLine, ...]
    weight: float


def list_feeds(home: Home, *, at: datetime) -> list[FollowedFeed]:
    """List what the node follows, by name.  Raises `SettingError` where the file of declarations is wrong."""
    sources = load_feeds(home)
    states = find_states(sources)
    quality = measured([state.reporter for state in states.values()])
    found = []
    for name, source in sorted(sources.items()):
        state = states.get(name)
        age = at - state.succeeded_at if state and state.succeeded_at else None
        known = quality.get(state.reporter_id) if state else None
        found.append(FollowedFeed(source, state, known, standing_of(source, state, at=at), age))
    return found


def standing_of(source: FeedSource, state: FeedState | None, *, at: datetime) -> FeedStanding:
    """Say how a feed stands, the gravest first."""
    if state is None or state.tried_at is None:
        return "new"
    if state.disabled_at is not None:
        return "stopped"
    if state.error == "held":
        return "held"
    if is_stale(source.feed, succeeded_at=state.succeeded_at, known_since=state.known_since, at=at):
        return "stale"
    return "failing" if state.error else "well"


def read_sightings(home: Home, registrable: str, category: str, *, role: str, at: datetime) -> Sightings:
    """What feeds say of a name, as far as somebody of a role may read it."""
    sources = load_feeds(home)
    hidden = {name for name, source in sources.items() if not may_read(role, source.declared.tlp)}
    said = [
        one
        for one in sightings_of(registrable, category, {name: source.feed for name, source in sources.items()})
        if one.feed not in hidden
    ]
    lines = tuple(
        SightingLine(
            one.feed, sources[one.feed].feed.about if one.feed in sources else "", one.count, one.first_seen_at,
            one.last_seen_at, one.gone_at, weigh_sighting(one, at=at), one.feed in sources,
        )
        for one in said
    )  # fmt: skip
    return Sightings(lines, weigh_sightings(said, at=at))
