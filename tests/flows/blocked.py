"""Subscribers that were told of names to block, as tests of every output need them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid5

import msgspec
from django.db import transaction

from comity.core.markings import Tlp
from comity.core.told_items import SubscriberKind, ToldCase
from comity.edges.home import BlockingSettings, Home, NodeSettings, ZoneSettings
from comity.store.subscribers import SubscriberRow, add_subscriber
from comity.store.told_items import NewTold, append_told

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
_SPACE = UUID("7d1c9a52-0c4f-4a3e-9a50-3f1a6a0f6f11")


def home_at(path: Path, **zones: ZoneSettings) -> Home:
    """A node of oac.by that declares zones, `_` standing for a dot in their names."""
    settings = NodeSettings(
        party="oac.by", zones=("by", "xn--90ais"), secret_key="s" * 50,
        blocking=BlockingSettings(zones={name.replace("_", "."): zone for name, zone in zones.items()}),
    )  # fmt: skip
    return Home(path, settings)


def subscribe(
    key: str = "resolver-1", *, kind: SubscriberKind = "resolver", ceiling: Tlp = "TLP:GREEN"
) -> SubscriberRow:
    """A subscriber."""
    return add_subscriber(
        key, name=f"Readers of {key}", kind=kind, ceiling=ceiling, clause="agreement-1 §2", actor="anna", at=AT
    )


def told_case(name: str, *, category: str = "phishing", at: datetime = AT, number: int = 0) -> NewTold:
    """A confirmed case about a name registered for abuse."""
    case = uuid5(_SPACE, f"{name} {number}")
    told = msgspec.convert(
        {
            "type": "case", "case": str(case), "party": "oac.by", "registrable": name,
            "zone": name.rpartition(".")[2], "category": category, "state": "confirmed", "severity": "high",
            "opened_at": at, "changed_at": at, "first_seen": at, "last_seen": at, "report_count": 1,
            "is_blockable": True,
        },
        ToldCase,
    )  # fmt: skip
    return NewTold(
        kind="case", subject=str(case), tlp="TLP:GREEN", clause="agreement-1 §2", told=told, registrable=name,
        zone=told.zone, category=category, is_blockable=True,
    )  # fmt: skip


def withdrawn(item: NewTold) -> NewTold:
    """The version by which a case leaves every output."""
    return msgspec.structs.replace(item, is_withdrawn=True, is_blockable=False)


def tell(subscriber: SubscriberRow, items: Sequence[NewTold], *, at: datetime = AT) -> None:
    """Tell a subscriber."""
    with transaction.atomic():
        append_told(subscriber.pk, items, at=at)
