"""Rows of two consultations and of two experts: one waits for us and has everything on it, one is closed."""

from datetime import datetime, timedelta

from comity.store.consultation_search import index_thread
from comity.store.models import (
    Attachment,
    AttachmentBody,
    Case,
    Consultation,
    ConsultationFile,
    ConsultationMessage,
    ConsultationThread,
    Expert,
    ExpertTold,
)

OPEN = "00000000-0000-4000-8000-0000000c0001"
FILE = "00000000-0000-4000-8000-0000000f0000"
CLOSED = "00000000-0000-4000-8000-0000000c0002"


def fill_consultations(case: Case, noon: datetime) -> None:
    """Make the rows."""
    waiting = _thread(OPEN, "oac.by", "open", "cctld.ru", case, noon)
    asked = _say(waiting, "oac.by", "opened", 0, "Мы видим http://login.portal-demo-c3.ru/ снова.\n\nЧто делать?")
    for number, (name, body, problem) in enumerate(
        (("log.txt", b"Nov 23 demo: invented\n", ""), ("scan.png", None, ""), ("page.pdf", None, "wrong-hash"))
    ):
        _file(asked, number, name, body, problem)
    _say(waiting, "cctld.ru", "replied", 1, "Ответ.", verdict="refuse", clause="5", reason="marking-above-limit")
    _say(waiting, "cctld.ru", "replied", 2, "Held.", verdict="hold", clause="8", reason="protected-name")
    _say(waiting, "cctld.ru", "reminded", 3, "", verdict="local", reason="stage-1")
    sent = _say(waiting, "cctld.ru", "replied", 4, "Write to redacted.", verdict="send-redacted", clause="6")
    ConsultationMessage.objects.filter(pk=sent.pk).update(redacted=["victim_contact"])
    closed = _thread(CLOSED, "cctld.ru", "closed", "", None, noon)
    _say(closed, "cctld.ru", "opened", 0, "Was habt ihr getan?")
    _say(closed, "cctld.ru", "closed", 2, "")
    late = _say(closed, "oac.by", "replied", 3, "Позна, але вось.")
    ConsultationMessage.objects.filter(pk=late.pk).update(erased_at=noon, text="")
    role = Expert.objects.create(
        party="cctld.ru", uuid=OPEN, role="Duty lawyer", contact="law@example.ru", languages=["ru", "en"],
        topics=["law", "appeals"], changed_at=noon,
    )  # fmt: skip
    Expert.objects.create(
        party="oac.by", uuid=CLOSED, role="DNS desk", languages=["be"], topics=["dns"], changed_at=noon
    )
    ExpertTold.objects.create(
        expert=role,
        partner="oac.by",
        event="published",
        verdict="refuse",
        clause="3",
        reason="kind-not-allowed",
        at=noon,
    )  # fmt: skip


def _thread(
    uuid: str, asker: str, state: str, waiting_for: str, case: Case | None, noon: datetime
) -> ConsultationThread:
    consultation = Consultation.objects.create(
        uuid=uuid, asker=asker, subject=f"Имена DGA ({state})", category="botnet-c2", topic="techniques",
        language="ru", registrable=case.registrable if case else "", case=case, opened_at=noon,
    )  # fmt: skip
    thread = ConsultationThread.objects.create(
        consultation=consultation, partner="oac.by", uuid=uuid, state=state, waiting_for=waiting_for,
        due_at=noon - timedelta(hours=1), due_clause="7", due_rule="working-days", others=["vnnic.vn"],
        opened_at=noon, changed_at=noon, answered_at=None if state == "open" else noon,
    )  # fmt: skip
    index_thread(thread, [consultation.subject])
    return thread


def _say(
    thread: ConsultationThread,
    party: str,
    event: str,
    minute: int,
    text: str,
    *,
    verdict: str = "send",
    clause: str = "3",
    reason: str = "",
) -> ConsultationMessage:
    return ConsultationMessage.objects.create(
        thread=thread, uuid=f"00000000-0000-4000-8000-{thread.pk:06}{minute:06}", party=party, event=event,
        actor="" if party == "oac.by" else "somebody", text=text, tlp="TLP:AMBER", at=thread.changed_at
        + timedelta(minutes=minute), verdict=verdict, clause=clause, reason=reason,
        due_at=thread.due_at if event == "opened" else None,
    )  # fmt: skip


def _file(message: ConsultationMessage, number: int, name: str, body: bytes | None, problem: str) -> None:
    digest = f"{number:064}"
    kept = None if body is None else AttachmentBody.objects.create(sha256=digest, body=body)
    attachment = Attachment.objects.create(
        uuid=f"00000000-0000-4000-8000-0000000f{number:04}", body=kept, sha256=digest, size=1_500_000,
        media_type="text/plain", name=name, kind="document", tlp="TLP:AMBER", party="oac.by", actor="oac.by",
        role="partner", at=message.at,
    )  # fmt: skip
    ConsultationFile.objects.create(message=message, attachment=attachment, problem=problem)
