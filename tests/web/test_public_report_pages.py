"""The public form as a stranger meets it, and as somebody hostile does: led, judged, confirmed once."""

import json
import re
from datetime import UTC, datetime, timedelta

import idna
import pytest
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from comity.core.roles import Actor
from comity.edges.home import Home
from comity.flows.file_public_report import reporter_key_of
from comity.flows.judge_reporter import judge_reporter
from comity.store.models import Memorandum, OutgoingMail, PublicFiling, Report, Reporter, TurnedAway
from flows.test_case_weighed import PNG
from web.small_registry import Registry

pytestmark = pytest.mark.django_db


def form(**changes: object) -> dict[str, object]:
    """A form that was opened half a minute ago."""
    opened = int((datetime.now(UTC) - timedelta(seconds=30)).timestamp())
    return {
        "form": signing.dumps(["nonce-1", opened], salt="report-form"),
        "name": "https://login.shop-demo-77.ru/enter",
        "observed_on": f"{datetime.now(UTC):%Y-%m-%d}",
        "language": "ru",
        "email": "citizen@mail.example",
        "good_faith": "yes",
        **changes,
    }


def newest_link() -> str:
    """The path of the link in the newest letter."""
    text = json.loads(bytes(OutgoingMail.objects.order_by("-pk")[0].letter))["text"]
    return next(line for line in text.splitlines() if line.startswith("https://")).split("8443", 1)[1]


@pytest.mark.parametrize(
    ("what", "leads_to"),
    [
        ("false-page", "/report/phishing/"),
        ("harmful-file", "/report/malware/"),
        ("control-server", "/report/botnet-c2/"),
        ("break-in", "/report/unauthorized-access/"),
        ("spam-that-leads", "/report/spam-vector/"),
        ("copyright", "/report/elsewhere/copyright/"),
        ("politics", "/report/elsewhere/politics/"),
        ("child-abuse", "/report/elsewhere/child-abuse/"),
    ],
)
def test_plain_questions_lead_to_a_category_or_elsewhere(what: str, leads_to: str) -> None:
    answer = Client().post("/report/", {"what": what})
    assert answer["Location"] == leads_to
    page = Client().get(leads_to).content.decode()
    assert ("public-form" in page) == ("elsewhere" not in leads_to)


def test_child_abuse_has_no_field_and_only_the_refusal_is_counted() -> None:
    client = Client()
    client.post("/report/", {"what": "child-abuse"})
    page = client.get("/report/elsewhere/child-abuse/").content.decode()
    main = page[page.index("<main") : page.index("</main>")]
    assert "inhope.org" in main
    assert not re.search("<(input|textarea|select|form|button)", main)
    assert list(TurnedAway.objects.values_list("place", "count")) == [("child-abuse", 1)]
    assert client.post("/report/child-abuse/", form()).status_code == 404
    assert client.post("/report/elsewhere/child-abuse/", {"x": "y"}).status_code == 405
    assert not PublicFiling.objects.exists()


def test_from_the_question_to_the_receipt() -> None:
    client = Client(headers={"accept-language": "be"})
    shot = SimpleUploadedFile("shot.png", PNG, content_type="image/png")
    sent = client.post("/report/phishing/", form(screenshot=shot))
    assert sent.status_code == 302
    page = client.get(sent["Location"])
    assert "c…@mail.example" in page.content.decode()
    assert page["Referrer-Policy"] == "no-referrer"
    letter = OutgoingMail.objects.get()
    assert (letter.recipient, letter.subject) == ("citizen@mail.example", "Пацвердзіце зварот")

    link = newest_link()
    for _ in range(3):  # what a program that opens links first does
        client.get(link)
        client.head(link)
    assert not Report.objects.exists()
    assert client.post(link)["Location"] == link
    report = Report.objects.select_related("case").get()
    assert report.case is not None
    done = client.get(link).content.decode()
    assert report.case.ref in done
    status = re.search(r"/status/[^/]+/", done)
    assert status is not None
    assert report.case.ref in client.get(status[0]).content.decode()
    client.post(link)
    assert Report.objects.count() == 1


