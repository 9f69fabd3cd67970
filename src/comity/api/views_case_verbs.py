"""The verbs of the desk over HTTP, as on the command line: on many cases in one transaction.

What a role may do is the table's to say (`core.cases`): a verb answers 200 with the cases it touched and, for every
other, all the reasons.  A trusted notifier may answer questions about cases that hold a report of theirs, and sees
no case.
"""

import msgspec

from comity.api.route import Call
from comity.core.case_steps import Reason
from comity.core.collateral import CollateralProblem, Finding, read_answers
from comity.core.errors import InputError
from comity.flows.acknowledge import acknowledge
from comity.flows.advance_cases import Grounds, VerbOutcome, advance_cases, same_step, step_of
from comity.flows.ask import ask
from comity.flows.assign import assign
from comity.flows.close import close
from comity.flows.confirm import confirm
from comity.flows.decide_appeal import decide_appeal
from comity.flows.dismiss import dismiss
from comity.flows.hold import approve_hold, hold, hold_overdue, lift, refuse_hold
from comity.flows.identity import ask_identity, record_identity
from comity.flows.merge import merge, unmerge
from comity.flows.notify import Addressee, notify
from comity.flows.open_held import open_held
from comity.flows.pause import pause, resume
from comity.flows.record_action import record_action
from comity.flows.refer import refer
from comity.flows.reopen import reopen
from comity.flows.supply_info import supply_info
from comity.flows.unconfirm import unconfirm
from comity.flows.withdraw import withdraw
from comity.store.models import Person
from comity.store.status import cases_of_reporter
from comity.wire.api.case_verbs import (
    ActionBody,
    AskBody,
    AssignBody,
    ConfirmBody,
    DecisionBody,
    HoldBody,
    InfoBody,
    MergeBody,
    NoteBody,
    NoticeBody,
    OpenHeldBody,
    OutcomeBody,
    PauseBody,
    StepBody,
    VerbBody,
    VerbDocument,
    WithdrawBody,
)
from comity.wire.api.parts import ReasonDocument


def post_acknowledge(call: Call) -> VerbDocument:
    """Begin to look at cases that were received."""
    body: VerbBody = call.body
    return say_outcome(acknowledge(call.home, body.refs, call.actor, at=call.at, grounds=_grounds(body)))


def post_ask(call: Call) -> VerbDocument:
    """Ask the reporter what is missing."""
    body: AskBody = call.body
    return say_outcome(ask(call.home, body.refs, call.actor, body.question, at=call.at, grounds=_grounds(body)))


def post_info(call: Call) -> VerbDocument:
    """Answer a question, or tell the partner more."""
    body: InfoBody = call.body
    refs, strange = body.refs, dict[str, tuple[Reason, ...]]()
    if call.actor.role == Person.Role.TRUSTED_NOTIFIER:
        own = cases_of_reporter(reporter_key(call), refs)
        strange = dict.fromkeys((ref for ref in refs if ref not in own), (Reason("not-found", "no such case"),))
        refs = tuple(ref for ref in refs if ref in own)
    outcome = supply_info(call.home, refs, call.actor, body.answer, at=call.at, grounds=_grounds(body))
    return say_outcome(VerbOutcome(outcome.done, {**strange, **outcome.refused}))


