"""Hold: the registry itself takes a name out of the zone, with four eyes (confirmed → hold_proposed → on_hold).

An analyst proposes with a reason and enough evidence; an approver who has not worked on the case approves or refuses.
A protected name needs two approvers.  `lift` begins the way back (on_hold → restoring), `restore` ends it (→ closed).
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from comity.core.roles import Actor
from comity.edges.home import Home
from comity.flows.advance_cases import NO_GROUNDS, Grounds, VerbOutcome, advance_cases, same_step, step_of


def hold(
    home: Home,
    refs: Sequence[str],
    actor: Actor,
    *,
    at: datetime,
    score: float | None = None,
    grounds: Grounds = NO_GROUNDS,
) -> VerbOutcome:
    """Propose a hold; `grounds.reason` must say why."""
    step = msgspec.structs.replace(step_of("propose_hold", actor, grounds), score=score)
    return advance_cases(home, same_step(refs, step), at=at)


def approve_hold(
    home: Home, refs: Sequence[str], actor: Actor, *, at: datetime, grounds: Grounds = NO_GROUNDS
) -> VerbOutcome:
    """Approve a hold that was proposed; on a protected name the first approval is noted and a second one holds."""
    return advance_cases(home, same_step(refs, step_of("approve_hold", actor, grounds)), at=at)


def refuse_hold(
    home: Home, refs: Sequence[str], actor: Actor, *, at: datetime, grounds: Grounds = NO_GROUNDS
) -> VerbOutcome:
    """Refuse a hold that was proposed."""
    return advance_cases(home, same_step(refs, step_of("refuse_hold", actor, grounds)), at=at)


def lift(home: Home, refs: Sequence[str], actor: Actor, *, at: datetime, grounds: Grounds = NO_GROUNDS) -> VerbOutcome:
    """Begin to restore a name whose cause was removed."""
    return advance_cases(home, same_step(refs, step_of("cured", actor, grounds)), at=at)


def restore(
    home: Home, refs: Sequence[str], actor: Actor, outcome: str, *, at: datetime, grounds: Grounds = NO_GROUNDS
) -> VerbOutcome:
    """Record that a name is back in the zone, which closes its case."""
    step = msgspec.structs.replace(step_of("restored", actor, grounds), outcome=outcome)
    return advance_cases(home, same_step(refs, step), at=at)
