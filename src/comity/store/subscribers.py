"""Subscribers and their keys: 256 random bits a token, of which only the SHA-256 is kept, or a client certificate."""

import re
import secrets
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

import msgspec
from django.db import connection, models

from comity.core.categories import CATEGORIES
from comity.core.errors import ConflictError, InputError, NotFoundError
from comity.core.markings import TLPS, Tlp
from comity.core.told_items import SUBSCRIBER_KINDS, SubscriberKind
from comity.store.fields import micros, moment
from comity.store.models import Subscriber, SubscriberCertificate, SubscriberChange, SubscriberKey

PREFIX: Final = "comitysub_"  # lets a scanner for leaked secrets know one when it sees it
_KEY: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?")
_TOKEN_LETTERS: Final = 100
_LABEL_LETTERS: Final = 100
_CALL: Final = (
    "SELECT k.may_write, s.id, s.key, s.name, s.kind, s.party, s.ceiling, s.clause, s.categories, s.zones, "
    "s.created_at, s.told FROM subscriber_key k JOIN subscriber s ON s.id = k.subscriber_id "
    "WHERE k.digest = %s AND k.kind = %s AND k.revoked_at IS NULL AND s.ended_at IS NULL "
    "AND (k.expires_at IS NULL OR k.expires_at > %s)"
)


class SubscriberRow(msgspec.Struct, frozen=True):
    """A subscriber as the store knows it."""

    pk: int
    key: str
    name: str
    kind: SubscriberKind
    party: str
    ceiling: Tlp
    clause: str
    categories: tuple[str, ...]
    zones: tuple[str, ...]
    created_at: datetime
    ended_at: datetime | None
    told: int


class SubscriberCall(msgspec.Struct, frozen=True):
    """Who calls with a key, and whether that key may write."""

    subscriber: SubscriberRow
    may_write: bool


class KeyRow(msgspec.Struct, frozen=True):
    """A key as people may see it."""

    kind: str
    label: str
    may_write: bool
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


class ChangeRow(msgspec.Struct, frozen=True):
    """One entry of a subscriber's history."""

    event: str
    actor: str
    role: str
    note: str
    at: datetime


def add_subscriber(
    key: str, *, name: str, kind: SubscriberKind, ceiling: Tlp, clause: str, actor: str, at: datetime,
    party: str = "", categories: Sequence[str] = (), zones: Sequence[str] = (),
) -> SubscriberRow:  # fmt: skip
    """Add a subscriber, inside the caller's transaction.  Raises `InputError` or `ConflictError`."""
    if not _KEY.fullmatch(key):
        raise InputError("is 1 to 60 of a-z, 0-9 and hyphens, and neither begins nor ends with one", item="key")
    if not name.strip() or len(name) > 200:
        raise InputError("is 1 to 200 characters", item="name")
    if kind not in SUBSCRIBER_KINDS:
        raise InputError(f"is one of {', '.join(SUBSCRIBER_KINDS)}", item="kind")
    if (kind == "party") != bool(party):
        raise InputError("a subscriber of the kind party, and no other, names its party", item="party")
    if ceiling not in TLPS or ceiling == "TLP:RED":
        raise InputError("is a TLP 2.0 marking below TLP:RED", item="ceiling")
    if kind == "public" and ceiling != "TLP:CLEAR":
        raise InputError("the public reads TLP:CLEAR only", item="ceiling")
    if not clause.strip() or len(clause) > 200:
        raise InputError("name the agreement and its clause by which this subscriber is told", item="clause")
    if unknown := sorted(set(categories) - set(CATEGORIES)):
        raise InputError(f"is no category; categories are {', '.join(CATEGORIES)}", item=", ".join(unknown))
    if Subscriber.objects.filter(key=key).exists():
        raise ConflictError("there is a subscriber of this key", item=key)
    row = Subscriber.objects.create(
        key=key, name=name.strip(), kind=kind, party=party, ceiling=ceiling, clause=clause.strip(),
        categories=list(categories), zones=list(zones), created_by=actor, created_at=at,
    )  # fmt: skip
    return _row(row)


def end_subscriber(key: str, *, at: datetime) -> None:
    """End a subscription: its keys open nothing any more.  Raises `NotFoundError`."""
    if not Subscriber.objects.filter(key=key, ended_at=None).update(ended_at=at):
        raise NotFoundError("no such subscriber", item=key)


def get_subscriber(key: str) -> SubscriberRow:
    """The subscriber of a key, ended or not.  Raises `NotFoundError`."""
    found = Subscriber.objects.filter(key=key).first()
    if found is None:
        raise NotFoundError("no such subscriber", item=key[:60])
    return _row(found)


def get_reading_subscriber(key: str) -> SubscriberRow:
    """The subscriber of a key that may read.  Raises `NotFoundError`, and `ConflictError` for one that ended."""
    found = get_subscriber(key)
    if found.ended_at is not None:
        raise ConflictError("the subscription has ended; take its files away", item=key)
    return found


def list_subscribers(*, with_ended: bool = False) -> list[SubscriberRow]:
    """All subscribers, by key."""
    found = Subscriber.objects.all() if with_ended else Subscriber.objects.filter(ended_at=None)
    return [_row(one) for one in found.order_by("key")]


def issue_subscriber_token(
    key: str, label: str, *, may_write: bool = False, at: datetime, expires_at: datetime | None = None
) -> str:
    """Make a token for a subscriber; it cannot be shown again."""
    token = PREFIX + secrets.token_urlsafe(32)
    _add_key(key, "token", sha256(token.encode()).digest(), label, may_write, at, expires_at)
    return token


