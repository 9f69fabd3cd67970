"""The runbooks are tried: every tried block runs as it stands, on real nodes, after the disaster was made for real."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
DOCS = HERE.parents[1] / "docs"
PAGES = (DOCS / "how-to" / "deploy.md", DOCS / "runbooks" / "upgrade.md", DOCS / "runbooks" / "disaster.md")
# Scenario: entries of the node of the pages that both sides hold in the end.
SCENARIOS = {
    "deploy": None, "upgrade": 3, "lost-disk": 3, "corrupt": 2, "old-backup": 2, "full-disk": 3, "stolen-key": 2,
    "fork": 3, "partner-gone": 3,
}  # fmt: skip


# A scenario takes a minute or two: one of each kind every time, all of them when there is time.
PLAYED = list(SCENARIOS) if os.environ.get("COMITY_SOAK") else ["deploy", "lost-disk"]


@pytest.mark.processes
@pytest.mark.parametrize("scenario", PLAYED)
def test_a_runbook(scenario: str, tmp_path: Path) -> None:
    namespaces = ("--user", "--map-root-user", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc")
    first = ["sh", "-c", '"$@"; exit $?', "first"]  # the first process of a namespace must bury the dead
    command = ["unshare", *namespaces, *first, sys.executable, str(HERE / "stage.py"), scenario, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=400)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    if SCENARIOS[scenario] is not None:
        assert told["sent"] == SCENARIOS[scenario]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_block_says_whether_it_is_tried(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    marked = re.findall(r"^<!-- (?:tried|not tried: \S[^>]*) -->\n```sh$", text, re.MULTILINE)
    assert len(marked) == len(re.findall(r"^```sh$", text, re.MULTILINE)) > 0


def test_every_tried_section_is_played() -> None:
    played = (HERE / "stage.py").read_text(encoding="utf-8")
    for page in PAGES:
        sections = re.split(r"^## ", page.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
        tried = [section.partition("\n")[0] for section in sections if "<!-- tried -->" in section]
        assert [heading for heading in tried if f'"{heading}"' not in played] == []
