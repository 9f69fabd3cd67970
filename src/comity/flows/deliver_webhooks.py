"""Deliver told items to the receivers of webhooks, in order, until each has taken them.

A round of the desk.  The stream of told items is the queue: nothing is told that was not told there in the transaction
of its change, and nothing is skipped.  A message that was not taken is the same message in the next try: which events
it holds is written down before it leaves.  Tries go further and further apart (30 s, 1 min, 2 min … an hour, each less
up to a half by a share that follows from the message), and end after three days with an alarm; `comity webhook retry`
begins anew.  A receiver may get a message twice, when the node is killed after the answer: events have an identifier.
"""

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from django.db import transaction

from comity.edges.home import Home
from comity.edges.webhook_sender import Post, Posted, post_all
from comity.flows.keep_webhook import signed_post
from comity.store.told_items import ToldRow, read_told, withdrawn_of
from comity.store.webhooks import WebhookRow, due_webhooks, fix_message, mark_failed, mark_taken
from comity.wire.webhook_json import MAX_EVENTS, Event, fitting, render_message

PATIENCE: Final = timedelta(days=3)
_FIRST_WAIT: Final = timedelta(seconds=30)
_LONGEST_WAIT: Final = timedelta(hours=1)
_MOST_DOUBLINGS: Final = 8
_HOOKS: Final = 32  # in one turn
_TURNS: Final = 20  # messages to one receiver in one round


def deliver_webhooks(home: Home, *, at: datetime) -> int:
    """Post what waits; answers how many events were taken."""
    taken = 0
    for _turn in range(_TURNS):
        messages = [_message(home, row, at=at) for row in due_webhooks(at=at, limit=_HOOKS)]
        answers = post_all([post for _, _, post in messages])
        for (row, last, _), answer in zip(messages, answers, strict=True):
            taken += _settle(row, last, answer, at=at)
        if not any(answer.taken for answer in answers):
            break
    return taken


def wait_before(tries: int, message_id: str) -> timedelta:
    """How long to wait after so many tries (1, 2 …) of a message."""
    whole: timedelta = min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** min(tries - 1, _MOST_DOUBLINGS))
    share = int.from_bytes(sha256(f"{message_id} {tries}".encode()).digest()[:4]) / 2**32
    return whole * (0.5 + share / 2)


def _message(home: Home, row: WebhookRow, *, at: datetime) -> tuple[WebhookRow, int, Post]:
    """The next message: the events that were fixed for it, or as many as fit."""
    limit = min(row.until - row.position, MAX_EVENTS) if row.until else MAX_EVENTS
    versions = read_told(row.subscriber_pk, after=row.position, limit=limit)
    gone = withdrawn_of(row.subscriber_pk, [told.subject for told in versions])
    events = [_event(row, told, is_gone=(told.kind, told.subject) in gone) for told in versions]
    if not row.until:
        events = events[: fitting(events)]
        with transaction.atomic():
            fix_message(row.pk, events[-1].position)
    body = render_message(row.name, row.subscriber, home.party, events)
    return row, events[-1].position, signed_post(home, row, body, _name(row, events[-1].position), at=at)


def _name(row: WebhookRow, last: int) -> str:
    return f"{row.subscriber}/{row.position + 1}-{last}"


def _settle(row: WebhookRow, last: int, answer: Posted, *, at: datetime) -> int:
    with transaction.atomic():
        if answer.taken:
            mark_taken(row.pk, last, answer.answer, at=at)
            return last - row.position
        tries, since = row.tries + 1, row.failing_since or at
        mark_failed(
            row.pk, answer.answer, tries=tries, next_try_at=at + wait_before(tries, _name(row, last)), since=since,
            is_given_up=at - since >= PATIENCE,
        )  # fmt: skip
        return 0


def _event(row: WebhookRow, told: ToldRow, *, is_gone: bool) -> Event:
    """A version; of an item that is withdrawn by now no version says any more what it held."""
    return Event(
        id=f"{row.subscriber}/{told.position}", position=told.position,
        type="withdrawn" if told.is_withdrawn else "told", kind=told.kind, subject=told.subject, version=told.version,
        at=told.at, tlp=told.tlp, clause=told.clause, memorandum=told.memorandum, item=None if is_gone else told.told,
    )  # fmt: skip
