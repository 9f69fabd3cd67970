"""`comity consultation` and `comity expert` as people use them: real commands on a real node's directory."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from comity.edges.processes import program

ROOT = Path(__file__).resolve().parents[2]


def run(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "COLUMNS": "200"}
    command = [*program(), *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, text=True, env=environment, check=False)


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> str:
    directory = tmp_path_factory.mktemp("consultation") / "node"
    made = run("init", str(directory), "--party", "oac.by", "--zone", "by", "--zone", "xn--90ais")
    assert made.returncode == 0, made.stderr
    return str(directory)


def test_what_cannot_be_asked_ends_with_one_clear_line(node: str) -> None:
    asked = run("consultation", "ask", "cctld.ru", "--subject", "x", "--text", "-", "--dir", node, stdin="y")
    assert (asked.returncode, asked.stdout) == (1, "")
    assert asked.stderr.startswith("comity: cctld.ru: no link to this partner")
    listed = run("consultation", "list", "--search", "word", "--json", "--dir", node)
    assert json.loads(listed.stdout) == {"consultations": []}


def test_an_expert_is_added_found_and_withdrawn(node: str) -> None:
    words = ("expert", "add", "Duty lawyer", "--topic", "law", "--language", "ru", "--contact", "law@example.by")
    added = json.loads(run(*words, "--json", "--dir", node).stdout)
    assert added["told"] == {}
    (row,) = json.loads(run("expert", "list", "--topic", "law", "--json", "--dir", node).stdout)["experts"]
    assert (row["expert"], row["role"], row["contact"]) == (added["expert"], "Duty lawyer", "law@example.by")
    assert run("expert", "withdraw", added["expert"], "--dir", node).returncode == 0
