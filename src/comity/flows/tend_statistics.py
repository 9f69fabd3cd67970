"""Tend statistics: answer what partners stated, and state what is settled of our own.

A round of the desk.  A month or half-year is proposed when ten days have passed since its end and the partner has
signed for all that was written in it; one that differs because entries were erased since is counted anew, three times
at most.  What a memorandum does not admit is not tried: nothing is written every minute.
"""

from datetime import datetime
from typing import Final

from comity.core.errors import NotFoundError
from comity.core.periods import Period, periods_before
from comity.edges.home import Home
from comity.flows.cosign_statistics import cosign_statistics
from comity.flows.count_statistics import NotThereYetError
from comity.flows.propose_statistics import propose_statistics
from comity.flows.share_statistics import SENT, decide_statistics
from comity.store.links import get_ledger, list_links
from comity.store.memoranda import find_governing
from comity.store.models import Link
from comity.store.statistics import began_before, is_receipted_until, list_waiting, statements_of

_MONTHS: Final = 3
_HALVES: Final = 1
_TRIES: Final = 3


def tend_statistics(home: Home, *, at: datetime) -> int:
    """Answer and propose what is due; tells how much it was."""
    done = 0
    for uuid in list_waiting():
        try:
            done += cosign_statistics(home, uuid, at=at).state != "waits"
        except NotFoundError:
            continue  # somebody else answered it meanwhile, or it was replaced
    for link in list_links():
        if link.state == "open":
            done += sum(_propose(home, link, period, at) for period in _settled(at))
    return done


def _settled(at: datetime) -> list[Period]:
    return [period for period in periods_before(at, months=_MONTHS, halves=_HALVES) if period.settled_at <= at]


def _propose(home: Home, link: Link, period: Period, at: datetime) -> bool:
    partner = link.partner
    stated = statements_of(partner, home.party, period.name)
    again = bool(stated) and stated[0].why == "erased-since" and stated[0].state == "differs"
    if stated and not (again and len(stated) < _TRIES):
        return False
    ledger = get_ledger(link, "out")
    if not began_before(ledger, period.end) or not is_receipted_until(ledger, period.end):
        return False
    if decide_statistics(home, partner, find_governing(partner, at=at), at=at).verdict not in SENT:
        return False
    try:
        return propose_statistics(home, partner, period, at=at).decision.verdict in SENT
    except NotThereYetError:
        return False  # this node has lost entries that its partner signed for; it gets them back first
