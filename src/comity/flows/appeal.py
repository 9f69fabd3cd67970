"""Appeal: a registrant, registrar or host contests what was done; somebody uninvolved decides (FIELD C.3, A.6).

Granting begins the way back (appeal → restoring), upholding closes the case, an interim restore keeps the appeal open.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from comity.core.errors import InputError
from comity.core.roles import Actor
from comity.edges.home import Home
from comity.flows.advance_cases import NO_GROUNDS, Grounds, VerbOutcome, advance_cases, same_step, step_of

DECISIONS: Final = ("granted", "upheld", "interim_restore")


def appeal(
    home: Home, refs: Sequence[str], actor: Actor, *, at: datetime, grounds: Grounds = NO_GROUNDS
) -> VerbOutcome:
    """File an appeal against what was done."""
    return advance_cases(home, same_step(refs, step_of("appeal_filed", actor, grounds)), at=at)


def decide_appeal(
    home: Home, refs: Sequence[str], actor: Actor, decision: str, *, at: datetime, grounds: Grounds = NO_GROUNDS
) -> VerbOutcome:
    """Decide an appeal: granted, upheld, or restored for the time being."""
    if decision not in DECISIONS:
        raise InputError(f"one of {', '.join(DECISIONS)}", item="decision")
    return advance_cases(home, same_step(refs, step_of(decision, actor, grounds)), at=at)
