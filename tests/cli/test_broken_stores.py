"""A database that is none, or that has no tables of ours, is told in one line."""

import subprocess
import sys
from pathlib import Path

import pytest

from comity.edges.processes import program


def comity(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*program(), *arguments], capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("content", "advice"),
    [
        (b"this is no database at all, but a text that is long enough to be one\n", "it is damaged: see comity doctor"),
        (b"", "comity serve brings an older one up to date"),
    ],
)
def test_a_broken_database_is_one_clear_line(tmp_path: Path, content: bytes, advice: str) -> None:
    node = tmp_path / "node"
    assert comity("init", str(node), "--party", "oac.by").returncode == 0
    (node / "comity.sqlite3").write_bytes(content)
    for verb in (["case", "list"], ["link", "status"], ["person", "list"]):
        answer = comity(*verb, "--dir", str(node))
        assert answer.returncode == 1
        assert answer.stderr.startswith("comity: the node's database: ")
        assert len(answer.stderr.splitlines()) == 1
        assert advice in answer.stderr


@pytest.mark.parametrize(
    ("said", "advice"),
    [
        ("database or disk is full", "make room on its disk"),
        ('could not extend file "base/5/1": No space left on device', "make room on its disk"),
        ("attempt to write a readonly database", "it takes no writes"),
        ("cannot execute INSERT in a read-only transaction", "it takes no writes"),
        ("database is locked", "try again"),
        ("deadlock detected", "try again"),
        ("connection failed: Connection refused", "see that its server runs"),
        ('relation "link" does not exist', "comity serve brings an older one up to date"),
        ("something new", "see comity doctor"),
    ],
)
def test_what_the_database_said_decides_what_is_advised(said: str, advice: str) -> None:
    """In a process of its own, as a command ends: on a store that answers so."""
    program = (
        "import sys, click, django.db; from comity.cli.outcome import run\n"
        "@click.command()\n"
        "def verb(): raise django.db.OperationalError(sys.argv[1])\n"
        "sys.exit(run(verb, []))"
    )
    answer = subprocess.run([sys.executable, "-c", program, said], capture_output=True, text=True, check=False)
    assert answer.returncode == 1
    assert advice in answer.stderr
