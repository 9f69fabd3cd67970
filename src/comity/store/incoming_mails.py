"""Messages that came: known by fingerprint, waiting for a person, and how often their senders were answered."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from comity.core.errors import ConflictError, NotFoundError
from comity.core.incoming_mail import UNPROVEN_DAYS
from comity.store.models import IncomingMail, LetterMark, OutgoingMail

PAGE_ROWS = 50


def find_incoming(fingerprint: bytes) -> IncomingMail | None:
    """Find a message by its fingerprint."""
    return IncomingMail.objects.filter(fingerprint=fingerprint).first()


def list_incoming(*, state: str = "", before: int | None = None, limit: int = PAGE_ROWS) -> list[IncomingMail]:
    """Messages, the newest first, without their octets."""
    rows = IncomingMail.objects.select_related("case", "reporter").defer("body").order_by("-pk")
    if state:
        rows = rows.filter(state=state)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows[:limit])


def list_held(*, before: int | None = None, limit: int = PAGE_ROWS) -> list[IncomingMail]:
    """The messages that wait for a person, without their octets, the newest first."""
    rows = IncomingMail.objects.select_related("case").defer("body").filter(state="held").order_by("-pk")
    return list((rows if before is None else rows.filter(pk__lt=before))[:limit])


def lock_held(pk: int) -> IncomingMail:
    """Lock a message that waits for a person.  Raises `NotFoundError`, `ConflictError` where it waits no more."""
    row = IncomingMail.objects.select_for_update(of=("self",)).filter(pk=pk).first() if 0 < pk < 1 << 63 else None
    if row is None:
        raise NotFoundError("no such mail", item=str(pk)[:20])
    if row.state != "held":
        raise ConflictError(f"does not wait: it is {row.state}", item=str(pk))
    return row


def count_answers(sender: str, *, at: datetime) -> tuple[int, int]:
    """How many of an address's messages were answered within a day, and within a month."""
    answered = IncomingMail.objects.filter(sender=sender, answered=True)
    today = answered.filter(received_at__gt=at - timedelta(days=1)).count()
    return today, answered.filter(received_at__gt=at - timedelta(days=UNPROVEN_DAYS)).count()


def find_letter_by_marks(marks: Sequence[str]) -> OutgoingMail | None:
    """The letter of ours whose mark stands first among those given."""
    found = {
        row.mark: row.letter for row in LetterMark.objects.select_related("letter__case").filter(mark__in=marks[:50])
    }
    return next((found[mark] for mark in marks if mark in found), None)


def find_letter_about(ref: str, recipient: str) -> OutgoingMail | None:
    """The newest letter about a case to an address."""
    rows = OutgoingMail.objects.select_related("case").filter(case__ref=ref, recipient__iexact=recipient)
    return rows.order_by("-pk").first()


def mark_bounced(letter: OutgoingMail, why: str, *, at: datetime) -> bool:
    """Note that a letter came back; False where that was known."""
    tried = OutgoingMail.objects.filter(pk=letter.pk).exclude(state="bounced")
    changed = tried.update(state="bounced", last_error=why[:300], next_try_at=None)
    if changed:
        LetterMark.objects.filter(letter=letter).update(bounced_at=at, bounce=why[:300])
    return changed == 1


def forget_old(before: datetime) -> int:
    """Take away who wrote what, of messages that wait for nobody any more; what became of them stays."""
    old = IncomingMail.objects.exclude(state="held").filter(received_at__lt=before).exclude(subject="", sender="")
    return old.update(sender="", subject="", message_id="", candidates=[], notes=[])
