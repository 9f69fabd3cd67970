"""Subscribers: who reads outputs without a node, what each of them has by kind and zone, and its keys.

A page to look at; who adds, ends and keys subscribers does so with `comity subscriber`, where the decision is written
down.
"""

from datetime import UTC, datetime

import msgspec
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from comity.store.subscribers import KeyRow, SubscriberRow, list_subscriber_keys, list_subscribers
from comity.store.told_items import count_holding
from comity.web.access import only_for
from comity.web.navigation import KEEPERS


class ShownKey(msgspec.Struct, frozen=True):
    """A key, and whether it opens anything now."""

    row: KeyRow
    is_good: bool


class ShownSubscriber(msgspec.Struct, frozen=True):
    """A subscriber with what it has: (kind, zone, how many)."""

    row: SubscriberRow
    has: list[tuple[str, str, int]]
    keys: list[ShownKey]


@only_for(KEEPERS)
@require_GET
def subscribers(request: HttpRequest) -> HttpResponse:
    """List the subscribers, those that ended too."""
    at = datetime.now(UTC)
    shown = [_shown(row, at) for row in list_subscribers(with_ended=True)]
    return render(request, "web/subscribers.html", {"section": "subscribers", "subscribers": shown})


def _shown(row: SubscriberRow, at: datetime) -> ShownSubscriber:
    keys = [ShownKey(key, row.ended_at is None and _is_good(key, at)) for key in list_subscriber_keys(row.pk)]
    has = [(kind, zone, count) for (kind, zone), count in count_holding(row.pk).items()]
    return ShownSubscriber(row, has, keys)


def _is_good(key: KeyRow, at: datetime) -> bool:
    return key.revoked_at is None and (key.expires_at is None or key.expires_at > at)
