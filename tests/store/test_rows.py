"""New rows, many at once: every value comes back as it was written, and a row that is there already is told."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comity.core.exchange import OutgoingEntry
from comity.core.ledger import entry_hash
from comity.store.ledgers import append_entries, frontier_of, read_entries
from comity.store.links import create_link, get_ledger
from comity.store.models import Ledger, Link

pytestmark = pytest.mark.postgres

AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ENTRIES = st.lists(
    st.builds(
        OutgoingEntry,
        kind=st.text("abc-0", min_size=1, max_size=20),
        subject=st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=36),
        payload=st.binary(max_size=300),
    ),
    max_size=30,
)


@pytest.fixture
def link(db: None) -> Link:
    return create_link("cctld.ru", "oac.by", url="https://127.0.0.1:1", ca_pem="", at=AT)


def append(ledger: Ledger, entries: list[OutgoingEntry]) -> None:
    leaves = [entry_hash(*entry) for entry in entries]
    append_entries(ledger, entries, leaves, grown=frontier_of(ledger).extend(leaves), at=AT)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(entries=ENTRIES)
def test_what_is_written_comes_back(link: Link, entries: list[OutgoingEntry]) -> None:
    ledger = get_ledger(link, "out")
    start = ledger.size
    append(ledger, entries)
    assert [entry.outgoing() for entry in read_entries(ledger.pk, start, ledger.size)] == entries


def test_a_position_that_is_taken_is_told_and_nothing_of_it_is_written(link: Link) -> None:
    append(get_ledger(link, "out"), [OutgoingEntry("report", "first", b"1")])
    stale = get_ledger(link, "out")
    stale.size, stale.frontier = 0, b""
    with pytest.raises(IntegrityError), transaction.atomic():
        append(stale, [OutgoingEntry("report", "second", b"2")])
    assert [entry.subject for entry in read_entries(stale.pk, 0, 2)] == ["first"]
