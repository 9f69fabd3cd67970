"""Ask: the reporter, or the partner that reported, is asked for what is missing (triage → needs_info).

The question travels as the entry's note; it must not be empty.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from comity.core.errors import InputError
from comity.core.roles import Actor
from comity.edges.home import Home
from comity.flows.advance_cases import NO_GROUNDS, Grounds, VerbOutcome, advance_cases, same_step, step_of


def ask(
    home: Home, refs: Sequence[str], actor: Actor, question: str, *, at: datetime, grounds: Grounds = NO_GROUNDS
) -> VerbOutcome:
    """Put one question about each of the cases."""
    if not question.strip():
        raise InputError("say what is asked", item="question")
    step = step_of("ask_reporter", actor, msgspec.structs.replace(grounds, note=question))
    return advance_cases(home, same_step(refs, step), at=at)
