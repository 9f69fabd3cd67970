"""node.toml keeps what its people wrote; only the database's URL is another."""

import stat
import tomllib
from pathlib import Path

import pytest

from comity.core.errors import SettingError
from comity.edges.node_file import set_database_url

URL = 'postgresql://comity:p"\\w@db.example/comity'
BEFORE = """# our node
party = "cctld.ru" # of .ru

[database] # moved in spring
# url = "postgresql://old"
url = "sqlite:///comity.sqlite3"  # small for now
replica = "x"

[link]
url = "https://node.example/"
"""


def changed(tmp_path: Path, before: str) -> str:
    file = tmp_path / "node.toml"
    file.write_text(before)
    file.chmod(0o600)
    set_database_url(tmp_path, URL)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [file]
    return file.read_text()


def test_only_the_url_changes(tmp_path: Path) -> None:
    after = changed(tmp_path, BEFORE)
    differing = [(old, new) for old, new in zip(BEFORE.splitlines(), after.splitlines(), strict=True) if old != new]
    assert [old for old, _new in differing] == ['url = "sqlite:///comity.sqlite3"  # small for now']
    assert differing[0][1].endswith("  # small for now")
    assert tomllib.loads(after)["database"]["url"] == URL


@pytest.mark.parametrize(
    "before",
    ['party = "a.ru"\n', 'party = "a.ru"\n[database]\nreplica = "x"\n[link]\nurl = "y"\n', "[database]\nurl = 'x'"],
)
def test_where_there_is_no_url_one_is_written(tmp_path: Path, before: str) -> None:
    after = tomllib.loads(changed(tmp_path, before))
    wanted = tomllib.loads(before)
    wanted.setdefault("database", {})["url"] = URL
    assert after == wanted


@pytest.mark.parametrize(
    "before", ['database.url = "x"\n', 'database = { url = "x" }\n', 'note = """\n[database]\nurl = "x"\n"""\n']
)
def test_what_a_program_cannot_change_safely_is_left_to_people(tmp_path: Path, before: str) -> None:
    file = tmp_path / "node.toml"
    file.write_text(before)
    with pytest.raises(SettingError):
        set_database_url(tmp_path, URL)
    assert file.read_text() == before
