"""Hold: a name is taken out of the zone, with four eyes and by a plan (confirmed → hold_proposed → on_hold).

An analyst proposes with a reason and enough evidence, and the plan of what is to be done is made in the same
transaction; an approver who has worked on neither approves or refuses the plan.  A protected name needs two
approvers.  `lift` begins the way back (on_hold → restoring) and `restore` ends it (→ closed) where it is not the
node that does it.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec
from django.db import transaction

from comity.core.authority import unknown_for_hold
from comity.core.case_steps import Reason, Step
from comity.core.errors import InputError
from comity.core.plans import PlanRefusal
from comity.core.roles import Actor
from comity.edges.authority_profiles import find_profile
from comity.edges.home import Home
from comity.flows.advance_cases import NO_GROUNDS, Grounds, VerbOutcome, advance_cases, same_step, step_of
from comity.flows.approve_plan import PlanOutcome, approve_plan, refuse_plan
from comity.flows.notify import Addressee, fold_addressee, language_of
from comity.flows.plan_action import keep_proposal, plan_rows, read_present
from comity.flows.restore_name import restore_held
from comity.store.cases import CaseRow, find_cases
from comity.store.holders import keep_holder
from comity.store.holds import standing_holds
from comity.store.plans import get_plan, open_plans


def hold(
    home: Home,
    refs: Sequence[str],
    actor: Actor,
    *,
    at: datetime,
    score: float | None = None,
    disposition: str = "",
    grounds: Grounds = NO_GROUNDS,
    registrant: Addressee | None = None,
) -> VerbOutcome:
    """Propose a hold (`grounds.reason` must say why) and plan it.  Raises `EppUnavailableError` and changes nothing.

    `disposition` settles what was left open when the case was confirmed.  `registrant`: where the holder of the name is
    told of the hold, for one case at a time.
    """
    step = msgspec.structs.replace(step_of("propose_hold", actor, grounds), score=score, disposition=disposition)
    return _propose(home, refs, step, "confirmed", registrant, at)


def hold_overdue(
    home: Home,
    refs: Sequence[str],
    actor: Actor,
    *,
    at: datetime,
    score: float | None = None,
    disposition: str = "",
    grounds: Grounds = NO_GROUNDS,
    registrant: Addressee | None = None,
) -> VerbOutcome:
    """The same for cases whose time to act after the notice has passed (notified → hold_proposed)."""
    step = msgspec.structs.replace(step_of("act_deadline_passed", actor, grounds), score=score, disposition=disposition)
    return _propose(home, refs, step, "notified", registrant, at)


def approve_hold(
    home: Home, refs: Sequence[str], actor: Actor, *, at: datetime, grounds: Grounds = NO_GROUNDS
) -> VerbOutcome:
    """Approve the plans that these cases are in; a plan is approved whole or not at all.

    More names at once than a plan may have without a supervisor's word are not approved so: many small plans are a bulk
    plan too.
    """
    planned = open_plans([row.pk for row in find_cases(refs).values()], kind="hold", states=("proposed",))
    names = sum(len(get_plan(which).plan.steps) for which in set(planned.values()))
    if names > home.settings.plans.most_names:
        why = f"{names} names at once; answer each plan by its hash, and a bulk plan with the word that it is meant"
        return VerbOutcome((), {ref: (Reason("bulk-not-agreed", why),) for ref in dict.fromkeys(refs)})
    return _vote(refs, lambda which: approve_plan(home, which, actor, at=at, grounds=grounds))


def refuse_hold(
    home: Home, refs: Sequence[str], actor: Actor, *, at: datetime, grounds: Grounds = NO_GROUNDS
) -> VerbOutcome:
    """Refuse the plans that these cases are in."""
    said = grounds if grounds.reason else msgspec.structs.replace(grounds, reason="refused")
    return _vote(refs, lambda which: refuse_plan(home, which, actor, at=at, grounds=said))


def lift(home: Home, refs: Sequence[str], actor: Actor, *, at: datetime, grounds: Grounds = NO_GROUNDS) -> VerbOutcome:
    """Begin to restore a name whose cause was removed; what our hold added is taken off again."""
    with transaction.atomic():
        outcome = advance_cases(home, same_step(refs, step_of("cured", actor, grounds)), at=at)
        restore_held(home, outcome.done, actor, "cure", at)
    return outcome


def restore(
    home: Home, refs: Sequence[str], actor: Actor, outcome: str, *, at: datetime, grounds: Grounds = NO_GROUNDS
) -> VerbOutcome:
    """Record that a name is back in the zone, which closes its case; not while a hold of ours is in place."""
    rows = find_cases(refs)
    held = standing_holds([row.pk for row in rows.values()])
    why = Reason("held-still", "a hold of ours is in place; the plan to restore it closes the case")
    barred = {ref: (why,) for ref, row in rows.items() if row.pk in held}
    step = msgspec.structs.replace(step_of("restored", actor, grounds), outcome=outcome)
    done = advance_cases(home, same_step([ref for ref in refs if ref not in barred], step), at=at)
    return VerbOutcome(done.done, {**barred, **done.refused})


def _propose(
    home: Home, refs: Sequence[str], step: Step, from_state: str, registrant: Addressee | None, at: datetime
) -> VerbOutcome:
    if registrant is not None and len(set(refs)) > 1:
        raise InputError("an address of a registrant is given for one case at a time", item="registrant")
    told = fold_addressee(registrant) if registrant is not None else None
    rows = find_cases(refs)
    barred = {ref: reasons for ref, row in rows.items() if (reasons := _why_not_here(home, row, at))}
    allowed = [ref for ref in refs if ref not in barred]
    proposable = [rows[ref].registrable for ref in allowed if ref in rows and rows[ref].state == from_state]
    present = read_present(home, proposable, at=at) if proposable else {}
    with transaction.atomic():
        outcome = advance_cases(home, same_step(allowed, step), at=at)
        proposed = find_cases(outcome.done)
        plan = plan_rows(home, list(proposed.values()), step.actor, present, at=at) if proposed else None
        if isinstance(
            plan, PlanRefusal
        ):  # what can be planned is; the rest waits in hold_proposed and is planned later
            good = [row for ref, row in proposed.items() if row.ref not in plan.reasons and "" not in plan.reasons]
            plan = plan_rows(home, good, step.actor, present, at=at) if good else None
        if plan is not None and not isinstance(plan, PlanRefusal):
            keep_proposal(home, plan, step.actor, at=at)
        for row in proposed.values():
            if told is not None:
                keep_holder(row.pk, told.address, language_of(told, row.zone), at=at)
    return VerbOutcome(outcome.done, {**barred, **outcome.refused})


def _why_not_here(home: Home, row: CaseRow, at: datetime) -> tuple[Reason, ...]:
    if row.party != home.party:
        return ()  # the case's own guards say so
    missing = unknown_for_hold(find_profile(home, row.zone), on=at.date())
    if not missing:
        return ()
    why = f"unknown of .{row.zone}: {', '.join(missing)}; ask the registry for consideration"
    return (Reason("authority-unknown", why),)


def _vote(refs: Sequence[str], vote: Callable[[str], PlanOutcome]) -> VerbOutcome:
    rows = find_cases(refs)
    planned = open_plans([row.pk for row in rows.values()], kind="hold", states=("proposed",))
    named = {row.ref for row in rows.values()}
    answers: dict[str, tuple[Reason, ...]] = {}
    for which in sorted(set(planned.values())):
        others = {step.case for step in get_plan(which).plan.steps} - named
        answers[which] = (
            (Reason("plan-has-others", f"the plan {which[:12]} has other cases too; answer it by its hash"),)
            if others
            else vote(which).reasons
        )
    done: list[str] = []
    refused: dict[str, tuple[Reason, ...]] = {}
    for ref in dict.fromkeys(refs):
        row = rows.get(ref)
        if row is None:
            refused[ref] = (Reason("not-found", "no such case"),)
        elif row.pk not in planned:
            state = Reason("wrong-state", f"the case is {row.state}; no plan about it waits for approval")
            refused[ref] = (state,) if row.state != "hold_proposed" else (Reason("no-plan", "plan it first"),)
        elif answers[planned[row.pk]]:
            refused[ref] = answers[planned[row.pk]]
        else:
            done.append(ref)
    return VerbOutcome(tuple(done), refused)
