"""Which episode of abuse a report belongs to.

A case is all that concerns one registrable domain and one category in one *episode*: from the first report until the
matter was closed.  A report belongs to the newest case of its name and category

* when that case is open, or
* when that case is closed and the report tells of something seen not after the closing, or
* when that case is closed, the report does not say when, and fewer than 30 days have passed since the closing.

Otherwise abuse has begun anew and the report opens the next episode (docs/spec/report.md §6).
"""

from datetime import datetime, timedelta
from typing import Final

import msgspec

QUIET: Final = timedelta(days=30)
FIRST_EPISODE: Final = 1


class KnownCase(msgspec.Struct, frozen=True, gc=False):
    """The newest case of a registrable domain and a category, as the store knows it."""

    case_pk: int
    uuid: str
    ref: str
    episode: int
    state: str
    event_count: int
    closed_at: datetime | None


def is_within(closed_at: datetime | None, observed_at: datetime | None, *, at: datetime) -> bool:
    """Answer whether a report belongs to a case that was closed at `closed_at` (None: it is open)."""
    if closed_at is None:
        return True
    if observed_at is None:
        return at - closed_at < QUIET
    return observed_at <= closed_at


def find_episode(newest: KnownCase | None, observed_at: datetime | None, *, at: datetime) -> int:
    """Number the episode that a report belongs to: the newest case's, or the one after it."""
    if newest is None:
        return FIRST_EPISODE
    return newest.episode if is_within(newest.closed_at, observed_at, at=at) else newest.episode + 1
