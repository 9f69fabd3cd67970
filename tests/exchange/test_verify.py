"""`comity link verify` names precisely what differs from what was signed, and says nothing where nothing does."""

from datetime import UTC, datetime

import pytest
from django.db import connection, transaction
from nacl.signing import SigningKey

from comity.core.exchange import OutgoingEntry
from comity.core.ledger import Head, PublicKey, entry_hash
from comity.flows.verify_ledgers import LedgerReport, verify_ledger
from comity.store.ledgers import root_at, store_receipt
from comity.store.links import create_link, get_ledger
from comity.store.models import Ledger
from comity.store.outgoing import append_outgoing
from comity.wire.checkpoint import cosign, sign_checkpoint

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
RU, BY = SigningKey(b"\x01" * 32), SigningKey(b"\x02" * 32)
RU_KEY, BY_KEY = PublicKey("ru-2026-1", bytes(RU.verify_key)), PublicKey("by-2026-1", bytes(BY.verify_key))
SIZE, RECEIPTED = 2_600, 2_500  # more than one chunk, and a receipt that ends within one


def receipt_for(head: Head) -> tuple[bytes, bytes]:
    note = sign_checkpoint(head, RU_KEY.public, lambda data: RU.sign(data).signature)
    return note, cosign(note, "oac.by", BY_KEY.public, lambda data: BY.sign(data).signature, at=AT)


@pytest.fixture
def ledger() -> Ledger:
    link = create_link("cctld.ru", "oac.by", url="https://127.0.0.1:1", ca_pem="", at=AT)
    for start in range(0, SIZE, 650):
        with transaction.atomic():
            entries = [OutgoingEntry("test", str(number), b"%d" % number) for number in range(start, start + 650)]
            append_outgoing("oac.by", entries, at=AT)
    made = get_ledger(link, "out")
    note, receipt = receipt_for(Head(made.origin, RECEIPTED, root_at(made, RECEIPTED)))
    store_receipt(made, checkpoint=note, receipt=receipt, size=RECEIPTED, at=AT)
    return made


def verify(ledger: Ledger) -> LedgerReport:
    ledger.refresh_from_db()
    return verify_ledger(ledger, "oac.by", sender=[RU_KEY], receiver=[BY_KEY], receiver_name="oac.by")


def change(sql: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        assert cursor.rowcount == 1


def test_what_was_signed_is_here(ledger: Ledger) -> None:
    report = verify(ledger)
    assert report.differences == []
    assert (report.entries, report.receipted, report.root) == (SIZE, RECEIPTED, ledger.root.hex())


def test_an_altered_entry_is_named(ledger: Ledger) -> None:
    change("UPDATE ledger_entry SET payload = %s WHERE ledger_id = %s AND position = 1234", b"altered", ledger.pk)
    found = verify(ledger).differences
    assert found[0].startswith("entry 1234 is altered")
    assert any(line.startswith("the receipt of 2500 entries signs root") for line in found)
    assert any(line.startswith("the ledger says root") for line in found)
    assert any(line == "tile 0/4 differs from its entries" for line in found)


def test_an_entry_altered_together_with_its_hash_is_found_by_the_signatures(ledger: Ledger) -> None:
    leaf = entry_hash("other", "7", b"7")
    change("UPDATE ledger_entry SET kind = 'other', leaf = %s WHERE ledger_id = %s AND position = 7", leaf, ledger.pk)
    found = verify(ledger).differences
    assert not any(line.startswith("entry") for line in found)
    assert any(line.startswith("the receipt of 2500 entries signs root") for line in found)


def test_a_missing_entry_is_named(ledger: Ledger) -> None:
    change("DELETE FROM ledger_entry WHERE ledger_id = %s AND position = 900", ledger.pk)
    found = verify(ledger).differences
    assert found[0] == "entry 900 is missing (the next stored one is 901)"
    assert any("only 900 are here in order" in line for line in found)
    assert any("2599 are stored" in line for line in found)


def test_a_missing_end_is_named(ledger: Ledger) -> None:
    change("DELETE FROM ledger_entry WHERE ledger_id = %s AND position = %s", ledger.pk, SIZE - 1)
    assert any(line.startswith(f"entry {SIZE - 1} is missing") for line in verify(ledger).differences)


def test_an_entry_behind_the_end_is_found(ledger: Ledger) -> None:
    change("UPDATE ledger SET size = %s WHERE id = %s", SIZE - 1, ledger.pk)
    assert any(f"{SIZE} are stored" in line for line in verify(ledger).differences)


def test_an_altered_tile_is_named(ledger: Ledger) -> None:
    change(
        "UPDATE ledger_tile SET hashes = %s WHERE ledger_id = %s AND level = 0 AND number = 3", b"\0" * 8192, ledger.pk
    )
    assert verify(ledger).differences == ["tile 0/3 differs from its entries"]


def test_a_receipt_for_another_history_is_named(ledger: Ledger) -> None:
    note, receipt = receipt_for(Head(ledger.origin, RECEIPTED, b"\x09" * 32))
    store_receipt(ledger, checkpoint=note, receipt=receipt, size=RECEIPTED, at=AT)
    found = verify(ledger).differences
    assert len(found) == 2
    assert all("of 2500 entries signs root 0909" in line for line in found)


def test_a_forged_or_half_signed_receipt_is_named(ledger: Ledger) -> None:
    note, receipt = receipt_for(Head(ledger.origin, RECEIPTED, root_at(ledger, RECEIPTED)))
    store_receipt(ledger, checkpoint=note, receipt=note, size=RECEIPTED, at=AT)
    assert verify(ledger).differences == ["the receipt is not cosigned by its receiver"]
    forged = receipt.replace(b"\n2500\n", b"\n2501\n")
    store_receipt(ledger, checkpoint=note, receipt=forged, size=RECEIPTED, at=AT)
    assert any(line.startswith("the receipt cannot be believed") for line in verify(ledger).differences)


def test_many_differences_are_counted_and_not_all_named(ledger: Ledger) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_entry SET payload = %s WHERE ledger_id = %s", (b"x", ledger.pk))
    report = verify(ledger)
    assert len(report.differences) == 50
    assert report.differences_more > SIZE - 60
