"""Notify: the registrar is given notice of a confirmed case (confirmed → notified); the time to act begins."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from comity.core.roles import Actor
from comity.edges.home import Home
from comity.flows.advance_cases import NO_GROUNDS, Grounds, VerbOutcome, advance_cases, same_step, step_of


def notify(
    home: Home,
    refs: Sequence[str],
    actor: Actor,
    *,
    told: tuple[str, ...] = (),
    at: datetime,
    grounds: Grounds = NO_GROUNDS,
) -> VerbOutcome:
    """Record a notice; `told` says whom it went to (`case_steps.RECIPIENTS`).

    Of a hacked site the host and the holder are told as well; where nobody said so, no hold can follow.
    """
    step = msgspec.structs.replace(step_of("send_notice", actor, grounds), told=told)
    return advance_cases(home, same_step(refs, step), at=at)
