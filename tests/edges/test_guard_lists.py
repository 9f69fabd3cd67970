"""The guard lists that come with the program and those an operator names."""

import gzip
from pathlib import Path

import msgspec
import pytest

from comity.core.errors import SettingError
from comity.core.names import Name, NameFolder
from comity.edges.guard_lists import load_guard
from comity.edges.home import GuardSettings, Home, NodeSettings
from comity.edges.suffix_file import load_suffixes


def home(path: Path, guard: GuardSettings | None = None) -> Home:
    return Home(path, NodeSettings("cctld.ru", ("ru",), "k", guard=guard or GuardSettings()))


@pytest.fixture(scope="module")
def folder() -> NameFolder:
    return NameFolder(load_suffixes())


@pytest.mark.parametrize(
    ("host", "label"),
    [
        ("google.ru", "media"),
        ("sberbank.ru", "banks"),
        ("online.sberbank.ru", "banks"),
        ("www.belarusbank.by", "banks"),
        ("minfin.gov.by", "state"),
        ("www.gosuslugi.ru", "state"),
        ("a.ns.cctld.ru", "dns-infrastructure"),
        ("help.reg.ru", "registrars"),
        ("evil.mooo.com", "shared-suffix"),
        ("someone.github.io", "shared-suffix"),
        ("wikipedia.org", "popular"),
    ],
)
def test_a_protected_name_is_known_by_its_list(tmp_path: Path, folder: NameFolder, host: str, label: str) -> None:
    name = folder.fold(host)
    assert isinstance(name, Name)
    assert load_guard(home(tmp_path)).find(name.registrable, name.ascii) == label


def test_suffixes_are_protected_themselves_but_not_what_is_registered_below(tmp_path: Path) -> None:
    guard = load_guard(home(tmp_path))
    assert guard.find("", "com.vn") == "shared-suffix"
    assert guard.find("", "gov.by") == "state"
    assert guard.find("unknown-demo-shop.com.vn", "unknown-demo-shop.com.vn") == ""
    assert guard.find("unknown-demo-shop.ru", "www.unknown-demo-shop.ru") == ""


def test_an_operators_popularity_list_counts_ranks_under_the_limit(tmp_path: Path) -> None:
    (tmp_path / "top.csv.gz").write_bytes(gzip.compress(b"1,first-demo.ru\n2,second-demo.ru\n3,third-demo.ru\n"))
    (tmp_path / "ours.txt").write_text("ours-demo.ru\n.tree-demo.ru\n", encoding="utf-8")
    settings = GuardSettings("top.csv.gz", popularity_rank_under=3, lists={"ministry": "ours.txt"})
    guard = load_guard(home(tmp_path, settings))
    found = [guard.find(f"{name}-demo.ru", "") for name in ("first", "second", "third", "ours", "tree")]
    assert found == ["popular", "popular", "", "ministry", "ministry"]
    (tmp_path / "plain.txt").write_text("first-demo.ru\nsecond-demo.ru\n", encoding="utf-8")
    plain = load_guard(
        home(tmp_path, msgspec.structs.replace(settings, popularity="plain.txt", popularity_rank_under=2))
    )
    assert [plain.find(f"{name}-demo.ru", "") for name in ("first", "second")] == ["popular", ""]


def test_a_list_that_cannot_be_read_stops_the_node_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"none\.txt"):
        load_guard(home(tmp_path, GuardSettings(lists={"x": "none.txt"})))
