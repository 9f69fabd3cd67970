"""Alive, ready, and numbers that name nobody."""

import pytest
from django.test import Client

from api.conftest import NOW, Caller
from comity.store.models import Ledger, Link

pytestmark = pytest.mark.django_db


def link(state: str = "open") -> Link:
    link = Link.objects.create(partner="cctld.ru", url="https://127.0.0.1:1", ca_pem="", state=state)
    Ledger.objects.create(
        link=link, direction="out", origin="o", size=7, receipt_size=4, root=b"\0" * 32, changed_at=NOW
    )
    return link


def test_the_process_is_alive() -> None:
    response = Client().get("/healthz")

    assert (response.status_code, response.json()) == (200, {"alive": True})
    assert Client().post("/healthz").status_code == 405


def test_a_node_with_a_store_is_ready() -> None:
    link()

    response = Client().get("/readyz")

    assert (response.status_code, response.json()) == (
        200,
        {
            "ready": True,
            "checks": {"database": "ok", "ledgers": "ok", "disk": "ok"},
            "alarms": [{"code": "memorandum-absent", "severity": "warning", "about": "cctld.ru"}],
        },
    )


def test_a_stopped_link_makes_a_node_unready() -> None:
    link("stopped")

    response = Client().get("/readyz")

    assert response.status_code == 503
    assert response.json()["checks"]["ledgers"] == "stopped: cctld.ru"
    assert response.json()["alarms"][0] == {"code": "link-stopped", "severity": "critical", "about": "cctld.ru"}


def test_the_numbers_are_the_stores(analyst: Caller) -> None:
    link()
    analyst.post("reports", {"name": "https://pay-demo-q7.by/", "category": "phishing"})

    text = Client().get("/metrics").content.decode()

    assert 'comity_cases{state="received"} 1.0' in text
    assert 'comity_cases{state="closed"} 0.0' in text
    assert 'comity_reports{standing="accepted"} 1.0' in text
    assert 'comity_ledger_entries_total{direction="out",partner="cctld.ru"} 7.0' in text
    assert 'comity_link_lag_entries{partner="cctld.ru"} 3.0' in text
    assert "pay-demo" not in text
    assert "analyst-1" not in text
