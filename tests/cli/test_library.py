"""`comity library` on a store: what it prints, what it refuses, and that `--json` is one document."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.conf import LazySettings

from comity.cli.library import library
from comity.cli.main import comity
from comity.cli.outcome import run
from comity.core.errors import ConflictError, ForbiddenError, NotFoundError
from comity.edges.home import Home
from comity.flows.stock_library import stock_library
from flows.two_parties import AT, Parties

pytestmark = pytest.mark.django_db


@pytest.fixture
def home(tmp_path: Path, settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> Home:
    parties = Parties(tmp_path)
    parties.sit(parties.ru)
    settings.HOME = parties.ru
    monkeypatch.setattr("comity.cli.library.use_node", lambda _directory: parties.ru)  # the test's own store
    return parties.ru


def call(*words: str, text: str | None = None) -> Any:
    result = CliRunner().invoke(library, [*words, "--json"], input=text, catch_exceptions=True)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return json.loads(result.stdout)


def test_an_article_is_written_revised_listed_shown_found_and_published(home: Home) -> None:
    filed = ("--tlp", "TLP:GREEN", "--category", "phishing")
    uuid = call("write", "-", "--title", "One", *filed, text="# Pelikan")["uuid"]
    more = ("--article", uuid[:8], "--title", "Один")
    assert call("write", "-", *more, "--language", "ru", text="Пеликан")["version"] == 1
    with pytest.raises(ConflictError):
        call("write", "-", *more, "--language", "ru", text="Пеликаны")
    assert call("write", "-", *more, "--language", "ru", "--base", "1", text="Пеликаны")["version"] == 2
    (listed,) = call("list", "--category", "phishing", "--language", "ru")["articles"]
    assert (listed["title"], listed["languages"]["ru"], listed["languages"]["vi"]) == ("Один", "current", "missing")
    assert call("show", uuid, "--language", "ru", "--number", "1")["text"]["body"] == "Пеликан"
    assert [one["key"] for one in call("search", "пеликан")["found"]] == [uuid]
    planned = call("publish", uuid)
    assert (planned["sent"], [one["decision"]["verdict"] for one in planned["offers"]]) == (False, ["send"] * 2)
    sent = call("publish", uuid, "--to", "oac.by", "--role", "supervisor")
    assert (sent["sent"], call("publish", uuid)["offers"][0]["decision"]) == (True, None)
    assert call("withdraw", uuid, "--role", "supervisor")["partners"]["oac.by"]["verdict"] == "send"
    assert call("erase", uuid, "--reason", "legal-order", "--role", "supervisor")["asked"][0][0] == "oac.by"


def test_the_programs_articles_are_adopted_and_remarked_on(home: Home) -> None:
    stock_library(home, at=AT)
    (first, *_more) = call("search", "appeal", "--language", "en")["found"]
    with pytest.raises(ForbiddenError):
        call("adopt", first["key"])
    with pytest.raises(ForbiddenError):
        call("publish", first["key"])
    adopted = call("adopt", first["key"], "--role", "supervisor")
    assert (adopted["version"], adopted["told"]) == (1, None)
    assert call("annotate", adopted["uuid"], "--text", "As we do it.")["told"] is None
    assert [one["text"] for one in call("show", adopted["uuid"])["annotations"]] == ["As we do it."]


def test_what_is_refused_is_one_line(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(NotFoundError):
        call("show", "ffffffff")
    assert run(comity, ["library", "show", "zzz", "--dir", str(home.path)]) == 1
    assert capsys.readouterr().err == "comity: zzz: no such article [not-found]\n"


def test_people_read_harmless_addresses(home: Home) -> None:
    uuid = call("write", "-", "--title", "http://evil.example/", text="See http://evil.example/x")["uuid"]
    shown = CliRunner().invoke(library, ["show", uuid])
    assert "hxxp://evil[.]example/x" in shown.stdout
    assert "http://" not in shown.stdout + CliRunner().invoke(library, ["search", "evil"]).stdout
    assert "http://" not in CliRunner().invoke(library, ["list"]).stdout
