"""`comity case` as people use it: real commands on a real node's directory."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from comity.edges.processes import program

ROOT = Path(__file__).resolve().parents[2]

REPORTS = """\
{"name":"https://pay-demo-q7.by/login","category":"phishing","observed_at":"2026-11-23T10:00:00Z","narrative":"\\u001b[2J"}
{"name":"https://post-demo-q8.by/","category":"phishing"}
{"name":"https://mail-demo-q9.by/","category":"phishing"}
{"name":"https://nbrb.by/x","category":"phishing"}
{"name":"https://shop.example.com/x","category":"malware"}
"""


def run(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "COLUMNS": "200"}
    command = [*program(), *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, text=True, env=environment, check=False)


def told(*arguments: str) -> Any:
    """What a command says with --json, whatever it ends with."""
    done = run(*arguments, "--json")
    assert done.stdout, done.stderr
    return json.loads(done.stdout)


def ref_of(node: str, name: str) -> str:
    listed = told("case", "list", "--zone", "by", "--dir", node)
    return str(next(case["ref"] for case in listed["cases"] if case["registrable"] == name))


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A node whose desk has three cases, one report that is held and one that is foreign."""
    directory = tmp_path_factory.mktemp("case") / "node"
    reports = directory.parent / "reports.ndjson"
    reports.write_text(REPORTS, encoding="utf-8")
    made = run("init", str(directory), "--party", "oac.by", "--zone", "by", "--zone", "xn--90ais")
    assert made.returncode == 0, made.stderr
    taken = told("intake", str(reports), "--dir", str(directory))
    assert (taken["accepted"], taken["foreign"], taken["cases_opened"]) == (4, 1, 3), taken
    return str(directory)


def test_the_desk_works_a_case_from_report_to_outcome(node: str) -> None:
    ref = ref_of(node, "pay-demo-q7.by")

    assert run("case", "ack", ref, "--as", "anna", "--dir", node).stdout == f"{ref}: ack done\n"
    decided = told(
        "case", "decide", ref, "--disposition", "malicious", "--score", "0.9", "--collateral", "none",
        "--check", "mail_use=no:mx-lookup", "--note", "seen with a browser", "--dir", node,
    )  # fmt: skip
    assert decided == {"verb": "decide", "done": [ref], "refused": {}}
    assert run("case", "notify", ref, "--clause", "8", "--dir", node).returncode == 0
    assert run("case", "act", ref, "--action", "delegation-ended", "--dir", node).returncode == 0
    assert run("case", "close", ref, "--outcome", "undelegated_registrar", "--dir", node).returncode == 0

    shown = told("case", "show", ref, "--dir", node)
    assert shown["state"] == "closed"
    assert shown["outcome"] == "undelegated_registrar"
    assert [entry["event"] for entry in shown["entries"]] == [
        "opened", "start_triage", "confirm", "send_notice", "registrar_acted", "close",
    ]  # fmt: skip
    assert shown["entries"][1]["actor"] == "anna"
    assert shown["reports"][0]["report"]["name"] == "https://pay-demo-q7.by/login"
    assert shown["score"]["rubric"] == "comity-evidence-score/1"
    assert (shown["next"]["why"], shown["has_returned"], shown["told"]) == ("nothing-to-do", False, [])
    (confirmed,) = [entry for entry in shown["entries"] if entry["event"] == "confirm"]
    assert (confirmed["score"], confirmed["evidence"]["total"]) == (0.9, shown["score"]["total"])
    assert {"question": "mail_use", "answer": "no", "source": "mx-lookup", "by": "analyst"} in confirmed["check"]
    page = run("case", "show", ref, "--dir", node).stdout
    assert "hxxps://pay-demo-q7[.]by/login" in page
    assert "pay-demo-q7.by" not in page
    assert "\x1b" not in page


def test_a_file_is_attached_listed_saved_and_erased(node: str, tmp_path: Path) -> None:
    ref = ref_of(node, "post-demo-q8.by")
    log = tmp_path / "proxy.log"
    log.write_text("12:00 GET /login 200\n")

    kept = told("case", "attach", ref, str(log), "--kind", "log", "--as", "anna", "--dir", node)
    (listed,) = told("case", "attachments", ref, "--dir", node)["attachments"]
    assert (listed["uuid"], listed["media_type"], listed["actor"]) == (kept["uuid"], "text/plain", "anna")
    out = tmp_path / "saved"
    assert run("case", "save-attachment", kept["uuid"], "-o", str(out), "--dir", node).returncode == 0
    assert out.read_bytes() == log.read_bytes()
    assert run("case", "save-attachment", kept["uuid"], "-o", str(out), "--dir", node).returncode == 1
    log.write_bytes(b"MZ\x90\0")
    refused = run("case", "attach", ref, str(log), "--kind", "log", "--dir", node)
    assert refused.returncode == 1
    assert "a program: give its SHA-256" in refused.stderr
    assert "erased" in run("case", "erase-attachment", kept["uuid"], "--dir", node).stdout
    assert told("case", "show", ref, "--dir", node)["attachments"][0]["erased"] is True


