"""Reporters: what people decided about them, how good their reports are, and how many they have filed.

A decision that has ended (`until`) holds no more.  Tallies are counted by a round of the desk in one pass over all
reports, never while somebody waits for a page.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec
from django.db import connection

from comity.core.errors import NotFoundError
from comity.core.reporter_quality import WINDOW_DAYS, Pace, Quality, Tally, verdict_of, weigh_reporter
from comity.store.fields import micros
from comity.store.models import Reporter, ReporterDecision, ReporterTally

WINDOWS: Final = ("recent", "all")
PAGE_ROWS: Final = 50

_COUNT: Final = """
SELECT r.reporter_id, CASE WHEN r.received_at >= %s THEN 1 ELSE 0 END, r.standing, c.outcome, count(*)
FROM report r JOIN reporter p ON p.id = r.reporter_id LEFT JOIN abuse_case c ON c.id = r.case_id
WHERE p.kind <> 'partner'
GROUP BY 1, 2, 3, 4"""


class Measured(msgspec.Struct, frozen=True):
    """A reporter's quality of the last 90 days and of all time; `counted_at` None: not measured yet."""

    recent: Quality
    all: Quality
    counted_at: datetime | None

    @property
    def rows(self) -> list[tuple[str, int, int]]:
        """What became of the reports: the word, of 90 days, of all."""
        return [
            (field.replace("_", "-"), getattr(self.recent.tally, field), getattr(self.all.tally, field))
            for field in Tally.__struct_fields__
        ]


def get_reporter(key: str) -> Reporter:
    """Get a reporter by key.  Raises `NotFoundError`."""
    row = Reporter.objects.filter(key=key).first()
    if row is None:
        raise NotFoundError("no such reporter", item=key[:120])
    return row


def list_reporters(*, after: int = 0, limit: int = PAGE_ROWS) -> list[Reporter]:
    """List reporters that are no partners, a page at a time, in the order in which they first came."""
    return list(Reporter.objects.exclude(kind="partner").filter(pk__gt=after).order_by("pk")[:limit])


def decisions_about(reporter_pk: int) -> list[ReporterDecision]:
    """List what people decided about a reporter, the newest first."""
    return list(ReporterDecision.objects.filter(reporter_id=reporter_pk).order_by("-pk"))


def standings(reporter_pks: Sequence[int], *, at: datetime) -> dict[int, ReporterDecision]:
    """Find the decision that holds about each reporter; who is left out is allowed."""
    held: dict[int, ReporterDecision] = {}
    for row in ReporterDecision.objects.filter(reporter_id__in=reporter_pks).order_by("pk"):
        held[row.reporter_id] = row
    return {pk: row for pk, row in held.items() if row.verb != "allow" and (row.until is None or at < row.until)}


def measured(reporters: Sequence[Reporter]) -> dict[int, Measured]:
    """Give each reporter's quality as it was last counted."""
    rows = {(row.reporter_id, row.window): row for row in ReporterTally.objects.filter(reporter__in=reporters)}
    return {one.pk: _measured(one, rows.get((one.pk, "recent")), rows.get((one.pk, "all"))) for one in reporters}


def _measured(reporter: Reporter, recent: ReporterTally | None, whole: ReporterTally | None) -> Measured:
    return Measured(
        weigh_reporter(_tally(recent), reporter.kind),
        weigh_reporter(_tally(whole), reporter.kind),
        whole.counted_at if whole else None,
    )


def pace_of(reporter: Reporter, held: ReporterDecision | None) -> Pace:
    """Tell whether a reporter is slowed: by a person, or by what became of the last 90 days' reports."""
    if held is not None and held.verb == "slow":
        return "slowed"
    return measured([reporter])[reporter.pk].recent.pace


def count_all(*, at: datetime) -> list[ReporterTally]:
    """Count what became of everybody's reports."""
    tallies: dict[tuple[int, str], dict[str, int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [micros(at - timedelta(days=WINDOW_DAYS))])
        for reporter, is_recent, standing, outcome, count in cursor.fetchall():
            verdict = "not-counted" if standing == "foreign" else verdict_of(outcome or "")
            for window in WINDOWS if is_recent else ("all",):
                tally = tallies.setdefault((reporter, window), {})
                tally[verdict] = tally.get(verdict, 0) + count
    return [_row(reporter, window, counts, at) for (reporter, window), counts in sorted(tallies.items())]


def keep_tallies(rows: Sequence[ReporterTally]) -> None:
    """Keep a count in place of the one before."""
    ReporterTally.objects.all().delete()
    ReporterTally.objects.bulk_create(rows, batch_size=500)


def _row(reporter: int, window: str, counts: Mapping[str, int], at: datetime) -> ReporterTally:
    columns = {verdict.replace("-", "_"): count for verdict, count in counts.items()}
    return ReporterTally(reporter_id=reporter, window=window, counted_at=at, **columns)


def _tally(row: ReporterTally | None) -> Tally:
    if row is None:
        return Tally()
    return Tally(**{field: getattr(row, field) for field in Tally.__struct_fields__})
