"""Merge: a case repeats another one and follows it (received or triage → merged); unmerge takes it back to triage."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from comity.core.case_steps import Reason
from comity.core.roles import Actor
from comity.edges.home import Home
from comity.flows.advance_cases import NO_GROUNDS, Grounds, VerbOutcome, advance_cases, same_step, step_of
from comity.store.cases import find_cases, get_case


def merge(
    home: Home, refs: Sequence[str], actor: Actor, parent: str, *, at: datetime, grounds: Grounds = NO_GROUNDS
) -> VerbOutcome:
    """Let cases follow `parent`, which must be another case that is not itself merged."""
    target = get_case(parent)
    rows = find_cases(refs)
    refused: dict[str, tuple[Reason, ...]] = {}
    if target.state == "merged":
        refused = dict.fromkeys(refs, (Reason("parent-is-merged", f"{target.ref} itself follows another case"),))
    for ref in refs:
        if ref in rows and rows[ref].pk == target.pk:
            refused[ref] = (Reason("parent-is-itself", "a case does not repeat itself"),)
    step = msgspec.structs.replace(step_of("merge_duplicate", actor, grounds), related=target.uuid)
    answered = advance_cases(home, same_step([ref for ref in refs if ref not in refused], step), at=at)
    return VerbOutcome(answered.done, {**refused, **answered.refused})


def unmerge(
    home: Home, refs: Sequence[str], actor: Actor, *, at: datetime, grounds: Grounds = NO_GROUNDS
) -> VerbOutcome:
    """Let cases stand on their own again."""
    return advance_cases(home, same_step(refs, step_of("unmerge", actor, grounds)), at=at)
