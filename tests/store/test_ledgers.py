"""Ledgers in the store: positions in commit order, tiles that prove, nothing half-done.  The same on both databases."""

import threading
from datetime import UTC, datetime

import pytest
from django.db import connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comity.core.errors import InputError, NotFoundError
from comity.core.exchange import MisuseError, OutgoingEntry, UnknownOriginError
from comity.core.ledger import EMPTY_ROOT, Frontier, Head, entry_hash
from comity.core.proofs import (
    consistency_proof,
    frontier_at,
    inclusion_proof,
    verify_consistency,
    verify_inclusion,
)
from comity.store.ledger_tiles import node_reader, read_tile
from comity.store.ledgers import count_entries, frontier_of, read_batch, read_entries, root_at, store_receipt
from comity.store.links import create_link, get_incoming, get_ledger, get_ledger_of_origin, get_link, get_outgoing
from comity.store.models import Ledger, LedgerEntry, LedgerTile, Link
from comity.store.outgoing import append_outgoing

AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def entries(count: int, start: int = 0) -> list[OutgoingEntry]:
    return [
        OutgoingEntry("report", f"subject-{number}", b"payload %d" % number) for number in range(start, start + count)
    ]


def link(partner: str = "oac.by") -> Link:
    return create_link("cctld.ru", partner, url="https://127.0.0.1:1", ca_pem="", at=AT)


def append(made: list[OutgoingEntry], partner: str = "oac.by") -> int:
    """Append, and tell the position after the last."""
    with transaction.atomic():
        append_outgoing(partner, made, at=AT)
    return get_ledger(get_link(partner), "out").size


def append_and_fail() -> None:
    with transaction.atomic():
        append_outgoing("oac.by", entries(300), at=AT)
        raise RuntimeError("power")


@pytest.mark.django_db
def test_a_new_link_has_two_empty_ledgers() -> None:
    made = link()
    out, incoming = get_ledger(made, "out"), get_ledger(made, "in")
    assert (out.origin, incoming.origin) == ("cctld.ru/ledger/oac.by", "oac.by/ledger/cctld.ru")
    assert out.root == incoming.root == EMPTY_ROOT
    assert frontier_of(out) == Frontier()


