"""Notify: the registrar is given notice of a confirmed case (confirmed → notified); the time to act begins."""

from collections.abc import Sequence
from datetime import datetime

from comity.core.roles import Actor
from comity.edges.home import Home
from comity.flows.advance_cases import NO_GROUNDS, Grounds, VerbOutcome, advance_cases, same_step, step_of


def notify(
    home: Home, refs: Sequence[str], actor: Actor, *, at: datetime, grounds: Grounds = NO_GROUNDS
) -> VerbOutcome:
    """Record the notice to the registrar."""
    return advance_cases(home, same_step(refs, step_of("send_notice", actor, grounds)), at=at)
