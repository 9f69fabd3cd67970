"""Everything the case page shows of one case, read with a number of statements that does not follow its length.

Reports are shown as their bytes say, without the personal data they may hold: only which classes are present.  A report
marked TLP:RED is shown only to those who may read it.  Decisions stand newest first, each with the clauses that
were asked.
"""

from datetime import datetime
from typing import Any, Final

import msgspec
from django.db.models import Q
from django.http import Http404

from comity.core.cases import CaseEntry
from comity.core.erasure import is_reduced
from comity.core.media_types import TEXTS, excerpt
from comity.core.personal_data import mask, mask_report, without_userinfo
from comity.core.reports import Report as Claim
from comity.core.roles import may_read
from comity.edges.home import Home
from comity.flows.foretell import Told, WouldTell, told_of, would_tell
from comity.flows.study import Study, study
from comity.store.attachments import AttachmentRow, read_starts
from comity.store.case_reports import reports_of_case
from comity.store.cases import get_case, timeline
from comity.store.models import Case, CasePeer, Decision, Report

SHOWN: Final = 50
TEXTS_SHOWN: Final = 10
TEXT_LETTERS: Final = 2_000


class ShownReport(msgspec.Struct, frozen=True):
    """One report as the desk sees it."""

    uuid: str
    host: str
    reporter: str
    reporter_kind: str
    received_at: datetime
    readable: bool
    claim: Claim | None  # with a word in the place of e-mail addresses and of the user part of URLs
    erased: bool
    has_personal_data: bool  # declared or found: it is shown to whoever says why


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
    study: Study
    told: tuple[Told, ...]
    would_tell: tuple[WouldTell, ...]
    texts: dict[str, str]  # the beginnings of attached texts, by the attachment's identifier

    @property
    def best_score(self) -> str:
        """What the published rubric gives: where the analyst's own judgement starts."""
        return f"{self.study.score.total:.2f}" if self.study.score else ""


_decode_claim = msgspec.json.Decoder(Claim).decode


def open_case_file(home: Home, ref: str, role: str, *, at: datetime) -> CaseFile:
    """Open a case by its reference; a reference that does not exist is a page that does not exist."""
    case = Case.objects.select_related("assignee").filter(ref=ref.upper()).first()
    if case is None:
        raise Http404(ref)
    rows = list(Report.objects.filter(case=case).select_related("reporter").order_by("-pk")[: SHOWN + 1])
    shown = rows[:SHOWN]
    more = Report.objects.filter(case=case).count() - SHOWN if len(rows) > SHOWN else 0
    decisions = Decision.objects.filter(Q(case=case) | Q(report__in=[row.pk for row in shown])).order_by("-pk")[:SHOWN]
    row = get_case(case.ref)
    page = reports_of_case(case.pk, limit=SHOWN).reports
    told = told_of(row, [report.uuid for report in rows])
    studied = study(home, row, role=role, at=at)
    return CaseFile(
        case=case,
        entries=timeline(case.pk),
        reports=[_report(row, role) for row in shown],
        more_reports=more,
        decisions=[_decision(row) for row in decisions],
        peers=list(CasePeer.objects.filter(case=case).order_by("partner", "pk")[:SHOWN]),
        study=studied,
        told=told,
        would_tell=would_tell(home, row, page, told, role=role, at=at),
        texts=_texts(studied.attachments),
    )


def _texts(attachments: tuple[AttachmentRow, ...]) -> dict[str, str]:
    wanted = [row for row in attachments if row.media_type in TEXTS][:TEXTS_SHOWN]
    starts = read_starts(wanted, octets=4 * TEXT_LETTERS)
    return {
        row.uuid: mask(excerpt(starts[row.pk], row.media_type, letters=TEXT_LETTERS))
        for row in wanted
        if row.pk in starts
    }


def _report(row: Report, role: str) -> ShownReport:
    try:
        claim: Claim | None = _decode_claim(row.body)
    except msgspec.DecodeError:  # an older or newer form: the row's own columns still say what it is about
        claim = None
    readable = claim is None or may_read(role, claim.tlp)
    bare = mask_report(without_userinfo(claim)) if claim is not None else None
    return ShownReport(
        uuid=row.uuid,
        host=row.host,
        reporter=row.reporter.name,
        reporter_kind=row.reporter.kind,
        received_at=row.received_at,
        readable=readable,
        claim=bare if readable else None,
        erased=claim is not None and is_reduced(claim, host=row.host),
        has_personal_data=claim is not None and bool(claim.personal_data or bare != claim),
    )


def _decision(row: Decision) -> ShownDecision:
    trace = msgspec.json.decode(row.trace) if row.trace else {}
    return ShownDecision(row, list(trace.get("redact", [])), list(trace.get("trace", [])))
