"""Fetch a feed: ask its server, take in what changed, and note how it went.

Every end is noted: not modified, taken in, held for a person, failed with a reason.  What a failed visit stored before
it failed stays, for the same row is known when it comes again; only sources that are read page by page can have stored
anything then.  One feed's trouble is its own: whoever fetches several goes on with the next (`flows.fetch_feeds`).
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

import msgspec
from django.db import transaction

from comity.core.errors import ComityError
from comity.core.feeds import next_try
from comity.core.names import NameFolder
from comity.edges.feed_client import Validators, fetch_file
from comity.edges.feed_declarations import FeedSource
from comity.edges.feed_http import FeedError
from comity.edges.guard_lists import load_guard
from comity.edges.home import Home
from comity.edges.suffix_file import load_suffixes
from comity.flows.check_reporter import refuse_stopped
from comity.flows.take_feed_file import FeedDesk, HeldError, note_unchanged, take_feed_file
from comity.flows.take_feed_pages import take_collection, take_misp_feed
from comity.flows.take_in import Intake
from comity.store.feeds import ensure_state
from comity.store.models import FeedState
from comity.store.reports import ensure_reporter

End = Literal["unchanged", "taken", "held", "failed"]
_MESSAGE: Final = 500


class FeedVisit(msgspec.Struct, frozen=True):
    """How a visit ended, and what came of the rows that were new."""

    end: End
    intake: Intake
    error: str = ""
    message: str = ""


def fetch_feed(
    home: Home, source: FeedSource, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC), whole: bool = False
) -> FeedVisit:
    """Visit a feed once.  `whole`: ask for all of it and take in known lines too."""
    feed, at = source.feed, clock()
    reporter = ensure_reporter(feed.reporter, kind="feed", at=at)
    with transaction.atomic():
        state = ensure_state(feed, reporter.pk, at=at)
        state.tried_at = at
        state.save(update_fields=["tried_at"])
    desk = FeedDesk(home, reporter, NameFolder(load_suffixes(home)), load_guard(home), clock)
    try:
        refuse_stopped(feed.reporter, at=at)
        return _visit(desk, source, state, whole=whole)
    except FeedError as error:
        held = isinstance(error, HeldError)
        return _fail(source, state, error.reason, str(error), clock(), error.retry_after, is_held=held)
    except ComityError as error:
        return _fail(source, state, error.code, str(error), clock(), None)
    except OSError as error:
        return _fail(source, state, "disk", f"{error.strerror}: {error.filename}", clock(), None)


def _visit(desk: FeedDesk, source: FeedSource, state: FeedState, *, whole: bool) -> FeedVisit:
    feed = source.feed
    if feed.kind in {"taxii", "misp-feed"}:
        intake = (take_collection if feed.kind == "taxii" else take_misp_feed)(desk, source, state)
        return FeedVisit("taken" if intake.read else "unchanged", intake)
    fetched = fetch_file(desk.home, feed, Validators() if whole else Validators(state.etag, state.last_modified))
    if fetched.file is None:
        note_unchanged(state, feed, fetched.validators, at=desk.clock())
        return FeedVisit("unchanged", Intake())
    taken = take_feed_file(desk, source, state, fetched, whole=whole)
    return FeedVisit("taken" if taken.is_news else "unchanged", taken.intake)


def _fail(
    source: FeedSource, state: FeedState, reason: str, message: str, at: datetime, wait: timedelta | None, *,
    is_held: bool = False,
) -> FeedVisit:  # fmt: skip
    feed = source.feed
    with transaction.atomic():
        row = FeedState.objects.select_for_update().get(pk=state.pk)
        row.failures += 1
        row.error, row.message = reason[:40], message[:_MESSAGE]
        row.next_at = next_try(feed, at=at, failures=row.failures, retry_after=wait)
        if is_held:
            row.held_digest, row.held_reason = state.held_digest, state.held_reason[:200]
            row.next_at = at + feed.every
        row.save()
    return FeedVisit("held" if is_held else "failed", Intake(), reason, message)
