"""Thread mail: an answer to one of our letters goes to the case that the letter was about; one that came back is noted.

A letter is known by the mark in its Message-ID, or by the mark beside the reference in its subject; both are made with
the node's secret.  The answer counts as the recipient's only when it comes from the address that was written to and
the own mail server did not find it forged; whoever else has the mark is shown as somebody else, and a person decides.
"""

import re
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Q

from comity.core.cases import NOTES
from comity.core.errors import ComityError, InputError
from comity.core.incoming_mail import mail_reporter_key
from comity.core.roles import Actor
from comity.edges.home import Home
from comity.flows.annotate import note_on_case
from comity.flows.attach import AttachmentError, attach_to_case
from comity.flows.say_more import WORD_LETTERS, say_more
from comity.store.cases import find_cases_by_pk
from comity.store.incoming_mails import find_letter_about, find_letter_by_marks, mark_bounced
from comity.store.models import AwaitedOutcome, IncomingMail, OutgoingMail, Report, Reporter
from comity.wire.complaint_mail import body_text
from comity.wire.delivery_status import Bounce
from comity.wire.mail_document import MailReading, enclose_message
from comity.wire.mail_marks import find_marks, find_subject_ref

_ROLES: Final = frozenset(NOTES["answered"][0])
_QUOTED: Final = re.compile(r"^(?:>|-{2,} ?(?:original message|исходное сообщение|пересылаемое)|_{10,})", re.IGNORECASE)
_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def take_bounce(home: Home, row: IncomingMail, bounce: Bounce, *, at: datetime) -> None:
    """Note at the letter, and on its case, that it could not be delivered; in the caller's transaction."""
    row.state, row.why = "bounce", "bounce"
    letter = find_letter_by_marks(find_marks((bounce.message_id,))) if bounce.message_id else None
    if letter is None:
        row.why = "bounce-unknown"
        return
    row.letter = letter
    if not bounce.is_final:
        row.why = "delayed"
        return
    why = f"came back: {bounce.status} {bounce.diagnosis}".strip()
    if mark_bounced(letter, why, at=at) and letter.case_id is not None:
        row.case_id = letter.case_id
        note_on_case(
            letter.case_id, Actor("node", "system", home.party), event="action_failed", reason="notice-undelivered",
            note=letter.subject, at=at,
        )  # fmt: skip


def take_answer(home: Home, row: IncomingMail, reading: MailReading, data: bytes, *, at: datetime) -> bool:
    """Thread an answer into its case, in the caller's transaction; False where the message answers nothing of ours."""
    head = reading.head
    letter = find_letter_by_marks(find_marks(head.references))
    if letter is None and (ref := find_subject_ref(home.settings.secret_key, head.subject, head.sender)):
        letter = find_letter_about(ref, head.sender)
    if letter is None:
        return False
    row.letter, row.case_id = letter, letter.case_id
    if head.automatic:
        row.why = "automatic-reply"
        return True
    if head.sender.lower() != letter.recipient.lower() or row.auth == "fail":
        row.state, row.why = "held", "reply-from-somebody-else"
        return True
    if letter.case_id is None:
        row.state, row.why = "held", "reply-without-case"
        return True
    try:
        with transaction.atomic():
            why = _say(home, letter, reading, at)
            if not why:
                attach_message(home, letter.case_id, data, reading, _role(letter), at=at)
    except ComityError as error:
        why = f"{error.message} [{error.code}]"
    row.state, row.why = ("held", "reply-not-taken") if why else ("reply", "answered")
    row.notes = [why, *row.notes] if why else row.notes
    return True


def attach_message(home: Home, case_pk: int, data: bytes, reading: MailReading, role: str, *, at: datetime) -> None:
    """Attach a message to a case as evidence; what may not be kept is left, for its hash is in the entry."""
    enclosed, _fault = enclose_message(data, reading.mail)
    for case in find_cases_by_pk([case_pk]) if enclosed is not None else []:
        assert enclosed is not None  # noqa: S101 — the line above
        try:
            attach_to_case(
                home, case.ref, enclosed.data, Actor(role, role, home.party), name=enclosed.name, kind="mail",
                tlp="TLP:AMBER", at=at, declared=enclosed.media_type,
            )  # fmt: skip
        except (AttachmentError, InputError):
            continue


def _say(home: Home, letter: OutgoingMail, reading: MailReading, at: datetime) -> str:
    """Make the answer an entry of the case; answers why not."""
    role = _role(letter)
    if role == "reporter":
        report = _report_of(letter)
        if report is None:
            return "no report of this sender is in the case"
        reasons = say_more(home, report, withdraws=False, text=_words(body_text(reading.mail)), at=at)
        if not reasons:
            _note_proven(report, letter.recipient)
        return reasons[0].message if reasons else ""
    assert letter.case_id is not None  # noqa: S101 — the caller looked
    note_on_case(
        letter.case_id, Actor(role, role, home.party), event="answered", reason="answered-by-mail", at=at
    )  # fmt: skip
    return ""


def _note_proven(report: Report, address: str) -> None:
    """Whoever answers a letter has the address: from now on they are written to, and hear the outcome."""
    Reporter.objects.filter(pk=report.reporter_id, kind="public", contact="").update(contact=address)
    AwaitedOutcome.objects.get_or_create(report=report)


def _role(letter: OutgoingMail) -> str:
    """Who was written to: the last word of a notice's key says it; all other letters go to reporters."""
    last = letter.key.rpartition("/")[2]
    return last if letter.key.startswith("notice/") and last in _ROLES else "reporter"


def _report_of(letter: OutgoingMail) -> Report | None:
    """The report that a letter to a reporter was about."""
    who = Q(reporter__contact__iexact=letter.recipient) | Q(reporter__key=mail_reporter_key(letter.recipient))
    mine = Report.objects.select_related("reporter").filter(who)
    named = _UUID.search(letter.key)
    found = mine.filter(uuid=named[0]).first() if named else None
    return found or mine.filter(case=letter.case).first()


def _words(text: str) -> str:
    """What was written, without what it quotes, as much as one answer holds."""
    lines: list[str] = []
    for line in text.split("\n"):
        if _QUOTED.match(line.strip()):
            break
        lines.append(line.rstrip())
    words = "\n".join(lines).strip() or text.strip()
    return words[:WORD_LETTERS].strip() or "…"