def test_a_refusal_says_every_reason_and_ends_with_one(node: str) -> None:
    ref = ref_of(node, "post-demo-q8.by")

    refused = run("case", "close", ref, "--outcome", "nonsense", "--dir", node)

    assert refused.returncode == 1
    assert refused.stdout == ""
    assert refused.stderr == f"comity: {ref}: close: the case is received [wrong-state]\n"
    answered = told("case", "approve", ref, "XXXX", "--role", "analyst", "--dir", node)
    assert answered["done"] == []
    assert {code for reasons in answered["refused"].values() for code in (one["code"] for one in reasons)} == {
        "wrong-state",
        "not-found",
    }


def test_references_come_from_standard_input(node: str) -> None:
    assert run("case", "ack", "-", "--dir", node, stdin="NOPE-NOPE-NOPE\n\n").returncode == 1
    empty = run("case", "ack", "-", "--dir", node, stdin="\n")
    assert empty.returncode == 1
    assert "name at least one case" in empty.stderr


def test_held_reports_become_a_case_by_a_supervisor(node: str) -> None:
    held = told("case", "list", "--held", "--dir", node)["reports"]
    assert [report["registrable"] for report in held] == ["nbrb.by"]

    assert run("case", "open-held", "nbrb.by", "--dir", node).returncode == 1
    opened = told("case", "open-held", "nbrb.by", "--role", "supervisor", "--dir", node)
    (ref,) = opened["done"]
    shown = told("case", "show", ref, "--dir", node)
    assert shown["protected"]
    assert shown["report_count"] == 1
    assert [entry["role"] for entry in shown["entries"]] == ["approver", "approver"]
    again = told("case", "open-held", "nbrb.by", "--role", "supervisor", "--dir", node)
    assert again["refused"]["nbrb.by"][0]["code"] == "not-found"


def test_foreign_reports_are_listed(node: str) -> None:
    listed = run("case", "list", "--foreign", "--dir", node)

    assert "hxxps://shop[.]example[.]com/x" in listed.stdout
    assert run("case", "list", "--foreign", "--held", "--dir", node).returncode == 2


def test_a_list_goes_on_where_it_stopped(node: str) -> None:
    first = told("case", "list", "--limit", "1", "--dir", node)
    second = told("case", "list", "--limit", "1", "--after", first["next"], "--dir", node)

    assert first["cases"] != second["cases"]
    text = run("case", "list", "--limit", "1", "--dir", node)
    assert f"there is more: --after {first['next']}" in text.stderr
    assert first["cases"][0]["ref"] in text.stdout


def test_a_step_without_a_verb_is_taken_by_name(node: str) -> None:
    ref = ref_of(node, "mail-demo-q9.by")

    rejected = told(
        "case", "step", ref, "--event", "auto_reject_malformed", "--outcome", "out_of_scope", "--role", "system",
        "--dir", node,
    )  # fmt: skip

    assert rejected["done"] == [ref]
    partner = run("case", "step", ref, "--event", "reopen", "--role", "partner", "--dir", node)
    assert partner.returncode == 2


def test_clocks_are_shown_paused_resumed_and_made_anew(node: str) -> None:
    ref = ref_of(node, "post-demo-q8.by")
    listed = told("case", "list", "--due", "--limit", "5", "--dir", node)["cases"]
    assert ref in [case["ref"] for case in listed]
    assert [case["due_at"] for case in listed] == sorted(case["due_at"] for case in listed)
    assert run("case", "list", "--due", "--state", "triage", "--dir", node).returncode == 2

    assert told("case", "pause", ref, "--for", "court_order_pending", "--dir", node)["done"] == [ref]
    shown = told("case", "clocks", ref, "--dir", node)
    running = [clock for clock in shown["clocks"] if clock["stopped_at"] is None]
    assert {clock["state"] for clock in running} == {"paused"}
    assert shown["due_at"] == min(clock["due_at"] for clock in running)
    again = run("case", "pause", ref, "--for", "court_order_pending", "--dir", node)
    assert (again.returncode, again.stderr) == (1, f"comity: {ref}: the clocks stand still already [already-paused]\n")
    assert run("case", "resume", ref, "--dir", node).stdout == f"{ref}: resume done\n"
    assert told("case", "rebuild-clocks", "--dir", node)["cases"] >= 3
    table = run("case", "clocks", ref, "--dir", node).stdout
    assert "the reporter" in table
    assert "court_order_pending" in table


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("case", "show", "NONE-SUCH"), "NONE-SUCH: no such case [not-found]"),
        (("case", "ask", "X", "--question", " "), "question: say what is asked [bad-input]"),
        (("case", "list", "--after", "x"), "cursor: not a cursor of this list [bad-input]"),
    ],
)
def test_an_error_is_one_clear_line(node: str, arguments: tuple[str, ...], says: str) -> None:
    ended = run(*arguments, "--dir", node)

    assert ended.returncode == 1
    assert ended.stderr == f"comity: {says}\n"
