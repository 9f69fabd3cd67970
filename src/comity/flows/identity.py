"""Ask who holds a name, and record the answer: the clock of the registrant's proof of identity (FIELD C.4).

The question itself goes out with the notice or by the registrar; here only the clock begins and ends.
"""

from collections.abc import Sequence
from datetime import datetime

from comity.core.roles import Actor
from comity.edges.home import Home
from comity.flows.advance_cases import NO_GROUNDS, Grounds, VerbOutcome, advance_cases, same_step, step_of


def ask_identity(
    home: Home, refs: Sequence[str], actor: Actor, *, at: datetime, grounds: Grounds = NO_GROUNDS
) -> VerbOutcome:
    """Record that the registrant was asked for proof of identity."""
    return advance_cases(home, same_step(refs, step_of("identity_asked", actor, grounds)), at=at)


def record_identity(
    home: Home, refs: Sequence[str], actor: Actor, *, at: datetime, grounds: Grounds = NO_GROUNDS
) -> VerbOutcome:
    """Record that the registrant has answered."""
    return advance_cases(home, same_step(refs, step_of("identity_answered", actor, grounds)), at=at)
