"""What a mail's header says about who wrote it, to whom it answers, and whether a machine did.

`From` is a claim.  Only an `Authentication-Results` field that bears the configured name of the own mail server is
believed (RFC 8601 §5), and only the topmost of them, for a sender may add fields of any name below.  What a program
wrote must never be answered (RFC 3834 §2): the signs are one literal list.
"""

import re
from datetime import UTC, datetime
from email.utils import getaddresses, parsedate_to_datetime
from typing import Final, Literal

import msgspec

from comity.core.mail_addresses import AddressProblem, fold_address
from comity.wire.mail_parts import MailParts

Auth = Literal["pass", "fail", "none"]

MAX_REFERENCES: Final = 50
_ID: Final = re.compile(r"<([^<>\s]{1,300})>")
_NO_PERSON: Final = re.compile(
    r"(?:mailer-daemon|postmaster|no-?reply|do-?not-?reply|noreply[-+.].*|bounces?|bounce[-+.].*|listserv|majordomo|"
    r".*-(?:request|bounces|owner)|owner-.*|double-bounce)",
    re.IGNORECASE,
)
_LIST_FIELDS: Final = ("list-id", "list-unsubscribe", "list-post", "list-help", "mailing-list", "x-loop")
_BULK: Final = frozenset(("bulk", "junk", "list", "auto_reply"))
_RESULT: Final = re.compile(r"\b(dmarc|dkim|spf)\s*=\s*(\w+)", re.IGNORECASE)
_COMMENT: Final = re.compile(r"\([^()]*\)")


class MailHead(msgspec.Struct, frozen=True, kw_only=True):
    """What is read of a header.  `sender`: the folded address of From, empty where there is not exactly one."""

    sender: str
    recipients: tuple[str, ...]
    subject: str
    message_id: str
    references: tuple[str, ...]  # newest first
    sent_at: datetime | None
    language: str
    automatic: str  # the sign that no person wrote it; empty where there is none
    is_reply_of_machine: bool
    is_null_sender: bool


def read_head(mail: MailParts) -> MailHead:
    """Read a header."""
    answered = _ID.findall(mail.first("in-reply-to"))
    before = _ID.findall(mail.first("references"))
    language = mail.first("content-language").partition(",")[0].strip().lower()
    return MailHead(
        sender=_one_address(mail.all("from")),
        recipients=tuple(_addresses([*mail.all("to"), *mail.all("cc"), *mail.all("delivered-to")])),
        subject=mail.first("subject")[:300],
        message_id=next(iter(_ID.findall(mail.first("message-id"))), "")[:300],
        references=tuple(dict.fromkeys([*answered, *reversed(before)]))[:MAX_REFERENCES],
        sent_at=parse_mail_date(mail.first("date")),
        language=language if re.fullmatch(r"[a-z]{2,3}(-[a-z]+)?", language) else "",
        automatic=_automatic(mail),
        is_reply_of_machine=_word(mail.first("auto-submitted")) == "auto-replied" or _is_away(mail),
        is_null_sender=_is_null(mail),
    )


def authentication(mail: MailParts, server: str, sender: str) -> Auth:
    """Say whether the own mail server found that the sender's domain sent the mail; `none` where it did not look."""
    if not server or not sender:
        return "none"
    own = next((one for one in mail.all("authentication-results") if _authserv(one) == server.lower()), "")
    if not own or mail.all("authentication-results").index(own) != 0:
        return "none"
    results: dict[str, list[tuple[str, str]]] = {}
    for clause in _COMMENT.sub(" ", own).split(";")[1:]:
        found = _RESULT.search(clause)
        if found:
            results.setdefault(found[1].lower(), []).append((found[2].lower(), clause.lower()))
    domain = sender.rpartition("@")[2].lower()
    for method, field in (("dmarc", "header.from="), ("dkim", "header.d="), ("spf", "smtp.mailfrom=")):
        for result, clause in results.get(method, ()):
            said = next((word.removeprefix(field).strip('"') for word in clause.split() if word.startswith(field)), "")
            if result == "pass" and said.rpartition("@")[2] == domain:
                return "pass"
    is_failed = any(result in ("fail", "softfail", "permerror") for found in results.values() for result, _ in found)
    return "fail" if is_failed else "none"


def _authserv(value: str) -> str:
    return _COMMENT.sub(" ", value).partition(";")[0].split(" ")[0].strip().lower()


def _automatic(mail: MailParts) -> str:
    submitted = _word(mail.first("auto-submitted"))
    if submitted and submitted != "no":
        return f"Auto-Submitted: {submitted}"[:60]
    if _word(mail.first("precedence")) in _BULK:
        return "Precedence"
    named = next((field for field in _LIST_FIELDS if mail.all(field)), "")
    if named:
        return named
    if mail.first("x-auto-response-suppress").strip().lower() not in ("", "none"):
        return "X-Auto-Response-Suppress"
    if _is_away(mail):
        return "X-Autoreply"
    if _is_null(mail):
        return "Return-Path"
    sender = _one_address(mail.all("from"))
    if not sender or _NO_PERSON.fullmatch(sender.rpartition("@")[0]):
        return "From"
    return "multipart/report" if mail.media_type == "multipart/report" else ""


def _is_away(mail: MailParts) -> bool:
    return any(mail.all(field) for field in ("x-autoreply", "x-autorespond", "x-auto-reply"))


def _is_null(mail: MailParts) -> bool:
    return any(value.replace(" ", "") == "<>" for value in mail.all("return-path"))


def _word(value: str) -> str:
    return value.partition(";")[0].strip().lower()


def _one_address(values: list[str]) -> str:
    found = _addresses(values)
    return found[0] if len(found) == 1 and len(values) == 1 else ""


def _addresses(values: list[str]) -> list[str]:
    found: list[str] = []
    for _name, address in getaddresses(values[:20]):
        folded = fold_address(address.strip())
        if not isinstance(folded, AddressProblem):
            found.append(folded)
    return found[:50]


def parse_mail_date(value: str) -> datetime | None:
    """Read a date of RFC 5322; None for what is none."""
    try:
        at = parsedate_to_datetime(value)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
