"""A database that is none, or that has no tables of ours, is told in one line."""

import subprocess
import sys
from pathlib import Path

import pytest


def comity(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "comity", *arguments], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("content", [b"this is no database at all, but a text that is long enough to be one\n", b""])
def test_a_broken_database_is_one_clear_line(tmp_path: Path, content: bytes) -> None:
    node = tmp_path / "node"
    assert comity("init", str(node), "--party", "oac.by").returncode == 0
    (node / "comity.sqlite3").write_bytes(content)
    for verb in (["case", "list"], ["link", "status"], ["person", "list"]):
        answer = comity(*verb, "--dir", str(node))
        assert answer.returncode == 1
        assert answer.stderr.startswith("comity: the node's database: ")
        assert len(answer.stderr.splitlines()) == 1
