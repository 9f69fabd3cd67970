"""A reporter's own page: what became of each report, without an account (the token is the key).

It tells the reporter only about the reporter's own reports: what happened, what is awaited, how it ended; and how good
the reports were found, with what follows from it.  It never
tells who else reported, who decided, or what a partner wrote.  Pages follow one another by report number, newest first,
so that the thousandth page costs what the first does.
"""

from datetime import UTC, datetime
from typing import Final

import msgspec
from django.http import Http404

from comity.core.cases import CLOSED, CaseEntry
from comity.store.cases import timeline
from comity.store.models import Decision, IntakeRun, Report, Reporter, ReporterDecision, ReporterWord
from comity.store.reporters import Measured, measured, standings

PAGE_SIZE: Final = 50
# What a reporter is told of a case, in the words of its time line; the desk's own considerations are not among them.
TOLD: Final = frozenset(
    (
        "opened", "start_triage", "ask_reporter", "info_supplied", "info_timeout", "dismiss", "confirm", "unconfirm",
        "send_notice", "registrar_acted", "host_or_registrant_cured", "registrar_refused", "approve_hold",
        "cured", "appeal_filed", "upheld", "granted", "restored", "close", "reopen", "retract", "recurrence_seen",
        "refer_out_of_zone", "partner_accepted", "partner_outcome", "partner_refused", "merge_duplicate", "unmerge",
        "parent_closed", "auto_reject_malformed",
    )
)  # fmt: skip
_COUNTS: Final = ("read", "accepted", "duplicate", "rejected", "foreign")


class ReportStatus(msgspec.Struct, frozen=True):
    """One report as its reporter may know it."""

    uuid: str
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
    measured: Measured
    held: ReporterDecision | None


class StoryLine(msgspec.Struct, frozen=True):
    """One thing that happened to the report's case."""

    event: str
    at: datetime
    outcome: str
    question: str


class ReportStory(msgspec.Struct, frozen=True):
    """One report from its beginning.  `awaited` is a state of the case, or how a report without one stands."""

    status: ReportStatus
    lines: tuple[StoryLine, ...]
    words: list[ReporterWord]
    awaited: str
    due_at: datetime | None
    is_open: bool


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
        measured=measured([reporter])[reporter.pk],
        held=standings([reporter.pk], at=datetime.now(UTC)).get(reporter.pk),
    )


def find_own_report(token: str, uuid: str) -> Report:
    """Find one report of the reporter whose token it is; another's is a page that does not exist."""
    report = (
        Report.objects.select_related("case", "reporter")
        .filter(uuid=uuid, reporter__status_token=token)
        .defer("body")
        .order_by("pk")
        .first()
        if token
        else None
    )
    if report is None:
        raise Http404
    return report


def open_story(report: Report) -> ReportStory:
    """Tell what happened to a report so far."""
    case = report.case
    words = list(ReporterWord.objects.filter(report=report).order_by("pk"))
    if case is None:
        return ReportStory(_status(report, None), (), words, report.standing, None, is_open=True)
    lines = tuple(_line(entry) for entry in timeline(case.pk) if entry.event in TOLD)
    status = _status(report, None)
    return ReportStory(status, lines, words, case.state, case.due_at, is_open=case.state != CLOSED)


def _line(entry: CaseEntry) -> StoryLine:
    """One entry in plain words: never who it was; the desk's question is for the reporter, other notes are not."""
    return StoryLine(entry.event, entry.at, entry.outcome, entry.note if entry.event == "ask_reporter" else "")


def _status(row: Report, told: Decision | None) -> ReportStatus:
    case = row.case
    return ReportStatus(
        uuid=row.uuid,
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
