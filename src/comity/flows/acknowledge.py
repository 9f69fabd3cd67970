"""Acknowledge: a person has seen the case and begins to look at it (received → triage).

The partner that reported hears that its report was accepted.
"""

from collections.abc import Sequence
from datetime import datetime

from comity.core.roles import Actor
from comity.edges.home import Home
from comity.flows.advance_cases import NO_GROUNDS, Grounds, VerbOutcome, advance_cases, same_step, step_of


def acknowledge(
    home: Home, refs: Sequence[str], actor: Actor, *, at: datetime, grounds: Grounds = NO_GROUNDS
) -> VerbOutcome:
    """Begin triage of cases that were received."""
    return advance_cases(home, same_step(refs, step_of("start_triage", actor, grounds)), at=at)