def post_confirm(call: Call) -> VerbDocument:
    """Confirm: the report is true."""
    body: ConfirmBody = call.body
    return say_outcome(
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
    return say_outcome(dismiss(call.home, body.refs, call.actor, body.outcome, at=call.at, grounds=_grounds(body)))


def post_unconfirm(call: Call) -> VerbDocument:
    """Take a confirmation back."""
    body: VerbBody = call.body
    return say_outcome(unconfirm(call.home, body.refs, call.actor, at=call.at, grounds=_grounds(body)))


def post_notify(call: Call) -> VerbDocument:
    """Give notice, or record one that was given by other means."""
    body: NoticeBody = call.body
    to = [Addressee(one.role, one.address, one.language) for one in body.to]
    return say_outcome(
        notify(
            call.home, body.refs, call.actor, told=body.told, at=call.at, grounds=_grounds(body), to=to,
            by_other_means=body.by_other_means,
        )
    )  # fmt: skip


def post_act(call: Call) -> VerbDocument:
    """Record what was done after the notice."""
    body: ActionBody = call.body
    return say_outcome(record_action(call.home, body.refs, call.actor, body.action, at=call.at, grounds=_grounds(body)))


def post_close(call: Call) -> VerbDocument:
    """Close with an outcome code."""
    body: OutcomeBody = call.body
    return say_outcome(close(call.home, body.refs, call.actor, body.outcome, at=call.at, grounds=_grounds(body)))


def post_reopen(call: Call) -> VerbDocument:
    """Take up again what was closed."""
    body: VerbBody = call.body
    return say_outcome(reopen(call.home, body.refs, call.actor, at=call.at, grounds=_grounds(body)))


def post_withdraw(call: Call) -> VerbDocument:
    """Withdraw what partners were told."""
    body: WithdrawBody = call.body
    return say_outcome(
        withdraw(call.home, body.refs, call.actor, at=call.at, outcome=body.outcome, grounds=_grounds(body))
    )


def post_hold(call: Call) -> VerbDocument:
    """Propose that the registry takes the name out of the zone."""
    body: HoldBody = call.body
    registrant = Addressee("registrant", body.registrant, body.registrant_language) if body.registrant else None
    return say_outcome(
        hold(
            call.home, body.refs, call.actor, at=call.at, score=body.score, grounds=_grounds(body),
            registrant=registrant,
        )
    )  # fmt: skip


def post_approve_hold(call: Call) -> VerbDocument:
    """Approve a hold."""
    body: VerbBody = call.body
    return say_outcome(approve_hold(call.home, body.refs, call.actor, at=call.at, grounds=_grounds(body)))


def post_refuse_hold(call: Call) -> VerbDocument:
    """Refuse a hold."""
    body: VerbBody = call.body
    return say_outcome(refuse_hold(call.home, body.refs, call.actor, at=call.at, grounds=_grounds(body)))


def post_lift(call: Call) -> VerbDocument:
    """Begin to restore a name whose cause was removed."""
    body: VerbBody = call.body
    return say_outcome(lift(call.home, body.refs, call.actor, at=call.at, grounds=_grounds(body)))


def post_decide_appeal(call: Call) -> VerbDocument:
    """Decide an appeal."""
    body: DecisionBody = call.body
    return say_outcome(
        decide_appeal(call.home, body.refs, call.actor, body.decision, at=call.at, grounds=_grounds(body))
    )


def post_refer(call: Call) -> VerbDocument:
    """Hand over to the party of the zone what the memorandum allows."""
    body: VerbBody = call.body
    return say_outcome(refer(call.home, body.refs, call.actor, at=call.at, grounds=_grounds(body)))


def post_merge(call: Call) -> VerbDocument:
    """Let cases follow another one."""
    body: MergeBody = call.body
    return say_outcome(merge(call.home, body.refs, call.actor, body.into, at=call.at, grounds=_grounds(body)))


def post_unmerge(call: Call) -> VerbDocument:
    """Let cases stand on their own again."""
    body: VerbBody = call.body
    return say_outcome(unmerge(call.home, body.refs, call.actor, at=call.at, grounds=_grounds(body)))


def post_open_held(call: Call) -> VerbDocument:
    """Open cases of reports that were held, by name."""
    body: OpenHeldBody = call.body
    grounds = Grounds(reason=body.reason, note=body.note)
    return say_outcome(
        open_held(call.home, body.names, call.actor, at=call.at, category=body.category or "", grounds=grounds)
    )


def post_assign(call: Call) -> VerbDocument:
    """Give cases to a person of the desk, or to nobody."""
    body: AssignBody = call.body
    return say_outcome(assign(body.refs, body.to, call.actor, at=call.at))


def post_pause(call: Call) -> VerbDocument:
    """Stop the clocks of cases, for one of three reasons."""
    body: PauseBody = call.body
    return say_outcome(pause(call.home, body.refs, call.actor, body.awaited, at=call.at, grounds=_grounds(body)))


def post_resume(call: Call) -> VerbDocument:
    """Let the clocks of cases run on."""
    body: VerbBody = call.body
    return say_outcome(resume(call.home, body.refs, call.actor, at=call.at, grounds=_grounds(body)))


def post_ask_identity(call: Call) -> VerbDocument:
    """Record that the registrant was asked for proof of identity."""
    body: VerbBody = call.body
    return say_outcome(ask_identity(call.home, body.refs, call.actor, at=call.at, grounds=_grounds(body)))


def post_identity(call: Call) -> VerbDocument:
    """Record that the registrant has answered who it is."""
    body: VerbBody = call.body
    return say_outcome(record_identity(call.home, body.refs, call.actor, at=call.at, grounds=_grounds(body)))


def post_note(call: Call) -> VerbDocument:
    """Write words beside cases."""
    body: NoteBody = call.body
    return _step(call, "note", body)


def post_step(call: Call) -> VerbDocument:
    """Take a step of the table that has no verb of its own."""
    body: StepBody = call.body
    if body.event == "act_deadline_passed":
        return say_outcome(hold_overdue(call.home, body.refs, call.actor, at=call.at, grounds=_grounds(body)))
    return _step(call, body.event, body, outcome=body.outcome)


def reporter_key(call: Call) -> str:
    """The key under which a person with an account files reports."""
    return f"person:{call.actor.name}"


def _step(call: Call, event: str, body: VerbBody, *, outcome: str = "") -> VerbDocument:
    step = msgspec.structs.replace(step_of(event, call.actor, _grounds(body)), outcome=outcome)
    return say_outcome(advance_cases(call.home, same_step(body.refs, step), at=call.at))


def _grounds(body: VerbBody) -> Grounds:
    return Grounds(reason=body.reason, clause=body.clause, evidence_hash=body.evidence_hash, note=body.note)


def _check(said: dict[str, str]) -> tuple[Finding, ...]:
    found = read_answers(said)
    for problem in found:
        if isinstance(problem, CollateralProblem):
            raise InputError(problem.message, item=f"check.{problem.question}")
    return tuple(one for one in found if isinstance(one, Finding))


def say_outcome(outcome: VerbOutcome) -> VerbDocument:
    """What a verb did, and why not."""
    return VerbDocument(
        outcome.done,
        {
            ref: tuple(ReasonDocument(reason.code, reason.message) for reason in reasons)
            for ref, reasons in outcome.refused.items()
        },
    )
