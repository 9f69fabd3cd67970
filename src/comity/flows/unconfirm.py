"""Unconfirm: a confirmation did not hold (confirmed → triage)."""

from collections.abc import Sequence
from datetime import datetime

from comity.core.roles import Actor
from comity.edges.home import Home
from comity.flows.advance_cases import NO_GROUNDS, Grounds, VerbOutcome, advance_cases, same_step, step_of


def unconfirm(
    home: Home, refs: Sequence[str], actor: Actor, *, at: datetime, grounds: Grounds = NO_GROUNDS
) -> VerbOutcome:
    """Take confirmed cases back to triage."""
    return advance_cases(home, same_step(refs, step_of("unconfirm", actor, grounds)), at=at)
