"""A feed: a source that is fetched by the clock, what is believed of it, and what its rows weigh (docs/spec/feeds.md).

A feed is declared and never programmed (`edges.feed_declarations`).  Its rows are sightings: a feed names a target,
names it again, and no longer names it.  A sighting weighs the feed's confidence and halves with every half-life since
it was last seen; several feeds are joined as sources that err independently, which is generous to them, so the sum is
told to people and decides nothing.  What a feed alone says opens an enquiry and never an action
(`core.case_steps`: feed-alone).
"""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Annotated, Final, Literal

import msgspec

from comity.core.categories import Category
from comity.core.evidence import NODE_TAGS
from comity.core.markings import TLPS, Tlp
from comity.core.reports import Report

FeedKind = Literal["http", "file", "taxii", "misp-feed"]

NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
SHRUNK_TO: Final = 0.1  # what falls below this share of the last time is held for a person
FEW_ROWS: Final = 20  # of a feed this small a fall says nothing
STALE_AFTER: Final = 3  # schedules without a success
_STALE_AT_LEAST: Final = timedelta(hours=6)
_LONGEST_BACK_OFF: Final = timedelta(hours=12)


class Terms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Under which terms a feed is used.  `may_share` False: its rows are told to no partner and no subscriber."""

    text: str = ""
    url: str = ""
    may_share: bool = True


class Feed(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One declared feed.  `place` is its address or file; `format` names how it is read."""

    name: str
    kind: FeedKind = "http"
    about: str = ""
    place: str
    format: str
    reporter: str
    every: timedelta = timedelta(hours=24)
    confidence: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.5
    category: Category | None = None
    tlp: Tlp | None = None  # the least strict marking that its rows get; None: what the format says
    terms: Terms = Terms()
    half_life: timedelta = timedelta(days=14)
    max_bytes: int = 64 << 20
    max_objects: int = 100_000  # of a collection, in one visit
    seconds: float = 300.0
    private: bool = False  # whether it may stand at an address of a private network
    plain: bool = False  # whether it may be fetched without TLS
    authorization_file: str = ""  # one header field, `Name: value`, or `user:password`
    ca: str = ""
    certificate: str = ""
    key: str = ""
    collection: str = ""  # TAXII: its identifier, title or alias

    @property
    def may_share(self) -> bool:
        """Whether what it says may be told to others at all."""
        return self.terms.may_share


def marking_of(feed: Feed, tlp: Tlp) -> Tlp:
    """The marking of a row: never less strict than its own; TLP:RED, which leaves no node, where terms say so."""
    at_least: Tlp = "TLP:CLEAR" if feed.tlp is None else feed.tlp
    return max(tlp, at_least, key=TLPS.index) if feed.may_share else "TLP:RED"


def as_of_feed(report: Report, feed: Feed) -> Report:
    """A report as a feed may make it: of a machine, marked as declared, without what only a node says of its own.

    What a feed calls evidence is its word about its own row: it raises no score.
    """
    tlp = marking_of(feed, report.tlp)
    tags = report.tags
    if tags and not NODE_TAGS.isdisjoint(tags):
        tags = tuple(tag for tag in tags if tag not in NODE_TAGS)
    if report.machine_only and tlp == report.tlp and tags is report.tags and not report.evidence:
        return report
    return msgspec.structs.replace(report, machine_only=True, tlp=tlp, tags=tags, evidence=())


class Sighting(msgspec.Struct, frozen=True, kw_only=True):
    """What one feed says of one target: how often it was seen, from when to when; `gone_at` None: it still says so."""

    feed: str
    confidence: float
    half_life: timedelta
    count: int
    first_seen_at: datetime
    last_seen_at: datetime
    gone_at: datetime | None = None


def weigh_sighting(one: Sighting, *, at: datetime) -> float:
    """Weigh one sighting as of a time: the feed's confidence, halved with every half-life since it was last seen."""
    age = max(timedelta(0), at - one.last_seen_at)
    if one.half_life <= timedelta(0):
        return 0.0 if age else one.confidence
    return float(one.confidence * 0.5 ** min(age / one.half_life, 1_000.0))


def weigh_sightings(sightings: Iterable[Sighting], *, at: datetime) -> float:
    """Weigh all that is said of a name, 0 to 1: each feed counts once, by its strongest sighting."""
    strongest: dict[str, float] = {}
    for one in sightings:
        strongest[one.feed] = max(strongest.get(one.feed, 0.0), weigh_sighting(one, at=at))
    doubt = 1.0
    for weight in strongest.values():
        doubt *= 1.0 - weight
    return 1.0 - doubt


def why_not_believed(rows: int, rows_before: int | None) -> str:
    """Say why what came is held for a person: a list that was full is empty, or has shrunk by more than nine tenths."""
    if rows_before is None or rows_before < FEW_ROWS:
        return ""
    if rows == 0:
        return f"it is empty; the last time it had {rows_before} rows"
    if rows < rows_before * SHRUNK_TO:
        return f"it has {rows} rows; the last time it had {rows_before}"
    return ""


def next_try(feed: Feed, *, at: datetime, failures: int, retry_after: timedelta | None = None) -> datetime:
    """When a feed is due again: by its schedule, or sooner and then later each time after failures."""
    if failures == 0:
        return at + feed.every
    doubled: int = 1 << min(failures - 1, 16)
    wait = min(feed.every, timedelta(minutes=5) * doubled, _LONGEST_BACK_OFF)
    return at + max(wait, retry_after or timedelta(0))


def is_stale(feed: Feed, *, succeeded_at: datetime | None, known_since: datetime, at: datetime) -> bool:
    """Answer whether a feed has had no success for several of its schedules."""
    return at - (succeeded_at or known_since) > max(feed.every * STALE_AFTER, _STALE_AT_LEAST)
