"""Subscribers of the small registry: one with items and keys of each state, one that ended."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from comity.core.told_items import ToldSighting
from comity.store.subscribers import (
    add_subscriber,
    end_subscriber,
    issue_subscriber_token,
    revoke_subscriber_key,
    trust_certificate,
)
from comity.store.told_items import NewTold, append_told

_SEEN = datetime(2026, 11, 23, tzinfo=UTC)


def fill_subscribers(at: datetime) -> None:
    cert = add_subscriber(
        "demo-cert", name="Demo CERT", kind="cert", ceiling="TLP:AMBER+STRICT", clause="Agreement 4.2", actor="olga",
        at=at,
    )  # fmt: skip
    add_subscriber(
        "demo-party", name="Демо-регистратура", kind="party", party="vnnic.vn", ceiling="TLP:AMBER", clause="3",
        actor="olga", at=at,
    )  # fmt: skip
    append_told(cert.pk, [_told(zone) for zone in ("ru", "xn--p1ai")], at=at)
    issue_subscriber_token(cert.key, "misp", at=at)
    issue_subscriber_token(cert.key, "old", at=at, may_write=True, expires_at=at + timedelta(days=1))
    trust_certificate(cert.key, b"der", "box", at=at, may_write=True)
    revoke_subscriber_key(cert.key, "old", at=at)
    add_subscriber("ended", name="Ended", kind="public", ceiling="TLP:CLEAR", clause="1", actor="olga", at=at)
    end_subscriber("ended", at=at)


def _told(zone: str) -> NewTold:
    told = ToldSighting(
        sighting=UUID(int=len(zone)), of_report=UUID(int=9), case=UUID(int=10), registrable=f"bank-demo.{zone}",
        zone=zone, count=1, first_seen=_SEEN, last_seen=_SEEN,
    )  # fmt: skip
    return NewTold(kind="sighting", subject=str(told.sighting), tlp="TLP:GREEN", clause="4.2", told=told, zone=zone)
