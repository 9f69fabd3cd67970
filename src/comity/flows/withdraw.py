"""Withdraw: we said something that does not hold, and everybody who was told must hear it (docs/spec/cases.md §5).

A case that is with a partner stays `referred`: a retraction goes out, the partner's analyst decides, and the partner's
outcome closes our case.  A case of ours that is closed is retracted by an approver: its outcome becomes `withdrawn` or
`false_positive`, and a retraction goes to every partner that takes part.  Anything else was told to nobody: dismiss it.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from comity.core.case_steps import Reason, Step
from comity.core.roles import Actor
from comity.edges.home import Home
from comity.flows.advance_cases import NO_GROUNDS, Grounds, VerbOutcome, advance_cases, step_of
from comity.store.cases import find_cases


def withdraw(
    home: Home,
    refs: Sequence[str],
    actor: Actor,
    *,
    at: datetime,
    outcome: str = "withdrawn",
    grounds: Grounds = NO_GROUNDS,
) -> VerbOutcome:
    """Withdraw what was said about the cases; `outcome` is used where a closed case is retracted."""
    refused: dict[str, tuple[Reason, ...]] = {}
    steps: dict[str, Step] = {}
    rows = find_cases(refs)
    for ref in refs:
        state = rows[ref].state if ref in rows else ""
        if state == "closed":
            steps[ref] = msgspec.structs.replace(step_of("retract", actor, grounds), outcome=outcome)
        elif state in {"referred", ""}:
            steps[ref] = step_of("withdrawal_sent", actor, grounds)
        else:
            why = f"the case is {state}: nobody was told of an outcome; dismiss it with the outcome withdrawn"
            refused[ref] = (Reason("nothing-to-withdraw", why),)
    answered = advance_cases(home, steps, at=at)
    return VerbOutcome(answered.done, {**refused, **answered.refused})
