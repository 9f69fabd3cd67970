"""Findings of sweeps over HTTP: read, dismiss, let become reports; and the sweeps that found them.

A program may read and end enquiries as its person may.  Nothing here confirms or holds a name: what opens is a case
that rests on machines alone.
"""

from comity.api.route import Call
from comity.core.errors import NotFoundError
from comity.core.findings import PART
from comity.flows.dismiss_enquiries import EnquiryOutcome, dismiss_enquiries
from comity.flows.open_enquiries import open_enquiries
from comity.store.enquiry_lists import EnquiryFilter, entries_of, find_enquiries, list_enquiries
from comity.store.models import Sweep, SweepFinding, SweepZone
from comity.store.sweeps import PAGE_ROWS, list_sweeps, zones_of
from comity.wire.api.findings import (
    DismissFindingsBody,
    EndedFindingDocument,
    EnquiryEntryDocument,
    FindingDocument,
    FindingsDocument,
    FindingsEndedDocument,
    FindingsQuery,
    FindingWholeDocument,
    OpenFindingsBody,
    RefusedFindingDocument,
    SweepDocument,
    SweepsDocument,
    SweepsQuery,
    SweptZoneDocument,
)
from comity.wire.api.parts import ReasonDocument
from comity.wire.finding_texts import explain


def show_findings(call: Call) -> FindingsDocument:
    """List findings of sweeps, the highest score first."""
    asked: FindingsQuery = call.query
    wanted = EnquiryFilter(
        zone=asked.zone, kind=asked.kind, state="" if asked.state == "all" else asked.state, name=asked.name,
        subject=asked.subject, at_least=asked.score,
    )  # fmt: skip
    found = list_enquiries(wanted, page=asked.page)
    return FindingsDocument(
        tuple(_finding(row) for row in found.rows), asked.page + 1 if found.has_more else 0, found.total
    )


def show_finding(call: Call) -> FindingWholeDocument:
    """Show a finding and what happened to it."""
    text = call.path["finding"]
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
    row = find_enquiries([number]).get(number)
    if row is None:
        raise NotFoundError("no such finding", item=text[:40])
    entries = tuple(
        EnquiryEntryDocument(one.event, one.actor, one.role, one.reason, one.note, one.score, one.at)
        for one in entries_of([number]).get(number, [])
    )
    return FindingWholeDocument(_finding(row), entries)


def post_dismiss_findings(call: Call) -> FindingsEndedDocument:
    """Say of findings that they are nothing to pursue."""
    body: DismissFindingsBody = call.body
    return _ended(dismiss_enquiries(body.findings, call.actor, body.reason, note=body.note, at=call.at))


def post_open_findings(call: Call) -> FindingsEndedDocument:
    """Let findings become reports: a case opens, or the open one of the name is joined."""
    body: OpenFindingsBody = call.body
    return _ended(open_enquiries(call.home, body.findings, call.actor, body.category, note=body.note, at=call.at))


def show_sweeps(call: Call) -> SweepsDocument:
    """List the sweeps that were taken in, the newest first."""
    asked: SweepsQuery = call.query
    rows = list_sweeps(page=asked.page)
    zones = zones_of(rows[:PAGE_ROWS])
    return SweepsDocument(
        tuple(_sweep(row, zones[row.pk]) for row in rows[:PAGE_ROWS]), asked.page + 1 if len(rows) > PAGE_ROWS else 0
    )


def _finding(row: SweepFinding) -> FindingDocument:
    return FindingDocument(
        finding=row.pk, zone=row.zone, name=row.name, kind=row.kind, subject=row.subject, reason=row.reason,
        detail=tuple(row.detail.split(PART)) if row.detail else (),
        explanation=explain(row.kind, row.subject, row.reason, row.detail, "en"), score=row.score, state=row.state,
        found_at=row.found_at, seen_at=row.seen_at, first_sweep=_run(row.first_sweep),
        last_sweep=_run(row.last_sweep), ended_at=row.ended_at, ended_by=row.ended_by, why=row.why,
        reopened=row.reopened, former_why=row.former_why, case=row.case.ref if row.case else "",
    )  # fmt: skip


def _run(sweep: Sweep | None) -> str:
    return sweep.run if sweep is not None else ""


def _ended(outcome: EnquiryOutcome) -> FindingsEndedDocument:
    return FindingsEndedDocument(
        tuple(EndedFindingDocument(number, outcome.cases.get(number, "")) for number in outcome.done),
        tuple(
            RefusedFindingDocument(number, tuple(ReasonDocument(one.code, one.message) for one in reasons))
            for number, reasons in outcome.refused.items()
        ),
    )


def _sweep(row: Sweep, zones: list[SweepZone]) -> SweepDocument:
    return SweepDocument(
        sweep=row.run, state=row.state, engine=row.engine, plan_hash=row.plan_hash, begun_at=row.begun_at,
        seconds=row.seconds,
        zones=tuple(
            SweptZoneDocument(one.zone, one.as_of, one.serial, one.names, one.found, one.kept, one.changes)
            for one in zones
        ),
    )  # fmt: skip
