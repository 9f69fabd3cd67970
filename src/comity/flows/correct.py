"""Correct: a report of ours says something else now, and every partner that has it gets it as it is.

The report keeps its identifier, its case and its matter (the registrable domain and the category): another matter is
another report.  The memorandum is asked again, as for any report.  What was said before stays in the ledgers of both
parties; the case says which members changed, and not their values.
"""

from datetime import datetime

import msgspec
from django.db import transaction

from comity.core.disclosure import Decision
from comity.core.erasure import is_reduced
from comity.core.errors import ConflictError, InputError
from comity.core.names import NameFolder, Target
from comity.core.reports import Report, SharedReport
from comity.core.roles import Actor
from comity.edges.home import Home
from comity.edges.suffix_file import load_suffixes
from comity.flows.annotate import annotate
from comity.flows.erase import get_own_report
from comity.flows.mark import receivers
from comity.flows.share_notices import share_correction
from comity.store.case_reports import ReportRow
from comity.store.cases import find_cases_by_pk
from comity.store.erasures import replace_report
from comity.store.told import entries_about
from comity.wire.report_json import render_report
from comity.wire.stix import ReportPayload, parse_report


def correct(home: Home, uuid: str, report: Report, actor: Actor, *, at: datetime) -> dict[str, Decision]:
    """Put another report in place of one of ours; answers what each partner's memorandum decided about telling it."""
    with transaction.atomic():
        row = get_own_report(uuid)
        if is_reduced(row.report, host=row.host):
            raise ConflictError("is erased; what was forgotten cannot be corrected", item=uuid)
        report = msgspec.structs.replace(report, report_id=row.report.report_id)
        target = NameFolder(load_suffixes(home)).target(report.name or report.url or report.host)
        if not isinstance(target, Target):
            raise InputError(target.reason, item=uuid)
        if (target.name.registrable, report.category) != (row.registrable, row.category):
            raise InputError("a correction keeps the registrable domain and the category; report anew", item=uuid)
        changed = changed_members(row.report, report)
        if not changed:
            return {}
        replace_report(row.pk, render_report(report), target.name.ascii)
        annotate(row.case_pk, actor, reason="report-corrected", note=", ".join(changed), at=at)
        after = msgspec.structs.replace(row, report=report, host=target.name.ascii)
        return {partner: tell_correction(home, partner, after, target, at=at) for partner in receivers(row)}


def changed_members(before: Report, after: Report) -> list[str]:
    """Name the members of a report that a correction changes."""
    return [field for field in Report.__struct_fields__ if getattr(before, field) != getattr(after, field)]


def tell_correction(home: Home, partner: str, row: ReportRow, target: Target, *, at: datetime) -> Decision:
    """Send a partner a report that it has as it is now."""
    first = entries_about([row.uuid], direction="out", kinds=("report",), partner=partner)[0]
    sent = parse_report(first.payload)
    created = (sent.report.observed_at or sent.decided_at) if isinstance(sent, ReportPayload) else first.at
    (case,) = find_cases_by_pk([row.case_pk] if row.case_pk is not None else [])
    shared = SharedReport(
        row.pk, row.uuid, target.url or target.name.ascii, row.report, target.name, case.pk, case.uuid
    )
    return share_correction(home, partner, shared, created=created, at=at)
