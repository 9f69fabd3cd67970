"""What is told of a link: how long the oldest entry has waited, and a failure by a code that is ours."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from comity.store.link_facts import FAILURES, failure_code, read_link_facts
from comity.store.models import Ledger, LedgerEntry, Link

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
PAGE = Path(__file__).resolve().parents[2] / "docs" / "spec" / "link.md"


def link(partner: str, *, size: int, receipted: int) -> None:
    row = Link.objects.create(partner=partner, url="https://127.0.0.1:1", ca_pem="", state="open")
    for direction in ("out", "in"):
        ledger = Ledger.objects.create(
            link=row, direction=direction, origin=f"{partner}/{direction}", size=size, receipt_size=receipted,
            root=b"\0" * 32, changed_at=NOW,
        )  # fmt: skip
        for position in range(size):
            LedgerEntry.objects.create(
                ledger=ledger, position=position, kind="report", subject="", payload=b"", leaf=b"\0" * 32,
                at=NOW + timedelta(seconds=position),
            )  # fmt: skip


@pytest.mark.django_db
def test_the_oldest_entry_without_a_receipt_is_the_one_at_the_receipts_size() -> None:
    link("cctld.ru", size=9, receipted=4)
    link("oac.by", size=5, receipted=5)
    waiting, well = read_link_facts(at=NOW)
    assert (waiting.partner, waiting.waiting, waiting.waiting_since) == ("cctld.ru", 5, NOW + timedelta(seconds=4))
    assert (well.waiting, well.waiting_since, well.in_force) == (0, None, False)


@pytest.mark.django_db
def test_a_longer_ledger_asks_no_more_questions() -> None:
    link("cctld.ru", size=3, receipted=1)
    with CaptureQueriesContext(connection) as few:
        read_link_facts(at=NOW)
    Ledger.objects.update(size=9_000_000, receipt_size=2)
    with CaptureQueriesContext(connection) as many:
        read_link_facts(at=NOW)
    assert len(many) == len(few)


def test_a_failure_is_told_by_a_code_of_ours() -> None:
    assert failure_code("") == ""
    assert failure_code("https://x: is not reachable [partner-unreachable]") == "partner-unreachable"
    assert failure_code("partner answered 500: something [ivan-petrov]") == "other"
    assert failure_code("nothing in brackets") == "other"


def test_every_code_of_the_protocol_is_known() -> None:
    section = PAGE.read_text(encoding="utf-8").split("## 6.")[1].split("\n## ")[0]
    codes = set(re.findall(r"^\| \d{3} \| `([a-z-]+)` \|", section, re.MULTILINE))
    assert len(codes) > 9
    assert codes - FAILURES == set()
