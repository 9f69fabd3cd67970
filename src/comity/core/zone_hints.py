"""Which zone a refused record seems to speak of, for counting only.

A record whose name cannot be folded safely makes no claim and no case.  It is still about somebody's zone, and a party
wants to know how much of what it was sent was spoilt.  The hint is taken from the shape alone (anything like a scheme,
labels of letters, digits, hyphen and underscore, at least two of them) and is used for nothing but a sum.
"""

import re
from typing import Final

from comity.core.parties import PARTY_OF_ZONE

_SHAPE: Final = re.compile(
    r"(?:[a-z][a-z0-9+.-]*://)?(?:[^/?#@]*@)?((?:[a-z0-9_-]{1,63}\.)+[a-z0-9-]{1,63})\.?(?::[0-9]*)?(?:[/?#]|$)",
    re.IGNORECASE,
)
_LONGEST: Final = 2_048


def find_zone_hint(text: str) -> str:
    """The zone of a party that a text seems to name a host in; empty: none."""
    found = _SHAPE.match(text[:_LONGEST].strip())
    if found is None:
        return ""
    zone = found[1].rpartition(".")[2].lower()
    return zone if zone in PARTY_OF_ZONE else ""
