"""Share experts: tell a partner whom it may ask, or that somebody is not to be asked any more.

Each is put to the memorandum as `experience`.  A role and its address are nobody's personal data; a person's name and
own address cross only where a clause allows `expert_contact`, and are left out elsewhere.  What a memorandum keeps from
a partner stands beside the expert with its clause.  Called inside the caller's transaction.
"""

from datetime import datetime
from uuid import UUID

import msgspec

from comity.core.consultation_items import EXPERT_CONTACT, expert_item
from comity.core.disclosure import Decision, decide
from comity.core.exchange import OutgoingEntry
from comity.core.markings import Tlp
from comity.edges.home import Home
from comity.edges.salt import new_salt
from comity.flows.share import count_today
from comity.store.consultations import EXPERT_KIND, TOLD
from comity.store.decisions import DecisionRow, add_decisions
from comity.store.experts import find_untold, keep_told
from comity.store.memoranda import StoredMemorandum, find_governing
from comity.store.models import Expert
from comity.store.outgoing import append_outgoing, lock_outgoing
from comity.wire.expert import ExpertPayload, render_expert

_KIND = "experience"


def share_experts(home: Home, partner: str, *, at: datetime) -> dict[str, Decision]:
    """Tell a partner of every expert of ours that it was not told of as they are now; answers what was decided."""
    untold = find_untold(home.party, partner)
    if not untold:
        return {}
    memorandum = find_governing(partner, at=at)
    if memorandum is not None and _KIND in memorandum.memorandum.terms.caps:
        lock_outgoing(partner)
    sent = count_today(partner, memorandum, (_KIND,), at=at)[_KIND]
    decisions: dict[str, Decision] = {}
    entries: list[OutgoingEntry] = []
    for expert in untold:
        decision = _decide(home, partner, expert, memorandum, sent, at)
        decisions[expert.uuid] = decision
        if memorandum is not None and decision.verdict in TOLD:
            entries.append(_entry(home, expert, decision, memorandum, at))
            sent += 1
        keep_told(expert, partner, decision, at=at)
    digest = memorandum.digest if memorandum else ""
    rows = [
        DecisionRow(
            report_pk=None, case_pk=None, partner=partner, direction="out", kind=_KIND, memorandum=digest,
            decision=decision,
        )
        for decision in decisions.values()
    ]  # fmt: skip
    add_decisions(rows, at=at)
    if entries:
        append_outgoing(partner, entries, at=at)
    return decisions


def _decide(
    home: Home, partner: str, expert: Expert, memorandum: StoredMemorandum | None, sent: int, at: datetime
) -> Decision:
    withdrawn = expert.withdrawn_at is not None
    item = expert_item(
        sender=home.party,
        recipient=partner,
        tlp=expert.tlp,
        is_personal=expert.is_personal and not withdrawn,
        sent_today=0 if withdrawn else sent,  # that somebody is not to be asked must not wait for another day
    )
    if memorandum is None:
        return decide(item, None, at=at)
    decision = decide(item, memorandum.memorandum, at=at, status=memorandum.status)
    if decision.verdict == "hold":  # nobody's approval is needed to leave a name out
        decision = msgspec.structs.replace(decision, verdict="send-redacted", hold_for="")
    return decision


def _entry(home: Home, expert: Expert, decision: Decision, memorandum: StoredMemorandum, at: datetime) -> OutgoingEntry:
    withdrawn = expert.withdrawn_at is not None
    named = not withdrawn and (not expert.is_personal or EXPERT_CONTACT not in decision.redact)
    payload = ExpertPayload(
        expert=UUID(expert.uuid),
        event="withdrawn" if withdrawn else "published",
        tlp=msgspec.convert(expert.tlp, Tlp),
        clause=decision.clause,
        memorandum=memorandum.digest,
        decided_at=at,
        role="" if withdrawn else expert.role,
        name=expert.name if named else "",
        contact=expert.contact if named else "",
        languages=() if withdrawn else tuple(expert.languages),
        topics=() if withdrawn else tuple(expert.topics),
    )
    return OutgoingEntry(EXPERT_KIND, expert.uuid, render_expert(payload, sender=home.party, salt=new_salt()))
