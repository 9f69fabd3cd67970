"""Everything the case page shows of one case, read with a fixed number of statements.

Reports are shown as their bytes say, without the personal data they may hold: only which classes are present.  A report
marked TLP:RED is shown only to those who may read it.  Decisions stand newest first, each with the clauses that
were asked.
"""

from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from django.db.models import Q
from django.http import Http404

from comity.core.cases import CaseEntry
from comity.core.erasure import is_reduced
from comity.core.evidence import facts_of, score_value
from comity.core.reports import Report as Claim
from comity.core.roles import may_read
from comity.store.cases import timeline
from comity.store.models import Case, CasePeer, Decision, Report

SHOWN: Final = 50


class ShownReport(msgspec.Struct, frozen=True):
    """One report as the desk sees it."""

    uuid: str
    host: str
    reporter: str
    reporter_kind: str
    received_at: datetime
    readable: bool
    claim: Claim | None
    erased: bool


class ShownDecision(msgspec.Struct, frozen=True):
    """One decision: what the partner was told, by which clause and why."""

    row: Decision
    redact: list[str]
    trace: list[dict[str, Any]]


class CaseFile(msgspec.Struct, frozen=True):
    """One case, opened."""

    case: Case
    entries: tuple[CaseEntry, ...]
    reports: list[ShownReport]
    more_reports: int
    decisions: list[ShownDecision]
    peers: list[CasePeer]

    @property
    def best_score(self) -> str:
        """What the published rubric gives the best of the shown reports: where the analyst's own judgement starts."""
        now = datetime.now(UTC)
        scores = [score_value(facts_of(one.claim, at=now, max_age=None)) for one in self.reports if one.claim]
        return f"{max(scores):.2f}" if scores else ""


_decode_claim = msgspec.json.Decoder(Claim).decode


def open_case_file(ref: str, role: str) -> CaseFile:
    """Open a case by its reference; a reference that does not exist is a page that does not exist."""
    case = Case.objects.select_related("assignee").filter(ref=ref.upper()).first()
    if case is None:
        raise Http404(ref)
    rows = list(Report.objects.filter(case=case).select_related("reporter").order_by("-pk")[: SHOWN + 1])
    shown = rows[:SHOWN]
    more = Report.objects.filter(case=case).count() - SHOWN if len(rows) > SHOWN else 0
    decisions = Decision.objects.filter(Q(case=case) | Q(report__in=[row.pk for row in shown])).order_by("-pk")[:SHOWN]
    return CaseFile(
        case=case,
        entries=timeline(case.pk),
        reports=[_report(row, role) for row in shown],
        more_reports=more,
        decisions=[_decision(row) for row in decisions],
        peers=list(CasePeer.objects.filter(case=case).order_by("partner", "pk")[:SHOWN]),
    )


def _report(row: Report, role: str) -> ShownReport:
    try:
        claim: Claim | None = _decode_claim(row.body)
    except msgspec.DecodeError:  # an older or newer form: the row's own columns still say what it is about
        claim = None
    readable = claim is None or may_read(role, claim.tlp)
    return ShownReport(
        uuid=row.uuid,
        host=row.host,
        reporter=row.reporter.name,
        reporter_kind=row.reporter.kind,
        received_at=row.received_at,
        readable=readable,
        claim=claim if readable else None,
        erased=claim is not None and is_reduced(claim, host=row.host),
    )


def _decision(row: Decision) -> ShownDecision:
    trace = msgspec.json.decode(row.trace) if row.trace else {}
    return ShownDecision(row, list(trace.get("redact", [])), list(trace.get("trace", [])))
