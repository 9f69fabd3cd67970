"""Tend lists of algorithmic names: what waits for a partner goes when it may, names that are due are looked at.

A person offers a list first (`share_family`); nothing of it leaves before.  A round of the desk goes on: parts that a
cap, a suspension or a missing link kept back are asked about again, an hour after they were asked about last; so are
answers.  Counts that changed are told to whoever takes part.  Each partner and list is a transaction of its own.
"""

from datetime import UTC, datetime, timedelta
from typing import Final

from django.db import transaction

from comity.core.dga import parse_family
from comity.core.disclosure import Decision
from comity.core.errors import ForbiddenError
from comity.core.roles import DESK, Actor
from comity.edges.home import Home
from comity.flows.check_dga import check_dga
from comity.flows.share_dga import SENT, share_answers, share_parts, share_status
from comity.store.dga import lists_of, stale_statuses, untold_answers, untold_shares
from comity.store.models import DgaList, DgaPart

_AGAIN: Final = timedelta(hours=1)


def tend_dga(home: Home, *, at: datetime) -> int:
    """Do what is due; answers how many entries were written and names looked at."""
    return tell_waiting(home, at=at) + check_dga(home, at=at)


def tell_waiting(home: Home, *, at: datetime) -> int:
    """Tell partners what waits for them; answers how many entries were written."""
    before, today = at - _AGAIN, at.astimezone(UTC).date().isoformat()
    sent = 0
    for pk, partner in sorted(untold_shares(home.party, asked_before=before, today=today)):
        sent += _share(home, pk, partner, at)
    by_origin: dict[str, list[DgaPart]] = {}
    for part in untold_answers(home.party, asked_before=before):
        by_origin.setdefault(part.list.origin, []).append(part)
    for parts in by_origin.values():
        with transaction.atomic():
            sent += sum(decision.verdict in SENT for decision in share_answers(home, parts, at=at))
    for row, partner in stale_statuses(home.party, asked_before=before):
        sent += _tell(home, row, partner, at)
    return sent


def share_family(
    home: Home, family: str, actor: Actor, *, partner: str = "", at: datetime
) -> dict[str, list[Decision]]:
    """Offer partners what they were not told of our lists of a family, at once; answers what was decided for each.

    Raises `ForbiddenError`, `NotFoundError`.
    """
    if actor.role not in DESK:
        raise ForbiddenError("analysts and supervisors share lists", item=actor.role)
    told: dict[str, list[Decision]] = {}
    for row in reversed(lists_of(parse_family(family), origin=home.party)):
        for other in sorted(set(row.parties) - {home.party}):
            if partner in {"", other}:
                with transaction.atomic():
                    told.setdefault(other, []).extend(share_parts(home, row, other, at=at))
    return told


def _share(home: Home, pk: int, partner: str, at: datetime) -> int:
    with transaction.atomic():
        decisions = share_parts(home, DgaList.objects.get(pk=pk), partner, at=at)
    return sum(decision.verdict in SENT for decision in decisions)


def _tell(home: Home, row: DgaList, partner: str, at: datetime) -> int:
    with transaction.atomic():
        decisions = share_status(home, row, partner, at=at)
    return sum(decision.verdict in SENT for decision in decisions)
