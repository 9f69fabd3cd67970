"""Reopen: a closed case is looked at again, within 30 days of its closing (closed → triage)."""

from collections.abc import Sequence
from datetime import datetime

from comity.core.roles import Actor
from comity.edges.home import Home
from comity.flows.advance_cases import NO_GROUNDS, Grounds, VerbOutcome, advance_cases, same_step, step_of


def reopen(
    home: Home, refs: Sequence[str], actor: Actor, *, at: datetime, grounds: Grounds = NO_GROUNDS
) -> VerbOutcome:
    """Take closed cases up again."""
    return advance_cases(home, same_step(refs, step_of("reopen", actor, grounds)), at=at)
