"""Approve a plan, or refuse it: by its hash, by another person, in one transaction with what it causes in its cases.

Approval causes `approve_hold` in every case of the plan, with the case's own guards in force; if one of them refuses,
nothing is approved.  Where a protected name is among them two people are needed: the first is noted (on protected
cases as `approval_noted`), the second one approves.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.db import transaction

from comity.core.case_steps import CaseFacts, Reason
from comity.core.errors import ComityError
from comity.core.plan_votes import why_not_approve, why_not_refuse
from comity.core.plans import Plan, PlanState
from comity.core.roles import Actor
from comity.edges.home import Home
from comity.flows.advance_cases import NO_GROUNDS, Grounds, VerbOutcome, advance_cases, same_step, step_of
from comity.store.cases import facts_with_history, find_cases
from comity.store.plans import StoredPlan, add_vote, lock_plan, set_plan_state, votes_of


class PlanOutcome(msgspec.Struct, frozen=True):
    """Where a plan stands now, and every reason why nothing was changed."""

    hash: str
    state: PlanState
    reasons: tuple[Reason, ...] = ()


class _UndoneError(ComityError):
    """A case's guard refused: the whole transaction is undone."""

    code = "plan-undone"

    def __init__(self, reasons: tuple[Reason, ...]) -> None:
        super().__init__("undone")
        self.reasons = reasons


def approve_plan(
    home: Home, which: str, actor: Actor, *, at: datetime, bulk: bool = False, grounds: Grounds = NO_GROUNDS
) -> PlanOutcome:
    """Approve the plan with this hash; `bulk`: so many names are meant.  Raises `NotFoundError`."""
    try:
        with transaction.atomic():
            stored = lock_plan(which)
            return _approve(home, stored, actor, bulk=bulk, grounds=grounds, at=at)
    except _UndoneError as undone:
        return PlanOutcome(stored.hash, stored.state, undone.reasons)


def refuse_plan(home: Home, which: str, actor: Actor, *, at: datetime, grounds: Grounds = NO_GROUNDS) -> PlanOutcome:
    """Refuse the plan with this hash; `grounds.reason` must say why.  Its cases go back to `confirmed`."""
    try:
        with transaction.atomic():
            stored = lock_plan(which)
            reasons = why_not_refuse(stored.state, actor, reason=grounds.reason)
            if reasons:
                return PlanOutcome(stored.hash, stored.state, reasons)
            add_vote(stored.pk, actor=actor.name, vote="refuse", note=grounds.note or grounds.reason, at=at)
            set_plan_state(stored.pk, "refused", at=at)
            facts = _facts(stored.plan)
            waiting = [ref for ref, one in facts.items() if one.state == "hold_proposed"]
            said = msgspec.structs.replace(grounds, evidence_hash=stored.hash)
            _all_or_nothing(advance_cases(home, same_step(waiting, step_of("refuse_hold", actor, said)), at=at))
            return PlanOutcome(stored.hash, "refused")
    except _UndoneError as undone:
        return PlanOutcome(stored.hash, stored.state, undone.reasons)


def _approve(
    home: Home, stored: StoredPlan, actor: Actor, *, bulk: bool, grounds: Grounds, at: datetime
) -> PlanOutcome:
    plan = stored.plan
    facts = _facts(plan)
    before = [vote.actor for vote in votes_of(stored.pk) if vote.vote == "approve"]
    reasons = why_not_approve(plan, stored.state, actor, approved_by=before, cases=facts, bulk=bulk, at=at)
    if reasons:
        return PlanOutcome(stored.hash, stored.state, reasons)
    add_vote(stored.pk, actor=actor.name, vote="approve", bulk=bulk, note=grounds.note, at=at)
    is_last = len(before) + 1 >= plan.approvals
    said = msgspec.structs.replace(grounds, evidence_hash=stored.hash)
    # A case that is on hold already (its plan failed and is made anew) has nothing to be approved but the plan itself.
    moved = [
        step.case
        for step in plan.steps
        if facts[step.case].state == "hold_proposed" and (is_last or facts[step.case].protected)
    ]
    _all_or_nothing(advance_cases(home, same_step(moved, step_of("approve_hold", actor, said)), at=at))
    if not is_last:
        return PlanOutcome(stored.hash, "proposed")
    set_plan_state(stored.pk, "approved", at=at)
    return PlanOutcome(stored.hash, "approved")


def _facts(plan: Plan) -> dict[str, CaseFacts]:
    rows = find_cases([step.case for step in plan.steps])
    history = facts_with_history(list(rows.values()))
    return {ref: history[row.pk] for ref, row in rows.items()}


def _all_or_nothing(outcome: VerbOutcome) -> Sequence[str]:
    if outcome.refused:
        raise _UndoneError(
            tuple(
                Reason(reason.code, f"{ref}: {reason.message}")
                for ref, reasons in outcome.refused.items()
                for reason in reasons
            )
        )
    return outcome.done
