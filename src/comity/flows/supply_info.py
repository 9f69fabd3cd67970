"""Supply information: the answer to a question (needs_info → triage), or more about a case that is with a partner.

On our own case the reporter answers.  A case that was referred stays where it is; what is said goes to the partner
that has it.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from comity.core.errors import InputError
from comity.core.roles import Actor
from comity.edges.home import Home
from comity.flows.advance_cases import NO_GROUNDS, Grounds, VerbOutcome, advance_cases, step_of
from comity.store.cases import find_cases


def supply_info(
    home: Home, refs: Sequence[str], actor: Actor, answer: str, *, at: datetime, grounds: Grounds = NO_GROUNDS
) -> VerbOutcome:
    """Say the same about each of the cases."""
    if not answer.strip():
        raise InputError("say what is known", item="answer")
    spoken = msgspec.structs.replace(grounds, note=answer)
    referred = {ref for ref, row in find_cases(refs).items() if row.state == "referred"}
    steps = {ref: step_of("info_sent" if ref in referred else "info_supplied", actor, spoken) for ref in refs}
    return advance_cases(home, steps, at=at)
