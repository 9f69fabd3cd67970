"""Queue mail: keep a letter in the caller's transaction; a round of the desk delivers it (`flows.deliver_mail`).

The letter's key makes it one letter however often it is asked for, so whoever queues may be killed and begin again.
The address is folded to one mailbox with an A-label domain; what could begin a header is refused here and not at the
mail server.  A letter to the node's own sender is refused: it would come back to itself.
"""

from datetime import datetime
from typing import Final

import msgspec

from comity.core.errors import InputError
from comity.edges.home import Home
from comity.store.models import LetterMark, OutgoingMail
from comity.wire.canonical import canonical
from comity.wire.mail_marks import letter_mark
from comity.wire.mail_message import Message, MessagePart, checked_address, render_message

_LONGEST_SUBJECT: Final = 300
_ANY_SENDER: Final = "node@invalid.example"


class Part(msgspec.Struct, frozen=True):
    """One attached part of a letter: its media type, its file name and its text."""

    media_type: str
    name: str
    text: str


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody is to be told by mail.  `key`: the same key is the same letter."""

    key: str
    to: str
    subject: str
    text: str
    language: str = "en"
    parts: tuple[Part, ...] = ()
    case_pk: int | None = None
    in_reply_to: str = ""


class KeptLetter(msgspec.Struct, frozen=True, omit_defaults=True):
    """A letter's body as the store keeps it."""

    language: str
    parts: tuple[Part, ...]
    text: str
    in_reply_to: str = ""


def queue_mail(home: Home, letter: Letter, *, at: datetime) -> bool:
    """Keep a letter to be delivered; answers False where it was kept before.  Raises `InputError`."""
    to = checked_address(letter.to)
    if not letter.subject or len(letter.subject) > _LONGEST_SUBJECT:
        raise InputError(f"a subject is one line of at most {_LONGEST_SUBJECT} characters", item="subject")
    if to.casefold() == home.settings.mail.from_address.casefold():
        raise InputError("is this node's own sender address", item="address")
    parts = tuple(MessagePart(part.media_type, part.name, part.text) for part in letter.parts)
    render_message(  # whatever cannot be written as mail is refused now, while somebody is there to mend it
        Message(
            key=letter.key, sender=_ANY_SENDER, sender_name=home.party, to=to, subject=letter.subject,
            text=letter.text, language=letter.language, at=at, parts=parts,
            in_reply_to=letter.in_reply_to,
        )
    )  # fmt: skip
    kept = KeptLetter(letter.language, letter.parts, letter.text, letter.in_reply_to)
    row, is_new = OutgoingMail.objects.get_or_create(
        key=letter.key,
        defaults={
            "case_id": letter.case_pk, "recipient": to, "subject": letter.subject,
            "letter": canonical(msgspec.to_builtins(kept)), "state": "waiting", "next_try_at": at, "queued_at": at,
        },
    )  # fmt: skip
    if is_new:
        LetterMark.objects.create(letter=row, mark=letter_mark(home.settings.secret_key, letter.key))
    return is_new
