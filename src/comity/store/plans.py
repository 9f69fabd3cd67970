"""Plans of action as the store has them: kept, found by their hash, voted on, and how far each of their names has
come.

Whoever changes a plan locks its row first (`lock_plan`), inside the caller's transaction, so that two people who
approve at once come one after the other.  A step goes forward only from the state that the caller saw (`move_step`).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

import msgspec
from django.db.models import Count, Q

from comity.core.errors import ConflictError, InputError, NotFoundError
from comity.core.plans import OPEN_PLANS, Plan, PlanKind, PlanState, StepState
from comity.store.models import ActionPlan, ActionStep, PlanVote
from comity.wire.plan_json import parse_plan, plan_hash, render_plan

_SHORTEST_PREFIX: Final = 6
_HASH_DIGITS: Final = 64
_AT_ONCE: Final = 500


class StoredPlan(msgspec.Struct, frozen=True):
    """A plan, its hash and where it stands."""

    pk: int
    hash: str
    state: PlanState
    plan: Plan
    changed_at: datetime


class Vote(msgspec.Struct, frozen=True):
    """What one person said about a plan."""

    actor: str
    vote: str
    bulk: bool
    note: str
    at: datetime


class StoredStep(msgspec.Struct, frozen=True):
    """How far one name of a plan has come."""

    pk: int
    number: int
    case_pk: int
    name: str
    state: StepState
    tries: int
    code: str
    message: str


def add_plan(plan: Plan, *, state: PlanState, cases: dict[str, int], at: datetime) -> str:
    """Keep a plan and its steps (`cases`: reference → the case's row); answer its hash.

    Raises `ConflictError` when this very plan was kept before.
    """
    body = render_plan(plan)
    if ActionPlan.objects.filter(hash=plan_hash(body)).exists():
        raise ConflictError("this very plan was proposed before", item="plan")
    row = ActionPlan.objects.create(
        hash=plan_hash(body), body=body, kind=plan.kind, state=state, proposer=plan.proposer, names=len(plan.steps),
        approvals=plan.approvals, made_at=plan.made_at, expires_at=plan.expires_at, changed_at=at,
    )  # fmt: skip
    ActionStep.objects.bulk_create(
        ActionStep(
            plan=row, number=number, case_id=cases[step.case], registrable=step.name, state="planned", changed_at=at
        )
        for number, step in enumerate(plan.steps)
    )
    return row.hash


def get_plan(hash_or_prefix: str) -> StoredPlan:
    """Find a plan by its hash, or by the beginning of it.  Raises `NotFoundError`."""
    return _stored(_find(hash_or_prefix))


def lock_plan(hash_or_prefix: str) -> StoredPlan:
    """The same, and nobody else changes it before the caller's transaction ends."""
    return _stored(ActionPlan.objects.select_for_update().get(pk=_find(hash_or_prefix).pk))


def list_plans(states: Iterable[str] = (), *, limit: int = 100) -> list[StoredPlan]:
    """List plans, newest first."""
    rows = ActionPlan.objects.order_by("-id")
    if chosen := list(states):
        rows = rows.filter(state__in=chosen)
    return [_stored(row) for row in rows[:limit]]


def count_plans(state: PlanState) -> int:
    """Count the plans that stand in a state."""
    return ActionPlan.objects.filter(state=state).count()


def due_plans(*, at: datetime) -> list[str]:
    """The hashes of proposals whose time is over."""
    return list(ActionPlan.objects.filter(state="proposed", expires_at__lt=at).values_list("hash", flat=True))


def plans_of_case(case_pk: int) -> list[StoredPlan]:
    """Every plan that a case was in, newest first."""
    rows = ActionPlan.objects.filter(actionstep__case_id=case_pk).distinct().order_by("-id")
    return [_stored(row) for row in rows[:20]]


def open_plans(case_pks: Sequence[int], *, kind: PlanKind, states: Iterable[PlanState] = OPEN_PLANS) -> dict[int, str]:
    """Which of the cases are in a plan of a kind that is not over: case row → the plan's hash."""
    found: dict[int, str] = {}
    wanted = list(states)
    for start in range(0, len(case_pks), _AT_ONCE):
        part = case_pks[start : start + _AT_ONCE]
        rows = ActionStep.objects.filter(case_id__in=part, plan__kind=kind, plan__state__in=wanted)
        found.update(rows.order_by("plan_id").values_list("case_id", "plan__hash"))
    return found


def set_plan_state(pk: int, state: PlanState, *, at: datetime) -> None:
    """Let a plan stand in another state."""
    ActionPlan.objects.filter(pk=pk).update(state=state, changed_at=at)


def add_vote(pk: int, *, actor: str, vote: str, note: str = "", bulk: bool = False, at: datetime) -> None:
    """Keep what somebody said about a plan.  Raises `ConflictError` when it was said before."""
    _row, is_new = PlanVote.objects.get_or_create(
        plan_id=pk, actor=actor, vote=vote, defaults={"note": note, "bulk": bulk, "at": at}
    )
    if not is_new:
        raise ConflictError(f"{actor} said so before", item="plan")


def votes_of(pk: int) -> list[Vote]:
    """What was said about a plan, in order."""
    rows = PlanVote.objects.filter(plan_id=pk).order_by("id")
    return [Vote(row.actor, row.vote, row.bulk, row.note, row.at) for row in rows]


def steps_of(pk: int) -> list[StoredStep]:
    """The steps of a plan, in its order."""
    return [_step(row) for row in ActionStep.objects.filter(plan_id=pk).order_by("number")]


def counts_of_steps(pk: int) -> dict[str, int]:
    """How many steps of a plan stand in each state."""
    rows = ActionStep.objects.filter(plan_id=pk).values_list("state").annotate(n=Count("id")).order_by()
    return dict(rows)


def unfinished_steps(case_pk: int, kind: PlanKind) -> list[StoredStep]:
    """The steps of a case, in plans of a kind, that are not over."""
    rows = ActionStep.objects.filter(case_id=case_pk, plan__kind=kind, state__in=("planned", "sent"))
    return [_step(row) for row in rows.exclude(plan__state__in=("refused", "expired")).order_by("id")]


def move_step(
    step: StoredStep, state: StepState, *, at: datetime, code: str = "", message: str = "", tried: bool = False
) -> bool:
    """Bring a step from the state that was seen to another one; False: somebody else has moved it meanwhile."""
    seen = ActionStep.objects.filter(Q(state=step.state), pk=step.pk, tries=step.tries)
    return bool(
        seen.update(state=state, code=code, message=message[:500], tries=step.tries + int(tried), changed_at=at)
    )


def get_step(pk: int) -> StoredStep:
    """One step, read again."""
    return _step(ActionStep.objects.get(pk=pk))


def _find(text: str) -> ActionPlan:
    wanted = text.strip().lower()
    if not (_SHORTEST_PREFIX <= len(wanted) <= _HASH_DIGITS) or not set(wanted) <= set("0123456789abcdef"):
        raise InputError(f"a plan is named by its hash, or by at least {_SHORTEST_PREFIX} digits of it", item=text[:64])
    rows = list(ActionPlan.objects.filter(hash__startswith=wanted).order_by("id")[:2])
    if not rows:
        raise NotFoundError("no such plan", item=wanted)
    if len(rows) > 1:
        raise InputError("more than one plan begins so; give more of its hash", item=wanted)
    return rows[0]


def _stored(row: ActionPlan) -> StoredPlan:
    plan = parse_plan(bytes(row.body))
    return StoredPlan(row.pk, row.hash, row.state, plan, row.changed_at)  # type: ignore[arg-type]  # only its states are stored


def _step(row: ActionStep) -> StoredStep:
    return StoredStep(
        row.pk, row.number, row.case_id, row.registrable, row.state, row.tries, row.code, row.message  # type: ignore[arg-type]  # only its states are stored
    )  # fmt: skip
