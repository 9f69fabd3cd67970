"""A node with subscribers, seen as TAXII clients see it: by Django's test client, with a token."""

import base64
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import msgspec
from django.db import transaction
from django.test import Client

from comity.core.markings import Tlp
from comity.store.models import Subscriber
from comity.store.subscribers import add_subscriber, get_subscriber, issue_subscriber_token
from comity.store.taxii_append import NewObject, append_objects
from comity.store.taxii_collections import ensure_collections

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
TAXII = "application/taxii+json;version=2.1"
NAMES = UUID("2b5b7c1e-6f1c-4f06-9d5e-0d6c6d1f6a11")


def stix_id(number: int, kind: str = "indicator") -> str:
    return f"{kind}--{uuid5(NAMES, str(number))}"


def made(number: int, version: int = 0, kind: str = "indicator", **more: Any) -> dict[str, Any]:
    """An object as somebody might write it."""
    at = stamp(NOW + timedelta(seconds=version))
    body = {"type": kind, "spec_version": "2.1", "id": stix_id(number, kind), "created": stamp(NOW), "modified": at}
    if kind == "indicator":
        body |= {"pattern": f"[domain-name:value = 'n{number}.example.ru']", "pattern_type": "stix", "valid_from": at}
    return body | more


def stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def new(number: int, version: int = 0, kind: str = "indicator", **more: Any) -> NewObject:
    body = msgspec.json.encode(made(number, version, kind, **more))
    return NewObject(stix_id(number, kind), kind, NOW + timedelta(seconds=version), "2.1", body)


class Reader:
    """A subscriber and its client."""

    def __init__(
        self, key: str = "cert", *, may_write: bool = True, ceiling: Tlp = "TLP:AMBER", party: str = "oac.by"
    ) -> None:
        if not Subscriber.objects.filter(key=key).exists():
            add_subscriber(key, name=key, kind="cert", ceiling=ceiling, clause="agreement 4", actor="officer", at=NOW)
        self.row = get_subscriber(key)
        self.token = issue_subscriber_token(key, f"test {may_write}", may_write=may_write, at=NOW)
        self.client = Client(headers={"Authorization": f"Bearer {self.token}", "Accept": TAXII})
        self.collections = {one.tlp: one for one in ensure_collections(party, self.row)}

    def basic(self) -> str:
        return "Basic " + base64.b64encode(f"{self.row.key}:{self.token}".encode()).decode()

    def url(self, tlp: str = "TLP:GREEN", rest: str = "objects/") -> str:
        return f"/taxii2/api/collections/{self.collections[tlp].uuid}/{rest}"

    def add(self, objects: Sequence[NewObject], tlp: str = "TLP:GREEN", at: datetime = NOW) -> range:
        with transaction.atomic():
            return append_objects(self.collections[tlp].pk, objects, at=at)

    def page(self, tlp: str = "TLP:GREEN", query: dict[str, str] | None = None, rest: str = "objects/") -> Any:
        response = self.client.get(self.url(tlp, rest), query or {})
        assert response.status_code == 200, response.content
        return msgspec.json.decode(response.content)

    def everything(
        self, tlp: str, limit: int, query: dict[str, str] | None = None, rest: str = "objects/"
    ) -> list[Any]:
        """Follow `next` to the end."""
        asked = dict(query or {}, limit=str(limit))
        found: list[Any] = []
        while True:
            page = self.page(tlp, asked, rest)
            found += page.get("objects", page.get("versions", []))
            assert len(page.get("objects", [])) <= limit
            if not page.get("more"):
                return found
            asked["next"] = page["next"]

    def post(self, objects: Sequence[Any], tlp: str = "") -> Any:
        return self.send(msgspec.json.encode({"objects": objects}), tlp)

    def send(self, body: bytes, tlp: str = "", content_type: str = TAXII) -> Any:
        return self.client.post(self.url(tlp), body, content_type=content_type)
