"""Add, end and key subscribers: who may read what the node publishes, decided by a person whose name is kept.

A policy officer or the administrator decides; what a subscriber is told follows from its kind, its ceiling and its
clause, and from nothing that is said here.  Each function is one transaction with its audit entry.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import transaction

from comity.core.errors import ForbiddenError
from comity.core.markings import Tlp
from comity.core.roles import Actor
from comity.core.told_items import SubscriberKind
from comity.store.subscribers import (
    SubscriberRow,
    add_subscriber_change,
    end_subscriber,
    get_subscriber,
    issue_subscriber_token,
    revoke_subscriber_key,
    trust_certificate,
)
from comity.store.subscribers import add_subscriber as store_subscriber

MAY_KEEP: Final = ("policy-officer", "administrator")


def add_subscriber(
    key: str, actor: Actor, *, name: str, kind: SubscriberKind, ceiling: Tlp, clause: str, at: datetime,
    party: str = "", categories: Sequence[str] = (), zones: Sequence[str] = (),
) -> SubscriberRow:  # fmt: skip
    """Add a subscriber; the next round of the desk tells it what it may read of the open cases."""
    _check(actor)
    with transaction.atomic():
        row = store_subscriber(
            key, name=name, kind=kind, ceiling=ceiling, clause=clause, actor=actor.name, at=at, party=party,
            categories=categories, zones=zones,
        )  # fmt: skip
        note = f"{kind} {party} {ceiling}: {clause}".replace("  ", " ")
        add_subscriber_change(row.pk, "added", actor=actor.name, role=actor.role, note=note, at=at)
    return row


def stop_subscriber(key: str, actor: Actor, *, at: datetime) -> None:
    """End a subscription: its keys open nothing any more, and nothing is told to it."""
    _check(actor)
    with transaction.atomic():
        end_subscriber(key, at=at)
        _note(key, "ended", actor, "", at)


def give_token(
    key: str, label: str, actor: Actor, *, may_write: bool = False, expires_at: datetime | None = None, at: datetime
) -> str:
    """Make a token for a subscriber; it is shown once."""
    _check(actor)
    with transaction.atomic():
        token = issue_subscriber_token(key, label, may_write=may_write, at=at, expires_at=expires_at)
        _note(key, "token", actor, label, at)
    return token


def take_certificate(
    key: str, certificate_der: bytes, label: str, actor: Actor, *, may_write: bool = False,
    expires_at: datetime | None = None, at: datetime,
) -> None:  # fmt: skip
    """Let a client certificate (DER) open what a subscriber may read."""
    _check(actor)
    with transaction.atomic():
        trust_certificate(key, certificate_der, label, may_write=may_write, at=at, expires_at=expires_at)
        _note(key, "certificate", actor, label, at)


def revoke_key_of(key: str, label: str, actor: Actor, *, at: datetime) -> int:
    """Revoke every key of a subscriber with this label."""
    _check(actor)
    with transaction.atomic():
        revoked = revoke_subscriber_key(key, label, at=at)
        _note(key, "revoked", actor, label, at)
    return revoked


def _check(actor: Actor) -> None:
    if actor.role not in MAY_KEEP:
        raise ForbiddenError(f"subscribers are for {' and '.join(MAY_KEEP)}; not for {actor.role}", item=actor.name)


def _note(key: str, event: str, actor: Actor, note: str, at: datetime) -> None:
    add_subscriber_change(get_subscriber(key).pk, event, actor=actor.name, role=actor.role, note=note, at=at)
