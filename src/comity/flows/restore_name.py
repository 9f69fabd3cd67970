"""Restore names: give back what our holds took, after a cure, on appeal, for the time of an appeal, or at the end
of a hold.

Nobody else's consent is needed: whoever decided has decided.  A plan to restore is kept as one that is being
carried out; the desk's round does it by EPP.  Where people act by hand the plan waits as approved until somebody
says that it is done. Only statuses that a hold of ours added are taken off; what was there before and what others
added meanwhile stays.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from comity.core.case_steps import Reason
from comity.core.plans import PlanRefusal, Present, Why, plan_restore
from comity.core.roles import Actor
from comity.edges.home import Home
from comity.flows.advance_cases import VerbOutcome
from comity.flows.end_step import close_restored
from comity.flows.plan_action import candidates_of, limits_of
from comity.store.cases import CaseRow, find_cases
from comity.store.holds import drop_hold, standing_holds, were_held
from comity.store.plans import add_plan, move_step, open_plans, unfinished_steps
from comity.store.surroundings import known_around


def restore_names(home: Home, refs: Sequence[str], actor: Actor, why: Why, at: datetime) -> VerbOutcome:
    """Begin to restore the names of cases; a case without a hold of ours in place has nothing to be given back."""
    done: list[str] = []
    refused: dict[str, tuple[Reason, ...]] = {}
    with transaction.atomic():
        rows = find_cases(refs)
        for ref in dict.fromkeys(refs):
            row = rows.get(ref)
            if row is None:
                refused[ref] = (Reason("not-found", "no such case"),)
                continue
            found = _restore(home, row, actor, why, at)
            if found:
                refused[ref] = found
            else:
                done.append(ref)
    return VerbOutcome(tuple(done), refused)


def restore_held(home: Home, refs: Sequence[str], actor: Actor, why: Why, at: datetime) -> VerbOutcome:
    """The same, for those of the cases whose hold is in place or is over; the others stay where they are, not named.

    For who has just decided that names come back: after a cure was seen, after an appeal was granted.
    """
    rows = find_cases(refs)
    held = were_held([row.pk for row in rows.values()])
    return restore_names(home, [ref for ref, row in rows.items() if row.pk in held], actor, why, at)


def _restore(home: Home, row: CaseRow, actor: Actor, why: Why, at: datetime) -> tuple[Reason, ...]:
    if open_plans([row.pk], kind="restore"):
        return ()  # on its way already
    for step in unfinished_steps(row.pk, "hold"):  # whatever of a hold has not happened yet will not happen any more
        move_step(step, "moved", at=at, code="moved", message="restored meanwhile")
        if step.state == "planned":
            drop_hold(step.pk, at=at)
    hold = standing_holds([row.pk]).get(row.pk)
    if hold is None:
        close_restored(home, row.pk, why, "", at=at)
        return ()
    present = {row.registrable: Present("none", hold.wanted)}
    plan = plan_restore(
        candidates_of(home, [row], present, kind="restore", at=at), party=home.party, proposer=actor.name, why=why,
        known=known_around([row.registrable], zone_names=home.settings.plans.zone_names), limits=limits_of(home), at=at,
    )  # fmt: skip
    if isinstance(plan, PlanRefusal):
        return tuple(reason for reasons in plan.reasons.values() for reason in reasons)
    add_plan(plan, state="carrying-out" if home.settings.epp.host else "approved", cases={row.ref: row.pk}, at=at)
    return ()
