"""Refer: a person hands a case about a partner's name over to the partner (received or triage → referred).

Whether anything may be sent is the memorandum's to say, report by report: `share_reports` asks it, and refers the
cases of which something was sent.  A case of which nothing may be sent stays here and comes back refused, with the
clause.  That a person asked for it stands in the case's time line either way.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from comity.core.case_steps import Reason, Refusal
from comity.core.cases import advance
from comity.core.names import NameFolder, Target
from comity.core.reports import SharedReport
from comity.core.roles import Actor
from comity.edges.home import Home
from comity.edges.suffix_file import load_suffixes
from comity.flows.advance_cases import NO_GROUNDS, Grounds, VerbOutcome, advance_cases, rules_of, same_step, step_of
from comity.flows.share import share_reports
from comity.store.case_decisions import newest_outgoing
from comity.store.case_reports import reports_of_case
from comity.store.cases import MAX_PAGE_ROWS, REFERRAL_ASKED, CaseRow, find_cases


def refer(home: Home, refs: Sequence[str], actor: Actor, *, at: datetime, grounds: Grounds = NO_GROUNDS) -> VerbOutcome:
    """Offer the cases to the parties of their zones."""
    folder = NameFolder(load_suffixes(home))
    step = step_of("refer_out_of_zone", actor, grounds)
    refused: dict[str, tuple[Reason, ...]] = {}
    with transaction.atomic():
        rows = find_cases(refs)
        for ref in refs:
            row = rows.get(ref)
            answer = advance(row.facts(), step, at=at, rules=rules_of(home)) if row else None
            if answer is None:
                refused[ref] = (Reason("not-found", "no such case"),)
            elif isinstance(answer, Refusal):
                refused[ref] = answer.reasons
        allowed = [ref for ref in dict.fromkeys(refs) if ref not in refused]
        advance_cases(home, same_step(allowed, step_of("note", actor, _asked(grounds))), at=at)
        shared: dict[str, list[SharedReport]] = defaultdict(list)
        for ref in allowed:
            shared[rows[ref].party] += _shared(rows[ref], folder)
        for partner, reports in shared.items():
            share_reports(home, partner, reports, at=at)
        after = find_cases(allowed)
        for ref in allowed:
            if after[ref].state != "referred":
                refused[ref] = (_withheld(rows[ref]),)
    return VerbOutcome(tuple(ref for ref in allowed if ref not in refused), refused)


def _asked(grounds: Grounds) -> Grounds:
    return Grounds(
        reason=grounds.reason or REFERRAL_ASKED,
        clause=grounds.clause,
        evidence_hash=grounds.evidence_hash,
        note=grounds.note,
    )


def _shared(case: CaseRow, folder: NameFolder) -> list[SharedReport]:
    shared = []
    for row in reports_of_case(case.pk, limit=MAX_PAGE_ROWS).reports:
        target = folder.target(row.report.name or row.report.url or row.host)
        if isinstance(target, Target):
            shared.append(
                SharedReport(
                    report_pk=row.pk,
                    report_uuid=row.uuid,
                    report=row.report,
                    name=target.name,
                    target=target.url or target.name.ascii,
                    case_pk=case.pk,
                    case_uuid=case.uuid,
                )
            )
    return shared


def _withheld(case: CaseRow) -> Reason:
    decision = newest_outgoing(case.pk)
    if decision is None:
        return Reason("nothing-to-send", "the case has no report that could be sent")
    return Reason("withheld", f"clause {decision.clause or '-'} does not let it go: {decision.reason}")
