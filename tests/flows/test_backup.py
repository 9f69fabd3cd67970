"""What a node remembers goes into a backup and comes back the same, and is believed only when its ledgers are."""

import gzip
import hashlib
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from comity.core.errors import ConflictError
from comity.edges.backup_disk import read_lines, write_lines
from comity.flows.backup import backup
from comity.flows.restore import NotBelievedError, place_files, read_backup, restore
from comity.store import models
from comity.store.whole import count_rows, empty_store, one_moment, read_table, table_heads
from comity.wire.backup_file import BackupFormatError, BackupReader, render_backup
from flows.two_parties import AT, Parties, file, phishing

pytestmark = pytest.mark.django_db(transaction=True)

LATER = AT + timedelta(hours=1)


@pytest.fixture
def parties(tmp_path: Path) -> Parties:
    """cctld.ru's seat, with a little of everything in its store."""
    made = Parties(tmp_path / "nodes")
    made.sit(made.ru)
    file(made.ru, *(phishing(f"http://bank-demo-{number}.by/") for number in range(5)), phishing("http://a-demo.ru/"))
    person = models.Person.objects.create_user("olga", password="long enough, and then some")
    models.ApiToken.objects.create(person=person, token_hash=b"\xff\x00" * 16, label="п", created_at=AT)
    run = models.IntakeRun(source="feed", format="ndjson", reporter=models.Reporter.objects.get(), started_at=AT)
    run.counts = {"read": 3, "by_reason": {"слово": 1}}
    run.save()
    return made


def contents() -> dict[str, list[Any]]:
    with one_moment():
        return {table.table: list(read_table(table)) for table in table_heads()}


def rewritten(path: Path, target: Path, change: Any) -> Path:
    """The same backup with rows changed and a hash that fits: what somebody would make who wants to be believed."""
    reader = BackupReader(read_lines(path))
    tables = [(table, [change(table.table, row) for row in rows]) for table, rows in reader.tables()]
    write_lines(target, render_backup(reader.header, tables))
    return target


def test_everything_comes_back_as_it_was(parties: Parties, tmp_path: Path) -> None:
    made = backup(parties.ru, tmp_path / "ru.backup", at=LATER)
    before = contents()
    assert made.header.rows == {table: len(rows) for table, rows in before.items()}
    assert all(before[table] for table in ("person", "report", "abuse_case", "case_event", "ledger_entry", "decision"))

    models.Link.objects.all().update(last_error="lost since")
    models.Person.objects.create_user("eve", password="came after the backup was made")
    back = restore(parties.ru, tmp_path / "ru.backup", made.header, replace=True, at=LATER)

    assert back.recovering == ("oac.by",)
    link = models.Link.objects.get()
    assert (link.state, link.recover_after) == ("recovering", LATER + timedelta(seconds=180))
    models.Link.objects.update(state="open", recover_after=None)
    assert contents() == before
    assert models.IntakeRun.objects.get().counts == {"read": 3, "by_reason": {"слово": 1}}
    assert models.Person.objects.get().check_password("long enough, and then some")
    assert models.Person.objects.create_user("igor", password="a number after the restored").pk > 1  # sequences go on
    file(parties.ru, phishing("http://bank-demo-9.by/"))
    assert models.LedgerEntry.objects.count() == 6


def test_a_stopped_link_stays_stopped(parties: Parties, tmp_path: Path) -> None:
    models.Link.objects.update(state="stopped", reason="two histories")
    made = backup(parties.ru, tmp_path / "ru.backup", at=LATER)
    assert restore(parties.ru, tmp_path / "ru.backup", made.header, replace=True, at=LATER).recovering == ()
    link = models.Link.objects.get()
    assert (link.state, link.reason, link.recover_after) == ("stopped", "two histories", LATER + timedelta(seconds=180))


def test_a_store_that_holds_something_is_not_replaced_unasked(parties: Parties, tmp_path: Path) -> None:
    made = backup(parties.ru, tmp_path / "ru.backup", at=LATER)
    before = contents()
    with pytest.raises(ConflictError, match="not empty"):
        restore(parties.ru, tmp_path / "ru.backup", made.header, replace=False, at=LATER)
    assert contents() == before


def test_an_empty_store_is_filled(parties: Parties, tmp_path: Path) -> None:
    made = backup(parties.ru, tmp_path / "ru.backup", at=LATER)
    empty_store()
    restore(parties.ru, tmp_path / "ru.backup", made.header, replace=False, at=LATER)
    assert count_rows(table_heads()) == made.header.rows


def test_another_party_s_backup_is_refused(parties: Parties, tmp_path: Path) -> None:
    made = backup(parties.ru, tmp_path / "ru.backup", at=LATER)
    with pytest.raises(ConflictError, match=r"a backup of cctld\.ru, this node is oac\.by's"):
        restore(parties.by, tmp_path / "ru.backup", made.header, replace=True, at=LATER)


