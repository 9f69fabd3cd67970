"""Published ledgers over HTTP: what is stored is given, to whom it may, as far as was signed, and no payload."""

from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from nacl.signing import SigningKey

from api.conftest import NOW, Caller
from comity.core.exchange import OutgoingEntry
from comity.core.ledger import Frontier, Head, PublicKey, entry_hash, leaf_data
from comity.store.ledgers import store_receipt
from comity.store.links import create_link, get_ledger
from comity.store.models import Ledger, LedgerEntry, LedgerTile, Person
from comity.store.outgoing import append_outgoing
from comity.wire.checkpoint import cosign, cosign_head, read_head, sign_checkpoint
from comity.wire.tiles import list_tiles, parse_entry_bundle, render_tile_path

pytestmark = pytest.mark.django_db

ORIGIN = "oac.by/ledger/cctld.ru"
OWN, PARTNER = SigningKey(b"\x01" * 32), SigningKey(b"\x02" * 32)
SIZE, SIGNED = 700, 600


def entry(number: int) -> OutgoingEntry:
    return OutgoingEntry("test", str(number), b"a secret payload, number %d" % number)


def leaves(count: int) -> list[bytes]:
    return [entry_hash(*entry(number)) for number in range(count)]


def note(size: int) -> bytes:
    head = Head(ORIGIN, size, Frontier().extend(leaves(size))[0].root())
    return sign_checkpoint(head, bytes(OWN.verify_key), lambda data: OWN.sign(data).signature)


def receipt(size: int) -> bytes:
    public = bytes(PARTNER.verify_key)
    return cosign(note(size), "cctld.ru", public, lambda data: PARTNER.sign(data).signature, at=NOW)


@pytest.fixture
def ledger(db: None) -> Ledger:
    """Seven hundred entries, of which the partner has receipted six hundred."""
    link = create_link("oac.by", "cctld.ru", url="https://127.0.0.1:1", ca_pem="", at=NOW)
    for start in range(0, SIZE, 350):
        with transaction.atomic():
            append_outgoing("cctld.ru", [entry(number) for number in range(start, start + 350)], at=NOW)
    made = get_ledger(link, "out")
    store_receipt(made, checkpoint=note(SIGNED), receipt=receipt(SIGNED), size=SIGNED, at=NOW)
    return made


def get(caller: Caller, path: str) -> Any:
    return caller.client.get(f"/log/{ORIGIN}/{path}")


def test_the_checkpoint_is_the_receipt_as_it_was_stored(ledger: Ledger, auditor: Caller) -> None:
    answer = get(auditor, "checkpoint")

    assert (answer.status_code, answer.content) == (200, receipt(SIGNED))
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer["Cache-Control"] == "private, no-cache"
    found = read_head(
        answer.content, sender=[PublicKey("o", bytes(OWN.verify_key))],
        receiver=[PublicKey("p", bytes(PARTNER.verify_key))], receiver_name="cctld.ru",
    )  # fmt: skip
    assert (found.head.size, found.signed_by, found.cosigned_by) == (SIGNED, ("o",), ("p",))


def test_every_tile_of_the_published_size_is_given_and_makes_the_signed_root(ledger: Ledger, auditor: Caller) -> None:
    hashes, data = b"", []
    for tile in list_tiles(SIGNED):
        answer = get(auditor, render_tile_path(tile))
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/octet-stream")
        assert answer["Cache-Control"] == "private, max-age=31536000, immutable"
        if tile.of_entries:
            data += parse_entry_bundle(answer.content)
        elif tile.level == 0:
            hashes += answer.content
        else:
            assert len(answer.content) == 32 * tile.width
    assert [hashes[at : at + 32] for at in range(0, len(hashes), 32)] == leaves(SIGNED)
    assert data == [leaf_data(*entry(number)) for number in range(SIGNED)]


def test_a_narrower_tile_is_what_it_was(ledger: Ledger, auditor: Caller) -> None:
    whole = get(auditor, "tile/0/000").content
    assert get(auditor, "tile/0/000.p/17").content == whole[: 17 * 32]
    assert len(parse_entry_bundle(get(auditor, "tile/entries/001.p/3").content)) == 3


def test_nothing_is_given_beyond_what_is_signed(ledger: Ledger, auditor: Caller) -> None:
    assert get(auditor, "tile/0/002.p/88").status_code == 200
    for path in ("tile/0/002.p/89", "tile/entries/002.p/89", "tile/0/002", "tile/1/000.p/3", "tile/2/000.p/1"):
        answer = get(auditor, path)
        assert (answer.status_code, answer.json()["code"]) == (404, "not-found"), path


def test_no_payload_is_given(ledger: Ledger, auditor: Caller) -> None:
    bundle = get(auditor, "tile/entries/000").content
    assert b"secret" not in bundle
    assert sha256(entry(5).payload).hexdigest().encode() in bundle


