"""What may become of a message that came, and whether it may be answered (RFC 3834).

A machine is never answered.  Nobody is answered whose mail the own server found forged; whoever is not proven is
answered once in a month, for the address may be a victim's; whoever is proven, a few times a day.
"""

from hashlib import sha256
from typing import Final, Literal, get_args

MailState = Literal["taken", "held", "reply", "bounce", "noted", "refused", "chosen", "dismissed"]
MAIL_STATES: Final[tuple[MailState, ...]] = get_args(MailState)

# Why a message waits for a person.
HeldWhy = Literal[
    "name-unclear", "sender-forged", "sender-missing", "too-many-reports", "reply-from-somebody-else",
    "reply-without-case", "reply-not-taken",
]  # fmt: skip
HELD_WHYS: Final[tuple[HeldWhy, ...]] = get_args(HeldWhy)

ANSWERS_A_DAY: Final = 5
ANSWERS_UNPROVEN: Final = 1
UNPROVEN_DAYS: Final = 30
_KEY_LETTERS: Final = 120

# Where a message goes in the mailbox once what became of it is kept.
Folder = Literal["Done", "Held", "Refused"]
FOLDERS: Final[dict[MailState, Folder]] = {
    "taken": "Done", "reply": "Done", "bounce": "Done", "noted": "Done", "chosen": "Done", "dismissed": "Done",
    "held": "Held", "refused": "Refused",
}  # fmt: skip


def mail_reporter_key(sender: str) -> str:
    """The key by which the sender of mails is known as a reporter."""
    key = f"mail:{sender.lower()}"
    return key if len(key) <= _KEY_LETTERS else f"mail:{sha256(key.encode()).hexdigest()}"


def may_answer(*, automatic: str, auth: str, is_own: bool, today: int, lately: int) -> bool:
    """Whether a sender may be answered.  `today`, `lately`: answers to the address in a day, and in a month."""
    if automatic or is_own or auth == "fail":
        return False
    if auth == "pass":
        return today < ANSWERS_A_DAY
    return lately < ANSWERS_UNPROVEN
