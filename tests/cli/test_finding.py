"""`comity finding` and `comity warning` as people use them, on one node in two processes."""

import json
from pathlib import Path

import pytest

from cli.many_commands import many
from flows.runs import write_run

RUN = [
    ("bank-demo-login.by", "combination", "bank-demo", 0.9),
    ("bamk-demo.by", "edit", "bank-demo", 0.6),
    ("evil-demo.by", "indicator", "www.evil-demo.by", 0.95),
]
Done = dict[str, tuple[int, str, str]]
NOBODY = "00000000-0000-4000-8000-00000000a001"
NEW = ["warning", "make", "cctld.ru", "--category", "phishing", "--why", "One form", "--as", "anna"]
SIGNS = ["--pattern", "demo-{digit:2}{digit:1}.ru", "--servers", "NS2.demo-bad.ru ns1.demo-bad.ru"]


def on_node(node: Path, commands: dict[str, list[str]], *failed: str) -> Done:
    """Do commands in order; those that are named fail, and no others."""
    done = dict(zip(commands, many(*([*each, "--dir", str(node)] for each in commands.values())), strict=True))
    assert {what for what, (code, _said, _wrong) in done.items() if code} == set(failed), done
    return done


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("findings") / "node"


@pytest.fixture(scope="module")
def begun(node: Path) -> Done:
    """A new node, and what it says of warnings."""
    ((code, _said, wrong), *rest) = many(
        ["init", str(node), "--party", "oac.by", "--zone", "by"],
        *([*each, "--dir", str(node)] for each in BEGIN.values()),
    )
    assert code == 0, wrong
    return dict(zip(BEGIN, [(code, said, wrong) for code, said, wrong in rest], strict=True))


BEGIN = {
    "preview": [*NEW, *SIGNS, "--dry-run", "--json"],
    "nothing yet": ["warning", "list", "--json"],
    "no pattern": [*NEW, "--pattern", "demo-*.ru"],
    "another zone": [*NEW, "--pattern", "demo-{digit:2}.by"],
    "no sign": NEW,
    "make": [*NEW, *SIGNS, "--json"],
    "list": ["warning", "list"],
    "show none": ["warning", "show", NOBODY],
    "sweep": ["warning", "sweep", "--json"],
    "answer": ["warning", "answer", NOBODY, "by", "names", "--role", "supervisor"],
    "memo": ["memo", "preview", "cctld.ru"],
}


def test_a_warning_is_previewed_made_and_listed(begun: Done) -> None:
    failed = {"preview", "no pattern", "another zone", "no sign", "make", "show none", "answer"}
    assert {what for what, (code, _said, _wrong) in begun.items() if code} == failed, begun
    preview, made = json.loads(begun["preview"][1]), json.loads(begun["make"][1])
    assert (preview["verdict"], preview["reason"], preview["stored"]) == ("refuse", "no-memorandum", False)
    assert preview["warning"] == made["warning"]
    assert made["told"]["patterns"] == ["demo-{digit:3}.ru"]
    assert made["told"]["servers"] == ["ns1.demo-bad.ru ns2.demo-bad.ru"]
    assert json.loads(begun["nothing yet"][1]) == {"warnings": []}
    assert "is no part of a pattern" in begun["no pattern"][2]
    assert "none of the zones of the warning" in begun["another zone"][2]
    assert "a warning has one sign or more" in begun["no sign"][2]
    assert "waits (clause -: no-memorandum)" in begun["list"][1]
    assert json.loads(begun["sweep"][1]) == {"swept": []}
    assert "warning pattern: " in begun["memo"][1]


def test_findings_are_taken_listed_shown_ended_and_a_warning_is_withdrawn(node: Path, begun: Done) -> None:
    uuid = json.loads(begun["make"][1])["warning"]
    run = write_run(node / "sweeps" / "runs" / "one", RUN)
    half = node / "half"
    half.mkdir()
    done = on_node(node, {
        "take": ["finding", "take", str(run), "--json"],
        "take again": ["finding", "take", str(run)],
        "take half": ["finding", "take", str(half)],
        "list": ["finding", "list", "--json"],
        "list some": ["finding", "list", "--kind", "edit", "--score", "0.5"],
        "show": ["finding", "show", "1", "--json"],
        "show none": ["finding", "show", "99"],
        "dismiss without words": ["finding", "dismiss", "2", "--reason", "other"],
        "dismiss": ["finding", "dismiss", "2", "--reason", "own-meaning", "--note", "a river", "--as", "anna"],
        "dismiss again": ["finding", "dismiss", "2", "99", "--reason", "own-meaning", "--json"],
        "open": ["finding", "open", "3", "--category", "phishing", "--as", "anna", "--json"],
        "left": ["finding", "list", "--json"],
        "all": ["finding", "list", "--state", "all", "--json"],
        "ended": ["finding", "show", "2"],
        "cases": ["case", "list", "--json"],
        "warning": ["warning", "show", uuid],
        "withdraw": ["warning", "withdraw", uuid, "--as", "anna"],
        "withdraw again": ["warning", "withdraw", uuid, "--as", "anna"],
        "withdrawn": ["warning", "show", uuid, "--json"],
    }, "take half", "show none", "dismiss without words", "dismiss again", "withdraw again")  # fmt: skip
    taken = json.loads(done["take"][1])
    assert (taken["run"], taken["found"], taken["opened"]) == ("one", 3, 3)
    assert done["take again"][1].startswith("found 3, opened 0, joined 0, seen 3")
    assert "[bad-sweep-run]" in done["take half"][2]
    rows = json.loads(done["list"][1])["findings"]
    assert [row["name"] for row in rows] == ["evil-demo.by", "bank-demo-login.by", "bamk-demo.by"]
    numbers = {row["name"]: row["number"] for row in rows}
    assert "bamk-demo[.]by" in done["list some"][1]
    assert "evil" not in done["list some"][1]
    assert numbers[json.loads(done["show"][1])["name"]] == 1
    assert "no such finding" in done["show none"][2]
    assert "say in words why [note-missing]" in done["dismiss without words"][2]
    refused = json.loads(done["dismiss again"][1])["refused"]
    assert {number: [one["code"] for one in why] for number, why in refused.items()} == {
        "2": ["enquiry-ended"], "99": ["not-found"],
    }  # fmt: skip
    ((_, ref),) = json.loads(done["open"][1])["cases"].items()
    assert [one["number"] for one in json.loads(done["left"][1])["findings"]] == [1]
    assert len(json.loads(done["all"][1])["findings"]) == 3
    assert "dismissed anna own-meaning a river" in done["ended"][1]
    assert [case["ref"] for case in json.loads(done["cases"][1])["cases"]] == [ref]

    assert "pattern: demo-{digit:3}.ru" in done["warning"][1]
    assert done["withdraw"][1] == "withdrawn; the partner never had it\n"
    assert "is withdrawn already" in done["withdraw again"][2]
    assert (json.loads(done["withdrawn"][1])["state"], json.loads(done["withdrawn"][1])["text"]) == ("withdrawn", "")
