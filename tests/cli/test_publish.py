"""`comity publish`: the files of outputs, what is left of them after a withdrawal, and clear errors."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from lxml import etree

from comity import testing
from comity.cli.main import comity
from comity.cli.outcome import run
from comity.core.errors import InputError, NotFoundError
from comity.edges.home import Home, NodeSettings
from comity.store.subscribers import SubscriberRow
from flows.told import subscriber, tell, told_case, told_report

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SubscriberRow:
    home = Home(tmp_path, NodeSettings(party="oac.by", zones=("by",), secret_key="k"))
    for name in ("misp", "iodef"):
        monkeypatch.setattr(f"comity.cli.publish_{name}.use_node", lambda _directory: home)  # the test's own store
    found = subscriber(at=AT)
    tell(found, told_case("kassa.by", at=AT, targets=("https://kassa.by/in",)), told_report("kassa.by", at=AT), at=AT)
    tell(found, told_report("bank-demo.by", url="https://bank-demo.by/a?b&c", at=AT), at=AT, tlp="TLP:CLEAR")
    return found


def call(*words: str) -> Any:
    result = CliRunner().invoke(comity, ["publish", *words, "--subscriber", "cert-demo"])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return json.loads(result.stdout) if "--json" in words else result.stdout_bytes


def test_a_misp_feed_is_written_and_then_only_what_changed(row: SubscriberRow, tmp_path: Path) -> None:
    feed = str(tmp_path / "out" / "feed")
    assert call("misp", "-o", feed, "--json") == {
        "subscriber": "cert-demo", "events_changed": 2, "files_written": 4
    }  # fmt: skip
    assert b"0 events changed" in call("misp", "-o", feed)
    tell(row, told_report("bank-demo.by", url="https://bank-demo.by/a?b&c", at=AT), at=AT, is_withdrawn=True)
    assert call("misp", "-o", feed, "--json")["files_written"] == 3
    assert b"bank-demo" not in b"".join(file.read_bytes() for file in Path(feed).iterdir())
    assert [file for file in Path(feed).iterdir() if file.name.startswith(".")] == []


def test_an_iodef_document_holds_what_is_held_and_goes_with_the_last(row: SubscriberRow, tmp_path: Path) -> None:
    grammar = etree.RelaxNG(etree.parse(str(Path(testing.__file__).parent / "iodef.rng")))
    file = tmp_path / "out" / "iodef.xml"
    size = call("iodef", "-o", str(file), "--json")["bytes"]
    root = etree.fromstring(file.read_bytes())
    assert grammar.validate(root), grammar.error_log
    assert (size, len(root)) == (file.stat().st_size, 2)
    assert len(etree.fromstring(call("iodef"))) == 2
    tell(row, told_report("bank-demo.by", url="https://bank-demo.by/a?b&c", at=AT), at=AT, is_withdrawn=True)
    call("iodef", "-o", str(file))
    assert b"bank-demo" not in file.read_bytes()
    tell(row, told_case("kassa.by", at=AT), told_report("kassa.by", at=AT), at=AT, is_withdrawn=True)
    assert b"no file" in call("iodef", "-o", str(file))
    assert not file.exists()


def test_errors_are_one_clear_line(row: SubscriberRow, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no such subscriber"):
        CliRunner().invoke(
            comity, ["publish", "misp", "--subscriber", "nobody"], catch_exceptions=False, standalone_mode=False
        )
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be made"):
        call("misp", "-o", str(tmp_path / "file" / "feed"))
    assert run(comity, ["publish", "iodef", "--subscriber", "nobody"]) != 0
