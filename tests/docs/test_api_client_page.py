"""The session of docs/how-to/api-client.md, run as it stands against a real server."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings

from comity.edges.home import Home, NodeSettings
from comity.store.models import Person
from comity.store.tokens import issue_token

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "how-to" / "api-client.md"


@pytest.mark.django_db(transaction=True)
def test_the_session_says_what_the_page_says(
    live_server: Any, settings: LazySettings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.HOME = Home(tmp_path, NodeSettings(party="oac.by", zones=("by", "xn--90ais"), secret_key="s" * 50))
    anna = Person.objects.create(username="anna", role="analyst")
    scopes = ["cases:read", "cases:write", "reports:write"]
    token = issue_token(anna, "importer", datetime(2026, 11, 26, tzinfo=UTC), scopes=scopes)
    blocks = dict(re.findall(r"^```(\w*)\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE))
    program, told = blocks["python"], blocks[""]

    exec(program, {"URL": live_server.url, "TOKEN": token})  # noqa: S102 — a page of our own

    assert capsys.readouterr().out == told
