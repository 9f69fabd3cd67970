"""From the public form to intake and back: confirmed by mail, once, within limits; the outcome is told once."""

import json
from datetime import datetime, timedelta

import pytest

from comity.core.case_steps import Refusal
from comity.core.errors import ForbiddenError, InputError, NotFoundError
from comity.core.public_reports import Filing, read_filing
from comity.core.reports import Report as Claim
from comity.flows.acknowledge import acknowledge
from comity.flows.ask import ask
from comity.flows.check_reporter import (
    ReporterStoppedError,
    TooManyReportsError,
    check_reporter,
    refuse_stopped,
)
from comity.flows.confirm_public_report import Confirmed, confirm_public_report
from comity.flows.dismiss import dismiss
from comity.flows.drop_filings import drop_filings
from comity.flows.erase import erase
from comity.flows.file_public_report import Screenshot, Sent, file_public_report, reporter_key_of
from comity.flows.file_reports import file_reports
from comity.flows.judge_reporter import judge_reporter
from comity.flows.say_more import say_more
from comity.flows.tell_reporters import tell_reporters
from comity.flows.tend import ROUNDS
from comity.flows.weigh_reporters import weigh_reporters
from comity.store.cases import timeline
from comity.store.models import (
    Attachment,
    Case,
    OutgoingMail,
    PublicFiling,
    Report,
    Reporter,
    ReporterDecision,
    ReporterTally,
    ReporterWord,
)
from comity.store.reporters import measured
from comity.wire.report_json import render_report
from flows.desk import ANNA, AT, BORIS, HOME
from flows.test_answers import PNG

pytestmark = pytest.mark.django_db

FORM = {
    "name": "https://login.shop-demo.by/enter",
    "observed_on": "2026-11-23",
    "language": "be",
    "email": "citizen@mail.example",
    "good_faith": "yes",
}


def filing(**changes: str) -> Filing:
    read = read_filing(FORM | changes, "phishing", expert=False, at=AT)
    assert isinstance(read, Filing)
    return read


def send(form: bytes = b"form-1", *, at: datetime = AT, open_seconds: float = 30, **changes: str) -> Sent | Refusal:
    return file_public_report(
        HOME, filing(**changes), host="login.shop-demo.by", form=form, open_seconds=open_seconds, address="192.0.2.1",
        language="be", screenshot=Screenshot("shot.png", PNG), at=at,
    )  # fmt: skip


def token_of_letter() -> str:
    """The token in the newest letter."""
    text = json.loads(bytes(OutgoingMail.objects.order_by("-pk")[0].letter))["text"]
    link: str = next(line for line in text.splitlines() if line.startswith("https://"))
    return link.rstrip("/").rpartition("/")[2]


def confirmed(form: bytes = b"form-1", **changes: str) -> Confirmed:
    assert isinstance(send(form, **changes), Sent)
    said = confirm_public_report(HOME, token_of_letter(), at=AT)
    assert isinstance(said, Confirmed)
    return said


def codes(said: object) -> set[str]:
    assert isinstance(said, Refusal)
    return {reason.code for reason in said.reasons}


def test_nothing_is_a_report_before_the_address_is_confirmed() -> None:
    said = send()
    assert isinstance(said, Sent)
    assert not Report.objects.exists()
    assert not Reporter.objects.exists()
    assert not Attachment.objects.exists()

    done = confirm_public_report(HOME, token_of_letter(), at=AT)
    assert isinstance(done, Confirmed)
    report = Report.objects.select_related("reporter", "case").get()
    assert (report.standing, report.host, report.category) == ("accepted", "login.shop-demo.by", "phishing")
    assert (report.reporter.kind, report.reporter.contact, report.reporter.language) == (
        "public", "citizen@mail.example", "be",
    )  # fmt: skip
    assert report.case is not None
    assert done.reference == report.case.ref
    assert Attachment.objects.get().case_id == report.case_id
    assert b"citizen" not in report.body
    row = PublicFiling.objects.get()
    assert (row.body, row.screenshot) == (b"", b"")
    assert [mail.subject for mail in OutgoingMail.objects.order_by("pk")] == [
        "Пацвердзіце зварот", f"Зварот атрыманы: {report.case.ref}",
    ]  # fmt: skip


def test_one_form_is_one_filing_and_one_letter_is_one_report() -> None:
    first, again = send(), send()
    assert isinstance(first, Sent)
    assert isinstance(again, Sent)
    assert (first.receipt, first.is_new, again.is_new) == (again.receipt, True, False)
    assert OutgoingMail.objects.count() == 1
    token = token_of_letter()
    one, two = (confirm_public_report(HOME, token, at=AT) for _ in range(2))
    assert isinstance(one, Confirmed)
    assert isinstance(two, Confirmed)
    assert (one.reference, one.is_new, two.is_new) == (two.reference, True, False)
    confirmed(b"form-2")  # the same person says the same of the same day again
    assert Report.objects.count() == 1
    assert Attachment.objects.count() == 1


