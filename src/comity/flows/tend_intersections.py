"""Tend intersections: end runs that nobody answered within a week, and read answers that are here.

An answer is read outside of every transaction, by a process of its own; the key of a run is deleted with its end, or
at the next round where the process died before.
"""

from datetime import datetime, timedelta

from django.db import transaction

from comity.core.intersections import EXPIRE_DAYS
from comity.edges.home import Home
from comity.edges.psi_process import forget_kept, forget_strays
from comity.flows.intersect import finish_intersection
from comity.store.intersections import end_run, lock_run, open_runs


def tend_intersections(home: Home, *, at: datetime) -> int:
    """Do what is due; answers how many runs ended."""
    ended = 0
    for row in open_runs(before=at - timedelta(days=EXPIRE_DAYS)):
        if row.state == "answered":
            continue
        with transaction.atomic():
            held = lock_run(row.pk)
            if held.ended_at is None and held.state != "answered":
                end_run(held, "expired", at=at)
                ended += 1
        forget_kept(home, row.uuid)
    for row in open_runs(state="answered"):
        if row.asker == home.party:
            finish_intersection(home, row, at=at)
            ended += 1
    forget_strays(home, but={row.uuid for row in open_runs()}, now=at.timestamp())
    return ended
