"""Everything the page of one plan shows, and what its reader may do about it; and what the case page shows of plans.

Which button is offered follows from the same rules that judge it when it is pressed, so nobody is offered what would be
refused for who they are; what has changed meanwhile is said when it is pressed.
"""

import logging
from datetime import UTC, datetime
from typing import Final

import msgspec

from comity.core.authority import Profile, assumed_for_hold, offers, unknown_for_hold
from comity.core.case_steps import Reason
from comity.core.errors import SettingError
from comity.core.plan_votes import why_not_approve
from comity.core.plans import PlannedStep
from comity.core.roles import Actor, case_roles
from comity.edges.authority_profiles import find_profile
from comity.edges.home import Home
from comity.store.cases import facts_with_history, find_cases
from comity.store.holds import HeldName, holds_of_case
from comity.store.models import Case
from comity.store.plans import StoredPlan, StoredStep, Vote, get_plan, list_plans, plans_of_case, steps_of, votes_of
from comity.web.desk_steps import home_of_node

LOG = logging.getLogger("comity.web")
_ANSWERABLE: Final = frozenset(("bulk-not-agreed",))


class ShownStep(msgspec.Struct, frozen=True):
    """One name: what was planned, and how far it has come."""

    planned: PlannedStep
    step: StoredStep


class PlanFile(msgspec.Struct, frozen=True):
    """One plan, opened by somebody."""

    stored: StoredPlan
    steps: list[ShownStep]
    votes: list[Vote]
    may_approve: bool
    may_refuse: bool
    may_carry_out: bool
    by_hand: bool


class CaseActions(msgspec.Struct, frozen=True):
    """What the case page shows of plans and holds."""

    plans: list[StoredPlan]
    holds: list[HeldName]
    may_plan: bool
    only_consideration: bool
    unknown: tuple[str, ...]
    assumed: tuple[str, ...]


def open_plan_file(which: str, actor: Actor) -> PlanFile:
    """Open a plan by its hash.  Raises `NotFoundError` and `InputError`."""
    stored = get_plan(which)
    votes = votes_of(stored.pk)
    reasons = {reason.code for reason in _why_not(stored, votes, actor)}
    approver = "approver" in actor.case_roles
    doer = bool({"analyst", "approver"} & set(actor.case_roles))
    by_hand = any(step.driver == "by-hand" for step in stored.plan.steps)
    return PlanFile(
        stored=stored,
        steps=[ShownStep(stored.plan.steps[step.number], step) for step in steps_of(stored.pk)],
        votes=votes,
        may_approve=not reasons - _ANSWERABLE,
        may_refuse=approver and stored.state == "proposed",
        may_carry_out=doer and (stored.state == "approved" or (by_hand and stored.state == "carrying-out")),
        by_hand=by_hand,
    )


def waiting_plans(actor: Actor) -> tuple[list[StoredPlan], list[StoredPlan]]:
    """The proposals that wait for this person, and those that wait for others."""
    mine: list[StoredPlan] = []
    others: list[StoredPlan] = []
    for stored in list_plans(["proposed"]):
        reasons = {reason.code for reason in _why_not(stored, votes_of(stored.pk), actor)}
        (others if reasons - _ANSWERABLE else mine).append(stored)
    return mine, others


def actions_of_case(home: Home, case: Case, role: str) -> CaseActions:
    """What was planned and held for a case, and what may be planned now."""
    today = datetime.now(UTC).date()
    ours = case.party == home.party
    profile = _profile(home, case.zone)
    plans = plans_of_case(case.pk)
    holds = holds_of_case(case.pk) if plans else []
    offered = offers(profile, case.state, ours=ours, on=today)
    is_open = any(stored.state in {"proposed", "approved", "carrying-out"} for stored in plans)
    is_held = any(hold.state in {"beginning", "held"} for hold in holds)
    may_plan = (
        "hold" in offered or (case.state == "on_hold" and not is_held and "restore" in offered)
    ) and case.state in {"hold_proposed", "on_hold"}
    return CaseActions(
        plans=plans,
        holds=holds,
        may_plan=may_plan and not is_open and "analyst" in case_roles(role),
        only_consideration=case.state != "closed" and offered == ("request-consideration",),
        unknown=unknown_for_hold(profile, on=today) if ours else (),
        assumed=assumed_for_hold(profile, on=today) if ours and profile is not None and "hold" in offered else (),
    )


def may_hold(case: Case) -> bool:
    """Answer whether the profile of a case's zone offers a hold at all."""
    home = home_of_node()
    today = datetime.now(UTC).date()
    return case.party != home.party or not unknown_for_hold(_profile(home, case.zone), on=today)


def _profile(home: Home, zone: str) -> Profile | None:
    """A zone's profile; where the node's own file cannot be read, nothing is known and nothing is offered."""
    try:
        return find_profile(home, zone)
    except SettingError as error:
        LOG.warning("no zone's profile is known: %s", error)
        return None


def _why_not(stored: StoredPlan, votes: list[Vote], actor: Actor) -> tuple[Reason, ...]:
    rows = find_cases([step.case for step in stored.plan.steps])
    history = facts_with_history(list(rows.values()))
    return why_not_approve(
        stored.plan,
        stored.state,
        actor,
        approved_by=[vote.actor for vote in votes if vote.vote == "approve"],
        cases={ref: history[row.pk] for ref, row in rows.items()},
        bulk=False,
        at=datetime.now(UTC),
    )
