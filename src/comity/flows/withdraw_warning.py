"""Withdraw a warning of ours: it was wrong, or has ended.  Signs and words go here and at the partner.

As with all that was told (docs/spec/entries.md §8): our own copy first, its entry becomes its SHA-256, and the partner
is asked to do the same.  Enquiries that the warning opened at the partner's desk are a person's to end.
"""

from datetime import datetime

from django.db import transaction

from comity.core.disclosure import Decision
from comity.core.errors import ConflictError, ForbiddenError
from comity.core.roles import DESK, Actor
from comity.edges.home import Home
from comity.flows.erase_consultation import ask_partner_again
from comity.flows.share_notices import Matter
from comity.flows.share_warnings import hold_outgoing
from comity.store.erasures import add_erasures, erase_displaced, erase_payloads
from comity.store.models import CampaignWarning
from comity.store.remains import wipe_remains
from comity.store.told import entries_about
from comity.store.warnings import forget_warning, get_warning, lock_warning
from comity.wire.warning_entries import ANSWER, WARNING


def withdraw_warning(home: Home, uuid: str, actor: Actor, *, at: datetime) -> Decision | None:
    """Withdraw a warning; answers what was decided about telling so, None where the partner never had it.

    Raises `NotFoundError`, `ForbiddenError`, `ConflictError`.
    """
    if actor.role not in DESK:
        raise ForbiddenError("analysts and supervisors withdraw warnings", item=actor.role)
    row = get_warning(uuid)
    if row.origin != home.party:
        raise ForbiddenError("a partner's warning is the partner's to withdraw", item=uuid)
    with transaction.atomic():
        hold_outgoing(row.partner)
        row = lock_warning(row.pk)
        if row.withdrawn_at is not None:
            raise ConflictError("is withdrawn already", item=uuid)
        told = entries_about([uuid], direction="out", kinds=(WARNING,))
        forget_warning(row, at=at)
        erase_payloads([*told, *entries_about([uuid], direction="in", kinds=(ANSWER,))], at=at)
        erase_displaced([uuid], lambda kind, _payload: kind == WARNING, at=at)
        add_erasures(told, reason="sent-by-mistake", actor=actor.name, at=at)
        matter = Matter(None, uuid, None, row.zones[0], row.category)
        decision, _positions = ask_partner_again(home, row.partner, matter, at=at)
        transaction.on_commit(wipe_remains)
    return decision


def tell_withdrawn(home: Home, partner: str, *, at: datetime) -> None:
    """Ask a partner for what could not be asked while nothing was in force; in the caller's transaction."""
    for row in CampaignWarning.objects.filter(partner=partner, withdrawn_at__isnull=False).order_by("pk"):
        matter = Matter(None, row.uuid, None, row.zones[0], row.category)
        ask_partner_again(home, partner, matter, at=at)
