"""Consultations as this node keeps them: threads and their messages, and the fold kept in the thread's row.

Whoever adds a message calls `refold` in the same transaction.  The order of a party's messages is that of its ledger;
what has no place in it yet comes last.  `lock_consultations` comes first: two that add to one thread would each compute
a standing without the other's message.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final, cast

from django.db import connection
from django.db.models import Q, QuerySet

from comity.core.consultation_terms import remind_at
from comity.core.consultations import Event, Message, Standing, fold
from comity.core.errors import NotFoundError
from comity.store.consultation_search import index_thread
from comity.store.models import (
    Consultation,
    ConsultationMessage,
    ConsultationThread,
    LedgerEntry,
)

KIND: Final = "consultation"
PART_KIND: Final = "attachment-part"
EXPERT_KIND: Final = "expert"
TOLD: Final = frozenset(("send", "send-redacted"))
LOCAL: Final = "local"  # the verdict of what is written here and goes to nobody
_LOCK: Final = 0x434F4E53  # any number, the same in every process
_LAST: Final = 1 << 62
_CHUNK: Final = 300


def lock_consultations() -> None:
    """Let nobody else add to a consultation until the caller's transaction ends.

    After an incoming ledger and intake, before cases and an outgoing ledger (`store.intake_lock`).
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def find_thread(partner: str, uuid: str) -> ConsultationThread | None:
    """Find the thread that a partner and we call by this name."""
    return ConsultationThread.objects.select_related("consultation").filter(partner=partner, uuid=uuid).first()


def get_consultation(uuid: str) -> Consultation:
    """Get a consultation, by its own name or by a thread's.  Raises `NotFoundError`."""
    found = Consultation.objects.filter(Q(uuid=uuid) | Q(consultationthread__uuid=uuid)).select_related("case").first()
    if found is None:
        raise NotFoundError("no such consultation", item=uuid)
    return found


def threads_of(consultation: Consultation) -> list[ConsultationThread]:
    """The threads of a consultation, by partner."""
    rows = ConsultationThread.objects.filter(consultation=consultation).select_related("consultation")
    return list(rows.order_by("partner"))


def messages_of(thread: ConsultationThread) -> list[ConsultationMessage]:
    """Every message of a thread in the order of the ledgers, what has no place there last."""
    rows = list(ConsultationMessage.objects.filter(thread=thread).order_by("pk"))
    places = _places(thread.partner, [row.uuid for row in rows])
    return sorted(rows, key=lambda row: (places.get((row.uuid, row.party == thread.partner), _LAST), row.pk))


def standing_of(thread: ConsultationThread, messages: Sequence[ConsultationMessage], own: str) -> Standing:
    """The fold of what both parties said and both know."""
    counted = [row for row in messages if row.verdict in TOLD and not row.gone]
    return fold((_as_said(row) for row in counted), (own, thread.partner))


def refold(thread: ConsultationThread, own: str, *, at: datetime) -> Standing:
    """Compute the thread's row and its words anew, in the caller's transaction."""
    messages = messages_of(thread)
    standing = standing_of(thread, messages, own)
    withheld = standing.state == "unknown" and thread.consultation.asker == own
    thread.state = "withheld" if withheld else standing.state
    thread.waiting_for = standing.waiting_for
    if standing.due_at != thread.due_at:
        thread.reminded = 0
    if standing.state != "unknown":
        thread.due_at, thread.opened_at = standing.due_at, standing.opened_at
    thread.answered_at = standing.answered_at
    thread.changed_at = at
    thread.remind_at = _next_reminder(thread, standing)
    thread.save()
    index_thread(thread, [thread.consultation.subject, *(row.text for row in messages)])
    return standing


def refold_partner(partner: str, own: str, *, at: datetime) -> None:
    """Compute every thread with a partner anew: after its ledger took another order than was known here."""
    for thread in ConsultationThread.objects.filter(partner=partner).select_related("consultation"):
        changed = thread.changed_at
        refold(thread, own, at=at)
        ConsultationThread.objects.filter(pk=thread.pk).update(changed_at=changed)


def newest_heard(thread: ConsultationThread) -> str:
    """The partner's newest message in a thread: what one of ours is said after."""
    heard = [row for row in messages_of(thread) if row.party == thread.partner and row.verdict in TOLD]
    return heard[-1].uuid if heard else ""


def due_for_reminder(at: datetime, limit: int) -> list[ConsultationThread]:
    """Threads whose reminder's moment has come, the longest waiting first."""
    rows = ConsultationThread.objects.filter(remind_at__lte=at).select_related("consultation")
    return list(rows.order_by("remind_at", "pk")[:limit])


def list_threads(box: str, own: str, *, words: Iterable[int] | None = None) -> QuerySet[ConsultationThread]:
    """The threads of a box: `waiting-for-us`, `waiting-for-them`, `ours`, `closed`, `withheld`, `open`, or `all`.

    What waits comes by its due moment, all else the newest first.  `words`: the threads that a search found.
    """
    rows = ConsultationThread.objects.select_related("consultation")
    match box:
        case "waiting-for-us":
            rows = rows.filter(state="open", waiting_for=own).order_by("due_at", "pk")
        case "waiting-for-them":
            rows = rows.filter(state="open").exclude(waiting_for=own).order_by("due_at", "pk")
        case "closed" | "open" | "withheld":
            rows = rows.filter(state=box).order_by("-changed_at", "-pk")
        case "ours":
            rows = rows.filter(consultation__asker=own).order_by("-changed_at", "-pk")
        case _:
            rows = rows.order_by("-changed_at", "-pk")
    return rows if words is None else rows.filter(pk__in=list(words))


def count_boxes(own: str) -> dict[str, int]:
    """How many threads are in each box."""
    return {
        box: list_threads(box, own).count()
        for box in ("waiting-for-us", "waiting-for-them", "ours", "closed", "withheld", "all")
    }


def asked_at(thread: ConsultationThread) -> datetime:
    """When the question that is due was put: at the opening, or when it was opened again with a new due moment."""
    again = ConsultationMessage.objects.filter(
        thread=thread, event="reopened", due_at=thread.due_at, verdict__in=TOLD
    ).first()
    return again.at if again is not None else cast("datetime", thread.opened_at)


def _next_reminder(thread: ConsultationThread, standing: Standing) -> datetime | None:
    if standing.state != "open" or standing.answered_at is not None:
        return None
    if standing.due_at is None or standing.opened_at is None:
        return None
    return remind_at(asked_at(thread), standing.due_at, thread.reminded)


def _places(partner: str, uuids: Sequence[str]) -> dict[tuple[str, bool], int]:
    """Where messages stand in the ledgers of a link: (message, came it from the partner) → position."""
    found: dict[tuple[str, bool], int] = {}
    for start in range(0, len(uuids), _CHUNK):
        rows = LedgerEntry.objects.filter(
            subject__in=uuids[start : start + _CHUNK], kind=KIND, ledger__link__partner=partner
        ).values_list("subject", "ledger__direction", "position")
        found.update({(subject, direction == "in"): position for subject, direction, position in rows})
    return found


def _as_said(row: ConsultationMessage) -> Message:
    return Message(
        uuid=row.uuid, party=row.party, event=cast("Event", row.event), at=row.at, after=row.after, due_at=row.due_at
    )
