"""What is served over TAXII goes into a backup and comes back octet for octet."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings

from api.taxii_world import Reader, new
from comity.flows.backup import backup
from comity.flows.restore import restore
from flows.test_backup import contents
from flows.two_parties import AT, Parties

pytestmark = pytest.mark.django_db(transaction=True)

LATER = AT + timedelta(hours=1)
TABLES = ("taxii_collection", "taxii_object", "taxii_tail", "taxii_segment", "taxii_block")


def test_it_comes_back_octet_for_octet(tmp_path: Path, settings: LazySettings) -> None:
    parties = Parties(tmp_path / "nodes")
    parties.sit(parties.ru)
    settings.HOME = parties.ru
    reader = Reader(party="cctld.ru")
    reader.add([new(number) for number in range(300)])
    reader.add([new(number, version=1) for number in range(5)])
    made = backup(parties.ru, tmp_path / "ru.backup", at=LATER)
    before = contents()
    assert all(made.header.rows[table] for table in TABLES)
    reader.add([new(400)])
    restore(parties.ru, tmp_path / "ru.backup", made.header, replace=True, at=LATER)
    after = contents()
    assert {table: after[table] for table in TABLES} == {table: before[table] for table in TABLES}
    reader.add([new(401)])
    assert len(reader.everything("TLP:GREEN", 1000)) == 301
