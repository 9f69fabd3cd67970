"""A node whose API is called as programs call it: with a bearer token, over Django's own handler."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.conf import LazySettings
from django.http import HttpResponse
from django.test import Client

from comity.edges.home import Home, NodeSettings
from comity.store.models import Person
from comity.store.tokens import issue_token

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


class Caller:
    """Somebody with an account of one role and a token."""

    def __init__(self, role: str) -> None:
        self.role = role
        self.person = Person.objects.create(username=f"{role}-1", role=role)
        self.token = issue_token(self.person, "test", NOW)
        self.client = Client(headers={"Authorization": f"Bearer {self.token}"})

    def get(self, path: str, **query: str) -> Any:
        return _said(self.client.get(f"/api/v1/{path}", query))

    def post(self, path: str, body: Any) -> Any:
        return _said(self.send(path, msgspec.json.encode(body)))

    def send(self, path: str, body: bytes, content_type: str = "application/json") -> Any:
        return self.client.post(f"/api/v1/{path}", body, content_type=content_type)


def _said(response: HttpResponse) -> Any:
    assert response.status_code == 200, response.content
    return msgspec.json.decode(response.content)


@pytest.fixture(autouse=True)
def home(settings: LazySettings, tmp_path: Path) -> Home:
    """A node of oac.by."""
    home = Home(tmp_path, NodeSettings(party="oac.by", zones=("by", "xn--90ais"), secret_key="s" * 50))
    settings.HOME = home
    return home


@pytest.fixture
def analyst(db: None) -> Caller:
    return Caller("analyst")


@pytest.fixture
def supervisor(db: None) -> Caller:
    return Caller("supervisor")


@pytest.fixture
def notifier(db: None) -> Caller:
    return Caller("trusted-notifier")


@pytest.fixture
def auditor(db: None) -> Caller:
    return Caller("auditor")
