"""Plans of action over HTTP: shown before they are kept, approved by their hash, carried out when somebody says really.

What a plan answers of itself (refused, wrong state) comes as 200 with all the reasons, as for every verb of the desk.
"""

import msgspec

from comity.api.route import Call
from comity.api.views_case_verbs import say_outcome
from comity.core.case_steps import Reason
from comity.core.plans import PlanRefusal
from comity.flows.advance_cases import Grounds
from comity.flows.approve_plan import PlanOutcome, approve_plan, refuse_plan
from comity.flows.carry_out import carry_out
from comity.flows.plan_action import plan_action, propose_plan
from comity.flows.restore_name import restore_names
from comity.store.plans import StoredPlan, get_plan, list_plans, steps_of, votes_of
from comity.wire.api.case_verbs import VerbDocument
from comity.wire.api.parts import ReasonDocument
from comity.wire.api.plans import (
    ApproveBody,
    MakePlanBody,
    PlanAnswerDocument,
    PlanDocument,
    PlanInShort,
    PlanMadeDocument,
    PlansDocument,
    PlansQuery,
    PlanStepDocument,
    RefuseBody,
    RestoreNamesBody,
    VoteDocument,
)
from comity.wire.plan_json import plan_hash, render_plan


def make_plan(call: Call) -> PlanMadeDocument:
    """Show what a hold of these cases would do; nothing is kept."""
    return _made(call, keep=False)


def post_plan(call: Call) -> PlanMadeDocument:
    """Propose to hold the names of these cases."""
    return _made(call, keep=True)


def show_plans(call: Call) -> PlansDocument:
    """List plans, newest first."""
    query: PlansQuery = call.query
    return PlansDocument(
        tuple(_in_short(one) for one in list_plans([query.state] if query.state else (), limit=query.limit))
    )


def show_plan(call: Call) -> PlanDocument:
    """Show a plan, who said what, and how far it has come."""
    stored = get_plan(call.path["plan"])
    return PlanDocument(
        hash=stored.hash,
        state=stored.state,
        changed_at=stored.changed_at,
        plan=stored.plan,
        votes=tuple(msgspec.convert(one, VoteDocument, from_attributes=True) for one in votes_of(stored.pk)),
        steps=tuple(PlanStepDocument(one.name, one.state, one.code, one.message) for one in steps_of(stored.pk)),
    )


def post_approve_plan(call: Call) -> PlanAnswerDocument:
    """Approve the plan with this hash; nothing but this plan will be carried out."""
    body: ApproveBody = call.body
    said = Grounds(note=body.note)
    return _answer(approve_plan(call.home, call.path["plan"], call.actor, bulk=body.bulk, grounds=said, at=call.at))


def post_refuse_plan(call: Call) -> PlanAnswerDocument:
    """Refuse the plan with this hash; its cases go back to confirmed."""
    body: RefuseBody = call.body
    said = Grounds(reason=body.reason, note=body.note)
    return _answer(refuse_plan(call.home, call.path["plan"], call.actor, grounds=said, at=call.at))


def post_carry_out(call: Call) -> PlanAnswerDocument:
    """Carry an approved plan out, or go on with one that was begun."""
    return _answer(carry_out(call.home, call.path["plan"], call.actor, at=call.at))


def post_restore_names(call: Call) -> VerbDocument:
    """Give names back what our holds took; the node's desk carries it out."""
    body: RestoreNamesBody = call.body
    return say_outcome(restore_names(call.home, body.refs, call.actor, body.why, call.at))


def _made(call: Call, *, keep: bool) -> PlanMadeDocument:
    body: MakePlanBody = call.body
    made = plan_action(call.home, body.refs, call.actor, at=call.at)
    if isinstance(made, PlanRefusal):
        return PlanMadeDocument("", "", None, {ref: _reasons(why) for ref, why in made.reasons.items()})
    if not keep:
        return PlanMadeDocument(plan_hash(render_plan(made)), "shown", made, {})
    return PlanMadeDocument(propose_plan(call.home, made, call.actor, at=call.at), "proposed", made, {})


def _in_short(stored: StoredPlan) -> PlanInShort:
    plan = stored.plan
    return PlanInShort(
        hash=stored.hash, state=stored.state, kind=plan.kind, proposer=plan.proposer,
        names=tuple(step.name for step in plan.steps), approvals=plan.approvals, bulk=plan.is_bulk,
        made_at=plan.made_at, changed_at=stored.changed_at,
    )  # fmt: skip


def _answer(done: PlanOutcome) -> PlanAnswerDocument:
    return PlanAnswerDocument(done.hash, done.state, _reasons(done.reasons))


def _reasons(reasons: tuple[Reason, ...]) -> tuple[ReasonDocument, ...]:
    return tuple(ReasonDocument(reason.code, reason.message) for reason in reasons)
