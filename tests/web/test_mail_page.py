"""The page of the mail that waits: nothing of it is a page or a link, and what a person chooses happens once."""

import pytest

from comity.store.models import Case, IncomingMail
from web.small_registry import Registry, fill_store, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def registry() -> Registry:
    return fill_store()


def test_mail_is_shown_as_text_and_defanged(registry: Registry) -> None:
    IncomingMail.objects.filter(pk=registry.mail).update(
        subject="<b>x</b> http://kassa-demo-a1.ru/", text="<script>alert(1)</script> http://evil.ru/"
    )
    page = signed_in("analyst").get("/mail/").content.decode()
    assert "<b>x</b>" not in page
    assert "<script>alert" not in page
    assert "http://evil.ru" not in page
    assert "kassa-demo-a1[.]ru" in page
    assert "<form" not in signed_in("auditor").get("/mail/").content.decode().split("<main")[1]


def test_what_is_chosen_becomes_a_report_once(registry: Registry) -> None:
    client, place = signed_in("analyst"), f"/mail/{registry.mail}/choose/"
    for typed, said in (
        ({}, "Choose an address"), ({"other": "no name", "category": "phishing"}, "cannot be reported"),
        ({"other": "x-demo.ru", "category": "fraud"}, "Choose a category"),
    ):  # fmt: skip
        answer = client.post(place, typed)
        assert (answer.status_code, said in answer.content.decode()) == (400, True)
    typed = {"address": "http://mail-demo-z9.ru/login", "category": "phishing"}
    answer = client.post(place, typed)
    case = Case.objects.get(registrable="mail-demo-z9.ru")
    assert answer.headers["Location"] == f"/cases/{case.ref}/"
    assert client.post(place, typed).headers["Location"] == "/mail/"
    row = IncomingMail.objects.get(pk=registry.mail)
    assert (row.state, row.decided_by, bytes(row.body)) == ("chosen", "analyst", b"")


def test_an_answer_is_kept_with_its_case_and_a_mail_is_dismissed(registry: Registry) -> None:
    held = IncomingMail.objects.get(why="reply-from-somebody-else")
    client = signed_in("supervisor")
    assert client.post(f"/mail/{held.pk}/choose/", {"keep": "1"}).headers["Location"].startswith("/cases/")
    assert client.post(f"/mail/{registry.mail}/dismiss/").headers["Location"] == "/mail/"
    assert set(IncomingMail.objects.values_list("state", flat=True)) == {"chosen", "dismissed"}
    assert "No mail waits." in client.get("/mail/").content.decode()
