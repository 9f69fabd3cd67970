"""Tend consultations: remind of answers that are due, before, at and after their moment, each once.

The reminder is a mark in the thread and a letter to our own duty contact: where we owe the answer, and where the
partner does, for whoever asked should ask again.  Nothing of it crosses a link, and a letter says who, what number and
when, but none of the words.  A round looks only at what is due, so its cost does not grow with the consultations.
"""

from datetime import datetime
from typing import Final

from django.db import transaction

from comity.core.consultation_terms import stage_at
from comity.edges.home import Home
from comity.flows.queue_mail import Letter, queue_mail
from comity.flows.say import new_uuid
from comity.store.consultations import LOCAL, asked_at, due_for_reminder, lock_consultations, refold
from comity.store.memoranda import find_governing
from comity.store.models import ConsultationMessage, ConsultationThread
from comity.wire.reminder_texts import reminder_text

_AT_ONCE: Final = 100


def tend_consultations(home: Home, *, at: datetime) -> int:
    """Give the reminders that are due; tells how many."""
    return sum(_remind(home, thread.pk, at) for thread in due_for_reminder(at, _AT_ONCE))


def _remind(home: Home, thread_pk: int, at: datetime) -> bool:
    with transaction.atomic():
        lock_consultations()
        thread = ConsultationThread.objects.select_related("consultation").get(pk=thread_pk)
        if thread.remind_at is None or thread.remind_at > at or thread.due_at is None:
            return False  # answered meanwhile
        stage = stage_at(asked_at(thread), thread.due_at, at)
        if stage < thread.reminded:
            return False
        changed = thread.changed_at
        thread.reminded = stage + 1
        ConsultationMessage.objects.create(
            thread=thread, uuid=new_uuid(), party=home.party, event="reminded", actor=home.party, tlp="TLP:AMBER",
            at=at, verdict=LOCAL, reason=f"stage-{stage}",
        )  # fmt: skip
        refold(thread, home.party, at=changed)
        _write(home, thread, stage, at)
    return True


def _write(home: Home, thread: ConsultationThread, stage: int, at: datetime) -> None:
    stored = find_governing(thread.partner, at=at)
    party = stored.memorandum.party(home.party) if stored else None
    if party is None or thread.due_at is None:
        return
    owed_by_us = thread.waiting_for == home.party
    language = home.settings.languages[0] if home.settings.languages else "en"
    web = home.settings.web
    base = (web.url or f"https://{web.host}:{web.port}").rstrip("/")
    address = f"{base}/consultations/{thread.consultation.uuid}/"
    text = reminder_text(language, stage, partner=thread.partner, due_at=thread.due_at, ours=owed_by_us, url=address)
    letter = Letter(
        key=f"consultation/{thread.uuid}/{thread.due_at:%Y%m%dT%H%M}/{stage}", to=party.contacts.duty_24x7,
        subject=text.subject, text=text.body, language=language,
    )  # fmt: skip
    queue_mail(home, letter, at=at)
