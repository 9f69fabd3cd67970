"""What a campaign files while faults strike: claims about names of one's own zones and of the partners', seeded.

Only whole claims: everything here must be stored, and what is about a partner's name must reach the partner.  Each call
gives another feed; the same seed gives the same feeds.
"""

from collections.abc import Sequence
from datetime import datetime
from random import Random
from typing import Final

import msgspec

from comity.demo.feed import Feed
from comity.demo.mix import Mix, load_mix
from comity.testing.assembly import ZONES

_WHOSE: Final = {"own": 0.25, "partner": 0.75, "foreign": 0.0}
_WHOLE: Final = ("claim", "second-page")
_NEVER: Final = {"duplicate": 0.0, "malformed": 0.0, "ip-only": 0.0, "protected": 0.0}


class Load:
    """The feeds of one party."""

    def __init__(self, party: str, partners: Sequence[str], *, seed: int, start: datetime) -> None:
        self._chance = Random(f"{seed}/{party}/load")
        self._feeds = [
            Feed(party, partner, _mix(), seed=seed + number, start=start) for number, partner in enumerate(partners)
        ]
        self.filed = 0

    def feed(self, claims: int) -> bytes:
        """Make the next feed: so many claims, a line each."""
        lines: list[bytes] = []
        while len(lines) < claims:
            source = self._chance.choice(self._feeds)
            lines += [line.data for line in source.lines(claims - len(lines)) if line.kind in _WHOLE]
        self.filed += len(lines)
        return b"".join(lines)


def _mix() -> Mix:
    mix = load_mix()
    zones = {party: {zone: 1 / len(zones) for zone in zones} for party, zones in ZONES.items()}
    return msgspec.structs.replace(mix, whose=_WHOSE, zones=zones, lines=_NEVER)