def test_an_erased_entry_is_published_as_it_was(ledger: Ledger, auditor: Caller) -> None:
    before = get(auditor, "tile/entries/000").content
    row = LedgerEntry.objects.get(ledger=ledger, position=9)
    row.payload, row.erased_at = sha256(row.payload).digest(), NOW + timedelta(days=1)
    row.save()
    assert get(auditor, "tile/entries/000").content == before


@pytest.mark.parametrize("role", Person.Role.values)
def test_only_some_roles_may_see_ledgers(ledger: Ledger, role: str) -> None:
    may = role in {"auditor", "administrator", "supervisor", "policy-officer"}
    by_token = get(Caller(role), "checkpoint")
    signed_in = Client()
    signed_in.force_login(Person.objects.get(role=role))
    by_session = signed_in.get(f"/log/{ORIGIN}/checkpoint")
    for answer in (by_token, by_session):
        assert answer.status_code == (200 if may else 403)
        assert may or answer.json()["code"] == "forbidden"


def test_nobody_and_a_wrong_token_are_told_to_send_one(ledger: Ledger, auditor: Caller) -> None:
    wrong = Client(headers={"Authorization": "Bearer comity_none"})
    wrong.force_login(auditor.person)  # a token that is sent is what counts
    for client in (Client(), wrong):
        for path in ("checkpoint", "tile/0/000", "tile/entries/000"):
            answer = client.get(f"/log/{ORIGIN}/{path}")
            assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
            assert answer["WWW-Authenticate"].startswith("Bearer")
            assert answer["Cache-Control"] == "no-store"


def test_what_is_not_there_is_a_problem(ledger: Ledger, auditor: Caller) -> None:
    for path, status in (
        (f"{ORIGIN}/tile/0/0", 400), (f"{ORIGIN}/tile/data/000", 400), (f"{ORIGIN}/tile/0/000%0A", 404),
        (f"{ORIGIN}/tile/", 400), (f"{ORIGIN}/", 404), ("", 404), (f"{ORIGIN}/checkpoint/", 404),
        ("cctld.ru/ledger/nobody.example/checkpoint", 404), ("oac.by%00/ledger/cctld.ru/checkpoint", 404),
        ("cctld.ru/ledger/oac.by/checkpoint", 404),  # nothing was received yet
        ("cctld.ru/ledger/oac.by/tile/0/000.p/1", 404),
    ):  # fmt: skip
        answer = auditor.client.get(f"/log/{path}")
        assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json"), path


def test_it_is_read_only(ledger: Ledger, auditor: Caller) -> None:
    for method in ("post", "put", "delete", "patch", "options"):
        answer = getattr(auditor.client, method)(f"/log/{ORIGIN}/checkpoint")
        assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")
    head = auditor.client.head(f"/log/{ORIGIN}/tile/0/000")
    assert (head.status_code, head["Content-Length"], head.content) == (200, str(256 * 32), b"")


def test_a_head_that_its_sender_never_signed_is_no_checkpoint(ledger: Ledger, auditor: Caller) -> None:
    head = Head(ORIGIN, 0, Frontier().root())
    alone = cosign_head(head, "cctld.ru", bytes(PARTNER.verify_key), lambda data: PARTNER.sign(data).signature, at=NOW)
    Ledger.objects.filter(pk=ledger.pk).update(receipt=alone, checkpoint=b"", receipt_size=0)
    assert get(auditor, "checkpoint").status_code == 404
    Ledger.objects.filter(pk=ledger.pk).update(checkpoint=note(300))
    assert get(auditor, "checkpoint").content == note(300)
    assert get(auditor, "tile/0/001.p/44").status_code == 200
    assert get(auditor, "tile/0/001.p/45").status_code == 404


def test_a_part_that_the_store_lost_is_said_to_be_lost(ledger: Ledger, auditor: Caller) -> None:
    LedgerTile.objects.filter(ledger=ledger, level=1).delete()
    LedgerEntry.objects.filter(ledger=ledger, position=3).delete()
    for path in ("tile/1/000.p/2", "tile/entries/000"):
        answer = get(auditor, path)
        assert (answer.status_code, answer.json()["code"]) == (500, "ledger-damaged")
    assert get(auditor, "tile/0/000").status_code == 200  # its tile is stored: nothing is computed anew


def test_a_request_asks_the_store_a_few_times(ledger: Ledger, auditor: Caller) -> None:
    for path, most in (("checkpoint", 2), ("tile/0/001", 3), ("tile/0/002.p/88", 4), ("tile/entries/001", 4)):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert get(auditor, path).status_code == 200
        assert len(asked) <= most, path
