"""Webhooks: where a subscriber's told items are posted, and how far each receiver is.

There is no queue: the stream of told items is it (`store.told_items`).  A webhook follows the stream by position, and
the items of one message are fixed by `until` before it is first tried, so that a retry is the same message.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

import msgspec
from django.db.models import F, Q

from comity.core.errors import ConflictError, NotFoundError
from comity.store.models import Subscriber, Webhook

WebhookState = Literal["open", "given-up"]
_ANSWER_LETTERS = 200


class WebhookRow(msgspec.Struct, frozen=True, kw_only=True):
    """A webhook as it stands; `waiting`: how many told items its receiver has not taken."""

    pk: int
    name: str
    subscriber: str
    subscriber_pk: int
    url: str
    authority: str
    allows_private: bool
    state: WebhookState
    position: int
    until: int
    waiting: int
    tries: int
    next_try_at: datetime | None
    failing_since: datetime | None
    last_answer: str
    delivered_at: datetime | None


def add_webhook(
    name: str, subscriber: str, url: str, *, authority: str, allows_private: bool, position: int | None, actor: str,
    at: datetime,
) -> WebhookRow:  # fmt: skip
    """Keep a webhook that begins after a position of the stream; None: with what is told from now on."""
    owner = Subscriber.objects.filter(key=subscriber, ended_at=None).first()
    if owner is None:
        raise NotFoundError("no such subscriber", item=subscriber[:60])
    if Webhook.objects.filter(name=name).exists():
        raise ConflictError("there is a webhook of this name", item=name)
    row = Webhook.objects.create(
        name=name, subscriber=owner, url=url, authority=authority, allows_private=allows_private,
        position=owner.told if position is None else min(position, owner.told), created_by=actor, created_at=at,
    )  # fmt: skip
    return _row(row)


def list_webhooks() -> list[WebhookRow]:
    """All webhooks, by name."""
    return [_row(row) for row in Webhook.objects.select_related("subscriber").order_by("name")]


def get_webhook(name: str) -> WebhookRow:
    """One by its name.  Raises `NotFoundError`."""
    row = Webhook.objects.select_related("subscriber").filter(name=name).first()
    if row is None:
        raise NotFoundError("no such webhook", item=name[:60])
    return _row(row)


def remove_webhook(name: str) -> None:
    """Forget a webhook.  Raises `NotFoundError`."""
    if not Webhook.objects.filter(name=name).delete()[0]:
        raise NotFoundError("no such webhook", item=name[:60])


def retry_webhook(name: str, *, at: datetime) -> None:
    """Try again now, and be patient anew.  Raises `NotFoundError`."""
    anew = Webhook.objects.filter(name=name).update(
        state="open", tries=0, next_try_at=at, failing_since=None, last_answer=""
    )
    if not anew:
        raise NotFoundError("no such webhook", item=name[:60])


def due_webhooks(*, at: datetime, limit: int) -> list[WebhookRow]:
    """Those with something to deliver and nothing to wait for, whoever waited longest first."""
    rows = (
        Webhook.objects.select_related("subscriber")
        .filter(Q(next_try_at=None) | Q(next_try_at__lte=at), state="open", subscriber__ended_at=None)
        .filter(subscriber__told__gt=F("position"))
    )
    return [_row(row) for row in rows.order_by("delivered_at", "pk")[:limit]]


def given_up_webhooks() -> Sequence[str]:
    """The names of those that were given up."""
    return list(Webhook.objects.filter(state="given-up").order_by("name").values_list("name", flat=True))


def fix_message(pk: int, until: int) -> None:
    """From now on the message that is tried ends at this position."""
    Webhook.objects.filter(pk=pk).update(until=until)


def mark_taken(pk: int, position: int, answer: str, *, at: datetime) -> None:
    """The receiver took everything up to a position."""
    Webhook.objects.filter(pk=pk).update(
        position=position, until=0, tries=0, next_try_at=None, failing_since=None,
        last_answer=answer[:_ANSWER_LETTERS], delivered_at=at,
    )  # fmt: skip


def mark_failed(pk: int, answer: str, *, tries: int, next_try_at: datetime, since: datetime, is_given_up: bool) -> None:
    """It was not taken now; or never will be, until somebody says again."""
    Webhook.objects.filter(pk=pk).update(
        tries=tries, next_try_at=None if is_given_up else next_try_at, failing_since=since,
        last_answer=answer[:_ANSWER_LETTERS], state="given-up" if is_given_up else "open",
    )  # fmt: skip


def _row(row: Webhook) -> WebhookRow:
    return WebhookRow(
        pk=row.pk, name=row.name, subscriber=row.subscriber.key, subscriber_pk=row.subscriber_id, url=row.url,
        authority=row.authority, allows_private=row.allows_private, state=msgspec.convert(row.state, WebhookState),
        position=row.position, until=row.until, waiting=row.subscriber.told - row.position, tries=row.tries,
        next_try_at=row.next_try_at, failing_since=row.failing_since, last_answer=row.last_answer,
        delivered_at=row.delivered_at,
    )  # fmt: skip
