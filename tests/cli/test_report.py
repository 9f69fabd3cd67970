"""`comity report` as people use it: real commands on a real node's directory."""

import json
from pathlib import Path

import pytest

from cli.test_case import run, told

REPORTS = """\
{"name":"https://pay-demo-q7.by/login?for=ivanova-demo","category":"phishing","narrative":"Ivanova wrote to us."}
{"name":"https://shop.example.com/x","category":"malware","narrative":"Ivanova again."}
"""


@pytest.fixture
def node(tmp_path: Path) -> str:
    """A node whose reports a test may change."""
    return make(tmp_path)


@pytest.fixture(scope="module")
def still_node(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A node of which nothing is changed."""
    return make(tmp_path_factory.mktemp("still"))


def make(at: Path) -> str:
    directory = at / "node"
    reports = at / "reports.ndjson"
    reports.write_text(REPORTS, encoding="utf-8")
    assert run("init", str(directory), "--party", "oac.by", "--zone", "by").returncode == 0
    assert told("intake", str(reports), "--dir", str(directory))["accepted"] == 1
    return str(directory)


def uuid_of(node: str) -> str:
    (case,) = told("case", "list", "--dir", node)["cases"]
    (report,) = told("case", "show", case["ref"], "--dir", node)["reports"]
    return str(report["uuid"])


def test_a_report_is_corrected_member_by_member(node: str) -> None:
    uuid = uuid_of(node)
    change = json.dumps({"narrative": None, "confidence": 0.7})
    done = run("report", "correct", uuid, "-", "--as", "anna", "--dir", node, stdin=change)
    assert (done.returncode, done.stdout) == (0, f"{uuid}: corrected; told to nobody\n"), done.stderr
    (case,) = told("case", "list", "--dir", node)["cases"]
    shown = told("case", "show", case["ref"], "--dir", node)
    assert "narrative" not in shown["reports"][0]["report"]
    assert shown["reports"][0]["report"]["confidence"] == 0.7
    assert shown["entries"][-1]["note"] == "narrative, confidence"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ('{"narative": "x"}', "narative: a report has no such member"),
        ('{"confidence": 7}', "confidence must lie between 0 and 1"),
        ('{"name": "https://other-demo-q8.by/"}', "keeps the registrable domain"),
        ('{"category": "malware"}', "keeps the registrable domain"),
        ('{"name": "http://999.999/"}', "comity: "),
        ("[]", "a JSON object"),
        ("not json", "JSON"),
    ],
)
def test_a_correction_that_is_none_changes_nothing_and_says_why(still_node: str, change: str, says: str) -> None:
    uuid, node = uuid_of(still_node), still_node
    done = run("report", "correct", uuid, "-", "--dir", node, stdin=change)
    assert done.returncode == 1
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    (case,) = told("case", "list", "--dir", node)["cases"]
    assert [entry["event"] for entry in told("case", "show", case["ref"], "--dir", node)["entries"]] == ["opened"]


def test_a_report_is_marked_shown_and_erased(node: str) -> None:
    uuid = uuid_of(node)
    assert run("report", "mark", uuid, "TLP:GREEN", "--dir", node).stdout == f"{uuid}: marked; told to nobody\n"
    shown = run("report", "show", uuid, "--dir", node).stdout
    reporter = told("report", "show", uuid, "--dir", node)["reporter"]
    assert shown.splitlines() == [
        f"{uuid}  pay-demo-q7[.]by  phishing  TLP:GREEN  by {reporter} (feed)",
        "  told to nobody",
    ]
    done = run("report", "erase", uuid, "--reason", "data-subject-request", "--words", "Ivanova", "--dir", node)
    assert (done.returncode, done.stdout) == (0, f"{uuid}: erased here\n"), done.stderr
    assert "erased: only what its case needs is left" in run("report", "show", uuid, "--dir", node).stdout
    assert told("report", "erase", uuid, "--reason", "legal-order", "--dir", node)["asked"] == []
    for file in Path(node).glob("comity.sqlite3*"):
        assert b"ivanova-demo" not in file.read_bytes(), file.name
    assert "[conflict]" in run("report", "correct", uuid, "-", "--dir", node, stdin='{"tags": []}').stderr


def test_a_report_without_a_case_is_erased_too_and_has_nothing_to_withdraw(node: str) -> None:
    (foreign,) = told("case", "list", "--foreign", "--dir", node)["reports"]
    assert "[conflict]" in run("report", "withdraw", foreign["uuid"], "--dir", node).stderr
    assert run("report", "erase", foreign["uuid"], "--reason", "retention-ended", "--dir", node).returncode == 0
    (foreign,) = told("case", "list", "--foreign", "--dir", node)["reports"]
    assert foreign["report"]["name"] == "shop.example.com"
    assert "narrative" not in foreign["report"]


def test_whoever_may_not_is_told_so(still_node: str) -> None:
    uuid, node = uuid_of(still_node), still_node
    for verb in (("mark", uuid, "TLP:RED"), ("erase", uuid, "--reason", "legal-order")):
        done = run("report", *verb, "--role", "auditor", "--dir", node)
        assert (done.returncode, "[forbidden]" in done.stderr) == (1, True)
    assert "[not-found]" in run("report", "show", "no-such", "--dir", node).stderr
    assert "nothing-to-withdraw" in run("report", "withdraw", uuid, "--dir", node).stderr