def test_a_form_sent_twice_is_one_filing() -> None:
    one = form()
    first, second = (Client().post("/report/phishing/", one) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert (PublicFiling.objects.count(), OutgoingMail.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"name": ""}, "This is needed."),
        ({"name": "<script>alert(1)</script>"}, "This is not the address of a website."),
        ({"name": "x" * 2049}, "The text is too long."),
        ({"name": "https://a.ru/\x00"}, "cannot be stored"),
        ({"email": "a@b.example\r\nBcc: c@d.example"}, "This is not one e-mail address."),
        ({"email": "a@b.example, c@d.example"}, "This is not one e-mail address."),
        ({"email": "почта@почта-демо.рф"}, "only Latin letters"),
        ({"email": ""}, "Give an e-mail address."),
        ({"observed_on": "2099-01-01"}, "This day has not come yet."),
        ({"observed_on": "2020-01-01"}, "more than a year ago"),
        ({"observed_on": "yesterday"}, "year-month-day"),
        ({"observed_on": "2026-13-45"}, "year-month-day"),
        ({"good_faith": ""}, "Tick the statement"),
        ({"narrative": "x" * 2001}, "The text is too long."),
        ({"narrative": "write to victim@mail.example"}, "An e-mail address stands in what you wrote"),
        ({"form": "forged"}, "The form was open too long"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(changes: dict[str, str], says: str) -> None:
    typed = form(narrative="Typed <b>text</b> & more") | changes
    answer = Client().post("/report/phishing/", typed)
    page = answer.content.decode()
    assert answer.status_code == 400
    assert says in page
    assert 'role="alert"' in page
    if "narrative" not in changes:
        assert "Typed &lt;b&gt;text&lt;/b&gt; &amp; more" in page
    assert "<script>" not in page
    assert not PublicFiling.objects.exists()
    assert not OutgoingMail.objects.exists()


@pytest.mark.parametrize(
    ("file", "says"),
    [
        (SimpleUploadedFile("x.png", b"<svg onload=alert(1)>", content_type="image/png"), "The file is no picture."),
        (SimpleUploadedFile("x.png", b"MZ\x90\x00", content_type="image/png"), "The file is no picture."),
        (SimpleUploadedFile("x.png", PNG + b"0" * 10 * 1024 * 1024, content_type="image/png"), "larger than 10 MB"),
    ],
)
def test_a_screenshot_is_a_picture_by_its_octets(file: SimpleUploadedFile, says: str) -> None:
    answer = Client().post("/report/phishing/", form(screenshot=file))
    assert says in answer.content.decode()
    assert not PublicFiling.objects.exists()


def test_an_enormous_form_is_refused_before_it_is_read() -> None:
    answer = Client().post(
        "/report/phishing/", b"x", content_type="multipart/form-data; boundary=b", CONTENT_LENGTH=str(500 * 1024 * 1024)
    )
    assert answer.status_code == 413
    assert "too large" in answer.content.decode()
    assert Client().post("/report/phishing/", form(narrative="x" * 11 * 1024 * 1024)).status_code == 413


def test_a_name_that_deceives_is_shown_as_it_is() -> None:
    client = Client()
    typed = form(name="https://аррӏе-demo.рф/\u202egpj.exe", email="citizen@почта-демо.рф")
    assert client.post("/report/phishing/", typed).status_code == 302
    letter = OutgoingMail.objects.get()
    text = json.loads(bytes(letter.letter))["text"]
    assert letter.recipient == "citizen@" + idna.encode("почта-демо.рф").decode()
    assert "\u202e" not in text
    assert "exe" not in text  # a stranger's words are not mailed to strangers
    page = client.get(newest_link()).content.decode()
    assert "⟨U+202E⟩" in page
    assert "hxxps://" in page


@pytest.mark.parametrize(
    ("name", "says", "place"),
    [
        ("https://shop-demo.vn/", "vnnic.vn", "zone-registry"),
        ("https://shop-demo.example.com/", "lookup.icann.org", "zone-unknown-zone"),
        ("http://192.0.2.7/x", "address of digits", "zone-address"),
    ],
)
def test_a_name_of_nobody_here_is_led_on_and_not_kept(name: str, says: str, place: str) -> None:
    answer = Client().post("/report/malware/", form(name=name))
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert list(TurnedAway.objects.values_list("place", "count")) == [(place, 1)]
    assert not PublicFiling.objects.exists()


def test_a_partners_name_is_taken(registry: Registry) -> None:
    typed = form(name="https://shop-demo-78.by/")
    assert Client().post("/report/phishing/", typed).status_code == 422  # the memorandum is not effective yet
    row = Memorandum.objects.get()
    body = json.loads(bytes(row.body)) | {"effective": "2026-01-01T00:00:00Z"}
    Memorandum.objects.update(body=json.dumps(body).encode())
    assert Client().post("/report/phishing/", typed).status_code == 302


def test_what_experts_are_asked_follows_from_the_category() -> None:
    typed = form(narrative="It asks for the card number and the code of a bank in Minsk.", keep_addresses="")
    answer = Client().post("/report/phishing/full/", typed)
    page = answer.content.decode()
    assert answer.status_code == 400
    assert 'id="problem-impersonated_party"' in page
    assert 'id="problem-screenshot"' in page
    whole = typed | {"impersonated_party": "Demo Bank", "screenshot": SimpleUploadedFile("s.png", PNG)}
    assert Client().post("/report/phishing/full/", whole).status_code == 302


def test_too_fast_and_stopped_are_said_in_words(home: Home) -> None:
    quick = form(form=signing.dumps(["n", int(datetime.now(UTC).timestamp())], salt="report-form"))
    answer = Client().post("/report/phishing/", quick)
    assert (answer.status_code, PublicFiling.objects.count()) == (429, 0)
    assert "as programs send it" in answer.content.decode()
    key = reporter_key_of(home, "citizen@mail.example")
    Reporter.objects.create(
        key=key, name="Public form", kind="public", status_token="t" * 20, created_at=datetime.now(UTC)
    )
    boss = Actor("boss", "supervisor", "cctld.ru")
    judge_reporter(home, key, "stop", boss, reason="Invented <b>reports</b>.", at=datetime.now(UTC))
    page = Client().post("/report/phishing/", form()).content.decode()
    assert "Your reports are not taken." in page
    assert "Invented &lt;b&gt;reports&lt;/b&gt;." in page
    assert "Invented &lt;b&gt;reports&lt;/b&gt;." in Client().get("/status/" + "t" * 20 + "/").content.decode()


def test_a_form_from_elsewhere_is_refused() -> None:
    assert Client(enforce_csrf_checks=True).post("/report/phishing/", form()).status_code == 403
    assert not PublicFiling.objects.exists()
