"""Merge: a case repeats another one and follows it (received or triage → merged); unmerge takes it back to triage."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from comity.core.roles import Actor
from comity.edges.home import Home
from comity.flows.advance_cases import NO_GROUNDS, Grounds, VerbOutcome, advance_cases, same_step, step_of
from comity.store.cases import get_case


def merge(
    home: Home, refs: Sequence[str], actor: Actor, parent: str, *, at: datetime, grounds: Grounds = NO_GROUNDS
) -> VerbOutcome:
    """Let cases follow `parent`, another open case of the same party that itself follows none (`core.case_merges`).

    They close when it closes.  Raises `NotFoundError` when there is no such case.
    """
    step = msgspec.structs.replace(step_of("merge_duplicate", actor, grounds), related=get_case(parent).uuid)
    return advance_cases(home, same_step(refs, step), at=at)


def unmerge(
    home: Home, refs: Sequence[str], actor: Actor, *, at: datetime, grounds: Grounds = NO_GROUNDS
) -> VerbOutcome:
    """Let cases stand on their own again."""
    return advance_cases(home, same_step(refs, step_of("unmerge", actor, grounds)), at=at)
