"""What the first release wrote is brought up to date, in place and from a backup, and its ledgers are what was signed.

`fixtures/first-release.backup.gz` is the store of an invented node, as the first release's own processes left it after
an exchange: the schema is `store.0001_initial`.  Its keys are in it, so that what it signed can be checked.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from comity.edges.node_file import set_database_url
from comity.flows.restore import place_files, read_backup
from comity.wire.backup_file import BackupHeader
from exchange.pair import environment
from exchange.test_processes import RU, feed

pytestmark = [pytest.mark.processes, pytest.mark.stores]

FIRST = Path(__file__).resolve().parent.parent / "fixtures" / "first-release.backup.gz"
FILL_AS_IT_WAS = """
import sys
from pathlib import Path
import comity.cli.django_setup
from django.db import connection, transaction
from comity.cli.context import use_node
from comity.edges.backup_disk import read_lines
from comity.store.schema import migrate_to
from comity.store.whole import fill_table, finish_filling
from comity.wire.backup_file import BackupReader

use_node(Path(sys.argv[1]))
reader = BackupReader(read_lines(Path(sys.argv[2])))
migrate_to(reader.header.migrations)
with transaction.atomic(), connection.cursor() as cursor:
    cursor.execute("DELETE FROM auth_permission")  # what migrate made for itself comes with the fixture
    cursor.execute("DELETE FROM django_content_type")
    for table, rows in reader.tables():
        fill_table(table, rows)
    finish_filling()
"""
MIGRATE = """
import sys
from pathlib import Path
import comity.cli.django_setup
from comity.cli.context import use_node
from comity.store.schema import migrate_to_newest

use_node(Path(sys.argv[1]))
migrate_to_newest()
"""


def run(*words: str | Path, text: bytes = b"") -> bytes:
    done = subprocess.run(
        [sys.executable, *map(str, words)], env=environment(), input=text, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def comity(directory: Path, *words: str | Path, text: bytes = b"") -> Any:
    return json.loads(run("-m", "comity", *words, "--dir", directory, "--json", text=text))


@pytest.fixture
def header() -> BackupHeader:
    return read_backup(FIRST)


@pytest.fixture
def directory(tmp_path: Path, header: BackupHeader, bare_database: Callable[[], str] | None) -> Path:
    place_files(tmp_path / "node", header)
    if bare_database is not None:
        set_database_url(tmp_path / "node", bare_database())
    return tmp_path / "node"


def assert_it_works(directory: Path, header: BackupHeader) -> None:
    verified = comity(directory, "link", "verify")
    assert verified["equal"] is True
    told = {(ledger["origin"], ledger["entries"], ledger["root"]) for ledger in verified["ledgers"]}
    assert told == {(ledger.origin, ledger.size, ledger.root) for ledger in header.ledgers}
    assert sum(ledger.size for ledger in header.ledgers) == header.rows["ledger_entry"] > 10
    before = comity(directory, "case", "list")["cases"]
    assert len(before) == header.rows["abuse_case"]
    taken = comity(directory, "intake", "-", "--format", "ndjson", "--reporter", "new", text=feed(RU, 60, seed=99))
    assert taken["cases_opened"] > 0
    assert len(comity(directory, "case", "list")["cases"]) == len(before) + taken["cases_opened"]
    assert comity(directory, "link", "verify")["equal"] is True


def test_the_store_of_the_first_release_is_brought_up_to_date_in_place(directory: Path, header: BackupHeader) -> None:
    assert [name for name in header.migrations if name.startswith("store.")] == ["store.0001_initial"]
    run("-c", FILL_AS_IT_WAS, directory, FIRST)
    run("-c", MIGRATE, directory)
    assert_it_works(directory, header)
    (link,) = comity(directory, "link", "status")
    assert link["state"] == "open"


def test_a_backup_of_the_first_release_s_schema_is_restored(directory: Path, header: BackupHeader) -> None:
    restored = comity(directory, "restore", FIRST)
    assert restored["recovering"] == ["oac.by"]
    assert restored["recover_after"]
    assert_it_works(directory, header)
