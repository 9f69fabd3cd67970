"""Close a consultation: what was asked is answered, or needs no answer any more.  Either side may."""

from datetime import datetime

from comity.core.roles import Actor
from comity.edges.home import Home
from comity.flows.say import Said, Words, say


def close_consultation(
    home: Home, uuid: str, words: Words, actor: Actor, *, partner: str = "", at: datetime
) -> tuple[Said, ...]:
    """Close the thread with a partner, or every thread that is open."""
    return say(home, uuid, "closed", words, actor, partner=partner, at=at)
