"""Apply whom a partner lets us ask: each stands under the partner's name, so that nobody speaks for another.

The memorandum is asked again as of the sender's decision.  A name that it does not let cross is not kept here either.
Somebody who is not to be asked any more is forgotten but for the fact.
"""

from collections.abc import Sequence
from datetime import datetime

from comity.core.consultation_items import EXPERT_CONTACT, expert_item
from comity.core.disclosure import Decision, decide
from comity.core.exchange import IncomingEntry
from comity.core.quotas import DECIDED_IN_THE_FUTURE, day_of, is_ahead
from comity.edges.home import Home
from comity.flows.forget_consultation import forget_expert
from comity.store.consultations import TOLD
from comity.store.decisions import DecisionRow, add_decisions, count_sent
from comity.store.experts import MOST_OF_A_PARTNER, count_of
from comity.store.memoranda import StoredMemorandum, find_in_force
from comity.store.models import Expert, ExpertTold
from comity.wire.expert import ExpertPayload, parse_expert
from comity.wire.stix import PayloadProblem

_KIND = "experience"


def apply_experts(home: Home, partner: str, entries: Sequence[IncomingEntry], *, at: datetime) -> list[str]:
    """Keep or forget experts; answer for each "" or why it was refused."""
    stored = find_in_force(partner, at=at)
    return [_apply(home, partner, entry, stored, at) for entry in entries]


def keep_expert(party: str, payload: ExpertPayload, *, named: bool = True, told_to: str = "", at: datetime) -> None:
    """Store an expert as a ledger says; `told_to`: of an own one that came back, the partner that had been told."""
    if payload.event == "withdrawn":
        forget_expert(party, str(payload.expert), at=at)
        return
    if told_to and Expert.objects.filter(party=party, uuid=str(payload.expert)).exists():
        return  # what this node still knows of its own people is more than what was told
    is_personal = bool(payload.name)
    row, _ = Expert.objects.update_or_create(
        party=party,
        uuid=str(payload.expert),
        defaults={
            "role": payload.role, "name": payload.name if named else "",
            "contact": payload.contact if named or not is_personal else "", "is_personal": is_personal,
            "languages": list(payload.languages), "topics": list(payload.topics), "tlp": payload.tlp,
            "changed_at": payload.decided_at, "withdrawn_at": None,
        },
    )  # fmt: skip
    if told_to:
        ExpertTold.objects.update_or_create(
            expert=row, partner=told_to,
            defaults={"event": "published", "verdict": "send", "clause": payload.clause, "at": payload.decided_at},
        )  # fmt: skip


def _apply(home: Home, partner: str, entry: IncomingEntry, stored: StoredMemorandum | None, at: datetime) -> str:
    payload = parse_expert(entry.payload)
    if isinstance(payload, PayloadProblem):
        return f"payload:{payload.code}"
    if entry.subject != str(payload.expert):
        return "subject-mismatch"
    if is_ahead(payload.decided_at, at=at):
        return DECIDED_IN_THE_FUTURE
    if payload.event == "withdrawn":
        keep_expert(partner, payload, at=at)  # taking back what one said needs no clause
        return ""
    decision = _decide(home, partner, payload, stored)
    row = DecisionRow(
        report_pk=None, case_pk=None, partner=partner, direction="in", kind=_KIND,
        memorandum=stored.digest if stored else "", decision=decision, decided_at=payload.decided_at,
    )  # fmt: skip
    add_decisions([row], at=at)
    if decision.verdict not in {*TOLD, "hold"}:
        return f"{decision.clause}:{decision.reason}"
    if count_of(partner) >= MOST_OF_A_PARTNER:
        return "too-many-experts"
    keep_expert(partner, payload, named=EXPERT_CONTACT not in decision.redact, at=at)
    return ""


def _decide(home: Home, partner: str, payload: ExpertPayload, stored: StoredMemorandum | None) -> Decision:
    terms = stored.memorandum if stored else None
    capped = (_KIND,) if terms is not None and _KIND in terms.terms.caps else ()
    sent = count_sent(partner, day=day_of(payload.decided_at), direction="in", kinds=capped)[_KIND]
    item = expert_item(
        sender=partner, recipient=home.party, tlp=payload.tlp, is_personal=bool(payload.name), sent_today=sent
    )
    return decide(item, terms, at=payload.decided_at)
