"""Wait until nodes have come to rest: every entry of every link between them is receipted, on both sides alike, and
none of them recovers.

Parts that were started and died meanwhile are started again, as `comity serve` does with its children.
"""

import time
from typing import Final

from comity.testing.census import Census
from comity.testing.parts import CampaignNode

_SECONDS: Final = 120.0
_LOOK_SECONDS: Final = 0.15


class NotAtRestError(AssertionError):
    """The nodes did not come to rest in time; the message says how far each was and what it last complained of."""


def settle(*nodes: CampaignNode, within_seconds: float = _SECONDS) -> None:
    """Wait for these nodes.  Raises `NotAtRestError`."""
    end = time.monotonic() + within_seconds
    while True:
        for node in nodes:
            node.tend()
        counted = {node.party: node.census(brief=True) for node in nodes}
        if all(is_at_rest(one, counted) for one in counted.values()):
            return
        if time.monotonic() > end:
            raise NotAtRestError("\n".join([_far(one) for one in counted.values()] + [node.tell() for node in nodes]))
        time.sleep(_LOOK_SECONDS)


def is_at_rest(one: Census, all_of_them: dict[str, Census]) -> bool:
    """Whether everything one node has for the others is with them and receipted."""
    return all(
        link.state != "recovering"
        and link.sent.size == link.sent.receipted == all_of_them[partner].links[one.party].received.size
        for partner, link in one.links.items()
        if partner in all_of_them
    )


def _far(one: Census) -> str:
    return "; ".join(
        f"{one.party} → {partner}: {link.state}, {link.sent.receipted} of {link.sent.size} receipted {link.last_error}"
        for partner, link in one.links.items()
    )
