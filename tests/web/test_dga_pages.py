"""The pages of algorithmic names: counts of all zones, names of ours alone, answers by form."""

import pytest

from comity.store.models import DgaName
from web.dga_rows import FAMILY
from web.small_registry import Registry, signed_in

pytestmark = pytest.mark.django_db
PLACE = f"/dga/{FAMILY}/"


def test_counts_of_all_are_shown_and_names_of_ours_alone(registry: Registry) -> None:
    del registry
    client = signed_in("auditor")
    assert FAMILY in client.get("/dga/").content.decode()
    page = client.get(PLACE).content.decode()
    assert "qxkvjwzr[.]ru" in page
    assert "zvqwkxjh" not in page
    assert ".BY" in page
    assert "bank-demo[.]by" in page
    assert "<svg" in page
    assert "style=" not in page
    assert "Answer and tell the partners" not in page
    assert client.get("/dga/nothing/").status_code == 404
    for query in ("?zone=ru&state=registered", "?day=2026-99-99", "?page=999", "?danger=any&answer=waiting&name=%00"):
        assert client.get(PLACE + query).status_code == 200


def test_an_answer_by_form_leaves_out_what_must_be_answered_alone(registry: Registry) -> None:
    del registry
    client = signed_in("analyst")
    page = client.post(PLACE + "answer/", {"said": "blocked", "zone": "ru"}, follow=True).content.decode()
    assert "0 names were answered." in page
    assert "registered: answer one by one" in page
    refused = client.post(PLACE + "answer/", {"said": "blocked", "name": "xkz.ru"}, follow=True).content.decode()
    assert "a supervisor answers" in refused
    done = signed_in("supervisor").post(PLACE + "answer/", {"said": "blocked", "name": "xkz.ru"}, follow=True)
    assert "1 name was answered." in done.content.decode()
    assert DgaName.objects.get(name="xkz.ru").answer == "blocked"
    for wrong, said in (
        ({"said": "burnt"}, "Choose an answer"),
        ({"said": "blocked", "note": "x" * 501}, "at most 500"),
        ({"said": "blocked", "name": "no.ru"}, "No name of our zones"),
    ):
        assert said in client.post(PLACE + "answer/", wrong, follow=True).content.decode()
    assert client.post("/dga/nothing/answer/", {"said": "blocked"}).status_code == 404
    shared = client.post(PLACE + "share/", follow=True).content.decode()
    assert "Parts sent: 0. Parts that wait: 0." in shared
