"""`comity memo` as an operator uses it: a text is checked, proposed, countersigned, asked and suspended."""

import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from comity.cli.memo import memo
from comity.edges.home import Home, open_home
from comity.edges.keys import load_signing_key
from comity.flows.set_up import NewNode, set_up
from comity.wire.decision_texts import LANGUAGES
from comity.wire.memorandum_yaml import read_memorandum, render_memorandum
from memoranda_made import EXAMPLE, URN, example

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)


class Desk:
    """A node's directory and the commands run on it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.ru = set_up(path / "ru", NewNode("cctld.ru", (), "127.0.0.1", 1, 2, "sqlite:///x"), at=NOW)
        self.by = set_up(path / "by", NewNode("oac.by", (), "127.0.0.1", 3, 4, "sqlite:///x"), at=NOW)

    def file(self, name: str, document: Any) -> str:
        file = self.path / name
        file.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
        return str(file)

    def tree(self) -> dict[str, Any]:
        tree = example()
        for party, home in zip(tree["parties"], (self.ru, self.by), strict=True):
            key = load_signing_key(home)
            party["keys"][0].update(
                kid=key.kid,
                public=b64encode(key.public).decode(),
                not_before=str((NOW - timedelta(days=1)).date()),
                not_after=str((NOW + timedelta(days=300)).date()),
            )
        return tree

    def signature(self, home: Home, tree: dict[str, Any]) -> dict[str, str]:
        key = load_signing_key(home)
        memorandum = read_memorandum(tree)
        assert not isinstance(memorandum, tuple)
        value = b64encode(key.sign(render_memorandum(memorandum))).decode()
        return {"party": home.party, "kid": key.kid, "signed_at": f"{NOW:%Y-%m-%dT%H:%M:%SZ}", "value": value}

    def run(self, *arguments: str, code: int = 0) -> str:
        result = CliRunner().invoke(memo, arguments)
        failed = 0 if result.exception is None else 1
        assert failed == code, (result.output, result.exception)
        return result.stdout if code == 0 else str(result.exception)

    def on_node(self, *arguments: str, code: int = 0) -> str:
        return self.run(*arguments, "--dir", str(self.ru.path), code=code)

    def json(self, *arguments: str) -> Any:
        return json.loads(self.on_node(*arguments, "--json"))


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    # The commands open the node's own database; here they stay on the one that the test was given.
    monkeypatch.setattr("comity.cli.memo.use_node", open_home)
    monkeypatch.setattr("comity.cli.memo_answers.use_node", open_home)
    return Desk(tmp_path)


def test_the_example_is_well_formed_and_says_what_is_open(desk: Desk) -> None:
    found = json.loads(desk.run("check", str(EXAMPLE), "--json"))
    assert found["ok"] is True
    assert found["version"] == 3
    assert len(found["open"]) == 4
    assert "4 places to fill in" in desk.run("check", str(EXAMPLE))


def test_check_tells_everything_that_is_wrong(desk: Desk) -> None:
    file = desk.file("bad.json", example({"version": 0, "colour": "red"}))
    assert desk.run("check", file, code=1).endswith("2 problems")


def test_propose_countersign_show_and_suspend(desk: Desk) -> None:
    tree = desk.tree()
    signed = desk.path / "signed.json"
    proposed = desk.json("propose", desk.file("memo.json", tree), "-o", str(signed))
    assert proposed["missing"] == ["oac.by"]
    document = json.loads(signed.read_text(encoding="utf-8"))
    document["signatures"].append(desk.signature(desk.by, tree))
    adopted = desk.json("countersign", desk.file("returned.json", document))
    assert (adopted["missing"], adopted["digest"]) == ([], proposed["digest"])
    assert desk.json("show")["memoranda"][0]["status"] == "in-force"
    whole = desk.on_node("show", URN)
    assert "signed by oac.by" in whole
    assert "enter-force" in whole
    assert desk.json("suspend", URN, "--reason", "keys may be stolen")["status"] == "suspended"
    assert "say why" in desk.on_node("suspend", URN, "--reason", " ", code=1)
    assert desk.json("resume", URN, "--reason", "they were not")["status"] == "suspended"
    assert desk.json("withdraw", URN, "--reason", "law changed")["ends_at"] > NOW.isoformat()


def test_a_forged_document_is_refused_with_the_item(desk: Desk) -> None:
    tree = desk.tree()
    document = {"memorandum": tree, "signatures": [desk.signature(desk.by, tree)]}
    document["memorandum"]["version"] = 1
    document["memorandum"]["demo"] = False
    told = desk.on_node("countersign", desk.file("forged.json", document), code=1)
    assert told.startswith(URN)
    assert "signatures[0]" in told


@pytest.mark.parametrize("language", LANGUAGES)
def test_explain_in_five_languages(desk: Desk, language: str) -> None:
    tree = desk.tree()
    desk.on_node(
        "countersign", desk.file("d.json", {"memorandum": tree, "signatures": [desk.signature(desk.by, tree)]})
    )
    item = {"kind": "report", "sender": "cctld.ru", "recipient": "oac.by", "zone": "by", "category": "content"}
    answer = desk.json("explain", desk.file("item.json", item), "--lang", language)["decisions"][0]
    assert (answer["verdict"], answer["clause"], answer["reason"]) == ("refuse", "2", "excluded-category")
    expected = {
        "en": "The memorandum excludes this category.",
        "ru": "Меморандум исключает эту категорию.",
        "be": "Мемарандум выключае гэту катэгорыю.",
        "vi": "Biên bản ghi nhớ loại trừ loại này.",
        "zh-hans": "备忘录排除此类别。",
    }
    assert answer["text"] == expected[language]
    assert expected[language] in desk.on_node("explain", desk.file("item.json", item), "--lang", language)


def test_explain_a_report(desk: Desk) -> None:
    tree = desk.tree()
    desk.on_node(
        "countersign", desk.file("d.json", {"memorandum": tree, "signatures": [desk.signature(desk.by, tree)]})
    )
    report = {"name": "https://bad-demo-7q.by/x", "category": "phishing"}
    answer = desk.json("explain", desk.file("report.json", report))["decisions"][0]
    assert (answer["partner"], answer["reason"]) == ("oac.by", "evidence-incomplete")
    assert "screenshot" in answer["trace"][-1]["detail"]


def test_explain_and_preview_with_nothing_stored(desk: Desk) -> None:
    assert desk.json("explain") == {"decisions": []}
    assert "no such case" in desk.on_node("explain", "--case", "0000-0000-0000", code=1)
    shown = desk.json("preview", "oac.by")
    assert (shown["partner"], shown["totals"], shown["reports"]) == ("oac.by", [], [])
    assert {(one["what"], one["verdict"], one["reason"]) for one in shown["warnings"]} >= {
        ("warning pattern", "refuse", "no-memorandum"), ("answer names", "refuse", "no-memorandum"),
    }  # fmt: skip


def test_preview_under_a_draft_beside_what_is_in_force(desk: Desk) -> None:
    draft = desk.file("draft.json", desk.tree())
    nothing = desk.json("preview", "oac.by", "--draft", draft, "--days", "7")
    assert (nothing["in_force"], nothing["days"], nothing["items"], nothing["changed"]) == ("", 7, 0, [])
    assert "0 items in the last 30 days, no text is in force" in desk.on_node("preview", "oac.by", "--draft", draft)
    assert "no party" in desk.on_node("preview", "vnnic.vn", "--draft", draft, code=1)
    assert "must be said" in desk.on_node("preview", "oac.by", "--draft", desk.file("x.json", "{}"), code=1)


@pytest.mark.parametrize(
    "text", ["{", "[1]", '{"sender": "a", "kind": "gossip"}', '{"name": "bad.by", "category": "content"}']
)
def test_nonsense_is_refused_in_a_sentence(desk: Desk, text: str) -> None:
    assert desk.on_node("explain", desk.file("x.json", text), code=1)
