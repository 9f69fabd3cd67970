"""Cases over HTTP: the same verbs as the desk has on the command line, on many cases in one transaction.

What a role may do is the table's to say (`core.cases`): a verb answers 200 with the cases it touched and, for every
other, all the reasons.  A trusted notifier may answer questions about cases that hold a report of theirs, and sees
no case.
"""

import msgspec

from comity.api.calls import Call
from comity.api.schemas import (
    ActionBody,
    AskBody,
    CaseDocument,
    CasesDocument,
    CasesQuery,
    ConfirmBody,
    DecisionBody,
    DecisionDocument,
    DecisionsDocument,
    EntriesDocument,
    EntryDocument,
    HoldBody,
    InfoBody,
    MergeBody,
    NoticeBody,
    OpenHeldBody,
    OutcomeBody,
    PageQuery,
    ReasonDocument,
    ReportDocument,
    ReportsDocument,
    VerbBody,
    VerbDocument,
    WaitingQuery,
    WithdrawBody,
)
from comity.core.case_steps import Reason
from comity.core.collateral import CollateralProblem, Finding, read_answers
from comity.core.errors import InputError
from comity.core.roles import may_read
from comity.flows.acknowledge import acknowledge
from comity.flows.advance_cases import Grounds, VerbOutcome
from comity.flows.ask import ask
from comity.flows.close import close
from comity.flows.confirm import confirm
from comity.flows.decide_appeal import decide_appeal
from comity.flows.dismiss import dismiss
from comity.flows.hold import approve_hold, hold, lift, refuse_hold
from comity.flows.merge import merge, unmerge
from comity.flows.notify import Addressee, notify
from comity.flows.open_held import open_held
from comity.flows.record_action import record_action
from comity.flows.refer import refer
from comity.flows.reopen import reopen
from comity.flows.supply_info import supply_info
from comity.flows.unconfirm import unconfirm
from comity.flows.withdraw import withdraw
from comity.store.case_decisions import decisions_of_case
from comity.store.case_reports import ReportPage, list_waiting, reports_of_case
from comity.store.cases import CaseFilter, get_case, list_cases, timeline
from comity.store.models import Person
from comity.store.status import cases_of_reporter


def show_cases(call: Call) -> CasesDocument:
    """List cases in the order in which they were opened."""
    query: CasesQuery = call.query
    wanted = CaseFilter(
        state=query.state,
        zone=query.zone,
        category=query.category,
        party=query.party,
        registrable=query.registrable,
        protected=query.protected,
    )
    page = list_cases(wanted, cursor=query.cursor, limit=query.limit)
    return CasesDocument(
        tuple(msgspec.convert(row, CaseDocument, from_attributes=True) for row in page.cases), page.next_cursor
    )


def show_case(call: Call) -> CaseDocument:
    """Show one case."""
    return msgspec.convert(get_case(call.path["ref"]), CaseDocument, from_attributes=True)


def show_entries(call: Call) -> EntriesDocument:
    """Show the time line of a case."""
    entries = timeline(get_case(call.path["ref"]).pk)
    return EntriesDocument(tuple(msgspec.convert(one, EntryDocument, from_attributes=True) for one in entries))


def show_decisions(call: Call) -> DecisionsDocument:
    """Show what the memoranda answered about a case."""
    decisions = decisions_of_case(get_case(call.path["ref"]).pk)
    return DecisionsDocument(tuple(msgspec.convert(one, DecisionDocument, from_attributes=True) for one in decisions))


def show_reports(call: Call) -> ReportsDocument:
    """Show the reports of a case that the caller's role and their marking allow."""
    query: PageQuery = call.query
    page = reports_of_case(get_case(call.path["ref"]).pk, cursor=query.cursor, limit=query.limit)
    return _reports(page, call)


def show_waiting(call: Call) -> ReportsDocument:
    """Show reports that opened no case: held or foreign."""
    query: WaitingQuery = call.query
    page = list_waiting(
        query.standing, zone=query.zone, category=query.category, cursor=query.cursor, limit=query.limit
    )
    return _reports(page, call)


def post_acknowledge(call: Call) -> VerbDocument:
    """Begin to look at cases that were received."""
    body: VerbBody = call.body
    return _said(acknowledge(call.home, body.refs, call.actor, at=call.at, grounds=_grounds(body)))


def post_ask(call: Call) -> VerbDocument:
    """Ask the reporter what is missing."""
    body: AskBody = call.body
    return _said(ask(call.home, body.refs, call.actor, body.question, at=call.at, grounds=_grounds(body)))


def post_info(call: Call) -> VerbDocument:
    """Answer a question, or tell the partner more."""
    body: InfoBody = call.body
    refs, strange = body.refs, dict[str, tuple[Reason, ...]]()
    if call.actor.role == Person.Role.TRUSTED_NOTIFIER:
        own = cases_of_reporter(reporter_key(call), refs)
        strange = dict.fromkeys((ref for ref in refs if ref not in own), (Reason("not-found", "no such case"),))
        refs = tuple(ref for ref in refs if ref in own)
    outcome = supply_info(call.home, refs, call.actor, body.answer, at=call.at, grounds=_grounds(body))
    return _said(VerbOutcome(outcome.done, {**strange, **outcome.refused}))


def post_confirm(call: Call) -> VerbDocument:
    """Confirm: the report is true."""
    body: ConfirmBody = call.body
    return _said(
        confirm(
            call.home,
            body.refs,
            call.actor,
            disposition=body.disposition,
            score=body.score,
            collateral=body.collateral,
            check=_check(body.check),
            at=call.at,
            grounds=_grounds(body),
        )
    )


