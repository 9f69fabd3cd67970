"""A raw message (RFC 5322) as a document: the reports it makes for certain, or candidates for a person to choose from.

The structured forms come first (XARF and X-ARF, then ARF), then words (`wire.complaint_mail`).  Where the form and the
words of a declared notifier accuse different hosts, nobody is accused.  The message itself is evidence of each of its
reports, and so are its attachments as far as `core.media_types` takes them.  docs/spec/mail-intake.md is the contract.
"""

import re
from datetime import datetime
from hashlib import sha256
from typing import Final, Literal

import msgspec
from msgspec.structs import replace

from comity.core.categories import Category
from comity.core.errors import InputError
from comity.core.media_types import MediaRefusal, find_media_type
from comity.core.reports import Evidence, Problem, Record, Report, find_problems
from comity.wire.arf import read_arf
from comity.wire.complaint_mail import body_text, find_host, read_complaint
from comity.wire.delivery_status import Bounce, read_bounce
from comity.wire.documents import MAX_NAMED, Document, Enclosed, NotUnderstood
from comity.wire.enclosed_files import Claimed, keep_enclosed
from comity.wire.mail_claims import MailClaims
from comity.wire.mail_head import MailHead, read_head
from comity.wire.mail_parts import MailParts, split_mail
from comity.wire.out_of_scope import HOTLINE
from comity.wire.xarf_mail import MOST_REPORTS, read_xarf_mail

MAX_ATTACHED: Final = 20
_LEAST_FIELDS: Final = 2
_MAIL_FIELDS: Final = frozenset(("from", "date", "received", "message-id", "return-path", "to", "subject"))
_READ_TYPES: Final = frozenset(("message/feedback-report", "message/delivery-status", "text/rfc822-headers"))
_NOT_TEXT: Final = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\ud800-\udfff]")
# A mail that says of itself that it brings such material is not opened further: its pictures must not be kept.
_CHILD_ABUSE: Final = re.compile(
    r"\b(?:csam|csem)\b|child(?:ren)?(?:'s)?[ -](?:sexual|porn|abuse|exploit)|детск\w+ порно|дзіцяч\w+ парна|"
    r"ấu dâm|儿童色情|儿童性",
    re.IGNORECASE,
)
_HEAD: Final = re.compile(rb"(?:From [^\n]*\n)?(?:[!-9;-~]{1,76}:[^\n]*\n(?:[ \t][^\n]*\n)*){2}")

Kind = Literal["reports", "unclear", "refused", "bounce", "hotline"]


class MailReading(msgspec.Struct, frozen=True, kw_only=True):
    """What was made of a message.  `unclear`: nobody is accused for certain; `candidates` are the hosts it names."""

    kind: Kind
    head: MailHead
    mail: MailParts
    document: Document
    candidates: tuple[str, ...] = ()
    category: str = ""
    bounce: Bounce | None = None


def is_mail(head: bytes) -> bool:
    """Answer whether a source begins as a message for certain: with header fields, two of those that mails have."""
    start = head[:65_536].replace(b"\r\n", b"\n")
    if _HEAD.match(start) is None:
        return False
    lines = start.split(b"\n\n")[0].split(b"\n")
    names = {line.partition(b":")[0].strip().lower().decode("ascii", "replace") for line in lines}
    return len(names & _MAIL_FIELDS) >= _LEAST_FIELDS and bool(names & {"from", "received", "return-path"})


def read_mail_document(data: bytes) -> Document:
    """Read a message as a document.  Raises `InputError` for what is no message."""
    return read_mail(data).document


def read_mail(data: bytes) -> MailReading:
    """Read a message.  Raises `InputError` for what is no message, `TooLargeError`."""
    mail = split_mail(data)
    if not mail.fields:
        raise InputError("is no mail: it does not begin with header fields")
    head = read_head(mail)
    bounce = read_bounce(mail)
    if bounce is not None:
        return MailReading(kind="bounce", head=head, mail=mail, document=_nothing("bounce", mail), bounce=bounce)
    claims = MailClaims(problems=(HOTLINE,)) if _CHILD_ABUSE.search(head.subject) else _claims(mail, head)
    if HOTLINE in claims.problems:  # and nothing of it is kept
        document = Document(records=(Record(1, None, "", None, HOTLINE),))
        bare = replace(head, subject="", message_id=head.message_id)
        return MailReading(kind="hotline", head=bare, mail=mail, document=document)
    if claims.reports:
        document = _document(data, mail, claims, head.sent_at)
        return MailReading(kind="reports", head=head, mail=mail, document=document, category=claims.category)
    if claims.problems:
        document = Document(records=_problems(claims.problems, 1), not_understood=_left(mail, claims))
        return MailReading(kind="refused", head=head, mail=mail, document=document)
    shown = ", ".join(dict.fromkeys(find_host(one) for one in claims.candidates)) or "none"
    problem = Problem("name-unclear", f"it is not certain whom the mail accuses; it names: {shown}"[:1000])
    document = Document(records=_problems((problem,), 1), not_understood=_left(mail, claims))
    return MailReading(
        kind="unclear", head=head, mail=mail, document=document, candidates=claims.candidates, category=claims.category
    )


