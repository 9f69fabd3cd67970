"""`comity output` and `comity publish`, on a node's directory, as a person calls them."""

import json
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.conf import LazySettings

from comity.cli.main import comity
from comity.cli.outcome import run
from comity.edges.home import Home, ZoneSettings
from comity.edges.whole_file import write_whole
from flows.blocked import AT, home_at, subscribe, tell, told_case

pytestmark = pytest.mark.django_db

ZONE = "rpz.example.by"


@pytest.fixture
def home(tmp_path: Path, settings: LazySettings, monkeypatch: pytest.MonkeyPatch, db: None) -> Home:
    """A node with a subscriber, a zone and a name; commands open it instead of reading a directory."""
    home = home_at(tmp_path, rpz_example_by=ZoneSettings(subscriber="resolver-1", secondaries=("192.0.2.7",)))
    settings.HOME = home
    for module in ("output", "publish_lists"):
        monkeypatch.setattr(f"comity.cli.{module}.use_node", lambda _directory: home)
    tell(subscribe(), [told_case("demo-bank.by", at=AT)])
    return home


def said(*arguments: str) -> str:
    result = CliRunner().invoke(comity, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_a_list_is_written_to_standard_output_or_whole_to_a_file(home: Home, tmp_path: Path) -> None:
    assert said("publish", "plain", "--subscriber", "resolver-1").splitlines()[-1] == "demo-bank.by"
    file = tmp_path / "hosts"
    file.write_text("what was there before\n")
    said("publish", "hosts", "--subscriber", "resolver-1", "-o", str(file))
    assert file.read_text().splitlines()[-1] == "0.0.0.0 demo-bank.by"
    assert json.loads(said("publish", "json", "--subscriber", "resolver-1"))["count"] == 1
    zone = said("publish", "rpz", "--subscriber", "resolver-1")
    assert zone.startswith(f"$ORIGIN {ZONE}.\n")
    assert zone.endswith("demo-bank.by IN CNAME .\n*.demo-bank.by IN CNAME .\n")
    assert said("publish", "rpz", "--subscriber", "resolver-1", "--origin", f"hot.{ZONE}").startswith(
        f"$ORIGIN hot.{ZONE}."
    )


def test_what_cannot_be_published_is_one_clear_line(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(comity, ["publish", "plain", "--subscriber", "nobody"]) == 1
    assert capsys.readouterr().err == "comity: nobody: no such subscriber [not-found]\n"
    assert run(comity, ["publish", "rpz", "--subscriber", "resolver-1", "--origin", "other.example"]) == 1
    assert "no such zone is declared for this subscriber in node.toml [not-found]" in capsys.readouterr().err


def test_outputs_and_zones_are_listed(home: Home) -> None:
    said("publish", "plain", "--subscriber", "resolver-1")
    assert "resolver-1 (resolver): 1 names" in said("output", "list")
    (one,) = json.loads(said("output", "list", "--json"))["outputs"]
    assert (one["names"], [zone["origin"] for zone in one["zones"]]) == (1, [f"hot.{ZONE}", ZONE])
    assert "192.0.2.7: declared, and never asked" in said("output", "zones")
    assert len(json.loads(said("output", "zones", "--json"))["zones"]) == 2


def test_a_key_is_made_once_and_readable_by_its_owner_alone(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    made = said("output", "key", "resolver-1")
    assert made.startswith('key "resolver-1" { algorithm hmac-sha256; secret "')
    assert stat.S_IMODE((home.path / "tsig" / "resolver-1.key").stat().st_mode) == 0o600
    assert said("output", "key", "resolver-1", "--show") == made
    assert run(comity, ["output", "key", "resolver-1"]) == 1
    assert "a key is never replaced" in capsys.readouterr().err
    assert run(comity, ["output", "key", "../etc"]) == 1


def test_a_file_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    file = tmp_path / "zone"
    file.write_text("old")

    def parts() -> object:
        yield b"new"
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        write_whole(file, parts())  # type: ignore[arg-type]  # it yields octets
    assert (file.read_text(), [one.name for one in tmp_path.iterdir()]) == ("old", ["zone"])


def test_the_commands_exist_without_a_node() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "comity", "publish", "--help"], capture_output=True, text=True, check=True
    ).stdout
    for form in ("rpz", "hosts", "plain", "adblock", "dnsmasq", "csv", "json"):
        assert f"  {form} " in told