@pytest.mark.django_db
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(widths=st.lists(st.integers(min_value=1, max_value=400), min_size=1, max_size=5), data=st.data())
def test_any_batches_make_the_tree_of_their_entries_and_the_tiles_prove_it(
    widths: list[int], data: st.DataObject
) -> None:
    with transaction.atomic():
        made = link(f"partner-{Link.objects.count()}.example")
        size = 0
        for width in widths:
            assert append(entries(width, size), made.partner) == size + width
            size += width
        ledger = get_ledger(made, "out")
        leaves = [entry_hash(*entry) for entry in entries(size)]
        assert ledger.size == size
        assert ledger.root == Frontier().extend(leaves)[0].root()
        assert [entry.leaf for entry in read_entries(ledger.pk, 0, size)] == leaves
        assert count_entries(ledger.pk) == (size, size)
        earlier = data.draw(st.integers(min_value=0, max_value=size))
        read = node_reader(ledger.pk)
        assert frontier_at(size, read) == frontier_of(ledger)
        assert root_at(ledger, earlier) == Frontier().extend(leaves[:earlier])[0].root()
        position = data.draw(st.integers(min_value=0, max_value=size - 1))
        proof = inclusion_proof(position, size, read)
        assert verify_inclusion(leaves[position], position, size, proof, ledger.root)
        old = Head(ledger.origin, earlier, root_at(ledger, earlier))
        assert verify_consistency(old, Head(ledger.origin, size, ledger.root), consistency_proof(earlier, size, read))
        assert all(len(read_tile(ledger.pk, 0, number)) == 32 * 256 for number in range(size // 256))
        assert len(read_tile(ledger.pk, 1, 0)) == 32 * (size // 256)


@pytest.mark.django_db
def test_a_proof_in_a_ledger_of_seventy_thousand_reads_a_few_rows(django_assert_max_num_queries: object) -> None:
    made = link()
    for start in range(0, 70_000, 10_000):
        append(entries(10_000, start))
    ledger = get_ledger(made, "out")
    leaf = entry_hash(*entries(1, 65_537)[0])
    with django_assert_max_num_queries(8):  # type: ignore[operator]  # pytest-django's fixture is a context maker
        proof = inclusion_proof(65_537, 70_000, node_reader(ledger.pk))
    assert verify_inclusion(leaf, 65_537, 70_000, proof, ledger.root)
    assert len(read_tile(ledger.pk, 2, 0)) == 32
    assert LedgerTile.objects.filter(ledger=ledger, level=1).count() == 2


@pytest.mark.django_db(transaction=True)
def test_an_entry_is_made_only_with_what_it_tells_of() -> None:
    link()
    with pytest.raises(MisuseError):
        append_outgoing("oac.by", entries(1), at=AT)
    with pytest.raises(RuntimeError, match="power"):
        append_and_fail()
    ledger = Ledger.objects.get(direction="out")
    assert (ledger.size, ledger.root, frontier_of(ledger)) == (0, EMPTY_ROOT, Frontier())
    assert not LedgerEntry.objects.exists()
    assert not LedgerTile.objects.exists()


@pytest.mark.django_db
def test_without_a_link_nothing_is_made_and_with_a_stopped_one_entries_wait() -> None:
    with pytest.raises(NotFoundError):
        append(entries(1))
    made = link()
    made.state = "stopped"
    made.save()
    assert append(entries(1)) == 1
    assert get_ledger(made, "out").size == 1


@pytest.mark.django_db
def test_what_no_batch_could_carry_is_refused_before_anything_is_stored() -> None:
    made = link()
    with pytest.raises(InputError, match="65535"):
        append([*entries(2), OutgoingEntry("report", "big", b"x" * 65_536)])
    assert get_ledger(made, "out").size == 0
    assert append([]) == 0


@pytest.mark.django_db
def test_a_batch_is_bounded_by_count_and_by_bytes_but_never_empty() -> None:
    made = link()
    append([OutgoingEntry("report", "", b"x" * 60_000) for _ in range(10)])
    ledger = get_ledger(made, "out")
    assert len(read_batch(ledger.pk, 0, stop=4, max_bytes=10_000_000)) == 4
    assert len(read_batch(ledger.pk, 0, stop=10, max_bytes=200_000)) == 3
    assert [entry.position for entry in read_batch(ledger.pk, 7, stop=10, max_bytes=1)] == [7]


@pytest.mark.django_db
def test_a_receipt_is_never_replaced_by_an_older_one() -> None:
    made = link()
    append([OutgoingEntry("report", "", b"x") for _ in range(7)])
    ledger = get_ledger(made, "out")
    store_receipt(ledger, checkpoint=b"c7", receipt=b"r7", size=7, at=AT)
    store_receipt(ledger, checkpoint=b"c5", receipt=b"r5", size=5, at=AT)
    ledger.refresh_from_db()
    assert (ledger.receipt, ledger.receipt_size) == (b"r7", 7)


@pytest.mark.django_db(transaction=True)
def test_writers_at_once_get_positions_without_gap_or_double() -> None:
    made = link()
    failures: list[BaseException] = []

    def write(writer: int) -> None:
        try:
            for turn in range(6):
                append([OutgoingEntry("report", f"{writer}-{turn}-{n}", b"x") for n in range(30)])
        except Exception as error:  # noqa: BLE001 — whatever stops a writer must fail the test, not vanish in its thread
            failures.append(error)
        finally:
            connections.close_all()

    writers = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert not failures
    ledger = get_ledger(made, "out")
    stored = list(read_entries(ledger.pk, 0, 10_000))
    assert [entry.position for entry in stored] == list(range(4 * 6 * 30))
    assert ledger.root == Frontier().extend([entry.leaf for entry in stored])[0].root()
    for number in range(4):
        own = [entry.subject for entry in stored if entry.subject.startswith(f"{number}-")]
        assert own == [f"{number}-{turn}-{n}" for turn in range(6) for n in range(30)]


@pytest.mark.django_db
@pytest.mark.parametrize("origin", ["oac.by/\0", "oac.by/\ud800", "oac.by/\n", "oac.by/é", ""])
def test_an_origin_that_no_ledger_can_have_is_unknown(origin: str) -> None:
    """A partner writes it into the address: PostgreSQL would not even take the question."""
    link()
    for find in (get_incoming, get_outgoing):
        with pytest.raises(UnknownOriginError):
            find(origin)
    with pytest.raises(NotFoundError):
        get_ledger_of_origin(origin)