def post_dismiss(call: Call) -> VerbDocument:
    """Close without action."""
    body: OutcomeBody = call.body
    return _said(dismiss(call.home, body.refs, call.actor, body.outcome, at=call.at, grounds=_grounds(body)))


def post_unconfirm(call: Call) -> VerbDocument:
    """Take a confirmation back."""
    body: VerbBody = call.body
    return _said(unconfirm(call.home, body.refs, call.actor, at=call.at, grounds=_grounds(body)))


def post_notify(call: Call) -> VerbDocument:
    """Give notice, or record one that was given by other means."""
    body: NoticeBody = call.body
    to = [Addressee(one.role, one.address, one.language) for one in body.to]
    return _said(
        notify(
            call.home, body.refs, call.actor, told=body.told, at=call.at, grounds=_grounds(body), to=to,
            by_other_means=body.by_other_means,
        )
    )  # fmt: skip


def post_act(call: Call) -> VerbDocument:
    """Record what was done after the notice."""
    body: ActionBody = call.body
    return _said(record_action(call.home, body.refs, call.actor, body.action, at=call.at, grounds=_grounds(body)))


def post_close(call: Call) -> VerbDocument:
    """Close with an outcome code."""
    body: OutcomeBody = call.body
    return _said(close(call.home, body.refs, call.actor, body.outcome, at=call.at, grounds=_grounds(body)))


def post_reopen(call: Call) -> VerbDocument:
    """Take up again what was closed."""
    body: VerbBody = call.body
    return _said(reopen(call.home, body.refs, call.actor, at=call.at, grounds=_grounds(body)))


def post_withdraw(call: Call) -> VerbDocument:
    """Withdraw what partners were told."""
    body: WithdrawBody = call.body
    return _said(withdraw(call.home, body.refs, call.actor, at=call.at, outcome=body.outcome, grounds=_grounds(body)))


def post_hold(call: Call) -> VerbDocument:
    """Propose that the registry takes the name out of the zone."""
    body: HoldBody = call.body
    registrant = Addressee("registrant", body.registrant, body.registrant_language) if body.registrant else None
    return _said(
        hold(
            call.home, body.refs, call.actor, at=call.at, score=body.score, grounds=_grounds(body),
            registrant=registrant,
        )
    )  # fmt: skip


def post_approve_hold(call: Call) -> VerbDocument:
    """Approve a hold."""
    body: VerbBody = call.body
    return _said(approve_hold(call.home, body.refs, call.actor, at=call.at, grounds=_grounds(body)))


def post_refuse_hold(call: Call) -> VerbDocument:
    """Refuse a hold."""
    body: VerbBody = call.body
    return _said(refuse_hold(call.home, body.refs, call.actor, at=call.at, grounds=_grounds(body)))


def post_lift(call: Call) -> VerbDocument:
    """Begin to restore a name whose cause was removed."""
    body: VerbBody = call.body
    return _said(lift(call.home, body.refs, call.actor, at=call.at, grounds=_grounds(body)))


def post_decide_appeal(call: Call) -> VerbDocument:
    """Decide an appeal."""
    body: DecisionBody = call.body
    return _said(decide_appeal(call.home, body.refs, call.actor, body.decision, at=call.at, grounds=_grounds(body)))


def post_refer(call: Call) -> VerbDocument:
    """Hand over to the party of the zone what the memorandum allows."""
    body: VerbBody = call.body
    return _said(refer(call.home, body.refs, call.actor, at=call.at, grounds=_grounds(body)))


def post_merge(call: Call) -> VerbDocument:
    """Let cases follow another one."""
    body: MergeBody = call.body
    return _said(merge(call.home, body.refs, call.actor, body.into, at=call.at, grounds=_grounds(body)))


def post_unmerge(call: Call) -> VerbDocument:
    """Let cases stand on their own again."""
    body: VerbBody = call.body
    return _said(unmerge(call.home, body.refs, call.actor, at=call.at, grounds=_grounds(body)))


def post_open_held(call: Call) -> VerbDocument:
    """Open cases of reports that were held, by name."""
    body: OpenHeldBody = call.body
    grounds = Grounds(reason=body.reason, note=body.note)
    return _said(
        open_held(call.home, body.names, call.actor, at=call.at, category=body.category or "", grounds=grounds)
    )


def reporter_key(call: Call) -> str:
    """The key under which a person with an account files reports."""
    return f"person:{call.actor.name}"


def _grounds(body: VerbBody) -> Grounds:
    return Grounds(reason=body.reason, clause=body.clause, evidence_hash=body.evidence_hash, note=body.note)


def _check(said: dict[str, str]) -> tuple[Finding, ...]:
    found = read_answers(said)
    for problem in found:
        if isinstance(problem, CollateralProblem):
            raise InputError(problem.message, item=f"check.{problem.question}")
    return tuple(one for one in found if isinstance(one, Finding))


def _said(outcome: VerbOutcome) -> VerbDocument:
    return VerbDocument(
        outcome.done,
        {
            ref: tuple(ReasonDocument(reason.code, reason.message) for reason in reasons)
            for ref, reasons in outcome.refused.items()
        },
    )


def _reports(page: ReportPage, call: Call) -> ReportsDocument:
    return ReportsDocument(
        tuple(
            ReportDocument(
                report_id=row.uuid,
                standing=row.standing,
                registrable=row.registrable,
                host=row.host,
                zone=row.zone,
                category=row.category,
                reporter_kind=row.reporter_kind,
                received_at=row.received_at,
                report=msgspec.to_builtins(row.report),
            )
            for row in page.reports
            if may_read(call.actor.role, row.report.tlp)
        ),
        page.next_cursor,
    )
