"""Take mail: one message becomes reports, an answer on a case, a letter that came back, or waits for a person.

All of it is one durable transaction with the message's own row: reports, cases, evidence, the answer to the sender.
The row is known by the message's fingerprint, so a message that is delivered or read twice is taken once, and a reader
that dies before it moved the message finds the row.  docs/spec/mail-intake.md is the contract.
"""

import re
from datetime import datetime
from hashlib import sha256
from typing import Final

import msgspec
from django.db import transaction

from comity.core.errors import InputError, TooLargeError
from comity.core.guards import Guard
from comity.core.incoming_mail import FOLDERS, Folder, MailState, mail_reporter_key
from comity.core.names import NameFolder
from comity.core.reports import ReporterKind
from comity.edges.home import Home
from comity.flows.answer_mail import answer_sender
from comity.flows.check_reporter import ReporterStoppedError, TooManyReportsError, check_reporter
from comity.flows.take_document import Taken, attach_enclosed, store_document
from comity.flows.thread_mail import take_answer, take_bounce
from comity.store.cases import find_cases_by_pk
from comity.store.incoming_mails import find_incoming
from comity.store.intake_lock import lock_intake
from comity.store.models import AwaitedOutcome, IncomingMail, Report, Reporter
from comity.store.reports import ensure_reporter
from comity.wire.complaint_mail import body_text
from comity.wire.mail_answers import guess_language
from comity.wire.mail_document import MailReading, mail_fingerprint, read_mail
from comity.wire.mail_head import Auth, authentication

_NOTES: Final = 50
_SHOWN_LETTERS: Final = 4_000
_CONTROLS: Final = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


