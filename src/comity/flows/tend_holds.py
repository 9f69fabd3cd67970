"""Tend holds: warn before a hold ends, and at its end restore the name or ask a person, as the zone's profile says.

Also lets proposals that nobody approved in time expire.  What is due is found by its moment, so a round costs as
much as is due; each hold is warned of once and ends once, whatever dies meanwhile.
"""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from comity.core.authority import Profile
from comity.edges.authority_profiles import find_profile, load_profiles
from comity.edges.home import Home
from comity.flows.advance_cases import Grounds, advance_cases, same_step, step_of
from comity.flows.end_step import node_actor
from comity.flows.restore_name import restore_names
from comity.store.cases import find_case
from comity.store.holds import HeldName, holds_due, note_asked, note_warned
from comity.store.plans import due_plans, lock_plan, set_plan_state

WARNED: Final = "hold-ends-soon"
ENDED: Final = "hold-ended"
ASKED: Final = "hold-ended-decide"
PLAN_EXPIRED: Final = "plan-expired"


def tend_holds(home: Home, *, at: datetime) -> int:
    """Do what is due; answer how much it was."""
    done = sum(_expire(home, which, at=at) for which in due_plans(at=at))
    ahead = max((profile.warn_days for profile in load_profiles(home)), default=0)
    for hold in holds_due(at=at, warn=timedelta(days=ahead)):
        profile = _profile(home, hold)
        if hold.until <= at:
            done += _end(home, hold, profile, at=at)
        elif profile is not None and hold.until - timedelta(days=profile.warn_days) <= at:
            done += _warn(home, hold, at=at)
    return done


def _warn(home: Home, hold: HeldName, *, at: datetime) -> int:
    with transaction.atomic():
        if not note_warned(hold.pk, at=at):
            return 0
        grounds = Grounds(reason=WARNED, note=f"{hold.name}: {hold.until:%Y-%m-%d %H:%M} UTC")
        advance_cases(home, same_step([hold.ref], step_of("clock_warned", node_actor(home), grounds)), at=at)
    return 1


def _end(home: Home, hold: HeldName, profile: Profile | None, *, at: datetime) -> int:
    asks = profile is not None and profile.on_expiry == "ask"
    with transaction.atomic():
        if not note_asked(hold.pk, at=at):
            return 0
        grounds = Grounds(reason=ASKED if asks else ENDED, note=hold.name)
        node = node_actor(home)
        advance_cases(home, same_step([hold.ref], step_of("hold_expired", node, grounds)), at=at)
        if not asks:
            restore_names(home, [hold.ref], node, "expired", at)
    return 1


def _expire(home: Home, which: str, *, at: datetime) -> int:
    with transaction.atomic():
        stored = lock_plan(which)
        if stored.state != "proposed":
            return 0
        set_plan_state(stored.pk, "expired", at=at)
        grounds = Grounds(reason=PLAN_EXPIRED, evidence_hash=stored.hash)
        refs = [step.case for step in stored.plan.steps]
        advance_cases(home, same_step(refs, step_of("action_failed", node_actor(home), grounds)), at=at)
    return 1


def _profile(home: Home, hold: HeldName) -> Profile | None:
    row = find_case(hold.ref)
    return find_profile(home, row.zone) if row is not None else None
