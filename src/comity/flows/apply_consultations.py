"""Apply what a partner says in consultations: a question, an answer, that one is closed or open again, or not taken.

A partner writes into the threads it takes part in, which bear its name here, and only messages of its own: nothing it
sends can change another's words.  What no clause admits is kept with its refusal, and the partner is told.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from comity.core.consultation_items import told_text
from comity.core.exchange import IncomingEntry
from comity.core.harmless import show_unseen
from comity.edges.home import Home
from comity.flows.say import new_uuid
from comity.flows.share_consultations import refuse_message
from comity.flows.weigh_consultations import ConsultationScales, Weighed
from comity.store.case_peers import cases_of_peer
from comity.store.consultations import TOLD, find_thread, refold
from comity.store.decisions import add_decisions
from comity.store.models import (
    Attachment,
    Case,
    Consultation,
    ConsultationFile,
    ConsultationMessage,
    ConsultationThread,
)
from comity.wire.consultation import ConsultationPayload, parse_consultation
from comity.wire.stix import PayloadProblem


def apply_consultations(home: Home, partner: str, entries: Sequence[IncomingEntry], *, at: datetime) -> list[str]:
    """Apply messages in their order; answer for each "" or why it was refused."""
    scales = ConsultationScales(home, partner, at)
    refused: list[tuple[ConsultationPayload, Weighed]] = []
    answers: list[str] = []
    for entry in entries:
        payload = parse_consultation(entry.payload)
        if isinstance(payload, PayloadProblem):
            answers.append(f"payload:{payload.code}")
        elif entry.subject != str(payload.message):
            answers.append("subject-mismatch")
        elif payload.event == "refused":
            answers.append(_take_refusal(home, partner, payload, at))
        else:
            answers.append(_apply(home, partner, payload, scales, refused, at))
    add_decisions(scales.rows, at=at)
    for payload, weighed in refused:
        refuse_message(
            home, partner, payload, message=UUID(new_uuid()), clause=weighed.clause, reason=weighed.reason, at=at
        )
    return answers


def _apply(
    home: Home,
    partner: str,
    payload: ConsultationPayload,
    scales: ConsultationScales,
    refused: list[tuple[ConsultationPayload, Weighed]],
    at: datetime,
) -> str:
    thread = find_thread(partner, str(payload.thread))
    known = thread is not None and _knows(thread, partner, payload)
    if known:
        return ""
    problem = _misplaced(home, thread, payload)
    if problem:
        return problem
    case = _case_of(partner, payload)
    weighed = scales.weigh(payload, case_pk=case.pk if case else None)
    if weighed.refused or weighed.decision is None:
        refused.append((payload, weighed))
        return weighed.refused
    if payload.event == "opened":
        thread = _open(thread, partner, payload, weighed, case, at)
    assert thread is not None  # noqa: S101 — what `_misplaced` answered
    row = keep_message(thread, partner, payload, at=at)
    row.text, row.verdict = told_text(payload.text, weighed.decision), weighed.decision.verdict
    row.save(update_fields=["text", "verdict"])
    refold(thread, home.party, at=at)
    return ""


def _misplaced(home: Home, thread: ConsultationThread | None, payload: ConsultationPayload) -> str:
    """Why a message has no place here: "" where it has."""
    asker = thread.consultation.asker if thread is not None else ""
    if payload.event == "opened":
        return "thread-taken" if asker else ""
    if thread is None or (thread.state == "withheld" and asker == home.party):
        return "no-such-thread"  # or nobody told the partner of it
    return ""


def keep_message(
    thread: ConsultationThread, party: str, payload: ConsultationPayload, *, at: datetime
) -> ConsultationMessage:
    """Store a message that came by a ledger, and the files that it announces without their octets."""
    if payload.due_at is not None and party == thread.consultation.asker:
        thread.due_clause, thread.due_rule = payload.due_clause, payload.due_rule
    row = ConsultationMessage.objects.create(
        thread=thread, uuid=str(payload.message), party=party, event=payload.event, text=payload.text, tlp=payload.tlp,
        language=payload.language, after=str(payload.after or ""), due_at=payload.due_at, at=payload.decided_at,
        verdict="send", clause=payload.clause,
    )  # fmt: skip
    for one in payload.attachments:
        attachment = Attachment.objects.create(
            uuid=str(uuid4()), body=None, sha256=one.sha256, size=one.size, media_type=one.media_type,
            name=show_unseen(one.name)[:120], kind="document", tlp=payload.tlp, party=party, actor=party,
            role="partner", at=at,
        )  # fmt: skip
        ConsultationFile.objects.create(message=row, attachment=attachment)
    return row


def open_consultation(
    thread: ConsultationThread | None,
    asker: str,
    partner: str,
    payload: ConsultationPayload,
    *,
    subject: str,
    registrable: str,
    case: Case | None,
    at: datetime,
) -> ConsultationThread:
    """Make the consultation and thread that an opening begins, or fill those that wait for it."""
    consultation = thread.consultation if thread is not None else Consultation(uuid=str(payload.thread))
    consultation.asker, consultation.subject = asker, subject
    consultation.category, consultation.topic = payload.category, payload.topic
    consultation.language, consultation.tlp = payload.language, payload.tlp
    consultation.registrable, consultation.case = registrable, case
    consultation.opened_at = payload.decided_at
    consultation.save()
    if thread is None:
        thread = ConsultationThread(consultation=consultation, partner=partner, uuid=str(payload.thread))
    thread.state, thread.others, thread.changed_at = "open", list(payload.others), at
    thread.due_clause, thread.due_rule = payload.due_clause, payload.due_rule
    thread.save()
    return thread


def _open(
    thread: ConsultationThread | None,
    partner: str,
    payload: ConsultationPayload,
    weighed: Weighed,
    case: Case | None,
    at: datetime,
) -> ConsultationThread:
    subject = told_text(payload.subject, weighed.decision) if weighed.decision else payload.subject
    return open_consultation(
        thread, partner, partner, payload, subject=subject, registrable=weighed.registrable, case=case, at=at
    )


def _knows(thread: ConsultationThread, party: str, payload: ConsultationPayload) -> bool:
    return ConsultationMessage.objects.filter(thread=thread, party=party, uuid=str(payload.message)).exists()


def _case_of(partner: str, payload: ConsultationPayload) -> Case | None:
    """Our case about the same matter, where the partner's case has one."""
    if payload.case is None:
        return None
    uuids = cases_of_peer(partner, [str(payload.case)]).get(str(payload.case), [])
    return Case.objects.filter(uuid__in=uuids).order_by("pk").first()


def _take_refusal(home: Home, partner: str, payload: ConsultationPayload, at: datetime) -> str:
    """A message of ours was not taken there: it counts for neither side, and stands here with clause and reason."""
    thread = find_thread(partner, str(payload.thread))
    about = ConsultationMessage.objects.filter(
        thread=thread, party=home.party, uuid=str(payload.about), verdict__in=TOLD
    ).first()
    if thread is None or about is None:
        return "no-such-message"
    about.verdict, about.clause, about.reason = "refused-there", payload.clause, payload.reason
    about.save(update_fields=["verdict", "clause", "reason"])
    refold(thread, home.party, at=at)
    return ""
