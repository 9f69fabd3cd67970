"""`comity person`: people come in with a role and a good password; a token is shown once.  Real commands, real node."""

import os
import subprocess
from pathlib import Path

import orjson
import pytest

import comity
from comity.edges.processes import program

GOOD = "correct horse battery\n"
SOURCES = str(Path(comity.__file__).parent.parent)


def run(*arguments: str, stdin: str = "", home: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": SOURCES, "COMITY_DIR": str(home or "")}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    if home is None:
        del environment["COMITY_DIR"]
    command = [*program(), *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, text=True, env=environment, check=False)


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("person") / "node"
    made = run("init", str(home), "--party", "cctld.ru")
    assert made.returncode == 0, made.stderr
    return home


def test_from_a_person_to_a_token_and_back(node: Path) -> None:
    added = run("person", "add", "anna", "--role", "analyst", "--password-stdin", stdin=GOOD, home=node)
    assert (added.returncode, added.stdout) == (0, "anna is here as analyst\n"), added.stderr
    again = run("person", "add", "anna", "--role", "auditor", "--no-password", home=node)
    assert again.returncode == 1
    assert again.stderr == "comity: anna: there is such a person already [conflict]\n"
    listed = orjson.loads(run("person", "list", "--json", home=node).stdout)["people"]
    assert listed == [{"name": "anna", "role": "analyst", "active": True, "last_login": None}]
    token = run("person", "token", "anna", "--label", "script", home=node)
    assert token.stdout.startswith("comity_")
    assert "cannot be shown again" in token.stderr
    assert token.stdout.strip().encode() not in (node / "comity.sqlite3").read_bytes()
    revoked = run("person", "token", "anna", "--label", "script", "--revoke", "--json", home=node)
    assert orjson.loads(revoked.stdout) == {"name": "anna", "label": "script", "revoked": 1}
    twice = run("person", "token", "anna", "--label", "script", "--revoke", home=node)
    assert twice.stderr == "comity: script: no such token [not-found]\n"


@pytest.mark.parametrize(
    ("name", "stdin", "why"),
    [
        ("boris", "short\n", "at least 12 characters"),
        ("boris", "password1234\n", "too common"),
        ("boris", "", "standard input is empty"),
        ("bo ris", GOOD, "letters, digits and"),
        ("b" * 151, GOOD, "at most 150"),
    ],
)
def test_what_cannot_be_a_person_is_refused_in_one_line(node: Path, name: str, stdin: str, why: str) -> None:
    refused = run("person", "add", name, "--role", "analyst", "--password-stdin", stdin=stdin, home=node)
    assert refused.returncode == 1
    assert why in refused.stderr
    assert refused.stderr.count("\n") == 1
    assert "boris" not in run("person", "list", home=node).stdout
