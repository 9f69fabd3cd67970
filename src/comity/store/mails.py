"""Letters that wait, were sent, or were given up: whose turn it is, and what became of each.

A letter is claimed by moving its next time before it is handed over, so that two desks never send the same one at once
and a desk that dies in between leaves a letter that is tried again.
"""

from datetime import datetime

from django.db.models import Count, Min

from comity.store.models import OutgoingMail


def has_mail(key: str) -> bool:
    """Whether a letter of this key was ever kept."""
    return OutgoingMail.objects.filter(key=key).exists()


def find_mail(pk: int) -> OutgoingMail | None:
    """Find a letter by its number."""
    return OutgoingMail.objects.select_related("case").filter(pk=pk).first() if 0 < pk < 1 << 63 else None


def due_mails(at: datetime, *, limit: int) -> list[OutgoingMail]:
    """The letters whose time has come, the longest waiting first."""
    due = OutgoingMail.objects.select_related("case").filter(next_try_at__lte=at)
    return list(due.order_by("next_try_at", "pk")[:limit])


def claim_mail(mail: OutgoingMail, *, until: datetime) -> bool:
    """Take a letter for one try; False where somebody else has it."""
    found = OutgoingMail.objects.filter(pk=mail.pk, state="waiting", next_try_at=mail.next_try_at)
    return found.update(next_try_at=until, tries=mail.tries + 1) == 1


def mark_sent(pk: int, letter: bytes, answer: str, *, at: datetime) -> None:
    """The server has taken it; `letter` is what is kept of it."""
    OutgoingMail.objects.filter(pk=pk).update(
        state="sent", letter=letter, next_try_at=None, last_error=answer, sent_at=at
    )


def mark_later(pk: int, why: str, *, next_try_at: datetime, tries: int) -> None:
    """It was not taken now."""
    OutgoingMail.objects.filter(pk=pk).update(last_error=why, next_try_at=next_try_at, tries=tries)


def mark_given_up(pk: int, why: str) -> None:
    """It is not tried any more, until a person says so."""
    OutgoingMail.objects.filter(pk=pk).update(state="given-up", last_error=why, next_try_at=None)


def retry_mail(pk: int, *, at: datetime) -> bool:
    """Try a letter again that was given up or waits; False where there is none such."""
    found = OutgoingMail.objects.filter(pk=pk).exclude(state="sent")
    return found.update(state="waiting", tries=0, queued_at=at, next_try_at=at) == 1


def count_sent(since: datetime) -> int:
    """How many letters left since a moment."""
    return OutgoingMail.objects.filter(state="sent", sent_at__gt=since).count()


def count_by_state(given_up_since: datetime) -> tuple[datetime | None, int]:
    """Since when the oldest waiting letter waits, and how many were given up lately."""
    waiting = OutgoingMail.objects.filter(next_try_at__isnull=False).aggregate(oldest=Min("queued_at"))
    given_up = OutgoingMail.objects.filter(state="given-up", queued_at__gt=given_up_since).aggregate(count=Count("pk"))
    return waiting["oldest"], given_up["count"]


def list_mails(*, state: str = "", case_pk: int | None = None, limit: int = 100) -> list[OutgoingMail]:
    """Letters, the newest first."""
    rows = OutgoingMail.objects.select_related("case").order_by("-pk")
    if state:
        rows = rows.filter(state=state)
    if case_pk is not None:
        rows = rows.filter(case_id=case_pk)
    return list(rows[:limit])
