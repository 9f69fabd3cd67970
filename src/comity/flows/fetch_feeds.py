"""Fetch the feeds that are due, one after another: a round of the desk.

A feed whose declaration is wrong is a finding of the doctor and stops no other.  Nobody fetches the same feed twice at
once: a file in the feed's folder is locked while it is visited.
"""

import logging
from datetime import UTC, datetime
from typing import Final

from django.db import transaction

from comity.edges.feed_declarations import FeedSource, load_feeds
from comity.edges.feed_lock import lock_feed
from comity.edges.home import Home
from comity.flows.fetch_feed import FeedVisit, fetch_feed
from comity.store.feeds import count_listed, find_states
from comity.store.models import FeedState

LOG: Final = logging.getLogger("comity.feeds")


def fetch_feeds(home: Home, *, at: datetime) -> int:
    """Visit every feed that is due; answers how many were visited."""
    sources = load_feeds(home)
    done = 0
    for source in due_feeds(sources, at=at):
        with lock_feed(home, source.feed.name) as is_ours:
            if is_ours:
                tell(source, fetch_feed(home, source))
                done += 1
    return done


def due_feeds(sources: dict[str, FeedSource], *, at: datetime) -> list[FeedSource]:
    """The feeds to visit now: never visited, or due, and not stopped by a person; who has waited longest is first."""
    states = find_states(sources)
    waiting = []
    for name, source in sources.items():
        state = states.get(name)
        if state is None:
            waiting.append((datetime.min.replace(tzinfo=UTC), source))
        elif state.disabled_at is None and state.next_at <= at:
            waiting.append((state.next_at, source))
    return [source for _, source in sorted(waiting, key=lambda one: (one[0], one[1].feed.name))]


def tell(source: FeedSource, visit: FeedVisit) -> None:
    """Write into the log how a visit went."""
    name = source.feed.name
    if visit.end in {"failed", "held"}:
        LOG.warning("feed: not taken in", extra={"event": "feed-trouble", "origin": name, "reason": visit.error})
    else:
        LOG.info("feed: visited", extra={"event": "feed-visited", "origin": name, "count": visit.intake.read})


def compare_feeds(home: Home, *, at: datetime) -> int:  # noqa: ARG001 — every round is called alike
    """Count what each feed names, and what it alone names; answers how many feeds there are."""
    states = list(FeedState.objects.all())
    if not states:
        return 0
    counted = count_listed()
    with transaction.atomic():
        for state in states:
            state.listed, state.alone = counted.get(state.pk, (0, 0))
            state.save(update_fields=["listed", "alone"])
    return len(states)
