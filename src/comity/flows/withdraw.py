"""Withdraw: we said something that does not hold, and everybody who was told must hear it (docs/spec/cases.md §5).

A case that is with a partner stays `referred`: a retraction goes out, the partner's analyst decides, and the partner's
outcome closes our case.  A case of ours that is closed is retracted by an approver: its outcome becomes `withdrawn` or
`false_positive`, and a retraction goes to every partner that takes part.  Anything else was told to nobody: dismiss it.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from comity.core.case_steps import Reason, Step
from comity.core.errors import ConflictError
from comity.core.roles import Actor
from comity.edges.home import Home
from comity.flows.advance_cases import NO_GROUNDS, Grounds, VerbOutcome, advance_cases, step_of
from comity.flows.erase import get_own_report
from comity.store.case_reports import count_own_reports
from comity.store.cases import find_cases, find_cases_by_pk


def withdraw_report(home: Home, uuid: str, actor: Actor, *, at: datetime, grounds: Grounds = NO_GROUNDS) -> VerbOutcome:
    """Withdraw one report of ours: its case, where nothing else that was filed here stands in it.

    Raises `ConflictError` where other reports would be withdrawn with it, or where there is no case.
    """
    row = get_own_report(uuid)
    if row.case_pk is None:
        raise ConflictError("has no case: nobody was told of it", item=uuid)
    others = count_own_reports(row.case_pk) - 1
    (case,) = find_cases_by_pk([row.case_pk])
    if others:
        raise ConflictError(
            f"case {case.ref} has further reports that were filed here ({others}); correct or erase this one, or "
            f"withdraw all of it with: comity case withdraw {case.ref}",
            item=uuid,
        )
    return withdraw(home, [case.ref], actor, at=at, grounds=grounds)


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
            first = "take the confirmation back and " if state == "confirmed" else ""
            why = f"the case is {state}: nobody was told of an outcome; {first}dismiss it with the outcome withdrawn"
            refused[ref] = (Reason("nothing-to-withdraw", why),)
    answered = advance_cases(home, steps, at=at)
    return VerbOutcome(answered.done, {**refused, **answered.refused})
