"""A reporter's own page: what became of each report, without an account (the token is the key).

It tells the reporter only about the reporter's own reports: received, told to the partner, how it ended.  It never
tells who else reported, who decided, or what a partner wrote.  Pages follow one another by report number, newest first,
so that the thousandth page costs what the first does.
"""

from datetime import datetime
from typing import Final

import msgspec
from django.http import Http404

from comity.store.models import Decision, IntakeRun, Report, Reporter

PAGE_SIZE: Final = 50
_COUNTS: Final = ("read", "accepted", "duplicate", "rejected", "foreign")


class ReportStatus(msgspec.Struct, frozen=True):
    """One report as its reporter may know it."""

    host: str
    category: str
    received_at: datetime
    standing: str
    state: str
    outcome: str
    case_ref: str
    partner: str
    told_at: datetime | None
    closed_at: datetime | None


class StatusPage(msgspec.Struct, frozen=True):
    """One page of a reporter's reports."""

    reporter: str
    counts: dict[str, int]
    reports: list[ReportStatus]
    older: int | None


def find_status(token: str, *, before: int | None) -> StatusPage:
    """Find the reporter whose token it is and one page of reports; a wrong token is a page that does not exist."""
    reporter = Reporter.objects.filter(status_token=token).first() if token else None
    if reporter is None:
        raise Http404
    wanted = Report.objects.filter(reporter=reporter).select_related("case").defer("body").order_by("-pk")
    if before is not None:
        wanted = wanted.filter(pk__lt=before)
    rows = list(wanted[: PAGE_SIZE + 1])
    shown = rows[:PAGE_SIZE]
    told = {
        row.report_id: row
        for row in Decision.objects.filter(
            report__in=[row.pk for row in shown], direction="out", verdict__in=("send", "send-redacted")
        )
        .only("report_id", "partner", "at")
        .order_by("pk")
    }
    return StatusPage(
        reporter=reporter.name,
        counts=_counts(reporter),
        reports=[_status(row, told.get(row.pk)) for row in shown],
        older=shown[-1].pk if len(rows) > PAGE_SIZE else None,
    )


def _status(row: Report, told: Decision | None) -> ReportStatus:
    case = row.case
    return ReportStatus(
        host=row.host,
        category=row.category,
        received_at=row.received_at,
        standing=row.standing,
        state=case.state if case else "",
        outcome=case.outcome if case else "",
        case_ref=case.ref if case else "",
        partner=told.partner if told else "",
        told_at=told.at if told else None,
        closed_at=case.closed_at if case else None,
    )


def _counts(reporter: Reporter) -> dict[str, int]:
    runs = [run.counts for run in IntakeRun.objects.filter(reporter=reporter).only("counts")]
    return {name: sum(int(counts.get(name, 0)) for counts in runs) for name in _COUNTS} if runs else {}
