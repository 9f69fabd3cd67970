"""Reopen a consultation: something is missing still.  When the asker does, an answer is due again by the same rule."""

from datetime import datetime

from comity.core.roles import Actor
from comity.edges.home import Home
from comity.flows.say import Said, Words, say


def reopen_consultation(
    home: Home, uuid: str, words: Words, actor: Actor, *, partner: str = "", at: datetime
) -> tuple[Said, ...]:
    """Open the thread with a partner, or every thread that is closed."""
    return say(home, uuid, "reopened", words, actor, partner=partner, at=at)
