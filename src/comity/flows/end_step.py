"""End a step of a plan: what was done or not done, the hold that came of it, and the word on the case, in one
transaction.

Used by `comity.flows.carry_out` alone.  `confirm_step` is called inside its caller's transaction.
"""

from datetime import datetime
from typing import Final

import msgspec
from django.db import transaction

from comity.core.case_steps import Step
from comity.core.plans import FINAL_STEPS, PlannedStep, PlanState, StepState
from comity.core.roles import Actor
from comity.edges.home import Home
from comity.flows.advance_cases import Grounds, advance_cases, step_of
from comity.flows.tell_registrant import say_not_certain, tell_registrant
from comity.store.cases import find_cases_by_pk
from comity.store.holds import confirm_hold, drop_hold, end_hold, standing_holds
from comity.store.plans import StoredPlan, StoredStep, counts_of_steps, lock_plan, move_step, set_plan_state

_OUTCOME_OF_WHY: Final = {"cure": "restored_after_cure", "appeal": "restored_on_appeal"}


def confirm_step(
    home: Home, stored: StoredPlan, step: StoredStep, planned: PlannedStep, *, at: datetime, message: str = ""
) -> None:
    """The registry is as the plan wants it.  What somebody else has ended meanwhile stays ended."""
    if not move_step(step, "confirmed", at=at, code="1000", message=message):
        return
    if planned.effect == "hold":
        confirm_hold(step.pk, at=at)
    else:
        hold = standing_holds([step.case_pk]).get(step.case_pk)
        if hold is not None:
            end_hold(hold, at=at)
    _say(home, stored, step, "action_carried_out", note=message, at=at)
    if planned.effect == "hold":
        _tell(home, stored, step, at=at)
    else:
        close_restored(home, step.case_pk, stored.plan.why, stored.hash, at=at)


def close_restored(home: Home, case_pk: int, why: str, plan_hash: str, *, at: datetime) -> None:
    """The name is back: a case that was being restored is closed by it."""
    row = next(iter(find_cases_by_pk([case_pk])), None)
    if row is None or row.state != "restoring":
        return
    grounds = Grounds(reason=f"restored-{why}", evidence_hash=plan_hash)
    outcome = _OUTCOME_OF_WHY.get(why, "restored_after_cure")
    step: Step = msgspec.structs.replace(step_of("restored", node_actor(home), grounds), outcome=outcome)
    advance_cases(home, {row.ref: step}, at=at)


def fail_step(
    home: Home, stored: StoredPlan, step: StoredStep, state: StepState, *, code: str, message: str, at: datetime,
    is_held: bool = False, is_out: bool | None = False,
) -> None:  # fmt: skip
    """The step came to nothing; `is_held`: part of it stands and is ours to take back.

    `is_out`: did that take the name out of the zone?  None: nobody knows.
    """
    with transaction.atomic():
        if not move_step(step, state, at=at, code=code, message=message):
            return
        if is_held:
            confirm_hold(step.pk, at=at)
        else:
            drop_hold(step.pk, at=at)
        _say(home, stored, step, "action_failed", note=f"{step.name}: {message}", at=at)
        if is_out is None:
            say_not_certain(home, step.case_pk, at=at)
        elif is_out:
            _tell(home, stored, step, at=at)


def finish_plan(home: Home, stored: StoredPlan, *, at: datetime) -> PlanState:  # noqa: ARG001 — every flow knows its node
    """Let a plan end when each of its steps has; answer where it stands."""
    with transaction.atomic():
        now = lock_plan(stored.hash)
        counts = counts_of_steps(stored.pk)
        if now.state != "carrying-out" or any(state not in FINAL_STEPS for state in counts):
            return now.state
        state: PlanState = "done" if set(counts) == {"confirmed"} else "failed-partly"
        set_plan_state(stored.pk, state, at=at)
        return state


def node_actor(home: Home) -> Actor:
    """The node itself, as it acts."""
    return Actor("node", "system", home.party)


def _tell(home: Home, stored: StoredPlan, step: StoredStep, *, at: datetime) -> None:
    planned = stored.plan.steps[step.number]
    occasion = f"{stored.hash[:16]}-{step.number}"
    tell_registrant(home, step.case_pk, reason=planned.reason, hold_until=planned.until, occasion=occasion, at=at)


def _say(home: Home, stored: StoredPlan, step: StoredStep, event: str, *, note: str, at: datetime) -> None:
    row = next(iter(find_cases_by_pk([step.case_pk])), None)
    if row is not None:
        grounds = Grounds(reason=stored.plan.kind, evidence_hash=stored.hash, note=note)
        advance_cases(home, {row.ref: step_of(event, node_actor(home), grounds)}, at=at)
