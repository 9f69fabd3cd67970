"""Who may approve a plan, and why not: all reasons at once (docs/spec/plans.md §4).

An approver is another person than whoever proposed the plan and than the analysts of its cases, and approves what was
shown: evidence that was weighed anew since makes the plan another one.  A bulk plan is approved by a supervisor
who says that so many names are meant.
"""

from collections.abc import Collection, Mapping
from datetime import datetime

from comity.core.case_steps import CaseFacts, Reason
from comity.core.plans import Plan, PlannedStep
from comity.core.roles import Actor


def why_not_approve(
    plan: Plan,
    state: str,
    actor: Actor,
    *,
    approved_by: Collection[str],
    cases: Mapping[str, CaseFacts],
    bulk: bool,
    at: datetime,
) -> tuple[Reason, ...]:
    """Answer every reason why somebody may not approve a plan now (`cases`: reference → what is true of it)."""
    found = _why_not_vote(plan, state, actor, cases)
    if at > plan.expires_at:
        found.append(Reason("plan-expired", "the proposal is too old; plan it anew"))
    if actor.name in approved_by:
        found.append(Reason("second-approver-needed", "you approved it before; a second person must"))
    if plan.is_bulk and not bulk:
        why = "it is a bulk plan; a supervisor must say that so many names are meant"
        found.append(Reason("bulk-not-agreed", why))
    found += [
        Reason("plan-outdated", f"{step.case}: the case is not what it was when the plan was made; plan it anew")
        for step in plan.steps
        if _has_changed(step, cases.get(step.case))
    ]
    return tuple(found)


def why_not_refuse(state: str, actor: Actor, *, reason: str) -> tuple[Reason, ...]:
    """Answer every reason why somebody may not refuse a plan now."""
    found = [] if "approver" in actor.case_roles else [_wrong_role(actor)]
    if state != "proposed":
        found.append(Reason("plan-not-proposed", f"the plan is {state}"))
    if not reason:
        found.append(Reason("reason-missing", "a refusal states its reason"))
    return tuple(found)


def _why_not_vote(plan: Plan, state: str, actor: Actor, cases: Mapping[str, CaseFacts]) -> list[Reason]:
    found = [] if "approver" in actor.case_roles else [_wrong_role(actor)]
    if state != "proposed":
        found.append(Reason("plan-not-proposed", f"the plan is {state}"))
    if actor.name == plan.proposer:
        found.append(Reason("same-person", "you proposed it; somebody else must approve"))
    found += [
        Reason("same-person", f"{ref}: {actor.name} has worked on this case; the approver must be somebody else")
        for ref, facts in cases.items()
        if actor.name in facts.analysts and actor.name != plan.proposer
    ]
    return found


def _has_changed(step: PlannedStep, facts: CaseFacts | None) -> bool:
    return facts is None or (
        facts.state not in {"hold_proposed", "on_hold"}
        or (facts.disposition, facts.score, facts.protected) != (step.disposition, step.score, step.protected)
    )


def _wrong_role(actor: Actor) -> Reason:
    return Reason("wrong-role", f"plans are approved by approvers; not by {actor.role}")
