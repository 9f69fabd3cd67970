"""The pages of consultations and experts: who may do what on them, what they show, and that nothing typed is lost."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from comity.core.exchange import IncomingEntry
from comity.core.roles import Actor
from comity.edges.home import Home
from comity.flows.apply_entry import apply_entries
from comity.flows.consult import Question, consult
from comity.flows.say import Words
from comity.store.models import (
    Attachment,
    Consultation,
    ConsultationMessage,
    ConsultationThread,
    Expert,
    Memorandum,
    Person,
)
from flows.two_desks import Desks
from flows.two_parties import Parties, phishing
from web.small_registry import ROLES, signed_in
from web.test_pages import assert_well_formed

pytestmark = pytest.mark.django_db

READERS = {"analyst", "supervisor", "policy-officer", "auditor"}
WRITERS = READERS - {"auditor"}
TEXT = "<script>alert(1)</script> смотрите http://bank-demo-a1.by/login\n\nВторой абзац \u202egnp"


@pytest.fixture
def node(settings: LazySettings, tmp_path: Path) -> Home:
    """The node of cctld.ru with a question of oac.by that waits for it, and a case of its own."""
    desks = Desks(Parties(tmp_path / "two"), at=datetime.now(UTC))
    by = desks.parties.by
    desks.by()
    question = Question(
        partners=("cctld.ru",), subject="Пытанне пра DGA", words=Words(text=TEXT, language="ru"), topic="dns"
    )
    consult(by, question, Actor("alena", "analyst", "oac.by"), at=datetime.now(UTC) - timedelta(minutes=5))
    (sent,) = desks.outgoing()
    desks.ru()
    settings.HOME = desks.parties.ru
    assert apply_entries(desks.parties.ru, "oac.by", [IncomingEntry(0, *sent[1:])], at=datetime.now(UTC)) == [""]
    desks.file(phishing("http://bank-demo-a1.by/login"))
    for role in ROLES:
        Person.objects.create_user(username=role, password="x", role=role)
    return desks.parties.ru


def uuid() -> str:
    return str(Consultation.objects.order_by("pk").first().uuid)  # type: ignore[union-attr]


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def ask(client: Client, **changed: object) -> tuple[int, str]:
    form = {"partner": ["oac.by"], "subject": "Имена DGA", "text": "Как вы действуете?", "tlp": "TLP:AMBER"} | changed
    answer = client.post("/consultations/new/", form)
    return answer.status_code, answer.content.decode()


def test_each_page_is_for_its_roles(node: Home) -> None:
    for role in ROLES:
        client = signed_in(role)
        for address in ("/consultations/", f"/consultations/{uuid()}/", "/experts/"):
            assert client.get(address).status_code == (200 if role in READERS else 403), address
        assert client.get("/consultations/new/").status_code == (200 if role in WRITERS else 403)
        answered = client.post(f"/consultations/{uuid()}/reply/", {"partner": "oac.by", "text": f"{role} says"})
        assert answered.status_code == (302 if role in WRITERS else 403)
        assert ConsultationMessage.objects.filter(text=f"{role} says").exists() == (role in WRITERS)
        expert = {"role": f"desk of {role}", "topics": ["law"], "languages": ["ru"]}
        assert client.post("/experts/", expert).status_code == (302 if role in WRITERS else 403)
        assert Expert.objects.filter(role=f"desk of {role}").exists() == (role in WRITERS)
        assert client.post("/experts/none/withdraw/").status_code == (404 if role in WRITERS else 403)


def test_every_page_is_well_formed_in_every_language_and_runs_nothing(node: Home) -> None:
    client = signed_in("supervisor")
    client.post("/experts/", {"role": "Юрист", "topics": ["law"], "languages": ["ru"], "contact": "law@example.ru"})
    client.post(f"/consultations/{uuid()}/close/", {"partner": "oac.by"})
    for language in ("en", "ru", "be", "vi", "zh-hans"):
        client.cookies["comity_language"] = language
        for address in (
            "/consultations/?box=all",
            f"/consultations/{uuid()}/",
            "/experts/",
            "/consultations/new/?topic=law",
        ):
            text = page(client, address)
            assert_well_formed(text, address)
            assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=", text), address


def test_what_a_partner_wrote_is_shown_harmless(node: Home) -> None:
    text = page(signed_in("auditor"), f"/consultations/{uuid()}/")
    assert "&lt;script&gt;" in text
    assert "hxxp://bank-demo-a1[.]by/login" in text
    assert "⟨U+202E⟩" in text
    assert "<p>Второй абзац" in text
    assert "five working days" in text
    assert "It waits for us." in text
    assert '<form method="post" enctype' not in text, "an auditor has nothing to send"


def test_a_question_is_put_from_a_case_and_answered_files_and_all(node: Home) -> None:
    client = signed_in("analyst")
    ref = page(client, "/inbox/?state=all")
    (case,) = set(re.findall(r"/cases/([0-9A-Z-]{14})/", ref))
    assert f"/consultations/new/?case={case}" in page(client, f"/cases/{case}/")
    assert f'value="{case}"' in page(client, f"/consultations/new/?case={case}")
    log = SimpleUploadedFile("log.txt", b"Nov 23 demo sshd: invented\n")
    status, _ = ask(client, case=case, files=[log])
    assert status == 302
    made = Consultation.objects.order_by("-pk")[0]
    assert (made.registrable, made.category, made.actor) == ("bank-demo-a1.by", "phishing", "analyst")
    text = page(client, f"/consultations/{made.uuid}/")
    assert "log[.]txt" in text
    saved = client.get(f"/consultations/files/{Attachment.objects.get().uuid}/")
    assert saved.content == b"Nov 23 demo sshd: invented\n"
    assert saved["Content-Disposition"].startswith("attachment;")
    assert saved["Content-Type"] == "application/octet-stream"
    assert signed_in("registrar").get(f"/consultations/files/{Attachment.objects.get().uuid}/").status_code == 403
    assert client.get("/consultations/files/none/").status_code == 404


REFUSED: list[tuple[dict[str, object], str]] = [
    ({"partner": []}, "Choose a partner."),
    ({"subject": ""}, "Write a subject of one line"),
    ({"due": "2020-01-01"}, "Give a date in the future."),
    ({"due": "tomorrow"}, "Give a date in the future."),
    ({"tlp": "TLP:RED"}, "Choose another marking."),
    ({"others": "yes"}, "Choose another marking."),
    ({"case": "XXXX"}, "There is no case with this number."),
    ({"topic": "gossip"}, "Choose a topic from the list."),
    ({"files": [SimpleUploadedFile("a.svg", b"<svg/>")]}, "At most 5 files"),
    ({"files": [SimpleUploadedFile("a.txt", b"x" * 2_000_001)]}, "At most 5 files"),
]


def test_a_refusal_stands_beside_its_field_and_nothing_typed_is_lost(node: Home) -> None:
    for changed, sentence in REFUSED:
        status, text = ask(signed_in("analyst"), **changed)
        assert status == 409, changed
        assert 'class="field-error"' in text, changed
        assert sentence in text, changed
        assert "Как вы действуете?" in text
        assert_well_formed(text, sentence)
    assert Consultation.objects.count() == 1


def test_an_address_is_confirmed_before_it_is_taken_out(node: Home) -> None:
    client = signed_in("analyst")
    typed = "Пишите на ivanova-demo@example.com"
    status, text = ask(client, text=typed)
    assert (status, 'name="confirmed"' in text, typed in text) == (409, True, True)
    assert ask(client, text=typed, confirmed="yes")[0] == 302
    made = Consultation.objects.order_by("-pk")[0]
    shown = page(client, f"/consultations/{made.uuid}/")
    assert "Taken out before it was sent:" in shown
    assert "victim_contact" in shown
    assert "ivanova-demo" not in shown


def test_what_is_withheld_stands_with_clause_and_reason_and_what_is_held_is_approved(node: Home) -> None:
    client = signed_in("analyst")
    models = Memorandum.objects.all()
    models.update(status="suspended")
    assert ask(client)[0] == 302
    made = Consultation.objects.order_by("-pk")[0]
    shown = page(client, f"/consultations/{made.uuid}/")
    assert "Not sent" in shown
    assert "clause 11" in shown
    assert page(client, "/consultations/?box=withheld").count("Имена DGA") == 1


def test_closing_offers_a_playbook_and_what_comes_late_is_marked(node: Home) -> None:
    client = signed_in("policy-officer")
    assert client.post(f"/consultations/{uuid()}/close/", {"partner": "oac.by", "text": "Дзякуй"}).status_code == 302
    assert f"/library/new/?consultation={uuid()}" in page(client, f"/consultations/{uuid()}/")
    assert client.post(f"/consultations/{uuid()}/close/", {"partner": "oac.by"}).status_code == 409
    assert client.post(f"/consultations/{uuid()}/reply/", {"partner": "oac.by", "text": "яшчэ"}).status_code == 302
    assert "after it was closed" in page(client, f"/consultations/{uuid()}/")
    assert client.post(f"/consultations/{uuid()}/reopen/", {"partner": "oac.by"}).status_code == 302
    assert ConsultationThread.objects.get().state == "open"
    assert client.post(f"/consultations/{uuid()}/dance/", {}).status_code == 404


def test_erasing_needs_a_reason_and_searching_finds_what_is_left(node: Home) -> None:
    client = signed_in("analyst")
    client.post(f"/consultations/{uuid()}/reply/", {"partner": "oac.by", "text": "Секретнеслово"})
    assert "Пытанне" in page(client, "/consultations/?q=секретнес")
    message = ConsultationMessage.objects.get(party="cctld.ru")
    assert client.post(f"/consultations/{uuid()}/erase/", {"message": message.uuid}).status_code == 409
    gone = client.post(f"/consultations/{uuid()}/erase/", {"message": message.uuid, "reason": "legal-order"})
    assert gone.status_code == 302
    assert "No consultation has all these words." in page(client, "/consultations/?q=секретнес")
    assert "Секретнеслово" not in page(client, f"/consultations/{uuid()}/")
    assert (
        client.post(f"/consultations/{uuid()}/erase/", {"message": "none", "reason": "legal-order"}).status_code == 409
    )


def test_a_page_that_does_not_exist(node: Home) -> None:
    client = signed_in("analyst")
    assert client.get("/consultations/none/").status_code == 404
    assert client.post("/consultations/none/reply/", {"text": "x"}).status_code in {404, 409}
    assert page(client, "/consultations/?box=nonsense&page=x")


def test_a_person_is_named_only_with_consent(node: Home) -> None:
    client = signed_in("analyst")
    form = {"role": "DNS", "topics": ["dns"], "languages": ["ru"], "name": "Ивановский-демо И.", "tlp": "TLP:AMBER"}
    refused = client.post("/experts/", form)
    assert refused.status_code == 409
    assert "A person is named only who agreed" in refused.content.decode()
    assert client.post("/experts/", form | {"consent": "in writing"}).status_code == 302
    shown = page(client, "/experts/?topic=dns&language=ru&party=cctld.ru")
    assert "told without the name" in shown
    assert "Nobody is in the directory" in page(client, "/experts/?topic=law")
    expert = Expert.objects.get()
    assert client.post(f"/experts/{expert.uuid}/withdraw/").status_code == 302
    assert "Ивановский-демо" not in page(client, "/experts/")