class TakenMail(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a message; `is_new` False: it was taken before."""

    pk: int
    state: MailState
    why: str
    folder: Folder
    is_new: bool
    case_refs: tuple[str, ...] = ()


def take_mail(home: Home, data: bytes, *, folder: NameFolder, guard: Guard, at: datetime) -> TakenMail:
    """Take one message.  Never raises for what stands in it."""
    try:
        reading = read_mail(data)
    except InputError as error:  # TooLargeError too
        why = "too-large" if isinstance(error, TooLargeError) else "unreadable"
        return take_unread(sha256(data).digest(), why, note=error.message, at=at)
    fingerprint = mail_fingerprint(data, reading.mail)
    known = find_incoming(fingerprint)
    if known is not None:
        return _known(known)
    with transaction.atomic():
        lock_intake()
        known = find_incoming(fingerprint)
        return _known(known) if known is not None else _take(home, data, reading, fingerprint, folder, guard, at)


def take_unread(fingerprint: bytes, why: str, *, note: str = "", at: datetime) -> TakenMail:
    """Note that a message was not read: too large, or no message at all."""
    defaults = {"auth": "none", "state": "refused", "why": why, "notes": [note], "body": b"", "received_at": at}
    row, is_new = IncomingMail.objects.get_or_create(fingerprint=fingerprint, defaults=defaults)
    return msgspec.structs.replace(_known(row), is_new=is_new)


def _take(
    home: Home, data: bytes, reading: MailReading, fingerprint: bytes, folder: NameFolder, guard: Guard, at: datetime
) -> TakenMail:
    head = reading.head
    row = IncomingMail(
        fingerprint=fingerprint, message_id=head.message_id, sender=head.sender, subject=head.subject,
        auth=authentication(reading.mail, home.settings.mailbox.own_server, head.sender), state="noted", body=b"",
        category=reading.category, received_at=at, notes=_notes(reading),
    )  # fmt: skip
    refs: tuple[str, ...] = ()
    if reading.kind == "hotline":
        row.state, row.why, row.subject = "refused", "hotline", ""
    elif head.sender and head.sender.lower() in own_addresses(home):
        row.why = "own-message"
    elif reading.bounce is not None:
        take_bounce(home, row, reading.bounce, at=at)
    elif not take_answer(home, row, reading, data, at=at):
        refs = _take_complaint(home, row, reading, folder, guard, at)
    row.notes = [_CONTROLS.sub("\ufffd", note) for note in row.notes]  # JSON texts that no database takes
    row.candidates = [_CONTROLS.sub("\ufffd", address) for address in row.candidates]
    if row.state == "held":
        row.body, row.text = data, _CONTROLS.sub("\n", body_text(reading.mail)[:_SHOWN_LETTERS]).strip()
    answer_sender(home, row, reading, refs, language=language_of(reading), at=at)
    row.save()
    return msgspec.structs.replace(_known(row), is_new=True, case_refs=refs)


def _take_complaint(
    home: Home, row: IncomingMail, reading: MailReading, folder: NameFolder, guard: Guard, at: datetime
) -> tuple[str, ...]:
    """Make reports of a complaint, or let it wait."""
    head = reading.head
    if reading.kind == "refused":
        problem = next(record.problem for record in reading.document.records if record.problem is not None)
        row.state, row.why = "refused", problem.code
        row.notes = [problem.message, *row.notes][:_NOTES]
        return ()
    names = tuple(record.report.name for record in reading.document.records if record.report is not None)
    row.candidates = list(names or reading.candidates)
    if reading.kind == "unclear" or not head.sender or row.auth == "fail":
        row.state = "held"
        row.why = "name-unclear" if reading.kind == "unclear" else "sender-forged" if head.sender else "sender-missing"
        return ()
    key, kind = who_reports(home, head.sender, row.auth)
    try:
        check_reporter(home, key, amount=len(names), at=at)
    except ReporterStoppedError as error:
        row.state, row.why, row.notes = "refused", error.code, [error.message]
        return ()
    except TooManyReportsError as error:
        row.state, row.why, row.notes = "held", error.code, [error.message]
        return ()
    taken, refs = take_reports(home, row, reading, key, kind, folder=folder, guard=guard, at=at)
    counts = taken.intake
    if counts.rejected == counts.read:
        row.state, row.why = "refused", next(iter(counts.by_reason))
        row.notes = [taken.rejects[0].message, *row.notes][:_NOTES]
    else:
        row.state = "taken"
        row.why = "foreign" if counts.foreign == counts.read - counts.rejected else ""
    return refs


def take_reports(
    home: Home, row: IncomingMail, reading: MailReading, key: str, kind: ReporterKind, *, folder: NameFolder,
    guard: Guard, at: datetime,
) -> tuple[Taken, tuple[str, ...]]:  # fmt: skip
    """Store the reports of a message with their evidence, in the caller's transaction; answers the cases too."""
    stored = ensure_reporter(key, kind=kind, at=at, name=row.sender[:200] or "mail")
    is_proven = row.auth == "pass"  # nobody else is written to beyond the one answer, before they answer it
    if row.sender and is_proven and kind != "trusted-notifier":
        Reporter.objects.filter(pk=stored.pk).update(contact=row.sender, language=language_of(reading))
    taken = store_document(home, reading.document, reporter=stored, run=None, folder=folder, guard=guard, at=at)
    attach_enclosed(home, reading.document.enclosed, taken, at=at)
    row.reporter_id = stored.pk
    row.notes = [*row.notes, *(f"{one.item}: {one.reason}" for one in taken.not_understood)]
    row.notes = list(dict.fromkeys(row.notes))[:_NOTES]
    pks = sorted({pk for pk in taken.case_pks if pk is not None})
    cases = find_cases_by_pk(pks)
    row.case_id = cases[0].pk if cases else None
    if is_proven and not reading.head.automatic:
        told = Report.objects.filter(reporter_id=stored.pk, received_at=at, case_id__in=pks, awaitedoutcome=None)
        AwaitedOutcome.objects.bulk_create([AwaitedOutcome(report=report) for report in told.defer("body")])
    return taken, tuple(case.ref for case in cases)


def who_reports(home: Home, sender: str, auth: Auth | str) -> tuple[str, ReporterKind]:
    """A declared notifier, where the own mail server has proven the sender; else somebody of the public."""
    notifiers = {address.lower(): key for address, key in home.settings.mailbox.notifiers.items()}
    if auth == "pass" and sender.lower() in notifiers:
        return notifiers[sender.lower()], "trusted-notifier"
    return mail_reporter_key(sender), "public"


def own_addresses(home: Home) -> frozenset[str]:
    """The addresses under which this node writes or is written to."""
    settings = home.settings
    ours = (settings.mailbox.address, settings.mail.from_address, settings.mail.reply_to)
    return frozenset(address.lower() for address in ours if address)


def language_of(reading: MailReading) -> str:
    """The language to answer in: the one that the mail declares, else the one that its letters tell."""
    return reading.head.language or guess_language(f"{reading.head.subject}\n{body_text(reading.mail)}")[:10]


def _notes(reading: MailReading) -> list[str]:
    return [f"{one.item}: {one.reason}"[:300] for one in reading.document.not_understood[:_NOTES]]


def _known(row: IncomingMail) -> TakenMail:
    state = msgspec.convert(row.state, MailState)
    return TakenMail(pk=row.pk, state=state, why=row.why, folder=FOLDERS[state], is_new=False)
