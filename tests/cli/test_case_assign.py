"""`comity case assign` in this process: who is given a case, and what is refused in a sentence."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from comity.cli.case_assign import assign_command
from comity.edges.home import open_home
from comity.flows.set_up import NewNode, set_up
from comity.store.case_writes import NewCase, open_cases
from comity.store.models import Case, Person

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)


def test_a_case_is_given_taken_back_and_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The command opens the node's own database; here it stays on the one that the test was given.
    monkeypatch.setattr("comity.cli.case_assign.use_node", open_home)
    home = set_up(tmp_path / "ru", NewNode("cctld.ru", (), "127.0.0.1", 1, 2, "sqlite:///x"), at=NOW)
    anna = Person.objects.create_user(username="anna", role="analyst")
    new = NewCase(
        registrable="bad-demo.ru", category="phishing", episode=1, zone="ru", party="cctld.ru", severity="high"
    )
    ref = open_cases("cctld.ru", [new], actor="cctld.ru", role="system", at=NOW)[0].ref

    def run(*arguments: str) -> str:
        result = CliRunner().invoke(assign_command, [ref, *arguments, "--dir", str(home.path)])
        return result.output if result.exception is None else str(result.exception)

    assert json.loads(run("--to", "anna", "--as", "vera", "--json"))["done"] == [ref]
    assert Case.objects.get(ref=ref).assignee == anna
    assert "has it already (assigned-already)" in run("--to", "anna")
    assert "nobody of that name" in run("--to", "nobody-here")
    assert "either --to NAME or --nobody" in run()
    assert "either --to NAME or --nobody" in run("--to", "anna", "--nobody")
    assert f"{ref}: given to nobody" in run("--nobody")
    assert Case.objects.get(ref=ref).assignee is None
