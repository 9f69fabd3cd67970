"""Check a reporter before their reports are taken: stopped by a person, or at the end of what a day allows.

A stop is a person's decision with a reason and is said as such.  A limit follows from what became of earlier reports
(`core.reporter_quality`), or from a person who slowed the reporter; it passes by itself with the day.
"""

from datetime import datetime, timedelta
from typing import Final

from comity.core.errors import ComityError, ForbiddenError
from comity.core.reporter_quality import Pace, reports_a_day
from comity.edges.home import Home
from comity.store.models import Reporter, ReporterDecision
from comity.store.public_tries import keyed_hash, take_try
from comity.store.reporters import pace_of, standings

DAY: Final = timedelta(days=1)


class ReporterStoppedError(ForbiddenError):
    """A person of this registry decided that this reporter's reports are not taken, and said why."""

    code = "reporter-stopped"


class TooManyReportsError(ComityError):
    """More reports than this reporter may file in a day; those that were taken stay."""

    code = "too-many-reports"
    http_status = 429


def refuse_stopped(reporter_key: str, *, at: datetime) -> None:
    """Raise `ReporterStoppedError` where a person has stopped this reporter."""
    row = Reporter.objects.filter(key=reporter_key).first()
    held = standings([row.pk], at=at).get(row.pk) if row else None
    if held is not None and held.verb == "stop":
        raise ReporterStoppedError(sentence_of_stop(held), item=reporter_key)


def check_reporter(home: Home, reporter_key: str, *, amount: int, at: datetime) -> None:
    """Raise where the reporter is stopped, or where so many reports more are too many for a day."""
    row = Reporter.objects.filter(key=reporter_key).first()
    if row is None:
        return  # nothing of theirs was ever taken: there is nothing to measure
    refuse_stopped(reporter_key, at=at)
    pace: Pace = pace_of(row, standings([row.pk], at=at).get(row.pk))
    limit = reports_a_day(row.kind, pace)
    key = keyed_hash(home.settings.secret_key, "reports", reporter_key)
    if not take_try(key, limit=limit, within=DAY, at=at, amount=amount):
        slowed = ", because many of the last 90 days' were not confirmed" if pace == "slowed" else ""
        raise TooManyReportsError(f"at most {limit:,} reports a day are taken{slowed}", item=reporter_key)


def sentence_of_stop(held: ReporterDecision) -> str:
    """Say that and why a reporter is stopped, and until when."""
    until = f" until {held.until:%Y-%m-%d %H:%M} UTC" if held.until else ""
    return f"reports of this reporter are not taken{until}: {held.reason}"
