"""Record an action: what the registrar, the host or the registrant did after the notice (notified → mitigated).

A hold by the registry itself is another path with four eyes (`comity.flows.hold`).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from comity.core.errors import InputError
from comity.core.roles import Actor
from comity.edges.home import Home
from comity.flows.advance_cases import NO_GROUNDS, Grounds, VerbOutcome, advance_cases, same_step, step_of

EVENT_OF_ACTION: Final[dict[str, str]] = {
    "delegation-ended": "registrar_acted",
    "sinkhole": "registrar_acted",
    "cleaned": "host_or_registrant_cured",
}


def record_action(
    home: Home, refs: Sequence[str], actor: Actor, action: str, *, at: datetime, grounds: Grounds = NO_GROUNDS
) -> VerbOutcome:
    """Record the same action on each of the cases."""
    if action not in EVENT_OF_ACTION:
        raise InputError(f"one of {', '.join(EVENT_OF_ACTION)}", item="action")
    step = msgspec.structs.replace(step_of(EVENT_OF_ACTION[action], actor, grounds), action=action)
    return advance_cases(home, same_step(refs, step), at=at)
