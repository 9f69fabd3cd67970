"""`comity dga` as people use it: real commands on a real node's directory, all in one process."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MANY = str(Path(__file__).with_name("many.py"))
DAY = (datetime.now(UTC) + timedelta(days=3)).date().isoformat()


def many(*commands: list[str]) -> list[tuple[int, str, str]]:
    """Run commands one after the other; code, output and errors of each."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "COLUMNS": "200"}
    ended = subprocess.run(
        [sys.executable, MANY], input=json.dumps(commands), capture_output=True, text=True, env=environment, check=False
    )
    assert ended.returncode == 0, ended.stderr
    return [(code, said, wrong) for code, said, wrong in json.loads(ended.stdout)]


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> str:
    directory = tmp_path_factory.mktemp("dga") / "node"
    ((code, _said, wrong),) = many(["init", str(directory), "--party", "oac.by", "--zone", "by"])
    assert code == 0, wrong
    return str(directory)


def test_a_list_is_taken_checked_answered_and_exported(node: str, tmp_path: Path) -> None:
    file, zone = tmp_path / "list.csv", tmp_path / "by.txt"
    file.write_text(f"{DAY},qxkvjwzr.by\n{DAY},zvqwkxjh.by\n{DAY},hjwqzkxv.ru\n{DAY},abc.by\nrubbish\n")
    zone.write_text("zvqwkxjh.by\n")
    at, which = ["--dir", node], ["--zone", "by"]
    add = ["dga", "add", str(file), "--family", "Demo Family", "--source", "Demo Research"]
    done = many(
        [*add, "--json", *at],
        [*add, *at],
        ["dga", "check", "demo-family", *which, "--registered", str(zone), "--json", *at],
        ["dga", "answer", "demo-family", "blocked", *which, "--note", "reserved list", "--json", *at],
        ["dga", "answer", "demo-family", "blocked", "--name", "abc.by", *at],
        ["dga", "answer", "demo-family", "registered-by-victim", "--name", "zvqwkxjh.by", *at],
        ["dga", "export", "demo-family", *at],
        ["dga", "show", "demo-family", "--json", *at],
        ["dga", "show", "demo-family", *at],
        ["dga", "list", *at],
        ["dga", "share", "demo-family", "--json", *at],
        ["dga", "check", "--json", *at],
        ["dga", "show", "nothing", *at],
        ["dga", "add", str(tmp_path / "none"), "--family", "x", *at],
        ["dga", "check", "--registered", str(zone), *at],
    )
    assert [code for code, _said, _wrong in done] == [0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 1, 1, 2]
    taken = json.loads(done[0][1])
    assert (taken["is_new"], taken["counts"]["kept"], taken["by_zone"]) == (True, 4, {"by": 3, "ru": 1})
    assert "was here already" in done[1][1]
    assert json.loads(done[2][1]) == {"listed": 1, "registered": 1, "unregistered": 2, "not_names": 0}
    assert json.loads(done[3][1]) == {"answered": 1, "left_out": {"dangerous": 1, "registered": 1}, "told": []}
    assert done[4][2] == "comity: abc.by: this name may not be answered so: needs-supervisor [conflict]\n"
    assert done[6][1].splitlines() == [
        "name,day,state,dangers,answer", f"abc.by,{DAY},unregistered,short,waiting",
        f"qxkvjwzr.by,{DAY},unregistered,,blocked", f"zvqwkxjh.by,{DAY},registered,,registered-by-victim",
    ]  # fmt: skip
    shown = json.loads(done[7][1])
    assert shown["counts"][0] == {
        "zone": "by", "day": DAY, "counts": {"blocked": 1, "registered-by-victim": 1, "waiting": 1},
    }  # fmt: skip
    assert shown["lists"][0]["left_out"] == [{"line": 5, "code": "too-few-columns", "text": "rubbish"}]
    assert ".ru to cctld.ru: 0 of 1 parts" in done[8][1]
    assert done[9][1].startswith("demo-family  4 names, 2 wait")
    assert json.loads(done[10][1])["decisions"][0]["reason"] == "no-memorandum"
    assert json.loads(done[11][1]) == {"looked": 0}
    assert done[12][2] == "comity: nothing: no list of this family here [not-found]\n"
