"""Reply: answer in a thread, or say more in it.  After the close it is kept and shown, and opens nothing."""

from datetime import datetime

from comity.core.roles import Actor
from comity.edges.home import Home
from comity.flows.say import Said, Words, say


def reply(home: Home, uuid: str, words: Words, actor: Actor, *, partner: str = "", at: datetime) -> Said:
    """Say something to the partner of a thread; where several were asked, to which of them must be said."""
    (said,) = say(home, uuid, "replied", words, actor, partner=partner, at=at)
    return said
