"""The pages of statistics: what the desk sees, what a policy officer releases, what the public reads."""

import json

import pytest
from django.test import Client

from comity.store.models import Release
from web.small_registry import Registry, signed_in
from web.statistics_rows import PERIOD, STATEMENT

pytestmark = pytest.mark.django_db


def test_the_desk_sees_numbers_and_statements_with_their_differences(registry: Registry) -> None:
    del registry
    client = signed_in("analyst")
    page = client.get(f"/statistics/?period={PERIOD}").content.decode()
    assert "The counts differ" in page
    assert "Release this period" not in page
    assert client.get("/statistics/?period=2026-13").status_code == 404
    one = client.get(f"/statistics/{STATEMENT}/").content.decode()
    assert "/figures/acknowledge/median" in one
    assert "<svg" in one
    assert "style=" not in one
    signed = client.get(f"/statistics/{STATEMENT}/file/")
    assert json.loads(signed.content)["format"] == "comity-statistics-signed/1"
    assert "<h1>" in client.get(f"/statistics/report/?period={PERIOD}").content.decode()


def test_only_a_policy_officer_releases_and_only_what_is_over(registry: Registry) -> None:
    del registry
    before = Release.objects.count()
    assert signed_in("supervisor").post("/statistics/release/", {"period": "2026-10"}).status_code == 403
    officer = signed_in("policy-officer")
    officer.post("/statistics/release/", {"period": "2199-12"})
    assert Release.objects.count() == before
    answer = officer.post("/statistics/release/", {"period": "2026-10"})
    assert (answer.status_code, Release.objects.count()) == (302, before + 1)
    assert Client().get("/transparency/2026-10/").status_code == 200


def test_the_public_reads_what_was_released_and_nothing_else(registry: Registry) -> None:
    del registry
    client = Client()
    assert PERIOD in client.get("/transparency/").content.decode()
    page = client.get(f"/transparency/{PERIOD}/").content.decode()
    assert "fewer than 5" in page  # two looks at personal data
    assert "REG-DEMO" not in page
    assert client.get("/transparency/2025-01/").status_code == 404
    figures = json.loads(client.get(f"/transparency/{PERIOD}/figures.json").content)
    assert (figures["figures"]["personal_data_looks"], figures["figures"]["by_source"]) == (None, [])
    rows = client.get(f"/transparency/{PERIOD}/figures.csv").content.decode().splitlines()
    assert rows[0] == "period,measure,key,value"
    assert f"{PERIOD},personal-data-looks,," in rows
    assert client.get(f"/transparency/{PERIOD}/figures.exe").status_code == 404