def test_what_nobody_confirms_is_deleted() -> None:
    send()
    token = token_of_letter()
    day_later = AT + timedelta(hours=24)
    assert codes(confirm_public_report(HOME, token, at=day_later)) == {"filing-expired"}
    assert drop_filings(HOME, at=day_later - timedelta(seconds=1)) == 0
    assert drop_filings(HOME, at=day_later) == 1
    assert not PublicFiling.objects.exists()
    with pytest.raises(NotFoundError):
        confirm_public_report(HOME, token, at=day_later)
    assert not Report.objects.exists()


def test_limits_without_a_puzzle() -> None:
    assert codes(send(open_seconds=2)) == {"form-too-fast"}
    for number in range(3):
        assert isinstance(send(b"%d" % number), Sent)
    assert codes(send(b"4")) == {"letters-waiting"}
    assert OutgoingMail.objects.count() == 3
    for number in range(27):
        assert isinstance(send(b"n%d" % number, email=f"citizen{number}@mail.example"), Sent)
    assert codes(send(b"5", email="somebody-else@mail.example")) == {"network-full"}
    assert isinstance(send(b"6", email="somebody-else@mail.example", at=AT + timedelta(days=1, hours=1)), Sent)


def test_ten_a_day_and_two_for_whoever_is_slowed() -> None:
    for number in range(10):
        confirmed(b"%d" % number, name=f"https://shop-demo-{number}.by/")
    assert codes(send(b"11")) == {"day-full"}
    tomorrow = AT + timedelta(days=1, hours=1)
    key = reporter_key_of(HOME, "citizen@mail.example")
    judge_reporter(HOME, key, "slow", BORIS, reason="Nine of ten were not reproducible.", at=tomorrow)
    assert codes(send(b"12", at=tomorrow)) == {"form-too-fast"}  # a slowed form is open for a minute
    for number in range(2):
        assert isinstance(send(b"t%d" % number, at=tomorrow, open_seconds=61), Sent)
    assert codes(send(b"13", at=tomorrow, open_seconds=61)) == {"day-full-slowed"}


def test_a_reporter_is_stopped_by_a_supervisor_alone_and_told_why() -> None:
    confirmed()
    key = reporter_key_of(HOME, "citizen@mail.example")
    with pytest.raises(ForbiddenError):
        judge_reporter(HOME, key, "stop", ANNA, reason="Invented.", at=AT)
    for bad in ({"reason": " "}, {"reason": "x" * 1001}, {"reason": "y", "until": AT}):
        with pytest.raises(InputError):
            judge_reporter(HOME, key, "stop", BORIS, at=AT, **bad)  # type: ignore[arg-type]  # a text and a time
    with pytest.raises(NotFoundError):
        judge_reporter(HOME, "nobody", "stop", BORIS, reason="x", at=AT)
    assert not ReporterDecision.objects.exists()

    waiting = send(b"waits", name="https://other-demo.by/")
    assert isinstance(waiting, Sent)
    token = token_of_letter()
    until = AT + timedelta(days=30)
    judge_reporter(HOME, key, "stop", BORIS, reason="Invented reports against a rival.", at=AT, until=until)
    said = send(b"form-3")
    assert codes(said) == {"reporter-stopped"}
    assert isinstance(said, Refusal)
    assert "Invented reports against a rival." in said.reasons[0].message
    assert codes(confirm_public_report(HOME, token, at=AT)) == {"reporter-stopped"}
    with pytest.raises(ReporterStoppedError):
        refuse_stopped(key, at=AT)
    refuse_stopped(key, at=until)  # the day has come
    judge_reporter(HOME, key, "allow", BORIS, reason="A misunderstanding.", at=AT)
    refuse_stopped(key, at=AT)
    assert [(row.verb, row.actor) for row in ReporterDecision.objects.order_by("pk")] == [
        ("stop", "boris"), ("allow", "boris"),
    ]  # fmt: skip


def file_some(key: str, number: int, *, kind: str = "trusted-notifier") -> None:
    lines = [render_report(Claim(name=f"{key}-{one}.by", category="phishing")) for one in range(number)]
    file_reports(HOME, lines, reporter=key, name=key, kind=kind, at=AT)  # type: ignore[arg-type]  # one of the kinds


