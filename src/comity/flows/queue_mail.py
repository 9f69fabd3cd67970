"""Queue mail: keep a letter in the caller's transaction; a round of the desk delivers it.

The letter's key makes it one letter however often it is asked for, so whoever queues may be killed and begin again.
Addresses and subjects hold no line breaks: what could begin a header is refused here and not at the mail server.
"""

from datetime import datetime
from typing import Final

import msgspec

from comity.core.errors import InputError
from comity.edges.home import Home
from comity.store.models import OutgoingMail
from comity.wire.canonical import canonical

_LONGEST_SUBJECT: Final = 300
_LONGEST_ADDRESS: Final = 254


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


def queue_mail(home: Home, letter: Letter, *, at: datetime) -> bool:  # noqa: ARG001 — every flow knows its node
    """Keep a letter to be delivered; answers False where it was kept before.  Raises `InputError`."""
    for text, longest in ((letter.to, _LONGEST_ADDRESS), (letter.subject, _LONGEST_SUBJECT)):
        if not text or len(text) > longest or any(character < " " for character in text):
            raise InputError(f"an address or subject is one line of at most {longest} characters", item="mail")
    said = {
        "language": letter.language,
        "parts": [msgspec.to_builtins(part) for part in letter.parts],
        "text": letter.text,
    }
    _, is_new = OutgoingMail.objects.get_or_create(
        key=letter.key,
        defaults={
            "case_id": letter.case_pk, "recipient": letter.to, "subject": letter.subject, "letter": canonical(said),
            "state": "waiting", "next_try_at": at, "queued_at": at,
        },
    )  # fmt: skip
    return is_new
