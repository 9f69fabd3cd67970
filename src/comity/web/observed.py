"""What the case page shows of a name as it was last seen from outside, and when it may be looked at again.

A look that failed is shown with its reason, and beside it what the last one told that did not fail.  The people of the
desk may look now; not more often than once a minute for one name, since the servers asked are other people's.
"""

from datetime import datetime, timedelta
from typing import Final

import msgspec

from comity.core.observations import NOT_REGISTERED, Observed, Registration, Resolution
from comity.core.roles import DESK
from comity.edges.home import Home
from comity.flows.observe import may_observe
from comity.store.observations import newest_looks

EACH: Final = timedelta(minutes=1)


class ShownLook(msgspec.Struct, frozen=True):
    """The newest look of one kind, and the one that is shown where it failed."""

    kind: str
    at: datetime
    error: str
    is_free: bool  # nobody holds the name
    registration: Registration | None
    resolution: Resolution | None
    known_at: datetime | None


def shown_looks(registrable: str) -> list[ShownLook]:
    """The newest looks at a name."""
    return [_shown(look, learned) for look, learned in newest_looks(registrable)]


def may_look(home: Home | None, role: str) -> bool:
    """Whether a person of this role may look now, and anything is set up that can be asked."""
    return home is not None and role in DESK and may_observe(home)


def was_just_seen(registrable: str, *, at: datetime) -> bool:
    """Whether the name was looked at within the last minute."""
    return any(at - look.at < EACH for look, _learned in newest_looks(registrable))


def _shown(look: Observed, learned: Observed | None) -> ShownLook:
    source = look if learned is None else learned
    return ShownLook(
        kind=look.kind,
        at=look.at,
        error=look.error,
        is_free=look.error == NOT_REGISTERED,
        registration=source.value if isinstance(source.value, Registration) else None,
        resolution=source.value if isinstance(source.value, Resolution) else None,
        known_at=learned.at if learned is not None else None,
    )
