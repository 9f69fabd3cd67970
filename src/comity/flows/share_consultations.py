"""Share consultations: put a message of ours to the memorandum, keep the answer, and let what may go leave.

A message is asked about as a `consultation`; its attachments go under the same decision, in parts that follow it.  An
answer that we do not take a partner's message is a receipt under the clause of exchange, as for reports.  All
functions are called inside the caller's transaction, under `lock_consultations`.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from comity.core.consultation_items import holds_address, message_item, told_text
from comity.core.consultations import Event
from comity.core.disclosure import Decision, decide
from comity.core.errors import PersonalDataError
from comity.core.exchange import OutgoingEntry
from comity.core.markings import Tlp
from comity.core.personal_data import VICTIM_CONTACT
from comity.edges.home import Home
from comity.edges.salt import new_salt
from comity.flows.share import count_today
from comity.store.consultations import KIND, PART_KIND, TOLD
from comity.store.decisions import DecisionRow, add_decisions
from comity.store.memoranda import StoredMemorandum, find_governing, find_in_force
from comity.store.models import Attachment, Consultation, ConsultationMessage
from comity.store.outgoing import append_outgoing, lock_outgoing
from comity.wire.attachment_parts import AttachmentPartPayload, cut, render_attachment_part
from comity.wire.consultation import AttachedPart, ConsultationPayload, render_consultation
from comity.wire.stix import MAX_PAYLOAD_BYTES

_ADDRESS_FOUND: Final = (
    "an e-mail address stands in it, and clause {clause} keeps addresses home; confirm that “redacted” is put in its "
    "place, or reword"
)
_ADDRESS_ATTACHED: Final = "an e-mail address stands in it, and clause {clause} keeps addresses home; attach it without"


def share_message(
    home: Home,
    row: ConsultationMessage,
    files: Sequence[Attachment],
    *,
    approvals: int = 1,
    confirmed: bool = False,
    at: datetime,
) -> Decision:
    """Put a message to the memorandum, write the answer into its row, and send it where the answer lets it.

    `approvals`: persons who agreed, its author among them.  `confirmed`: the author knows that addresses are taken out.
    Raises `PersonalDataError` where somebody must confirm first.
    """
    partner = row.thread.partner
    memorandum = find_governing(partner, at=at)
    if memorandum is not None and KIND in memorandum.memorandum.terms.caps:
        lock_outgoing(partner)
    decision = _decide(home, row, files, memorandum, approvals, at)
    if VICTIM_CONTACT in decision.redact and decision.verdict != "refuse":
        _see_addresses(row, files, decision, confirmed=confirmed)
    entries: list[OutgoingEntry] = []
    if memorandum is not None and decision.verdict in TOLD:
        entries = _entries(home, row, files, decision, memorandum, at)
        if any(len(entry.payload) > MAX_PAYLOAD_BYTES for entry in entries):
            decision, entries = msgspec.structs.replace(decision, verdict="refuse", reason="too-large-to-send"), []
    row.verdict, row.clause, row.reason, row.at = decision.verdict, decision.clause, decision.reason, at
    row.redacted = list(decision.redact) if decision.verdict != "refuse" else []
    if entries:
        row.text = told_text(row.text, decision)
        _keep_subject(row, told_text(row.thread.consultation.subject, decision))
    row.save()
    add_decisions([_row(decision, row, memorandum)], at=at)
    if entries:
        append_outgoing(partner, entries, at=at)
    return decision


def refuse_message(
    home: Home, partner: str, refused: ConsultationPayload, *, message: UUID, clause: str, reason: str, at: datetime
) -> None:
    """Tell a partner that its message was not taken, with the clause and the reason."""
    memorandum = find_in_force(partner, at=at)
    if memorandum is None:
        return  # with nothing in force nothing may be said either; the refusal stands beside the entry in our ledger
    answer = ConsultationPayload(
        thread=refused.thread,
        message=message,
        event="refused",
        tlp=memorandum.memorandum.marking.tlp_default,
        clause=clause or memorandum.memorandum.exchange.clause,
        memorandum=memorandum.digest,
        decided_at=at,
        about=refused.message,
        reason=reason[:60],
    )
    data = render_consultation(answer, sender=home.party, salt=new_salt())
    append_outgoing(partner, [OutgoingEntry(KIND, str(message), data)], at=at)


def zone_of(consultation: Consultation) -> str:
    """The zone of the name that a consultation is about, an A-label; empty where it is about none."""
    return consultation.registrable.rpartition(".")[2] if consultation.registrable else ""


def _decide(
    home: Home,
    row: ConsultationMessage,
    files: Sequence[Attachment],
    memorandum: StoredMemorandum | None,
    approvals: int,
    at: datetime,
) -> Decision:
    consultation, partner = row.thread.consultation, row.thread.partner
    item = message_item(
        sender=home.party,
        recipient=partner,
        tlp=row.tlp,
        texts=[*_words(row), *map(_text_of, files)],
        zone=zone_of(consultation),
        category=consultation.category,
        protected=consultation.case.protected if consultation.case else "",
        approvals=approvals,
        sent_today=count_today(partner, memorandum, (KIND,), at=at)[KIND],
    )
    if memorandum is None:
        return decide(item, None, at=at)
    return decide(item, memorandum.memorandum, at=at, status=memorandum.status)


def _see_addresses(
    row: ConsultationMessage, files: Sequence[Attachment], decision: Decision, *, confirmed: bool
) -> None:
    clause = decision.clause if decision.reason != "protected-name" else "-"
    for file in files:
        if holds_address(_text_of(file)):  # its SHA-256 says what it is: nothing can be taken out of it
            raise PersonalDataError(_ADDRESS_ATTACHED.format(clause=clause), item=file.name)
    if not confirmed:
        raise PersonalDataError(_ADDRESS_FOUND.format(clause=clause), item=row.thread.partner)


def _entries(
    home: Home,
    row: ConsultationMessage,
    files: Sequence[Attachment],
    decision: Decision,
    memorandum: StoredMemorandum,
    at: datetime,
) -> list[OutgoingEntry]:
    thread, consultation = row.thread, row.thread.consultation
    opens = row.event == "opened"
    tlp = msgspec.convert(row.tlp, Tlp)
    payload = ConsultationPayload(
        thread=UUID(thread.uuid),
        message=UUID(row.uuid),
        event=msgspec.convert(row.event, Event),
        tlp=tlp,
        clause=decision.clause,
        memorandum=memorandum.digest,
        decided_at=at,
        subject=told_text(consultation.subject, decision) if opens else "",
        text=told_text(row.text, decision),
        language=row.language,
        category=consultation.category if opens else "",
        topic=consultation.topic if opens else "",
        registrable=consultation.registrable if opens else "",
        case=UUID(consultation.case.uuid) if opens and consultation.case else None,
        due_at=row.due_at,
        due_clause=thread.due_clause if row.due_at else "",
        due_rule=thread.due_rule if row.due_at else "",
        others=tuple(thread.others) if opens else (),
        after=UUID(row.after) if row.after else None,
        attachments=tuple(
            AttachedPart(sha256=file.sha256, name=file.name, media_type=file.media_type, size=file.size)
            for file in files
        ),
    )
    data = render_consultation(payload, sender=home.party, salt=new_salt())
    entries = [OutgoingEntry(KIND, row.uuid, data)]
    for file in files:
        for number, piece in enumerate(cut(bytes(file.body.body) if file.body else b"")):
            part = AttachmentPartPayload(
                thread=payload.thread,
                message=payload.message,
                sha256=file.sha256,
                number=number,
                data=piece,
                clause=decision.clause,
                memorandum=memorandum.digest,
                decided_at=at,
            )
            told = render_attachment_part(part, sender=home.party, tlp=tlp, salt=new_salt())
            entries.append(OutgoingEntry(PART_KIND, row.uuid, told))
    return entries


def _keep_subject(row: ConsultationMessage, told: str) -> None:
    """What was taken out is not kept here either: a page shows what the partner reads."""
    consultation = row.thread.consultation
    if row.event == "opened" and told != consultation.subject:
        consultation.subject = told
        consultation.save(update_fields=["subject"])


def _words(row: ConsultationMessage) -> list[str]:
    return [row.text, row.thread.consultation.subject if row.event == "opened" else ""]


def _text_of(file: Attachment) -> str:
    """What a detector can read of a file: its name, and all of it where it is plain text."""
    body = bytes(file.body.body) if file.body is not None and file.media_type.startswith("text/") else b""
    return file.name + "\n" + body.decode("utf-8", "replace")


def _row(decision: Decision, row: ConsultationMessage, memorandum: StoredMemorandum | None) -> DecisionRow:
    return DecisionRow(
        report_pk=None,
        case_pk=row.thread.consultation.case_id,
        partner=row.thread.partner,
        direction="out",
        kind=KIND,
        memorandum=memorandum.digest if memorandum else "",
        decision=decision,
    )
