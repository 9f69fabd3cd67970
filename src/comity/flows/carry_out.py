"""Carry out an approved plan: that plan and nothing else, a step at a time, and exactly once whatever dies meanwhile.

A step is `planned`, then `sent`, then `confirmed`, `failed` or `moved`; each is durable before what follows it.
Before anything is sent the registry is asked by `info`: what is there need not be done, and a name that somebody
else has changed since it was shown is left alone (`moved`).  After an answer that was lost `info` is asked again,
so nothing is repeated blindly.  A process that dies is followed by another one that begins at the same place
(`carry_on`).
"""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import transaction

from comity.core.case_steps import Reason
from comity.core.epp_statuses import HOLDS, next_update, settable
from comity.core.errors import ComityError, SettingError
from comity.core.plans import FINAL_STEPS, PlannedStep, PlanState, has_moved
from comity.core.roles import Actor
from comity.edges.epp_door import find_door
from comity.edges.epp_session import EppSession, EppUnavailableError
from comity.edges.home import Home
from comity.flows.approve_plan import PlanOutcome
from comity.flows.end_step import confirm_step, fail_step, finish_plan
from comity.store.cases import find_cases_by_pk
from comity.store.holds import begin_hold, ours_alone, standing_holds
from comity.store.plans import (
    StoredPlan,
    StoredStep,
    add_vote,
    get_plan,
    get_step,
    list_plans,
    lock_plan,
    move_step,
    set_plan_state,
    steps_of,
)
from comity.wire.epp import EppAnswer

LOG = logging.getLogger("comity.plans")
_MOST_COMMANDS: Final = 12  # for one name: a hold with its locks needs four
_MOST_TRIES: Final = 10
_MOST_PLANS: Final = 1_000
_DOERS: Final = frozenset(("analyst", "approver", "system"))


def begin_plan(home: Home, which: str, actor: Actor, *, at: datetime) -> PlanOutcome:  # noqa: ARG001 — every flow knows its node
    """Let an approved plan be carried out; the desk's round does it.  A plan that was begun before stays begun."""
    with transaction.atomic():
        stored = lock_plan(which)
        reasons = [] if _DOERS & set(actor.case_roles) else [Reason("wrong-role", f"not for {actor.role}")]
        if stored.state not in {"approved", "carrying-out"}:
            reasons.append(Reason("plan-not-approved", f"the plan is {stored.state}; only an approved one is done"))
        if reasons:
            return PlanOutcome(stored.hash, stored.state, tuple(reasons))
        if stored.state == "approved":
            add_vote(stored.pk, actor=actor.name, vote="carry-out", at=at)
            set_plan_state(stored.pk, "carrying-out", at=at)
    return PlanOutcome(stored.hash, "carrying-out")


def carry_out(home: Home, which: str, actor: Actor, *, at: datetime) -> PlanOutcome:
    """Carry a plan out now.  Steps by hand are taken as done: the actor says so.

    Raises `EppUnavailableError` when the registry cannot be reached or an answer was lost; the plan goes on later.
    """
    begun = begin_plan(home, which, actor, at=at)
    if begun.reasons:
        return begun
    stored = get_plan(which)
    for step, planned in _steps(stored):
        if planned.driver == "by-hand" and step.state not in FINAL_STEPS:
            _done_by_hand(home, stored, step, planned, actor, at=at)
    state = _by_epp(home, stored, at=at)
    return PlanOutcome(stored.hash, state)


def carry_on(home: Home, *, at: datetime) -> int:
    """Go on with the plans that were begun; answer how many came to an end.  A round of the desk.

    A registry that does not answer ends the round, so that it keeps nobody else waiting; each round begins at another
    plan, so that none waits behind one that cannot be done.
    """
    begun = list_plans(["carrying-out"], limit=_MOST_PLANS)
    first = int(at.timestamp()) % len(begun) if begun else 0
    ended = 0
    for stored in begun[first:] + begun[:first]:
        try:
            ended += _by_epp(home, stored, at=at) != "carrying-out"
        except (EppUnavailableError, SettingError) as error:
            LOG.warning("%s: the registry did not answer, trying again: %s", stored.hash[:12], error)
            break
    return ended


def _by_epp(home: Home, stored: StoredPlan, *, at: datetime) -> PlanState:
    waiting = [(step, planned) for step, planned in _steps(stored) if planned.driver == "epp"]
    waiting = [(step, planned) for step, planned in waiting if step.state not in FINAL_STEPS]
    door = find_door(home) if waiting else None
    if waiting and door is None:
        raise SettingError("the plan was made for the registry's EPP server; name it again", item="[epp] host")
    if door is not None:
        with EppSession(door, prefix=f"comity-{stored.hash[:16]}-{int(at.timestamp())}") as session:
            for step, planned in waiting:
                _Step(home, session, stored, planned, at).work(step.pk)
    return finish_plan(home, stored, at=at)


def _steps(stored: StoredPlan) -> Sequence[tuple[StoredStep, PlannedStep]]:
    return [(step, stored.plan.steps[step.number]) for step in steps_of(stored.pk)]


