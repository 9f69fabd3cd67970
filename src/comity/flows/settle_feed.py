"""Settle a feed: a person stops it, lets it run again, or believes what was held."""

from datetime import datetime

from django.db import transaction

from comity.core.errors import ConflictError, InputError
from comity.core.roles import Actor
from comity.edges.feed_declarations import FeedSource
from comity.edges.home import Home
from comity.flows.fetch_feed import FeedVisit, fetch_feed
from comity.store.feeds import ensure_state, get_state
from comity.store.reports import ensure_reporter


def stop_feed(home: Home, source: FeedSource, actor: Actor, *, at: datetime) -> None:  # noqa: ARG001 — as every verb
    """Fetch a feed no more, until somebody says otherwise."""
    reporter = ensure_reporter(source.feed.reporter, kind="feed", at=at)
    with transaction.atomic():
        state = ensure_state(source.feed, reporter.pk, at=at)
        state.disabled_at, state.disabled_by = at, actor.name
        state.save(update_fields=["disabled_at", "disabled_by"])


def start_feed(home: Home, source: FeedSource, actor: Actor, *, at: datetime) -> None:  # noqa: ARG001 — as every verb
    """Fetch a feed again, at once."""
    reporter = ensure_reporter(source.feed.reporter, kind="feed", at=at)
    with transaction.atomic():
        state = ensure_state(source.feed, reporter.pk, at=at)
        state.disabled_at, state.disabled_by, state.next_at = None, "", at
        state.save(update_fields=["disabled_at", "disabled_by", "next_at"])


def believe_feed(home: Home, source: FeedSource, actor: Actor, digest: str, *, at: datetime) -> FeedVisit:
    """Take in what was held, by its digest as it was shown; what a server gives by now is held anew if it differs."""
    state = get_state(source.feed.name)
    if not state.held_digest:
        raise ConflictError("nothing of it is held", item=source.feed.name)
    if digest != state.held_digest:
        raise InputError("is not the digest of what is held; look again", item=digest[:64])
    with transaction.atomic():
        state.believed_digest, state.believed_by, state.believed_at = digest, actor.name, at
        state.etag = state.last_modified = ""  # so that the same octets are sent again
        state.save()
    return fetch_feed(home, source)
