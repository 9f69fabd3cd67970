"""Deliver mail: hand over the letters whose time has come, a round of the desk (`flows.tend`).

A letter is claimed durably before it is handed over and marked after.  A process that dies in between leaves it to be
tried again with the same Message-ID: at most the same letter twice, never another, never none.  What is refused for
good, or not taken for four days, is given up: the case says so, and an alarm.  A server that cannot be used at all
ends the round at once, so that other rounds need not wait for it.
"""

import re
import time
from datetime import datetime, timedelta
from typing import Final

import msgspec
from django.db import transaction

from comity.core.errors import InputError
from comity.core.roles import Actor
from comity.edges.home import Home
from comity.edges.smtp_client import Handed, check_settings, hand_over
from comity.flows.annotate import note_on_case
from comity.flows.queue_mail import KeptLetter
from comity.store.mails import claim_mail, count_sent, due_mails, mark_given_up, mark_later, mark_sent
from comity.store.models import OutgoingMail
from comity.wire.canonical import canonical
from comity.wire.mail_marks import subject_mark
from comity.wire.mail_message import Message, MessagePart, checked_address, render_message

GIVES_UP_AFTER: Final = timedelta(days=4)
_DAY: Final = timedelta(days=1)
_AT_ONCE: Final = 20
_ROUND_SECONDS: Final = 30.0  # other rounds of the desk wait for this one
_CLAIMED_FOR: Final = timedelta(minutes=10)  # longer than any try: after it whoever claimed is dead
_SERVER_RESTS: Final = timedelta(minutes=1)
# Growing waits; greylisting wants some minutes, an ill server hours.
_WAITS: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60, 120, 240))
_LONGEST_WAIT: Final = timedelta(hours=6)
_ANSWER_LINK: Final = re.compile(r"/answer/[^/\s]+/")

_decode: Final = msgspec.json.Decoder(KeptLetter).decode


def deliver_mail(home: Home, *, at: datetime) -> int:
    """Try what is due; answers how many letters were taken by the server."""
    mail = home.settings.mail
    if not mail.server or check_settings(home):  # the alarm mail-unusable says what a person must mend
        return 0
    ends = time.monotonic() + _ROUND_SECONDS
    due = due_mails(at, limit=_AT_ONCE)
    room = mail.daily_limit - count_sent(at - _DAY) if due else 0
    sent = 0
    for letter in due[: max(0, room)]:
        if time.monotonic() >= ends:
            break
        if not claim_mail(letter, until=at + _CLAIMED_FOR):
            continue
        is_too_old = at - letter.queued_at >= GIVES_UP_AFTER
        handed = Handed("never", "waited for four days") if is_too_old else _try(home, letter)
        _mark(home, letter, handed, at=at)
        sent += handed.result == "sent"
        if handed.is_server_down:
            break
    return sent


def message_of(home: Home, letter: OutgoingMail) -> bytes:
    """The letter as it is handed over: the same octets at each try.  Raises `InputError`."""
    kept = _decode(letter.letter)
    mail = home.settings.mail
    return render_message(
        Message(
            key=letter.key,
            sender=mail.from_address,
            sender_name=home.party,
            to=letter.recipient,
            subject=_subject(home, letter),
            text=kept.text,
            language=kept.language,
            at=letter.queued_at,
            reply_to=mail.reply_to,
            parts=tuple(MessagePart(part.media_type, part.name, part.text) for part in kept.parts),
            secret=home.settings.secret_key,
            in_reply_to=kept.in_reply_to,
        )
    )


def _subject(home: Home, letter: OutgoingMail) -> str:
    """The subject with the mark by which an answer finds its case, where answers are read."""
    if letter.case is None or not home.settings.mailbox.is_read:
        return letter.subject
    return f"{letter.subject} {subject_mark(home.settings.secret_key, letter.case.ref, letter.recipient)}"


def _try(home: Home, letter: OutgoingMail) -> Handed:
    try:
        message = message_of(home, letter)
    except InputError as error:
        return Handed("never", str(error))
    sender = checked_address(home.settings.mail.from_address)
    return hand_over(home, message, sender=sender, recipient=letter.recipient)


def _mark(home: Home, letter: OutgoingMail, handed: Handed, *, at: datetime) -> None:
    tries = letter.tries + 1
    with transaction.atomic():
        if handed.result == "sent":
            mark_sent(letter.pk, _without_links(letter.letter), handed.answer, at=at)
        elif handed.result == "later":
            if handed.is_server_down:  # not this letter's fault: its waits do not grow
                mark_later(letter.pk, handed.answer, next_try_at=at + _SERVER_RESTS, tries=letter.tries)
                return
            wait = _WAITS[tries - 1] if tries <= len(_WAITS) else _LONGEST_WAIT
            mark_later(letter.pk, handed.answer, next_try_at=at + wait, tries=tries)
        else:
            mark_given_up(letter.pk, handed.answer)
            if letter.case_id is not None:
                # What a server says may hold the recipient's address, so the case gets the subject alone.
                note_on_case(
                    letter.case_id, Actor("node", "system", home.party), event="action_failed",
                    reason="notice-undelivered", note=letter.subject, at=at,
                )  # fmt: skip


def _without_links(letter: bytes) -> bytes:
    """What is kept of a letter that has left: all but the one-time links, which only their recipient may have."""
    kept = _decode(letter)
    return canonical(msgspec.to_builtins(msgspec.structs.replace(kept, text=_ANSWER_LINK.sub("/answer/…/", kept.text))))
