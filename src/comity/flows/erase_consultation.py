"""Erase a message of ours in consultations: its words and files are forgotten here and at each partner that has them.

As with reports (docs/spec/entries.md §8): our own copy first, the payloads of its entries become their SHA-256, and
each partner is asked.  A question goes from every thread it was put in.  What the other side quoted of it in words of
its own is the other side's to erase.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.db import transaction

from comity.core.consultation_items import WRITERS
from comity.core.disclosure import Decision
from comity.core.errors import ForbiddenError, NotFoundError
from comity.core.roles import Actor
from comity.edges.home import Home
from comity.flows.erase import Erased
from comity.flows.forget_consultation import forget_message
from comity.flows.share_consultations import zone_of
from comity.flows.share_notices import Asked, Matter, share_erasures
from comity.store.consultations import KIND, PART_KIND, TOLD, lock_consultations
from comity.store.erasures import add_erasures, erase_displaced, erase_payloads, list_erasures
from comity.store.models import ConsultationMessage
from comity.store.remains import wipe_remains
from comity.store.told import entries_about
from comity.wire.notices import ErasurePayload, ErasureReason, parse_erasure

_KINDS = (KIND, PART_KIND)


def erase_consultation(
    home: Home, uuid: str, actor: Actor, *, reason: ErasureReason, again: bool = False, at: datetime
) -> Erased:
    """Erase a message.  Raises `NotFoundError`, and `ForbiddenError` for a partner's message or who may not."""
    if actor.role not in WRITERS:
        raise ForbiddenError("analysts, supervisors and policy officers erase what was written here", item=actor.role)
    withheld: dict[str, Decision] = {}
    asked: list[tuple[str, int]] = []
    with transaction.atomic():
        lock_consultations()
        for row in _meant(home, uuid):
            partner = row.thread.partner
            told = entries_about([row.uuid], direction="out", kinds=_KINDS, partner=partner)
            arrived = any(entry.kind == KIND and entry.receipted for entry in told)
            zone, category, case = _about(row)
            forget_message(partner, home.party, row.uuid, home.party, gone=not arrived, at=at)
            erase_payloads(told, at=at)
            erase_displaced([row.uuid], lambda kind, _payload: kind in _KINDS, at=at)
            add_erasures(told, reason=reason, actor=actor.name, at=at)
            matter = Matter(None, row.uuid, case, zone, category, KIND)
            decision, positions = ask_partner_again(home, partner, matter, again=again, at=at)
            asked += [(partner, position) for position in positions]
            if decision is not None and decision.verdict not in TOLD:
                withheld[partner] = decision
    return Erased(tuple(asked), withheld, wiped=wipe_remains())


def ask_partner_again(
    home: Home, partner: str, matter: Matter, *, again: bool = False, at: datetime
) -> tuple[Decision | None, list[int]]:
    """Ask a partner for every erasure about a message that it was not asked for yet, or has not confirmed."""
    entries = entries_about([matter.report_uuid], direction="out", partner=partner)
    noted = list_erasures(entries)
    notices = [parse_erasure(entry.payload) for entry in entries if entry.kind == "erasure" and not again]
    told = {notice.position for notice in notices if isinstance(notice, ErasurePayload)}
    asked = [
        Asked(entry.position, entry.kind, entry.subject, msgspec.convert(one.reason, ErasureReason))
        for entry in entries
        if (one := noted.get((entry.ledger_pk, entry.position))) and not one.confirmed_at and entry.position not in told
    ]
    if not asked:
        return None, []
    decision = share_erasures(home, partner, matter, asked, at=at)
    return decision, [one.position for one in asked] if decision.verdict in TOLD else []


def tell_withheld_erasures(home: Home, partner: str, *, at: datetime) -> None:
    """Ask for what could not be asked while nothing was in force; in the caller's transaction."""
    rows = ConsultationMessage.objects.filter(thread__partner=partner, party=home.party, erased_at__isnull=False)
    for row in rows.select_related("thread__consultation"):
        zone, category, case = _about(row)
        ask_partner_again(home, partner, Matter(None, row.uuid, case, zone, category, KIND), at=at)


def _about(row: ConsultationMessage) -> tuple[str, str, int | None]:
    """Zone, category and case that an erasure is asked about; a retraction names the zone of some name."""
    consultation = row.thread.consultation
    return zone_of(consultation), consultation.category, consultation.case_id


def _meant(home: Home, uuid: str) -> Sequence[ConsultationMessage]:
    rows = list(ConsultationMessage.objects.select_related("thread__consultation").filter(uuid=uuid))
    if not rows:
        raise NotFoundError("no such message", item=uuid)
    own = [row for row in rows if row.party == home.party]
    if not own:
        raise ForbiddenError("a partner wrote this; it is the partner's to erase", item=uuid)
    if own[0].event != "opened":
        return own
    same = ConsultationMessage.objects.select_related("thread__consultation").filter(
        thread__consultation=own[0].thread.consultation_id, party=home.party, event="opened"
    )
    return list(same.order_by("thread__partner"))  # ledgers are locked in this order
