"""Withdraw an expert: nobody is to ask there any more; role, name and address are forgotten here and at partners."""

from datetime import datetime

from django.db import transaction

from comity.core.consultation_items import WRITERS
from comity.core.disclosure import Decision
from comity.core.errors import ForbiddenError
from comity.core.roles import Actor
from comity.edges.home import Home
from comity.flows.add_expert import tell_partners
from comity.flows.erase_consultation import ask_partner_again
from comity.flows.forget_consultation import forget_expert
from comity.flows.share_notices import Matter
from comity.store.consultations import EXPERT_KIND, lock_consultations
from comity.store.erasures import add_erasures, erase_displaced, erase_payloads
from comity.store.experts import get_expert
from comity.store.remains import wipe_remains
from comity.store.told import entries_about


def withdraw_expert(home: Home, uuid: str, actor: Actor, *, at: datetime) -> dict[str, Decision]:
    """Withdraw an expert of ours; answers what was decided for each partner that had been told.

    Raises `NotFoundError`.
    """
    if actor.role not in WRITERS:
        raise ForbiddenError("analysts, supervisors and policy officers keep the directory", item=actor.role)
    with transaction.atomic():
        lock_consultations()
        expert = get_expert(home.party, uuid)
        told = entries_about([uuid], direction="out", kinds=(EXPERT_KIND,))
        forget_expert(home.party, uuid, at=at)
        erase_payloads(told, at=at)
        erase_displaced([uuid], lambda kind, _payload: kind == EXPERT_KIND, at=at)
        add_erasures(told, reason="data-subject-request", actor=actor.name, at=at)
        expert.refresh_from_db()
        decisions = tell_partners(home, expert, at=at)
        for partner in dict.fromkeys(entry.partner for entry in told):
            ask_partner_again(home, partner, Matter(None, uuid, None, "", "", "experience"), at=at)
        transaction.on_commit(wipe_remains)
    return decisions
