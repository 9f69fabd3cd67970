"""Everything the page of a consultation shows: its threads, and in each what was said, in the order of both nodes.

What was withheld stands where it was written, with its clause and its reason; reminders stand between the messages.
"""

from datetime import datetime
from typing import Any, Final

import msgspec
from django.http import Http404

from comity.core.consultation_items import APPROVERS, WRITERS
from comity.core.errors import NotFoundError
from comity.core.roles import may_read
from comity.store.consultation_files import files_of
from comity.store.consultations import LOCAL, TOLD, get_consultation, messages_of, standing_of, threads_of
from comity.store.models import Consultation, ConsultationFile, ConsultationMessage, ConsultationThread

_FIRST: Final = "opened"


class ShownMessage(msgspec.Struct, frozen=True):
    """One message as the page shows it."""

    row: ConsultationMessage
    ours: bool
    files: list[ConsultationFile]
    readable: bool
    after_close: bool
    is_reminder: bool
    is_withheld: bool
    may_approve: bool
    may_erase: bool


class ShownThread(msgspec.Struct, frozen=True):
    """One thread as the page shows it."""

    row: ConsultationThread
    messages: list[ShownMessage]
    is_late: bool
    answered_late: bool
    may_reply: bool
    may_close: bool
    may_reopen: bool


class ShownConsultation(msgspec.Struct, frozen=True):
    """One consultation, opened."""

    row: Consultation
    threads: list[ShownThread]
    ours: bool
    is_closed: bool


def open_consultation_page(uuid: str, *, own: str, role: str, person: str, at: datetime) -> ShownConsultation:
    """Open a consultation, by its own name or a thread's; another name is a page that does not exist."""
    try:
        consultation = get_consultation(uuid)
    except NotFoundError:
        raise Http404(uuid) from None
    threads = [_thread(row, own, role, person, at) for row in threads_of(consultation)]
    closed = bool(threads) and all(one.row.state == "closed" for one in threads)
    return ShownConsultation(consultation, threads, consultation.asker == own, closed)


def _thread(row: ConsultationThread, own: str, role: str, person: str, at: datetime) -> ShownThread:
    messages = messages_of(row)
    standing = standing_of(row, messages, own)
    files = files_of(messages)
    place = {uuid: number for number, uuid in enumerate(standing.order)}
    writes = role in WRITERS

    def shown(message: ConsultationMessage) -> ShownMessage:
        held = message.verdict == "hold" and message.erased_at is None
        own_words = message.party == own and message.verdict != LOCAL
        return ShownMessage(
            row=message,
            ours=message.party == own,
            files=files.get(message.pk, []),
            readable=may_read(role, message.tlp),  # type: ignore[arg-type]  # a TLP, as it was stored
            after_close=message.uuid in standing.after_close,
            is_reminder=message.verdict == LOCAL,
            is_withheld=message.verdict not in {*TOLD, LOCAL},
            may_approve=held and role in APPROVERS and message.actor != person,
            may_erase=writes and own_words and message.erased_at is None,
        )

    last = len(standing.order)
    told = sorted((one for one in messages if one.uuid in place), key=lambda one: place[one.uuid])
    rest = [one for one in messages if one.uuid not in place]
    # What is in neither ledger stands where its time puts it, without moving what both parties ordered.
    ordered: list[ConsultationMessage] = []
    waiting = sorted(rest, key=lambda one: (one.at, one.pk))
    for message in told:
        while waiting and message.event != _FIRST and waiting[0].at <= message.at:
            ordered.append(waiting.pop(0))
        ordered.append(message)
    ordered += waiting
    return ShownThread(
        row=row,
        messages=[shown(one) for one in ordered],
        is_late=standing.is_late(at),
        answered_late=standing.answered_late,
        may_reply=writes and row.state in {"open", "closed"},
        may_close=writes and row.state == "open",
        may_reopen=writes and row.state == "closed" and last > 0,
    )


def preview(parameters: Any) -> dict[str, str]:
    """What an address fills in on the form of a new consultation."""
    wanted = ("case", "partner", "topic", "category", "language")
    return {name: parameters.get(name, "")[:120] for name in wanted if parameters.get(name)}