def alter_payload(table: str, row: list[Any]) -> list[Any]:
    return [b"{}" if table == "ledger_entry" and bytes_of(value)[:1] == b"{" else value for value in row]


def alter_root(table: str, row: list[Any]) -> list[Any]:
    return [b"\x01" * 32 if table == "ledger" and len(bytes_of(value)) == 32 else value for value in row]


def bytes_of(value: Any) -> bytes:
    return value if isinstance(value, bytes) else b""


@pytest.mark.parametrize(("change", "said"), [(alter_payload, "is altered"), (alter_root, "the ledger says root")])
def test_a_forged_backup_is_not_believed_and_changes_nothing(
    parties: Parties, tmp_path: Path, change: Any, said: str
) -> None:
    backup(parties.ru, tmp_path / "ru.backup", at=LATER)
    before = contents()
    forged = rewritten(tmp_path / "ru.backup", tmp_path / "forged.backup", change)
    with pytest.raises(NotBelievedError, match=said):
        restore(parties.ru, forged, read_backup(forged), replace=True, at=LATER)
    assert contents() == before


def test_a_damaged_backup_is_refused_before_anything_is_touched(parties: Parties, tmp_path: Path) -> None:
    backup(parties.ru, tmp_path / "ru.backup", at=LATER)
    whole = gzip.decompress((tmp_path / "ru.backup").read_bytes())
    (tmp_path / "damaged").write_bytes(gzip.compress(whole.replace(b"bank-demo-3.by", b"bank-demo-4.by")))
    with pytest.raises(BackupFormatError, match="SHA-256"):
        read_backup(tmp_path / "damaged")


def test_names_in_a_file_never_become_sql(parties: Parties, tmp_path: Path) -> None:
    backup(parties.ru, tmp_path / "ru.backup", at=LATER)
    lines = list(read_lines(tmp_path / "ru.backup"))[:-1]
    before = contents()
    for old, new in (
        (b'"table":"link"', b'"table":"link; DROP TABLE link"'),
        (b'["partner","text"]', b'["p\\" ;","text"]'),
    ):
        changed = tmp_path / f"changed-{len(new)}.backup"
        header = json.loads(lines[0])
        header["rows"]["link; DROP TABLE link"] = 1
        body = [json.dumps(header).encode() + b"\n", *(line.replace(old, new) for line in lines[1:])]
        write_lines(changed, _sealed(body))
        with pytest.raises(BackupFormatError, match="this store"):
            restore(parties.ru, changed, read_backup(changed), replace=True, at=LATER)
        assert contents() == before


def test_keys_are_in_it_only_when_asked_for_and_never_replace_one(parties: Parties, tmp_path: Path) -> None:
    assert backup(parties.ru, tmp_path / "without", at=LATER).header.files == ()
    raw = gzip.decompress((tmp_path / "without").read_bytes())
    assert b"PRIVATE KEY" not in raw
    assert parties.ru.settings.secret_key.encode() not in raw

    header = backup(parties.ru, tmp_path / "with", with_keys=True, at=LATER).header
    placed = place_files(tmp_path / "new", header)
    assert {"node.toml", "keys/active", "tls/node.key"} <= set(placed)
    for name in placed:
        path = tmp_path / "new" / name
        assert path.read_bytes() == (parties.ru.path / name).read_bytes()
        assert path.stat().st_mode & 0o077 == 0
    (tmp_path / "new" / "keys" / "active").write_text("another")
    assert place_files(tmp_path / "new", header) == []
    assert (tmp_path / "new" / "keys" / "active").read_text() == "another"


@pytest.mark.parametrize("name", ["../escaped", "keys/../../escaped", "/etc/passwd", "keys/.hidden", "other/file"])
def test_a_backup_writes_no_file_elsewhere(parties: Parties, tmp_path: Path, name: str) -> None:
    header = backup(parties.ru, tmp_path / "with", with_keys=True, at=LATER).header
    bad = msgspec.structs.replace(header, files=(msgspec.structs.replace(header.files[0], file=name),))
    with pytest.raises(BackupFormatError, match="is not a file of a node"):
        place_files(tmp_path / "new", bad)


def test_a_newer_program_s_backup_is_refused(parties: Parties, tmp_path: Path) -> None:
    header = backup(parties.ru, tmp_path / "ru.backup", at=LATER).header
    newer = msgspec.structs.replace(header, migrations=(*header.migrations, "store.9999_from_the_future"))
    with pytest.raises(ConflictError, match=r"store\.9999_from_the_future"):
        restore(parties.ru, tmp_path / "ru.backup", newer, replace=True, at=LATER)


def _sealed(lines: list[bytes]) -> list[bytes]:
    return [*lines, b'{"sha256":"' + hashlib.sha256(b"".join(lines)).hexdigest().encode() + b'"}\n']