def test_a_trusted_notifier_is_measured_slowed_and_says_why() -> None:
    file_some("careless", 30)
    file_some("careful", 30)
    file_some("few", 5)
    Case.objects.filter(registrable__startswith="careless-1").update(state="closed", outcome="false_positive")
    Case.objects.filter(registrable__startswith="careless-2").update(state="closed", outcome="hold_registry")
    Case.objects.filter(registrable__startswith="careful-1").update(state="closed", outcome="hold_registry")
    Case.objects.filter(registrable="careful-2.by").update(state="closed", outcome="withdrawn")
    assert weigh_reporters(HOME, at=AT) == 3
    careless, careful, few = (Reporter.objects.get(key=key) for key in ("careless", "careful", "few"))
    quality = measured([careless, careful, few])

    bad, good, little = quality[careless.pk].recent, quality[careful.pk].recent, quality[few.pk].recent
    assert (bad.tally.confirmed, bad.tally.dismissed, bad.tally.open, bad.pace) == (11, 11, 8, "slowed")
    assert bad.precision is not None
    assert (bad.precision.value, round(bad.precision.low, 3), round(bad.precision.high, 3)) == (0.5, 0.307, 0.693)
    assert (good.tally.confirmed, good.tally.withdrawn, good.pace) == (11, 1, "usual")
    assert (little.precision, little.pace) == (None, "usual")

    check_reporter(HOME, "careless", amount=200, at=AT)
    with pytest.raises(TooManyReportsError, match="200 reports a day"):
        check_reporter(HOME, "careless", amount=1, at=AT)
    check_reporter(HOME, "careless", amount=1, at=AT + timedelta(days=1))
    check_reporter(HOME, "careful", amount=10_000, at=AT)
    # Ninety days later nothing of it is recent, and nobody is slowed by it any more.
    assert weigh_reporters(HOME, at=AT + timedelta(days=91)) == 3
    assert ReporterTally.objects.filter(window="recent").count() == 0
    assert measured([careless])[careless.pk].recent.pace == "usual"
    assert measured([careless])[careless.pk].all.tally.dismissed == 11


def test_the_desk_tends_to_filings_and_reporters() -> None:
    assert {"reporters told", "filings dropped", "reporters weighed"} <= {each.name for each in ROUNDS}


def test_the_outcome_is_told_once() -> None:
    done = confirmed()
    assert tell_reporters(HOME, at=AT) == 0
    acknowledge(HOME, [done.reference], ANNA, at=AT)
    assert dismiss(HOME, [done.reference], ANNA, "not_reproducible", at=AT).done
    assert [tell_reporters(HOME, at=AT) for _ in range(3)] == [1, 0, 0]
    letter = OutgoingMail.objects.get(key__startswith="outcome:")
    assert (letter.recipient, letter.subject) == ("citizen@mail.example", f"Вынік па звароце {done.reference}")
    text = json.loads(bytes(letter.letter))["text"]
    assert "Падстаў для прыняцця мер аказалася недастаткова." in text
    assert f"/status/{done.status_token}/" in text
    assert "login[.]shop-demo[.]by" in text
    assert "shop-demo.by" not in text


def test_a_reporter_answers_adds_and_withdraws() -> None:
    done = confirmed()
    report = Report.objects.get()
    acknowledge(HOME, [done.reference], ANNA, at=AT)
    assert ask(HOME, [done.reference], ANNA, "Which browser?", at=AT).done
    assert [tell_reporters(HOME, at=AT) for _ in range(2)] == [1, 0]
    asked = OutgoingMail.objects.get(key__startswith="question:")
    assert asked.subject == f"Пытанне па звароце {done.reference}"
    assert f"/status/{done.status_token}/{report.uuid}/" in json.loads(bytes(asked.letter))["text"]
    assert say_more(HOME, report, withdraws=False, text="Any; write to me@mail.example", at=AT) == ()
    case = Case.objects.get()
    assert case.state == "triage"
    entry = timeline(case.pk)[-1]
    assert (entry.event, entry.role, entry.actor, entry.note) == (
        "info_supplied", "reporter", "reporter", "Any; write to redacted",
    )  # fmt: skip
    assert say_more(HOME, report, withdraws=False, text="More", at=AT) == ()
    assert say_more(HOME, report, withdraws=False, text="More", at=AT) == ()  # a form sent twice
    assert say_more(HOME, report, withdraws=True, text="", at=AT) == ()
    assert [(one.event, one.reason, one.note) for one in timeline(case.pk)[-2:]] == [
        ("answered", "reporter-added", ""), ("answered", "reporter-withdrew", ""),
    ]  # fmt: skip
    assert list(ReporterWord.objects.values_list("kind", "text")) == [
        ("information", "Any; write to me@mail.example"), ("information", "More"), ("withdrawal", ""),
    ]  # fmt: skip
    erase(HOME, report.uuid, ANNA, reason="data-subject-request", at=AT, also=())
    assert set(ReporterWord.objects.values_list("text", flat=True)) == {""}
    assert not any("write to" in entry.note for entry in timeline(case.pk))
    for bad, code in (("", "answer-text-missing"), ("x" * 2001, "text-too-long"), ("\x00", "text-not-storable")):
        assert {reason.code for reason in say_more(HOME, report, withdraws=False, text=bad, at=AT)} == {code}
    dismiss(HOME, [done.reference], ANNA, "withdrawn", at=AT)
    assert {reason.code for reason in say_more(HOME, report, withdraws=False, text="Late", at=AT)} == {"wrong-state"}
