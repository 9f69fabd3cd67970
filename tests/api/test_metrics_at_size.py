"""Reading the numbers does not count the rows: with many entries and decisions a scrape asks only for their ends.

COMITY_SOAK=1: a million entries and a million decisions, and the time it takes.
"""

import os
import re
import statistics
import time

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from api.conftest import NOW
from comity.store.fields import micros
from comity.store.models import Ledger, Link
from comity.store.tallies import AT_ONCE

ROWS = 1_000_000 if os.environ.get("COMITY_SOAK") else AT_ONCE + 5_000
MOST_SECONDS = 0.05
_NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < %s) "


def fill() -> None:
    link = Link.objects.create(partner="oac.by", url="https://127.0.0.1:1", ca_pem="", state="open")
    ledger = Ledger.objects.create(
        link=link, direction="out", origin="o", size=ROWS, receipt_size=ROWS // 2, root=b"\0" * 32, changed_at=NOW
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_entry (ledger_id, position, kind, subject, payload, leaf, refused, at) "
            + _NUMBERS + "SELECT %s, i, 'report', '', %s, %s, '', %s FROM n",
            [ROWS, ledger.pk, b"x" * 300, b"\1" * 32, micros(NOW)],
        )  # fmt: skip
        cursor.execute(
            "INSERT INTO decision (partner, direction, kind, memorandum, verdict, clause, reason, trace, at) "
            + _NUMBERS + "SELECT 'oac.by', 'out', 'report', '', 'send', '3', 'allowed', %s, %s FROM n",
            [ROWS, b"t" * 150, micros(NOW)],
        )  # fmt: skip


def scrape() -> str:
    response = Client().get("/metrics")
    assert response.status_code == 200
    return response.content.decode()


def number(text: str, name: str) -> float:
    """The one number of that name; zero while it is not told."""
    found = re.findall(rf"^{name}\{{.*\}} (\S+)$", text, re.MULTILINE)
    return float(found[0]) if found else 0.0


@pytest.mark.django_db(transaction=True)
def test_a_scrape_does_not_count() -> None:
    fill()
    end = time.monotonic() + 120
    while number(scrape(), "comity_decisions_total") != ROWS and time.monotonic() < end:
        time.sleep(0.1)
    with CaptureQueriesContext(connection) as asked:
        text = scrape()
    assert number(text, "comity_decisions_total") == ROWS
    assert number(text, "comity_link_lag_entries") == ROWS - ROWS // 2
    counting = re.compile(r"count\(\*\).*\b(decision|ledger_entry)\b", re.IGNORECASE)
    assert [one["sql"] for one in asked if counting.search(one["sql"])] == []
    if "COMITY_SOAK" in os.environ:
        took = []
        for _ in range(20):
            begun = time.perf_counter()
            scrape()
            took.append(time.perf_counter() - begun)
        assert statistics.median(took) < MOST_SECONDS, took
