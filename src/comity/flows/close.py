"""Close: the matter is done (mitigated or on hold → closed), with the outcome code that partner and reporter hear."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from comity.core.roles import Actor
from comity.edges.home import Home
from comity.flows.advance_cases import NO_GROUNDS, Grounds, VerbOutcome, advance_cases, same_step, step_of


def close(
    home: Home, refs: Sequence[str], actor: Actor, outcome: str, *, at: datetime, grounds: Grounds = NO_GROUNDS
) -> VerbOutcome:
    """Close cases with one outcome."""
    step = msgspec.structs.replace(step_of("close", actor, grounds), outcome=outcome)
    return advance_cases(home, same_step(refs, step), at=at)
