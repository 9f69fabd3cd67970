"""Appeal: a registrant, registrar or host contests what was done, through somebody of the desk (FIELD C.3, A.6).

Who was given a one-time link appeals by it themselves (`flows.answer_case`); `flows.decide_appeal` decides.
"""

from collections.abc import Sequence
from datetime import datetime

from comity.core.roles import Actor
from comity.edges.home import Home
from comity.flows.advance_cases import NO_GROUNDS, Grounds, VerbOutcome, advance_cases, same_step, step_of


def appeal(
    home: Home, refs: Sequence[str], actor: Actor, *, at: datetime, grounds: Grounds = NO_GROUNDS
) -> VerbOutcome:
    """File an appeal against what was done."""
    return advance_cases(home, same_step(refs, step_of("appeal_filed", actor, grounds)), at=at)
