"""Recall consultations: of what a partner gives back of our own ledger, keep what we had said and whom one could ask.

A restored node has forgotten messages that its partner works on.  They come back as they were told, with their files;
an answer of ours to a question that has not come again yet waits for it in a thread without one.  Which partners one
question went to together stands in no entry, so each thread is a consultation of its own afterwards.
"""

from collections.abc import Sequence
from datetime import datetime

from comity.core.exchange import IncomingEntry
from comity.edges.home import Home
from comity.flows.apply_attachment_parts import take_part_of_file
from comity.flows.apply_consultations import keep_message, open_consultation
from comity.flows.apply_experts import keep_expert
from comity.store.consultations import EXPERT_KIND, KIND, PART_KIND, find_thread, refold
from comity.store.models import Case, Consultation, ConsultationMessage, ConsultationThread
from comity.wire.attachment_parts import AttachmentPartPayload, parse_attachment_part
from comity.wire.consultation import ConsultationPayload, parse_consultation
from comity.wire.expert import ExpertPayload, parse_expert


def recall_consultations(home: Home, partner: str, entries: Sequence[IncomingEntry], *, at: datetime) -> None:
    """Store what of the entries is not known here, in the caller's transaction."""
    for entry in entries:
        if entry.kind == KIND:
            message = parse_consultation(entry.payload)
            if isinstance(message, ConsultationPayload) and message.event != "refused":
                _recall(home, partner, message, at)
        elif entry.kind == PART_KIND:
            part = parse_attachment_part(entry.payload)
            if isinstance(part, AttachmentPartPayload):
                take_part_of_file(partner, home.party, part)
        elif entry.kind == EXPERT_KIND:
            expert = parse_expert(entry.payload)
            if isinstance(expert, ExpertPayload):
                keep_expert(home.party, expert, told_to=partner, at=at)


def _recall(home: Home, partner: str, payload: ConsultationPayload, at: datetime) -> None:
    thread = find_thread(partner, str(payload.thread))
    if thread is None:
        thread = _thread(home, partner, payload, at)
    if ConsultationMessage.objects.filter(thread=thread, party=home.party, uuid=str(payload.message)).exists():
        return
    if payload.event == "opened" and not thread.consultation.asker:
        case = Case.objects.filter(uuid=str(payload.case)).first() if payload.case else None
        thread = open_consultation(
            thread, home.party, partner, payload, subject=payload.subject, registrable=payload.registrable, case=case,
            at=at,
        )  # fmt: skip
    keep_message(thread, home.party, payload, at=at)
    refold(thread, home.party, at=at)


def _thread(home: Home, partner: str, payload: ConsultationPayload, at: datetime) -> ConsultationThread:
    """A thread whose question is not here: it is in a later entry of ours, or the partner's and comes again."""
    del home
    consultation = Consultation.objects.create(uuid=str(payload.thread), opened_at=payload.decided_at)
    return ConsultationThread.objects.create(
        consultation=consultation, partner=partner, uuid=str(payload.thread), state="unknown", changed_at=at
    )
