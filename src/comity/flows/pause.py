"""Pause and resume the clocks of a case, each with its reason (FIELD C.4; docs/spec/clocks.md §4).

A clock stands still by itself while the reporter is asked or the partner has the case.  A person pauses it again after
it was resumed, or where a court's order is awaited, and resumes it at any time.  Nothing is paused for another reason,
nor beyond what the memorandum allows in all.  Partners that take part are told, and see the same.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec
from django.db import transaction

from comity.core.case_steps import Reason, Step
from comity.core.clock_table import PAUSE_REASONS
from comity.core.clocks import pauses_of
from comity.core.promises import case_ticks
from comity.core.roles import Actor
from comity.edges.home import Home
from comity.flows.advance_cases import NO_GROUNDS, Grounds, VerbOutcome, advance_cases, step_of
from comity.flows.keep_clocks import ClockFacts, clock_facts
from comity.store.cases import CaseRow, find_cases

# In which state each reason holds; a court's order is awaited in any that is not over.
_STATE: Final = {"awaiting_reporter": "needs_info", "awaiting_partner": "referred"}
_OVER: Final = frozenset(("closed", "merged"))

Guard = Callable[[CaseRow, ClockFacts], list[Reason]]


def pause(
    home: Home, refs: Sequence[str], actor: Actor, reason: str, *, at: datetime, grounds: Grounds = NO_GROUNDS
) -> VerbOutcome:
    """Stop the clocks of these cases; `reason` is one of `PAUSE_REASONS`."""
    step = step_of("clock_paused", actor, msgspec.structs.replace(grounds, reason=reason))

    def why_not(row: CaseRow, facts: ClockFacts) -> list[Reason]:
        return _why_not_paused(row, facts, reason)

    return _take(home, refs, step, why_not, at=at)


def resume(
    home: Home, refs: Sequence[str], actor: Actor, *, at: datetime, grounds: Grounds = NO_GROUNDS
) -> VerbOutcome:
    """Let the clocks of these cases run on."""

    def why_not(_row: CaseRow, facts: ClockFacts) -> list[Reason]:
        if _is_paused(facts):
            return []
        return [Reason("not-paused", "no clock of the case stands still")]

    return _take(home, refs, step_of("clock_resumed", actor, grounds), why_not, at=at)


def may_pause(row: CaseRow, facts: ClockFacts) -> list[str]:
    """The reasons for which the clocks of a case may be paused now."""
    return [reason for reason in PAUSE_REASONS if not _why_not_paused(row, facts, reason)]


def _is_paused(facts: ClockFacts) -> bool:
    return any(one.open for one in pauses_of(case_ticks(facts.entries), facts.basis.terms))


def _why_not_paused(row: CaseRow, facts: ClockFacts, reason: str) -> list[Reason]:
    terms = facts.basis.terms
    if reason not in PAUSE_REASONS:
        return [Reason("pause-reason-unknown", f"a clock is paused for {', '.join(PAUSE_REASONS)}")]
    reasons = []
    if reason not in terms.pause_when:
        reasons.append(Reason("pause-not-agreed", f"clause {terms.clause} has no pause for {reason}"))
    if row.state in _OVER or _STATE.get(reason, row.state) != row.state:
        reasons.append(Reason("pause-not-here", f"{reason}: the case is {row.state}"))
    pauses = pauses_of(case_ticks(facts.entries), terms)
    if any(one.open for one in pauses):
        reasons.append(Reason("already-paused", "the clocks stand still already"))
    elif sum((one.until - one.since for one in pauses), timedelta(0)) >= terms.pause_max:
        reasons.append(Reason("pause-used-up", f"the case has been paused for {terms.pause_max} in all"))
    return reasons


def _take(home: Home, refs: Sequence[str], step: Step, why_not: Guard, *, at: datetime) -> VerbOutcome:
    refused: dict[str, tuple[Reason, ...]] = {}
    with transaction.atomic():
        rows = find_cases(refs)
        facts = clock_facts(home, list({row.pk: row for row in rows.values()}.values()))
        for ref, row in rows.items():
            if reasons := why_not(row, facts[row.pk]):
                refused[ref] = tuple(reasons)
        outcome = advance_cases(home, {ref: step for ref in refs if ref not in refused}, at=at)
    return VerbOutcome(outcome.done, refused | outcome.refused)
