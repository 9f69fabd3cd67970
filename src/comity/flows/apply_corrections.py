"""Apply corrections: a partner says that a report which we have from it says something else now.

It is weighed like a report (`flows.weigh`).  When the memorandum admits it, it takes the place of what we knew; what
was said before stays in the ledger, and the case says which members changed.  When it does not, the partner's old word
does not stand any more either: the case hears a withdrawal with the clause and reason, an analyst decides, and the
partner is told `refused`.
"""

from collections.abc import Sequence
from datetime import datetime

from comity.core.erasure import is_reduced
from comity.core.exchange import IncomingEntry
from comity.core.roles import Actor
from comity.edges.home import Home
from comity.flows.annotate import annotate
from comity.flows.correct import changed_members
from comity.flows.keep_clocks import keep_clocks_of
from comity.flows.share import Refused, refuse_reports
from comity.flows.weigh import Admitted, Scales
from comity.store.case_reports import find_partner_report
from comity.store.decisions import DecisionRow, add_decisions
from comity.store.erasures import replace_report
from comity.wire.report_json import render_report


def apply_corrections(home: Home, partner: str, entries: Sequence[IncomingEntry], *, at: datetime) -> list[str]:
    """Put corrected reports in place of what we knew; answer for each "" or why it was refused."""
    weigh = Scales(home, partner, at)
    refused: list[Refused] = []
    rows: list[DecisionRow] = []
    answers: list[str] = []
    for entry in entries:
        found = weigh.weigh(entry)
        if isinstance(found, Admitted):
            problem = _replace(partner, weigh, found, rows, at)
        else:
            problem = found
            _withdraw(partner, weigh, found, rows, at)
        answers.append("" if problem is None else problem.answer)
        if problem is not None:
            refused.append(problem)
    add_decisions(rows, at=at)
    keep_clocks_of(home, {row.case_pk for row in rows if row.case_pk is not None})
    refuse_reports(home, partner, refused, at=at)
    return answers


def _replace(partner: str, weigh: Scales, found: Admitted, rows: list[DecisionRow], at: datetime) -> Refused | None:
    row = find_partner_report(partner, found.payload.report_id)
    if row is None:
        return Refused("no-such-report", found.payload)
    if (row.registrable, row.category) != found.about():
        return Refused("not-the-same-matter", found.payload)
    if is_reduced(row.report, host=row.host):
        return Refused("report-erased", found.payload)
    report = found.claim.report
    replace_report(row.pk, render_report(report), found.claim.name.ascii)
    rows.append(weigh.row(found.payload, found.decision, row.pk, row.case_pk))
    note = ", ".join(changed_members(row.report, report))
    actor = Actor(partner, "partner", partner)
    annotate(row.case_pk, actor, reason="report-corrected", note=note, clause=found.decision.clause, at=at)
    return None


def _withdraw(partner: str, weigh: Scales, refused: Refused, rows: list[DecisionRow], at: datetime) -> None:
    """What the partner says no more must not stand because what it says now is not admitted."""
    if refused.payload is None or refused.answer == "subject-mismatch":
        return
    row = find_partner_report(partner, refused.payload.report_id)
    if refused.decision is not None:
        rows.append(weigh.row(refused.payload, refused.decision, row.pk if row else None, row.case_pk if row else None))
    if row is None:
        return
    decision = refused.decision
    clause, reason = (decision.clause, decision.reason) if decision else ("", refused.answer)
    actor = Actor(partner, "partner", partner)
    annotate(
        row.case_pk, actor, event="withdrawal_received", reason="correction-refused", clause=clause, note=reason, at=at
    )
