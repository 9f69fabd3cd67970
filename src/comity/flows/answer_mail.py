"""Answer mail: tell the sender what became of a message, at most once a message and never in a loop (RFC 3834).

Inside the transaction that takes the message, so that an answer is queued exactly when what it says is true.
"""

from datetime import datetime
from typing import Final

from comity.core.errors import InputError
from comity.core.incoming_mail import may_answer
from comity.edges.home import Home
from comity.flows.queue_mail import Letter, queue_mail
from comity.store.incoming_mails import count_answers
from comity.store.models import IncomingMail
from comity.wire.complaint_mail import find_host
from comity.wire.mail_answers import write_answer
from comity.wire.mail_document import MailReading
from comity.wire.out_of_scope import HOTLINE

_SILENT: Final = frozenset(("own-message", "reply-from-somebody-else"))


def answer_sender(
    home: Home, row: IncomingMail, reading: MailReading, refs: tuple[str, ...], *, language: str, at: datetime
) -> bool:
    """Queue the answer where one is due; `row.answered` says so.  Answers whether one was queued."""
    kind = _kind(row)
    if not kind or not row.sender or not home.settings.mailbox.answers or not home.settings.mail.server:
        return False
    today, lately = count_answers(row.sender, at=at)
    if not may_answer(automatic=reading.head.automatic, auth=row.auth, is_own=False, today=today, lately=lately):
        return False
    fingerprint = bytes(row.fingerprint).hex()
    names = tuple(dict.fromkeys(filter(None, (find_host(one) for one in row.candidates))))
    written = write_answer(
        kind, language, registry=home.party, reference=", ".join(refs[:5]) or f"M-{fingerprint[:10].upper()}",
        names=names, reason=_reason(row),
    )  # fmt: skip
    letter = Letter(
        key=f"mail-answer:{fingerprint}", to=row.sender, subject=written.subject[:300], text=written.text,
        language=language or "en", case_pk=row.case_id, in_reply_to=row.message_id,
    )  # fmt: skip
    try:
        row.answered = queue_mail(home, letter, at=at)
    except InputError as error:  # an address that cannot be written to
        row.notes = [*row.notes, f"not answered: {error.message}"]
    return row.answered


def _reason(row: IncomingMail) -> str:
    """Why it is no matter of this registry."""
    if row.why == "hotline":
        return HOTLINE.message
    return row.notes[0] if row.notes else "its names are in no zone of this registry or its partners"


def _kind(row: IncomingMail) -> str:
    if row.why in _SILENT or row.state in ("reply", "bounce", "noted"):
        return ""
    if row.state == "held":
        return "" if row.case_id is not None else "held"
    if row.state != "taken" or row.why == "foreign":
        return "elsewhere"
    return "taken" if row.auth == "pass" else "taken-unproven"