def trust_certificate(
    key: str, certificate_der: bytes, label: str, *, may_write: bool = False, at: datetime,
    expires_at: datetime | None = None,
) -> None:  # fmt: skip
    """Let a client certificate (DER) open what a subscriber may read."""
    row = _add_key(key, "certificate", sha256(certificate_der).digest(), label, may_write, at, expires_at)
    SubscriberCertificate.objects.create(key=row, der=certificate_der)


def revoke_subscriber_key(key: str, label: str, *, at: datetime) -> int:
    """Revoke every key of a subscriber with this label.  Raises `NotFoundError` when there is none."""
    revoked = SubscriberKey.objects.filter(subscriber__key=key, label=label, revoked_at=None).update(revoked_at=at)
    if not revoked:
        raise NotFoundError("no such key", item=label)
    return revoked


def add_subscriber_change(subscriber_pk: int, event: str, *, actor: str, role: str, note: str, at: datetime) -> None:
    """Write down who did what to a subscriber, inside the caller's transaction."""
    SubscriberChange.objects.create(
        subscriber_id=subscriber_pk, event=event, actor=actor, role=role, note=note[:300], at=at
    )


def list_subscriber_changes(subscriber_pk: int) -> list[ChangeRow]:
    """Who did what to a subscriber, the first first."""
    rows = SubscriberChange.objects.filter(subscriber_id=subscriber_pk).order_by("pk")
    return [ChangeRow(row.event, row.actor, row.role, row.note, row.at) for row in rows]


def list_subscriber_keys(subscriber_pk: int) -> list[KeyRow]:
    """The keys of a subscriber, revoked ones included, the first first; never what they are."""
    rows = SubscriberKey.objects.filter(subscriber_id=subscriber_pk).order_by("pk")
    return [KeyRow(row.kind, row.label, row.may_write, row.created_at, row.expires_at, row.revoked_at) for row in rows]


def find_by_token(token: str, *, at: datetime) -> SubscriberCall | None:
    """Whose token it is; nobody's where it is unknown, revoked, over, or its subscription has ended."""
    if not token.isascii() or len(token) > _TOKEN_LETTERS:
        return None
    return _find("token", sha256(token.encode()).digest(), at)


def find_by_certificate(certificate_sha256: bytes, *, at: datetime) -> SubscriberCall | None:
    """Whose client certificate it is, by the SHA-256 of its DER form."""
    return _find("certificate", certificate_sha256, at)


def subscriber_certificates(*, at: datetime) -> tuple[bytes, ...]:
    """The client certificates (DER) that open something now, in a fixed order."""
    found = SubscriberCertificate.objects.filter(key__revoked_at=None, key__subscriber__ended_at=None)
    current = found.filter(models.Q(key__expires_at=None) | models.Q(key__expires_at__gt=at))
    return tuple(bytes(row.der) for row in current.order_by("pk"))


def has_subscribers() -> bool:
    """Whether anybody is told anything at all."""
    return Subscriber.objects.filter(ended_at=None).exists()


def _add_key(
    key: str, kind: str, digest: bytes, label: str, may_write: bool, at: datetime, expires_at: datetime | None
) -> SubscriberKey:
    if not label or len(label) > _LABEL_LETTERS or any(letter < " " for letter in label):
        raise InputError(f"a label is one line of at most {_LABEL_LETTERS} characters", item="label")
    if expires_at is not None and expires_at <= at:
        raise InputError("lies in the past", item="expires")
    found = Subscriber.objects.filter(key=key, ended_at=None).first()
    if found is None:
        raise NotFoundError("no such subscriber", item=key[:60])
    if SubscriberKey.objects.filter(digest=digest).exists():
        raise ConflictError("is known already", item=label)
    return SubscriberKey.objects.create(
        subscriber=found, kind=kind, digest=digest, label=label, may_write=may_write, created_at=at,
        expires_at=expires_at,
    )  # fmt: skip


def _find(kind: str, digest: bytes, at: datetime) -> SubscriberCall | None:
    """One statement and no models: this is asked before every page, and was most of what a page cost."""
    with connection.cursor() as cursor:
        cursor.execute(_CALL, (digest, kind, micros(at)))
        found = cursor.fetchone()
    if found is None:
        return None
    may_write, pk, key, name, of_kind, party, ceiling, clause, categories, zones, created_at, told = found
    row = SubscriberRow(
        pk=pk, key=key, name=name, kind=of_kind, party=party, ceiling=ceiling, clause=clause,
        categories=_words(categories), zones=_words(zones), created_at=moment(created_at), ended_at=None, told=told,
    )  # fmt: skip
    return SubscriberCall(row, bool(may_write))


def _words(stored: Any) -> tuple[str, ...]:
    """A JSON column as a cursor gives it: text, or parsed already."""
    return tuple(msgspec.json.decode(stored) if isinstance(stored, str | bytes) else stored)


def _row(row: Subscriber) -> SubscriberRow:
    return SubscriberRow(
        pk=row.pk, key=row.key, name=row.name, kind=msgspec.convert(row.kind, SubscriberKind), party=row.party,
        ceiling=msgspec.convert(row.ceiling, Tlp), clause=row.clause, categories=tuple(row.categories),
        zones=tuple(row.zones), created_at=row.created_at, ended_at=row.ended_at, told=row.told,
    )  # fmt: skip
