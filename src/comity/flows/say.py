"""Say: add a message of ours to a thread: an answer, that it is closed, that it is open again.

One transaction: the message, what the memorandum said about it, its files, its entries, and the thread as it stands
then.  Raises `ForbiddenError` for who may not write, `ConflictError` where the thread does not allow it, and
`PersonalDataError` where somebody must confirm first; nothing is kept then.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

import msgspec
from django.db import transaction

from comity.core.consultation_items import WRITERS
from comity.core.consultation_terms import Due, plan_due
from comity.core.consultations import ATTACHMENT_BYTES, ATTACHMENTS, TEXT_LETTERS
from comity.core.disclosure import Decision
from comity.core.errors import ConflictError, ForbiddenError, InputError, NotFoundError
from comity.core.markings import TLPS
from comity.core.roles import Actor
from comity.edges.holiday_calendar import make_calendar
from comity.edges.home import Home
from comity.edges.salt import new_salt
from comity.flows.attach import attach
from comity.flows.share_consultations import share_message
from comity.store.consultations import get_consultation, lock_consultations, newest_heard, refold, threads_of
from comity.store.memoranda import find_governing
from comity.store.models import Attachment, ConsultationFile, ConsultationMessage, ConsultationThread

_TAKES: Final = {"replied": ("open", "closed"), "closed": ("open",), "reopened": ("closed",)}


class File(msgspec.Struct, frozen=True):
    """A file that goes with a message."""

    name: str
    data: bytes


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """What is said.  `confirmed`: the author knows that e-mail addresses in it are taken out."""

    text: str = ""
    tlp: str = ""  # empty: that of the consultation
    language: str = ""
    files: tuple[File, ...] = ()
    confirmed: bool = False


class Said(msgspec.Struct, frozen=True):
    """What became of a message."""

    message: str
    partner: str
    decision: Decision


def say(
    home: Home,
    uuid: str,
    event: Literal["replied", "closed", "reopened"],
    words: Words,
    actor: Actor,
    *,
    partner: str = "",
    at: datetime,
) -> tuple[Said, ...]:
    """Say something in the thread with a partner, or without one in every thread of the consultation that it fits."""
    check_words(words, actor)
    if event == "replied" and not words.text.strip():
        raise InputError("say something", item="text")
    with transaction.atomic():
        lock_consultations()
        consultation = get_consultation(uuid)
        threads = [thread for thread in threads_of(consultation) if partner in {"", thread.partner}]
        if not threads:
            raise NotFoundError("this partner takes no part in it", item=partner)
        fitting = [thread for thread in threads if thread.state in _TAKES[event]]
        if not fitting:
            raise ConflictError(f"is {threads[0].state}; this does not allow: {event}", item=uuid)
        if event == "replied" and len(fitting) > 1:
            raise InputError("several partners were asked; say to which of them", item="partner")
        said = []
        for thread in fitting:
            due = plan(thread.partner, at=at) if event == "reopened" and consultation.asker == home.party else None
            row = new_message(home, thread, event, words, actor, due=due, at=at)
            decision = send(home, row, keep_files(home, row, words, actor, at=at), confirmed=words.confirmed, at=at)
            said.append(Said(row.uuid, thread.partner, decision))
    return tuple(said)


def check_words(words: Words, actor: Actor) -> None:
    """Refuse what can be said by nobody, and who may say nothing."""
    if actor.role not in WRITERS:
        raise ForbiddenError("analysts, supervisors and policy officers write to partners", item=actor.role)
    if words.tlp and words.tlp not in TLPS:
        raise InputError(f"is one of {', '.join(TLPS)}", item="tlp")
    if words.tlp == "TLP:RED":
        raise InputError("is for the people in the room and leaves no node; choose another marking", item="TLP:RED")
    if len(words.text) > TEXT_LETTERS or "\0" in words.text:
        raise InputError(f"has at most {TEXT_LETTERS:,} characters, none of them NUL", item="text")
    if len(words.files) > ATTACHMENTS:
        raise InputError(f"at most {ATTACHMENTS} files go with a message", item="files")
    for file in words.files:
        if not 0 < len(file.data) <= ATTACHMENT_BYTES:
            raise InputError(f"has {len(file.data):,} octets; between 1 and {ATTACHMENT_BYTES:,} go", item=file.name)
    if len({file.data for file in words.files}) != len(words.files):
        raise InputError("the same file stands twice in it", item="files")


def new_message(
    home: Home,
    thread: ConsultationThread,
    event: str,
    words: Words,
    actor: Actor,
    *,
    due: Due | None = None,
    at: datetime,
) -> ConsultationMessage:
    """Make a message of ours that nobody was asked about yet."""
    if due is not None:
        thread.due_clause, thread.due_rule = due.clause, due.rule
    return ConsultationMessage(
        thread=thread, uuid=new_uuid(), party=home.party, event=event, actor=actor.name, text=words.text.strip(),
        tlp=words.tlp or thread.consultation.tlp, language=words.language, after=newest_heard(thread),
        due_at=due.at if due else None, at=at, verdict="hold",
    )  # fmt: skip


def send(
    home: Home,
    row: ConsultationMessage,
    files: Sequence[Attachment],
    *,
    approvals: int = 1,
    confirmed: bool = False,
    at: datetime,
) -> Decision:
    """Put a message to the memorandum and bring its thread up to date."""
    decision = share_message(home, row, files, approvals=approvals, confirmed=confirmed, at=at)
    refold(row.thread, home.party, at=at)
    return decision


def keep_files(home: Home, row: ConsultationMessage, words: Words, actor: Actor, *, at: datetime) -> list[Attachment]:
    """Keep the files of a message.  The message is stored first, for they refer to it."""
    if not words.files:
        return []
    row.save()
    kept = []
    for file in words.files:
        attached = attach(home, file.data, name=file.name, kind="document", tlp=row.tlp, actor=actor, at=at)
        attachment = Attachment.objects.select_related("body").get(pk=attached.pk)
        ConsultationFile.objects.create(message=row, attachment=attachment)
        kept.append(attachment)
    return kept


def plan(partner: str, *, at: datetime, chosen: datetime | None = None) -> Due | None:
    """When an answer of a partner is due under the memorandum that governs; None where there is none."""
    stored = find_governing(partner, at=at)
    if stored is None:
        return None
    party = stored.memorandum.party(partner)
    calendar = None
    if party is not None:
        days = party.calendar
        calendar = make_calendar(days.tz, days.workdays, days.hours, days.holidays or "")
    return plan_due(stored.memorandum, calendar, at=at, chosen=chosen)


def renew_due(row: ConsultationMessage, *, at: datetime) -> None:
    """A question that had to wait here is due so long after it leaves, unless its author chose the moment."""
    thread = row.thread
    if row.event != "opened" or thread.due_rule == "chosen":
        return
    due = plan(thread.partner, at=at)
    row.due_at = due.at if due else None
    thread.due_clause, thread.due_rule = (due.clause, due.rule) if due else ("", "")


def new_uuid() -> str:
    """Name something that nobody can guess."""
    return str(UUID(hex=new_salt(), version=4))
