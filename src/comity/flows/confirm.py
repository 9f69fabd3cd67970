"""Confirm: the report is true (triage → confirmed).

Needs an evidence score (FIELD C.1) at or above the node's threshold, a disposition, and a check of what else would fall
with the name.  A score above what the rubric gives needs a reason.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from comity.core.collateral import Finding
from comity.core.roles import Actor
from comity.edges.home import Home
from comity.flows.advance_cases import NO_GROUNDS, Grounds, VerbOutcome, advance_cases, same_step, step_of


def confirm(
    home: Home,
    refs: Sequence[str],
    actor: Actor,
    *,
    disposition: str,
    score: float | None,
    collateral: str,
    check: tuple[Finding, ...] = (),
    at: datetime,
    grounds: Grounds = NO_GROUNDS,
) -> VerbOutcome:
    """Confirm cases.

    `check` are the analyst's answers to the collateral questions, over what the node knows by itself; `collateral` says
    it in words.  One of the two must be there.
    """
    step = msgspec.structs.replace(
        step_of("confirm", actor, grounds), disposition=disposition, score=score, collateral=collateral, check=check
    )
    return advance_cases(home, same_step(refs, step), at=at)
