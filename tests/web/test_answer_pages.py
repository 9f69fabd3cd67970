"""The page behind a one-time link, the reporter's story, and the desk's pages about answers, appeals and reporters."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import QuerySet
from django.test import Client

from comity.core.case_steps import Step
from comity.core.roles import Actor
from comity.edges.home import Home
from comity.edges.tokens import token_hash
from comity.flows.advance_cases import advance_cases
from comity.flows.invite import InvitedRole, invite
from comity.store.models import (
    AnswerLink,
    Attachment,
    Case,
    CaseAnswer,
    CaseEvent,
    Look,
    OutgoingMail,
    PublicTry,
    Report,
    Reporter,
    ReporterDecision,
    ReporterWord,
)
from comity.store.public_tries import keyed_hash, take_try
from flows.test_case_weighed import PNG
from web.small_registry import ANSWER_TOKEN, TOKEN, Registry, signed_in

pytestmark = pytest.mark.django_db

READERS = {"analyst", "supervisor", "policy-officer", "auditor"}
HOSTILE = "<script>alert(1)</script> https://evil-demo.ru/x \u202egpj.exe"


def links() -> QuerySet[AnswerLink]:
    """The links that a test made."""
    return AnswerLink.objects.exclude(token_hash=token_hash(ANSWER_TOKEN))


def answers() -> QuerySet[CaseAnswer]:
    """What was answered by them."""
    return CaseAnswer.objects.exclude(link__token_hash=token_hash(ANSWER_TOKEN))


def link_to(home: Home, state: str, role: InvitedRole = "registrar", language: str = "ru") -> tuple[str, Case]:
    """The path of a link for the case in a state."""
    case = Case.objects.filter(state=state).order_by("pk")[0]
    link = invite(
        home, case.pk, role=role, recipient="abuse@registrar.example", language=language, at=datetime.now(UTC)
    )
    return "/answer/" + link.rstrip("/").rpartition("/")[2] + "/", case


def claim_of(case: Case, registry: Registry, **changes: object) -> None:
    """Give a case the report that the small registry has, with some members changed."""
    report = Report.objects.select_related("reporter").order_by("pk")[0]
    body = json.loads(bytes(report.body)) | changes
    Report.objects.filter(pk=report.pk).update(case=case, body=json.dumps(body).encode())


def test_looking_changes_nothing_and_says_nothing_to_others(registry: Registry, home: Home) -> None:
    path, case = link_to(home, "notified")
    before = (CaseEvent.objects.count(), PublicTry.objects.count())
    for _ in range(3):
        page = Client().get(path)
        Client().head(path)
    assert page.status_code == 200
    assert (CaseEvent.objects.count(), PublicTry.objects.count()) == before
    assert links().get().spent_at is None
    assert page["Referrer-Policy"] == "no-referrer"
    assert page["X-Robots-Tag"].startswith("noindex")
    assert page["Cache-Control"] == "no-store, private"
    assert case.ref in page.content.decode()


def test_the_claim_is_shown_and_never_who_made_it(registry: Registry, home: Home) -> None:
    path, case = link_to(home, "notified")
    claim_of(
        case, registry, url="https://u:secret@login.kassa-demo-a1.ru/v?m=victim@mail.example",
        narrative=f"{HOSTILE} ask victim@mail.example",
    )  # fmt: skip
    page = Client().get(path).content.decode()
    assert "hxxps://login[.]kassa-demo-a1[.]ru/v?m=redacted" in page
    assert "evil-demo[.]ru" in page
    assert "⟨U+202E⟩" in page
    for hidden in ("Demo notifier", "notifier", "secret", "victim@", "somebody@demo.example", "<script", "\u202e"):
        assert hidden not in page.replace("trusted-notifier", ""), hidden
    Reporter.objects.update(kind="public")
    page = Client().get(path).content.decode()
    assert "evil-demo" not in page  # a citizen's words may say who they are
    claim_of(case, registry, tlp="TLP:AMBER+STRICT")
    assert "login[.]" not in Client().get(path).content.decode()


def test_the_page_speaks_the_recipients_language_until_another_is_chosen(registry: Registry, home: Home) -> None:
    path, _case = link_to(home, "notified", language="be")
    client = Client(headers={"accept-language": "vi"})
    assert '<html lang="be"' in client.get(path).content.decode()
    assert client.get(path)["Content-Language"] == "be"
    assert client.post("/language/", {"language": "zh-hans", "next": path})["Location"] == path
    assert '<html lang="zh-Hans"' in client.get(path).content.decode()


def test_an_answer_is_given_once_and_its_receipt_is_shown(registry: Registry, home: Home) -> None:
    path, case = link_to(home, "notified", language="en")
    shot = SimpleUploadedFile("s.png", PNG)
    form = {"kind": "acted", "action": "sinkhole", "case": case.ref, "text": HOSTILE, "files": shot}
    client = Client(enforce_csrf_checks=True, headers={"origin": "null"})  # what a browser sends from such a page
    assert client.post(path, form)["Location"] == path
    page = client.get(path).content.decode()
    assert "It was received and stands in the case." in page
    assert "&lt;script&gt;" in page
    assert '<form method="post" enctype' not in page
    case.refresh_from_db()
    assert (case.state, case.action) == ("mitigated", "sinkhole")
    assert Attachment.objects.get(name="s.png").case_id == case.pk
    shot.seek(0)
    assert client.post(path, form).status_code == 302
    other = client.post(path, {**form, "kind": "contested", "files": []})
    assert other.status_code == 409
    assert "An answer was given by this link already." in other.content.decode()
    assert answers().count() == 1


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"kind": "contested", "text": " "}, "Say it in a few words."),
        ({"kind": "said", "text": "x" * 4001}, "The text is too long."),
        ({"kind": "said", "text": "a\x00b"}, "cannot be stored"),
        ({"kind": "approve_hold"}, "This is needed."),
        ({"kind": "said", "text": "Mine", "case": "7K3Q-F9XW-0001"}, "This form was made for another case."),
        ({"kind": "said", "text": "Mine", "files": SimpleUploadedFile("x.html", b"<html>")}, "is not kept"),
    ],
)
def test_what_is_no_answer_is_said_and_nothing_typed_is_lost(
    registry: Registry, home: Home, form: dict[str, str], says: str
) -> None:
    path, case = link_to(home, "notified", language="en")
    typed = {"case": case.ref, "contact": "duty <desk>", **form}
    answer = Client().post(path, typed)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert says in page
    assert "duty &lt;desk&gt;" in page
    assert not answers().exists()
    assert not Attachment.objects.filter(case__ref=registry.answered).exists()


def test_guesses_and_answers_are_limited(registry: Registry, home: Home) -> None:
    path, case = link_to(home, "notified", language="en")
    at, secret = datetime.now(UTC), home.settings.secret_key
    answered = keyed_hash(secret, "answer", str(links().get().pk))
    take_try(answered, limit=30, within=timedelta(hours=1), at=at, amount=29)
    one = Client().post(path, {"case": case.ref, "kind": "said", "text": "in time"})
    other = Client().post(path, {"case": case.ref, "kind": "said", "text": "late"})
    assert (one.status_code, other.status_code, answers().count()) == (302, 409, 1)
    assert "Wait an hour" in other.content.decode()

    guessed = keyed_hash(secret, "guess", "127.0.0.1")
    take_try(guessed, limit=50, within=timedelta(minutes=15), at=at, amount=49)
    assert [Client().get("/answer/guess/").status_code for _ in range(2)] == [404, 429]
    assert Client().get(path).status_code == 429
    assert Client(REMOTE_ADDR="198.51.100.9").get(path).status_code == 200


def test_the_store_keeps_no_token_but_in_the_letter(registry: Registry, home: Home) -> None:
    signed_in("analyst").post(
        f"/cases/{Case.objects.get(state='notified').ref}/answers/",
        {"role": "registrar", "recipient": "abuse@registrar.example", "language": "vi"},
    )
    letter = OutgoingMail.objects.get()
    text = json.loads(bytes(letter.letter))["text"]
    found = re.search(r"/answer/([^/]+)/", text)
    assert found is not None
    assert bytes(links().get().token_hash) == token_hash(found[1])
    assert found[1] not in repr(CaseEvent.objects.order_by("-pk").values()[0])
    page = signed_in("supervisor").get(f"/cases/{links().get().case.ref}/answers/").content.decode()
    assert found[1] not in page
    assert "a…@registrar.example" in page
    assert "abuse@registrar.example" not in page


def test_who_answered_is_shown_to_whoever_says_why(registry: Registry) -> None:
    client = signed_in("analyst")
    page = client.get(f"/cases/{registry.answered}/answers/").content.decode()
    assert "Write to redacted" in page
    for hidden in ("Ivanova", "duty@host.example", "abuse@host.example"):
        assert hidden not in page
    address = f"/cases/{registry.answered}/answers/{registry.answer}/personal/"
    assert "Ivanova" not in client.get(address).content.decode()
    assert client.post(address, {"reason": " "}).status_code == 400
    assert not Look.objects.exists()
    seen = client.post(address, {"reason": "to call back"}).content.decode()
    for shown in ("Ivanova", "duty@host.example", "abuse@host.example"):
        assert shown in seen
    look = Look.objects.get()
    assert (look.actor, look.subject_kind, look.subject, look.case_ref, look.reason) == (
        "analyst", "answer", str(registry.answer), registry.answered, "to call back",
    )  # fmt: skip
    assert client.post(f"/cases/{registry.closed}/answers/{registry.answer}/personal/").status_code == 404


class TestReportStory:
    def address(self, number: int) -> str:
        return f"/status/{TOKEN}/00000000-0000-4000-8000-{number:012}/"

    def test_says_in_plain_words_what_happened_and_what_is_awaited(self, registry: Registry) -> None:
        page = Client().get(self.address(1)).content.decode()  # the closed case
        for expected in ("Receipt confirmed", "Abuse confirmed", "Registrar acted", "Nothing. The case is closed."):
            assert expected in page, expected
        for hidden in ("analyst", "0.75", "Looks at", '<form method="post" action="/status'):
            assert hidden not in page, hidden

    def test_a_question_is_shown_and_answered_from_the_page(self, registry: Registry, home: Home) -> None:
        case = Case.objects.get(ref=registry.received)
        anna = Actor("anna", "analyst", home.party)
        for event, note in (("start_triage", ""), ("ask_reporter", "Which browser?")):
            advance_cases(home, {case.ref: Step(event, anna, note=note)}, at=datetime.now(UTC))
        page = Client().get(self.address(0)).content.decode()
        assert "Which browser?" in page
        assert "Your answer." in page
        client = Client(enforce_csrf_checks=True, headers={"origin": "null"})
        assert client.post(self.address(0), {"say": "add", "text": HOSTILE}).status_code == 302
        case.refresh_from_db()
        assert case.state == "triage"
        page = client.get(self.address(0)).content.decode()
        assert "&lt;script&gt;" in page
        assert "hxxps://evil-demo[.]ru/x" in page
        assert client.post(self.address(0), {"say": "withdraw", "text": ""}).status_code == 302
        assert list(ReporterWord.objects.values_list("kind", flat=True)) == ["information", "withdrawal"]
        assert client.post(self.address(0), {"say": "add", "text": ""}).status_code == 409

    def test_is_for_its_reporter_alone(self, registry: Registry) -> None:
        Reporter.objects.create(
            key="other", name="Other", kind="feed", status_token="other-token", created_at=datetime.now(UTC)
        )
        uuid = "00000000-0000-4000-8000-000000000001"
        assert Client().get(f"/status/other-token/{uuid}/").status_code == 404
        assert Client().post(f"/status/other-token/{uuid}/", {"say": "withdraw"}).status_code == 404
        assert Client().get(f"/status/{TOKEN}/no-such-report/").status_code == 404


class TestAppeals:
    def appealed(self, registry: Registry, home: Home) -> Case:
        held = Case.objects.get(ref=registry.received)
        anna, boris = Actor("anna", "analyst", home.party), Actor("boris", "supervisor", home.party)
        for step in (
            Step("start_triage", anna),
            Step("confirm", anna, disposition="malicious", score=0.9, collateral="none", note="seen by us"),
            Step("propose_hold", anna, reason="phishing"),
            Step("approve_hold", boris),
        ):
            assert advance_cases(home, {held.ref: step}, at=datetime.now(UTC)).done
        Case.objects.filter(state="on_hold").exclude(pk=held.pk).update(state="closed")
        path, case = link_to(home, "on_hold", "registrant", "vi")
        form = {"case": case.ref, "kind": "appealed", "text": f"It was hacked. {HOSTILE}"}
        assert Client().post(path, form).status_code == 302
        case.refresh_from_db()
        assert case.state == "appeal"
        return case

    def test_a_policy_officer_decides_with_reasons(self, registry: Registry, home: Home) -> None:
        case = self.appealed(registry, home)
        client = signed_in("policy-officer")
        assert case.registrable in client.get("/appeals/").content.decode()
        page = client.get(f"/appeals/{case.ref}/").content.decode()
        assert "It was hacked. &lt;script&gt;" in page
        answer = client.post(f"/appeals/{case.ref}/", {"decision": "granted", "reasons": ""})
        assert answer.status_code == 409
        assert "State the reason." in answer.content.decode()
        assert client.post(f"/appeals/{case.ref}/", {"decision": "close", "reasons": "x"}).status_code == 409
        assert client.post(f"/appeals/{case.ref}/", {"decision": "granted", "reasons": "Clean."}).status_code == 302
        case.refresh_from_db()
        assert case.state == "restoring"
        assert [mail.subject.split(":")[0] for mail in OutgoingMail.objects.order_by("pk")] == [
            "Đã nhận khiếu nại", "Khiếu nại được chấp nhận",
        ]  # fmt: skip
        assert client.get(f"/appeals/{case.ref}/").status_code == 404

    @pytest.mark.parametrize("role", sorted(READERS - {"policy-officer"}))
    def test_nobody_else_decides(self, registry: Registry, home: Home, role: str) -> None:
        case = self.appealed(registry, home)
        client = signed_in(role)
        page = client.get(f"/appeals/{case.ref}/").content.decode()
        assert 'name="decision"' not in page
        answer = client.post(f"/appeals/{case.ref}/", {"decision": "upheld", "reasons": "x"})
        assert "Your role may not do this." in answer.content.decode()
        case.refresh_from_db()
        assert case.state == "appeal"

    def test_whoever_worked_on_the_case_is_told_so(self, registry: Registry, home: Home) -> None:
        case = self.appealed(registry, home)
        CaseEvent.objects.filter(case=case, actor="boris").update(actor="policy-officer")
        client = signed_in("policy-officer")
        page = client.get(f"/appeals/{case.ref}/").content.decode()
        assert "You have worked on this case; somebody else must decide." in page
        assert 'name="decision"' not in page
        answer = client.post(f"/appeals/{case.ref}/", {"decision": "upheld", "reasons": "x"})
        assert answer.status_code == 409
        case.refresh_from_db()
        assert case.state == "appeal"


class TestLinksOfACase:
    def test_are_sent_and_taken_back_by_the_desk(self, registry: Registry, home: Home) -> None:
        case = Case.objects.get(state="notified")
        client = signed_in("analyst")
        address = f"/cases/{case.ref}/answers/"
        for bad in ({"recipient": "nobody"}, {"recipient": "a@b.example\nBcc: c@d.example"}, {"role": "partner"}):
            form = {"role": "host", "recipient": "abuse@host.example", "language": "en"} | bad
            assert client.post(address, form).status_code == 409
        assert not OutgoingMail.objects.exists()
        client.post(address, {"role": "host", "recipient": "abuse@host.example", "language": "en"})
        link = links().get()
        assert client.post(address, {"revoke": str(link.pk)}).status_code == 302
        link.refresh_from_db()
        assert link.revoked_at is not None
        assert client.post(address, {"revoke": "999999"}).status_code == 404
        assert client.post(address, {"revoke": "x"}).status_code == 404

    def test_whoever_only_reads_sends_nothing(self, registry: Registry) -> None:
        case = Case.objects.get(state="notified")
        form = {"role": "host", "recipient": "abuse@host.example", "language": "en"}
        assert signed_in("auditor").post(f"/cases/{case.ref}/answers/", form).status_code == 409
        assert not links().exists()


class TestReporters:
    def test_only_a_supervisor_stops_one_and_the_reporter_reads_why(self, registry: Registry) -> None:
        row = Reporter.objects.get(key="notifier")
        address = f"/reporters/{row.pk}/"
        form = {"verb": "stop", "reason": "Invented reports.", "until": ""}
        for role in ("analyst", "policy-officer", "auditor"):
            assert signed_in(role).post(address, form).status_code == 409
        boss = signed_in("supervisor")
        for bad in ({"reason": ""}, {"verb": "erase"}, {"until": "2020-01-01"}, {"until": "soon"}):
            assert boss.post(address, form | bad).status_code == 409
        assert not ReporterDecision.objects.exists()
        until = f"{datetime.now(UTC) + timedelta(days=9):%Y-%m-%d}"
        assert boss.post(address, form | {"until": until}).status_code == 302
        assert "Invented reports." in Client().get(f"/status/{TOKEN}/").content.decode()
        assert "Stopped" in boss.get("/reporters/").content.decode()
        boss.post(address, {"verb": "allow", "reason": "Explained."})
        assert "Invented reports." not in Client().get(f"/status/{TOKEN}/").content.decode()

    def test_a_number_that_is_no_row_is_no_page(self, registry: Registry) -> None:
        assert signed_in("analyst").get("/reporters/99999999999999999999/").status_code == 404
