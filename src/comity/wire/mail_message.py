"""A letter as it goes to a mail server (RFC 5322, MIME), and nothing in it that a stranger could have made a header.

Header values are refused when they hold CR, LF, NUL or another control; addresses are folded by `core.mail_addresses`.
The letter says that a program wrote it (RFC 3834: Auto-Submitted; Precedence and X-Auto-Response-Suppress for older
programs), so that no machine answers it.  The same letter is the same octets at each try, Message-ID and Date included:
a letter that arrives twice is known for the same one.
"""

import hashlib
import re
from datetime import UTC, datetime
from email.errors import MessageError
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final

import msgspec

from comity.core.errors import InputError
from comity.core.mail_addresses import AddressProblem, fold_address
from comity.wire.mail_marks import letter_mark

MAX_BYTES: Final = 512 * 1024
_CONTROLS: Final = frozenset(map(chr, (*range(32), *range(127, 160)))) | frozenset("\u2028\u2029")
_ID: Final = re.compile(r"[!-;=?-~]{1,200}")
_TEXT_TYPES: Final = frozenset({"application/json", "text/plain", "text/csv"})


class MessagePart(msgspec.Struct, frozen=True):
    """An attached part: media type, file name, text."""

    media_type: str
    name: str
    text: str


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """What a letter is made of.  `key`: the same key has the same Message-ID."""

    key: str
    sender: str
    sender_name: str
    to: str
    subject: str
    text: str
    language: str
    at: datetime
    reply_to: str = ""
    parts: tuple[MessagePart, ...] = ()
    secret: str = ""
    in_reply_to: str = ""  # the Message-ID that is answered, without its brackets


def message_id(key: str, domain: str, secret: str = "") -> str:
    """Name a letter; nothing of the case can be read from it, and with a secret nobody else can make it."""
    if secret:
        return f"<{letter_mark(secret, key)}@{domain}>"
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:40]}@{domain}>"


def render_message(message: Message) -> bytes:
    """Write the letter with CRLF line ends, all of it in 7 bits.  Raises `InputError` naming what cannot be said."""
    sender, to = (checked_address(address) for address in (message.sender, message.to))
    made = EmailMessage(policy=SMTP.clone(cte_type="7bit", max_line_length=78))
    headers = {
        "From": f'"{_phrase(message.sender_name)}" <{sender}>' if message.sender_name else sender,
        "To": to,
        "Reply-To": checked_address(message.reply_to) if message.reply_to else "",
        "Subject": _line(message.subject, "subject"),
        "Date": format_datetime(message.at.astimezone(UTC)),
        "Message-ID": message_id(message.key, sender.rpartition("@")[2], message.secret),
        "In-Reply-To": f"<{message.in_reply_to}>" if _ID.fullmatch(message.in_reply_to) else "",
        "References": f"<{message.in_reply_to}>" if _ID.fullmatch(message.in_reply_to) else "",
        "Auto-Submitted": "auto-generated",
        "Precedence": "bulk",
        "X-Auto-Response-Suppress": "All",
    }
    try:
        for name, value in headers.items():
            if value:
                made[name] = _line(value, name)
        made.set_content(_plain_text(message.text), cte="base64" if not message.text.isascii() else "quoted-printable")
        made["Content-Language"] = _line({"zh-hans": "zh-Hans"}.get(message.language, message.language), "language")
        for part in message.parts:
            _attach(made, part)
        if message.parts:  # the library draws one at random, and the letter would be another one at each try
            made.set_boundary(f"=_{hashlib.sha256(message.key.encode()).hexdigest()[:40]}")
        data = made.as_bytes()
    except (MessageError, UnicodeError, ValueError) as error:
        raise InputError(f"cannot be written as mail: {error}", item="mail") from error
    if len(data) > MAX_BYTES:
        raise InputError(f"has {len(data):,} bytes; a letter has at most {MAX_BYTES:,}", item="mail")
    return data


def checked_address(text: str) -> str:
    """Give an address as it is written to.  Raises `InputError`, which does not repeat it (a person's)."""
    folded = fold_address(text)
    if isinstance(folded, AddressProblem):
        raise InputError(f"{folded.reason} [{folded.code}]", item="address")
    return folded


def _attach(made: EmailMessage, part: MessagePart) -> None:
    if part.media_type not in _TEXT_TYPES:
        raise InputError(f"a part of a letter is one of {', '.join(sorted(_TEXT_TYPES))}", item="mail")
    name = _line(part.name, "part")
    if not name.isascii() or not name.replace("-", "").replace(".", "").replace("_", "").isalnum():
        raise InputError("a part's file name has letters, digits, dots and hyphens", item="mail")
    kind, _, subtype = part.media_type.partition("/")
    # As octets in base64: a part is read by machines and must arrive to the octet.
    made.add_attachment(part.text.encode(), maintype=kind, subtype=subtype, filename=name)


def _line(text: str, item: str) -> str:
    if not _CONTROLS.isdisjoint(text):
        raise InputError("holds a line break or another control character", item=item)
    return text


def _phrase(name: str) -> str:
    return _line(name, "from").replace("\\", "").replace('"', "")


def _plain_text(text: str) -> str:
    """The text with plain line ends; a NUL or another control in it is taken for what it is: no text."""
    text = text.replace("\r\n", "\n")
    if any(letter in _CONTROLS and letter not in "\n\t" for letter in text):
        raise InputError("holds a control character", item="text")
    return text
