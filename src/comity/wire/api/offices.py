"""What auditors and administrators read: who looked at personal data, what was done to accounts, who is told what."""

from datetime import datetime

import msgspec

from comity.core.markings import Tlp
from comity.wire.api.parts import Cursor, Key, Limit


class OfficeQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which page; `of` narrows it to one account."""

    of: Key = ""
    cursor: Cursor = ""
    limit: Limit = 100


class LookedDocument(msgspec.Struct, frozen=True):
    """Somebody looked at personal data."""

    actor: str
    role: str
    subject_kind: str
    subject: str
    ref: str
    classes: str
    reason: str
    at: datetime


class LookedListDocument(msgspec.Struct, frozen=True):
    """A page of looks in their order; `next` is empty on the last page."""

    looks: tuple[LookedDocument, ...]
    next: str


class PersonChangeDocument(msgspec.Struct, frozen=True):
    """What was done to an account, by whom."""

    person: str
    change: str
    detail: str
    actor: str
    at: datetime


class PersonChangesDocument(msgspec.Struct, frozen=True):
    """A page of changes in their order; `next` is empty on the last page."""

    changes: tuple[PersonChangeDocument, ...]
    next: str


class SubscriberDocument(msgspec.Struct, frozen=True):
    """Somebody who reads what the node publishes without having a node; `told` counts the versions told so far."""

    key: str
    name: str
    kind: str
    party: str
    ceiling: Tlp
    clause: str
    categories: tuple[str, ...]
    zones: tuple[str, ...]
    created_at: datetime
    ended_at: datetime | None
    told: int


class SubscribersDocument(msgspec.Struct, frozen=True):
    """Subscribers by key, those that ended too."""

    subscribers: tuple[SubscriberDocument, ...]


class WebhookDocument(msgspec.Struct, frozen=True):
    """A webhook as it stands; `position` is how far its receiver has taken what the subscriber was told."""

    name: str
    subscriber: str
    url: str
    allows_private: bool
    state: str
    position: int
    waiting: int
    tries: int
    failing_since: datetime | None
    next_try_at: datetime | None
    last_answer: str
    delivered_at: datetime | None


class WebhooksDocument(msgspec.Struct, frozen=True):
    """Webhooks by name."""

    webhooks: tuple[WebhookDocument, ...]
