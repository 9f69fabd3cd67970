"""Dismiss: the report is not acted on (triage → closed), with an outcome code that says why.

The reporting partner and the reporter hear the outcome.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from comity.core.roles import Actor
from comity.edges.home import Home
from comity.flows.advance_cases import NO_GROUNDS, Grounds, VerbOutcome, advance_cases, same_step, step_of


def dismiss(
    home: Home, refs: Sequence[str], actor: Actor, outcome: str, *, at: datetime, grounds: Grounds = NO_GROUNDS
) -> VerbOutcome:
    """Close cases under triage without action."""
    step = msgspec.structs.replace(step_of("dismiss", actor, grounds), outcome=outcome)
    return advance_cases(home, same_step(refs, step), at=at)
