"""Sweeps that the node does by itself: which one is due, how often it was tried, and what went wrong."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from django.db import connection

from comity.store.fields import micros
from comity.store.models import ScheduledSweep

FIRST_WAIT: Final = timedelta(minutes=5)
LONGEST_WAIT: Final = timedelta(hours=4)
_DOUBLINGS: Final = 10
_KEPT: Final = timedelta(days=400)
_LONGEST_MESSAGE: Final = 500
_HOSTS: Final = (
    "SELECT DISTINCT host FROM report WHERE received_at >= %s AND standing <> 'foreign' AND zone IN ({}) ORDER BY host"
)


def find_scheduled(due_at: datetime) -> ScheduledSweep | None:
    """What is known of the sweep that was due at a time."""
    return ScheduledSweep.objects.filter(due_at=due_at).first()


def is_waiting(row: ScheduledSweep | None, *, at: datetime) -> bool:
    """Whether a sweep is to begin now: never begun, cut off, or failed long enough ago."""
    if row is None or row.state == "running":
        return True
    return row.state == "failed" and (row.next_at is None or row.next_at <= at)


def begin_scheduled(due_at: datetime, *, at: datetime) -> ScheduledSweep:
    """Write that the sweep due at a time begins, for the first time or anew."""
    row, is_new = ScheduledSweep.objects.get_or_create(
        due_at=due_at, defaults={"state": "running", "tries": 1, "begun_at": at}
    )
    if not is_new:
        row.state, row.tries, row.begun_at = "running", row.tries + 1, at
        row.save(update_fields=["state", "tries", "begun_at"])
    return row


def end_scheduled(row: ScheduledSweep, run: str, *, at: datetime) -> None:
    """Write that it went well; what is long past is forgotten."""
    row.state, row.run, row.ended_at, row.next_at, row.error, row.message = "done", run[:100], at, None, "", ""
    row.save(update_fields=["state", "run", "ended_at", "next_at", "error", "message"])
    ScheduledSweep.objects.filter(due_at__lt=at - _KEPT).delete()


def fail_scheduled(row: ScheduledSweep, error: str, message: str, *, at: datetime) -> None:
    """Write what went wrong, and when it is tried again: later with every failure, up to some hours."""
    wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(row.tries - 1, _DOUBLINGS))
    row.state, row.error, row.message = "failed", error[:40], message[:_LONGEST_MESSAGE]
    row.ended_at, row.next_at = at, at + wait
    row.save(update_fields=["state", "error", "message", "ended_at", "next_at"])


def newest_scheduled() -> ScheduledSweep | None:
    """The sweep that was due last, of those that were begun."""
    return ScheduledSweep.objects.order_by("-due_at").first()


def list_failed(*, limit: int = 20) -> list[ScheduledSweep]:
    """The sweeps that did not go well in the end, the newest first."""
    return list(ScheduledSweep.objects.filter(state="failed").order_by("-due_at")[:limit])


def last_done() -> ScheduledSweep | None:
    """The newest one that went well."""
    return ScheduledSweep.objects.filter(state="done").order_by("-due_at").first()


def count_failures() -> int:
    """How many tries failed since the last one that went well."""
    last = last_done()
    rows = ScheduledSweep.objects.exclude(state="done")
    if last is not None:
        rows = rows.filter(due_at__gt=last.due_at)
    return sum(row.tries if row.state == "failed" else row.tries - 1 for row in rows)


def reported_hosts(zones: tuple[str, ...], *, since: datetime) -> Iterator[str]:
    """The hosts of our zones that reports named since a time: our own reports and those that partners told us."""
    with connection.cursor() as cursor:
        cursor.execute(_HOSTS.format(", ".join(["%s"] * len(zones))), [micros(since), *zones])
        while rows := cursor.fetchmany(10_000):
            for (host,) in rows:
                yield host