def _done_by_hand(
    home: Home, stored: StoredPlan, step: StoredStep, planned: PlannedStep, actor: Actor, *, at: datetime
) -> None:
    with transaction.atomic():
        if planned.effect == "hold" and not _stands(step):
            move_step(step, "moved", at=at, message="the case is no longer on hold")
            return
        _begin(stored, step, planned, planned.present.statuses, at=at)
        confirm_step(home, stored, step, planned, at=at, message=f"done by hand, says {actor.name}")


class _Step:
    """One name of a plan, brought to its end in a session."""

    def __init__(self, home: Home, session: EppSession, stored: StoredPlan, planned: PlannedStep, at: datetime) -> None:
        self._home = home
        self._session = session
        self._stored = stored
        self._planned = planned
        self._at = at

    def work(self, pk: int) -> None:
        """Ask, do what is left, ask again.  Raises `EppUnavailableError` and leaves the step where it is."""
        for command in range(_MOST_COMMANDS):
            step = get_step(pk)
            if step.state in FINAL_STEPS:
                return
            answer = self._session.info(step.name, cltrid=self._cltrid(step, f"i{command}"))
            if answer.domain is None or answer.verdict != "done":
                self._ended(step, answer, now=None)
                return
            now = answer.domain.statuses
            if step.state == "planned" and self._is_another_now(step, now):
                return
            if self._take(step, now):
                return
        raise ComityError("the registry answers success and nothing changes", item=self._planned.name)

    def _take(self, step: StoredStep, now: Sequence[str]) -> bool:
        """Do the next thing that is left; True: the step is over."""
        add, remove = self._goal(step)
        update = next_update(now, add=add, remove=remove)
        if update is None:
            self._confirm(step, now)
            return True
        if not self._note_sent(step, now):
            return False  # somebody else works on it: look again
        cltrid = self._cltrid(step, "u")
        answer = self._session.update(step.name, add=update.add, remove=update.remove, cltrid=cltrid)
        if answer.verdict == "done":
            return False
        if answer.verdict == "pending":
            raise EppUnavailableError("the registry has taken the update and not done it yet", item=step.name)
        self._ended(get_step(step.pk), answer, now=now)
        return True

    def _confirm(self, step: StoredStep, now: Sequence[str]) -> None:
        with transaction.atomic():
            _begin(self._stored, step, self._planned, now, at=self._at)
            confirm_step(self._home, self._stored, step, self._planned, at=self._at)

    def _goal(self, step: StoredStep) -> tuple[Sequence[str], Sequence[str]]:
        if self._planned.effect == "hold":
            return self._planned.add, ()
        hold = standing_holds([step.case_pk]).get(step.case_pk)
        return (), (ours_alone(hold) if hold is not None else ())

    def _note_sent(self, step: StoredStep, now: Sequence[str]) -> bool:
        """Durable before it leaves: that it leaves, what the name was, and what becomes ours."""
        with transaction.atomic():
            if not move_step(step, "sent", at=self._at, tried=True):
                return False
            _begin(self._stored, step, self._planned, now, at=self._at)
        return True

    def _is_another_now(self, step: StoredStep, now: Sequence[str]) -> bool:
        if self._planned.effect != "hold":
            return False
        if has_moved(self._planned.present, now):
            why = f"the name is another than it was shown: {', '.join(sorted(settable(now))) or 'no status'}"
        elif not _stands(step):
            why = "the case is no longer on hold"
        else:
            return False
        fail_step(self._home, self._stored, step, "moved", code="moved", message=why, at=self._at)
        return True

    def _ended(self, step: StoredStep, answer: EppAnswer, *, now: Sequence[str] | None) -> None:
        """The registry refuses.  Where the fault is not the name's, nothing is said of it; the plan goes on later."""
        if answer.verdict in {"transient", "session-over"} and step.tries < _MOST_TRIES:
            raise EppUnavailableError(f"{answer.code} {answer.message}", item=step.name)
        ours: frozenset[str] = frozenset()
        if step.state == "sent":  # where nobody could say what is there, all that was meant may be
            meant = frozenset(self._planned.add)
            ours = settable(now) & meant if now is not None else meant if answer.verdict != "not-found" else ours
        said = f"{answer.code} {answer.message}" + (f"; may be set: {', '.join(sorted(ours))}" if ours else "")
        code = str(answer.code)
        is_out = bool(ours & HOLDS) if now is not None or not ours else None
        fail_step(
            self._home, self._stored, step, "failed", code=code, message=said, is_held=bool(ours), is_out=is_out,
            at=self._at,
        )  # fmt: skip

    def _cltrid(self, step: StoredStep, what: str) -> str:
        return f"comity-{self._stored.hash[:16]}-{step.number}-{step.tries}-{what}"


def _begin(stored: StoredPlan, step: StoredStep, planned: PlannedStep, now: Sequence[str], *, at: datetime) -> None:
    if planned.effect != "hold":
        return
    begin_hold(
        case_pk=step.case_pk, step_pk=step.pk, name=step.name, driver=planned.driver, former=now,
        added=sorted(set(planned.add) - settable(now)), wanted=planned.stands_for, reason=planned.reason,
        until=planned.until or stored.plan.expires_at, at=at,
    )  # fmt: skip


def _stands(step: StoredStep) -> bool:
    return any(row.state == "on_hold" for row in find_cases_by_pk([step.case_pk]))
