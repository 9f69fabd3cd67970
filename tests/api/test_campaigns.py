"""Siblings of a case over HTTP: read with their reasons, settled by the desk."""

import pytest

from api.conftest import Caller
from comity.store.models import Case
from web.campaign_rows import fill_campaign
from web.small_registry import NOON

pytestmark = pytest.mark.django_db


def test_siblings_are_read_with_reasons(auditor: Caller) -> None:
    case = Case.objects.create(
        ref="0AAA-0BBB-0CCC", uuid="00000000-0000-5000-8000-00000000ca3e", registrable="bank-demo-z9.ru",
        category="phishing", episode=1, zone="ru", party="cctld.ru", state="confirmed", severity="high",
        disposition="malicious", opened_at=NOON, changed_at=NOON,
    )  # fmt: skip
    fill_campaign(case, NOON)
    (row,) = auditor.get("campaigns")["campaigns"]
    assert (row["case"], row["siblings"], row["open"]) == (case.ref, 3, 2)
    told = auditor.get(f"cases/{case.ref}/campaign")
    assert told["signs"][0]["reason"].startswith("same name servers (ns1.demo.su ns2.demo.su): 12 of 1,000,000 names")
    assert [one["state"] for one in told["siblings"]] == ["open", "not-related", "open"]
    assert (told["dropped"][0]["why"], told["guarded"]) == ("says-nothing", 1)