def accuse(data: bytes, reading: MailReading, address: str, category: Category) -> MailReading:
    """The reading of a message of which a person said whom it accuses, and of what."""
    report = Report(name=address, category=category, url=address if "://" in address else "")
    document = _document(data, reading.mail, MailClaims(reports=(report,)), reading.head.sent_at)
    return replace(reading, kind="reports", document=document, category=category)


def _claims(mail: MailParts, head: MailHead) -> MailClaims:
    formal = read_xarf_mail(mail)
    if formal is None:
        return read_arf(mail) or read_complaint(mail, head)
    words = read_complaint(mail, head)
    if formal.reports and words.is_torn:
        both = tuple(report.name for report in formal.reports) + words.candidates
        return MailClaims(candidates=tuple(dict.fromkeys(both)), not_understood=formal.not_understood)
    if formal.reports and words.reports:
        ours, theirs = ({find_host(report.name) for report in claims.reports} for claims in (formal, words))
        said = {report.category for report in formal.reports} | {report.category for report in words.reports}
        if not theirs <= ours or len(said) > 1:
            both = tuple(report.name for report in (*formal.reports, *words.reports))
            return MailClaims(candidates=tuple(dict.fromkeys(both)), not_understood=formal.not_understood)
    return formal


def _document(data: bytes, mail: MailParts, claims: MailClaims, sent_at: datetime | None) -> Document:
    evidence, files, left = _as_evidence(data, mail)
    if sent_at is not None and not 1990 < sent_at.year < 2100:  # a claim, and not worth a refusal
        sent_at = None
    records: list[Record] = []
    for report in claims.reports[:MOST_REPORTS]:
        whole = replace(report, reported_at=report.reported_at or sent_at, evidence=(*report.evidence, *evidence)[:200])
        problems = find_problems(whole)
        place = len(records) + 1
        if problems:
            records.append(Record(place, None, report.name, None, problems[0]))
        else:
            records.append(Record(place, None, report.name, whole))
    enclosed = [*claims.enclosed]
    enclosed += [replace(file, record=place) for place in range(len(records)) for file in files]
    return Document(
        records=(*records, *_problems(claims.problems, len(records) + 1)),
        not_understood=(*_left(mail, claims), *left)[:MAX_NAMED],
        enclosed=tuple(enclosed),
    )


def _as_evidence(data: bytes, mail: MailParts) -> tuple[list[Evidence], list[Enclosed], list[NotUnderstood]]:
    """The message itself and its attachments, as evidence; what may not be kept is named."""
    message, fault = enclose_message(data, mail)
    evidence = [Evidence("message", sha256(data).hexdigest(), media_type="message/rfc822")]
    files = [message] if message is not None else []
    left = [fault] if fault is not None else []
    attached = [part for part in mail.parts if _is_attachment(part.media_type, part.name)]
    if len(attached) > MAX_ATTACHED:
        left.append(NotUnderstood("attachments", f"{len(attached)}; the first {MAX_ATTACHED} are looked at"))
    for part in attached[:MAX_ATTACHED]:
        claimed = Claimed(place=f"part {part.path}", media_type=part.media_type, payload="", name=part.name)
        checked = keep_enclosed(part.data, claimed, record=0)
        evidence += [checked.evidence] if checked.evidence else []
        files += [checked.enclosed] if checked.enclosed else []
        left += [checked.fault] if checked.fault else []
    return evidence, files, left


def enclose_message(data: bytes, mail: MailParts) -> tuple[Enclosed | None, NotUnderstood | None]:
    """The message as a file: as it came where it is UTF-8 text, else what a person reads of it."""
    if not isinstance(find_media_type(data, name="message.eml", kind="mail"), MediaRefusal):
        return Enclosed(0, "message.eml", "message/rfc822", data, "mail"), None
    head = "\n".join(f"{name}: {value}" for name, value in mail.fields)
    text = _NOT_TEXT.sub("\ufffd", f"{head[:200_000]}\n\n{body_text(mail)}").encode()
    fault = NotUnderstood("message", "its octets cannot be kept as a text; what a person reads of it is kept")
    found = find_media_type(text, name="message.txt", kind="mail")
    if isinstance(found, MediaRefusal):
        return None, NotUnderstood("message", f"{found.message}; the message is not kept")
    return Enclosed(0, "message.txt", found, text, "mail"), fault


def _is_attachment(media_type: str, name: str) -> bool:
    return bool(name) or not (media_type.startswith(("text/", "multipart/")) or media_type in _READ_TYPES)


def mail_fingerprint(data: bytes, mail: MailParts) -> bytes:
    """What a message is known by: the same whatever way it was delivered, for servers add fields above."""
    said = "\0".join(mail.first(name) for name in ("message-id", "from", "date", "subject", "mime-version"))
    return sha256(said.encode("utf-8", "replace") + b"\0" + data[mail.body_start :]).digest()


def _problems(problems: tuple[Problem, ...], first: int) -> tuple[Record, ...]:
    return tuple(Record(place, None, "", None, problem) for place, problem in enumerate(problems, first))


def _nothing(code: str, mail: MailParts) -> Document:
    problem = Problem(code, "a report of delivery accuses nobody")
    return Document(records=_problems((problem,), 1), not_understood=_left(mail, MailClaims()))


def _left(mail: MailParts, claims: MailClaims) -> tuple[NotUnderstood, ...]:
    return (*(NotUnderstood("mail", fault) for fault in mail.faults), *claims.not_understood)
