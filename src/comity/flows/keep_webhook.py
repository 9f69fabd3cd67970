"""Declare a webhook, try it, and forget it: where a subscriber's told items are posted.

Only an administrator declares one: it makes the node speak to an address.  A private address needs a word of its own.
"""

import re
from datetime import datetime
from typing import Final

from django.db import transaction

from comity.core.errors import ForbiddenError, InputError
from comity.core.roles import Actor
from comity.edges.home import Home
from comity.edges.keys import load_signing_key
from comity.edges.webhook_sender import Post, Posted, check_authority, check_webhook_url, post_all
from comity.store.webhooks import WebhookRow, add_webhook, get_webhook, remove_webhook, retry_webhook
from comity.wire.http_signatures import sign_request
from comity.wire.webhook_json import MEDIA_TYPE, render_message

KEEPERS: Final = ("administrator",)
_NAME: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?")


def keep_webhook(
    home: Home,  # noqa: ARG001 — every flow knows its node
    name: str,
    subscriber: str,
    url: str,
    actor: Actor,
    *,
    authority: str = "",
    allows_private: bool = False,
    after: int | None = None,
    at: datetime,
) -> WebhookRow:
    """Declare one.  `after`: begin after this position of what was told; None: with what is told from now on."""
    _check(actor)
    if not _NAME.fullmatch(name):
        raise InputError("is 1 to 60 of a-z, 0-9 and hyphens, and neither begins nor ends with one", item="name")
    if after is not None and after < 0:
        raise InputError("is a position: 0 or more", item="after")
    with transaction.atomic():
        return add_webhook(
            name, subscriber, check_webhook_url(url), authority=check_authority(authority),
            allows_private=allows_private, position=after, actor=actor.name, at=at,
        )  # fmt: skip


def forget_webhook(home: Home, name: str, actor: Actor) -> None:  # noqa: ARG001 — as above
    """Forget one; nothing more is posted there."""
    _check(actor)
    with transaction.atomic():
        remove_webhook(name)


def retry_now(name: str, *, at: datetime) -> None:
    """Post to one again now, also where it was given up.  Raises `NotFoundError`."""
    with transaction.atomic():
        retry_webhook(name, at=at)


def try_webhook(home: Home, name: str, actor: Actor, *, at: datetime) -> Posted:
    """Post a message without an event now, signed as every other; nothing is changed by it."""
    _check(actor)
    row = get_webhook(name)
    body = render_message(row.name, row.subscriber, home.party, ())
    return post_all([signed_post(home, row, body, f"{row.subscriber}/0-0", at=at)])[0]


def signed_post(home: Home, row: WebhookRow, body: bytes, message_id: str, *, at: datetime) -> Post:
    """A message with the signature of the node's key."""
    key = load_signing_key(home)
    fields = sign_request(
        row.url, body, media_type=MEDIA_TYPE, message_id=message_id, kid=key.kid, sign=key.sign, at=at
    )
    return Post(row.url, body, fields, row.authority, row.allows_private)


def _check(actor: Actor) -> None:
    if actor.role not in KEEPERS:
        raise ForbiddenError("an administrator declares webhooks", item=actor.role)
