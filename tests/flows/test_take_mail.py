"""Mail that comes: reports with their evidence, once; answers on the case; bounces; what waits; who is answered."""

import json
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import msgspec
import pytest

from comity.core.errors import ConflictError, ForbiddenError, InputError
from comity.core.roles import Actor
from comity.edges.home import Home
from comity.edges.tls import make_certificates
from comity.flows.choose_mail import choose_mail, dismiss_mail, keep_answer
from comity.flows.deliver_mail import deliver_mail, message_of
from comity.flows.queue_mail import Letter, queue_mail
from comity.flows.read_mailbox import read_all, read_mailbox
from comity.store.attachments import list_attachments
from comity.store.cases import timeline
from comity.store.models import AwaitedOutcome, Case, IncomingMail, LetterMark, OutgoingMail, Report
from comity.wire.report_json import parse_report
from edges.mail_server import PASSWORD as SMTP_PASSWORD
from edges.mail_server import Server, serving
from flows.mails import AT, OWN, PASSED, home_with_maildir, letter, take

pytestmark = pytest.mark.django_db

ANNA = Actor("anna", "analyst", "cctld.ru")
FORGED = "Authentication-Results: mx.cctld.ru; dmarc=fail header.from=cert.example"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return home_with_maildir(tmp_path)


def drop(home: Home, *messages: bytes) -> None:
    for number, data in enumerate(messages):
        (home.path / "mail/new" / f"{number:03}.test").write_bytes(data)


def folder(home: Home, name: str) -> int:
    place = home.path / "mail" / f".{name}" / "cur"
    return len(list(place.iterdir())) if place.exists() else 0


def test_a_complaint_becomes_a_report_with_the_mail_as_evidence_and_is_answered_once(home: Home) -> None:
    taken = take(home, letter())
    assert (taken.state, taken.folder, taken.is_new) == ("taken", "Done", True)
    case = Case.objects.get()
    assert (case.registrable, case.category, taken.case_refs) == ("demo-shop.ru", "phishing", (case.ref,))
    report = Report.objects.select_related("reporter").get()
    assert (report.reporter.key, report.reporter.kind) == ("mail:anna@cert.example", "public")
    assert [one.kind for one in list_attachments(case.pk)] == ["mail"]
    assert AwaitedOutcome.objects.filter(report=report).exists()
    queued = OutgoingMail.objects.get()
    assert (queued.recipient, case.ref in queued.subject, queued.case_id) == ("anna@cert.example", True, case.pk)
    sent = message_from_bytes(message_of(home, queued), policy=default)
    assert sent["In-Reply-To"] == "<1@cert.example>"
    assert sent["Auto-Submitted"] == "auto-generated"
    assert "demo-shop[.]ru" in sent.get_content()
    # the same message by another way, with other fields of the servers above it
    again = take(home, b"Received: by another.example; Mon, 23 Nov 2026 11:00:01 +0000\r\n" + letter())
    assert (again.is_new, again.pk) == (False, taken.pk)
    assert (Report.objects.count(), OutgoingMail.objects.count(), IncomingMail.objects.count()) == (1, 1, 1)


def test_a_mail_that_names_several_waits_and_a_person_chooses(home: Home) -> None:
    text = "Look at http://kassa.demo-shop.ru/login which copies http://bank.demo.ru/ , please."
    taken = take(home, letter(text))
    assert (taken.state, taken.why, taken.folder) == ("held", "name-unclear", "Held")
    row = IncomingMail.objects.get()
    assert row.candidates == ["http://kassa.demo-shop.ru/login", "http://bank.demo.ru/"]
    assert not Report.objects.exists()
    with pytest.raises(ForbiddenError):
        choose_mail(home, row.pk, Actor("u", "auditor", "cctld.ru"), address="x.ru", category="phishing", at=AT)
    with pytest.raises(InputError):
        choose_mail(home, row.pk, ANNA, address="not a name", category="phishing", at=AT)
    with pytest.raises(InputError):
        choose_mail(home, row.pk, ANNA, address="x.ru", category="fraud", at=AT)
    assert IncomingMail.objects.get().state == "held"
    ref = choose_mail(home, row.pk, ANNA, address=row.candidates[0], category="phishing", at=AT)
    case = Case.objects.get(ref=ref)
    assert case.registrable == "demo-shop.ru"
    assert [one.kind for one in list_attachments(case.pk)] == ["mail"]
    row.refresh_from_db()
    assert (row.state, row.decided_by, bytes(row.body)) == ("chosen", "anna", b"")
    with pytest.raises(ConflictError):
        dismiss_mail(row.pk, ANNA, at=AT)


def test_dismissing_lets_the_octets_go(home: Home) -> None:
    taken = take(home, letter("Buy now: http://shop.demo.ru/", subject="offer"))
    dismiss_mail(taken.pk, ANNA, at=AT)
    row = IncomingMail.objects.get()
    assert (row.state, bytes(row.body), Case.objects.count()) == ("dismissed", b"", 0)


@pytest.mark.parametrize(
    ("sign", "sender"),
    [
        ("Auto-Submitted: auto-generated", "anna@cert.example"), ("Precedence: bulk", "anna@cert.example"),
        ("List-Id: <l.example>", "anna@cert.example"), ("X-Auto-Response-Suppress: All", "anna@cert.example"),
        ("Return-Path: <>", "anna@cert.example"), ("X-Autoreply: yes", "anna@cert.example"),
        ("X-Ok: 1", "MAILER-DAEMON@cert.example"), ("X-Ok: 1", "no-reply@cert.example"), (FORGED, "anna@cert.example"),
        ("X-Ok: 1", OWN), ("X-Ok: 1", "notices@cctld.ru"),
    ],
)  # fmt: skip
def test_machines_forgers_and_oneself_are_not_answered(home: Home, sign: str, sender: str) -> None:
    more = (sign,) if sign == FORGED else (PASSED, sign)
    taken = take(home, letter(sender=sender, more=more))
    assert taken.state == ("held" if sign == FORGED else "noted" if sender.endswith("cctld.ru") else "taken")
    assert not OutgoingMail.objects.exists()


def test_whoever_is_not_proven_is_answered_once_and_whoever_is_five_times_a_day(home: Home) -> None:
    for number in range(8):
        text = f"URL: http://a{number}.demo-shop.ru/\n"
        take(home, letter(text, number=number, more=()))
        take(home, letter(text, number=100 + number, sender="boris@cert.example"))
    assert OutgoingMail.objects.filter(recipient="anna@cert.example").count() == 1
    assert OutgoingMail.objects.filter(recipient="boris@cert.example").count() == 5


def test_whoever_is_not_proven_hears_the_outcome_only_after_an_answer(home: Home) -> None:
    take(home, letter(more=()))
    assert not AwaitedOutcome.objects.exists()
    assert Report.objects.select_related("reporter").get().reporter.contact == ""
    queued = OutgoingMail.objects.get()
    assert "the address is yours" in str(message_from_bytes(message_of(home, queued), policy=default).get_content())
    mark = LetterMark.objects.get(letter=queued).mark
    assert take(home, letter("Yes.", number=2, more=(f"In-Reply-To: <{mark}@cctld.ru>",))).state == "reply"
    assert AwaitedOutcome.objects.exists()
    assert Report.objects.select_related("reporter").get().reporter.contact == "anna@cert.example"


def test_only_the_own_server_is_believed(home: Home) -> None:
    lie = "Authentication-Results: mx.evil.example; dkim=pass header.d=cert.example"
    take(home, letter(more=(lie,)))
    take(home, letter(number=2, more=(lie, PASSED)))  # not the topmost: a sender may have written it
    assert set(IncomingMail.objects.values_list("auth", flat=True)) == {"none"}
    take(home, letter(number=3, more=("Authentication-Results: mx.cctld.ru; dkim=pass header.d=other.example",)))
    assert IncomingMail.objects.order_by("-pk").first().auth == "none"  # type: ignore[union-attr]


def test_a_declared_notifier_is_trusted_when_it_is_proven(tmp_path: Path) -> None:
    home = home_with_maildir(tmp_path, notifiers={"anna@cert.example": "cert.example"})
    take(home, letter())
    take(home, letter("URL: http://b.demo-shop.ru/\n", number=2, more=()))
    assert sorted(Report.objects.values_list("reporter__key", "reporter__kind")) == [
        ("cert.example", "trusted-notifier"), ("mail:anna@cert.example", "public"),
    ]  # fmt: skip


def answer_to(home: Home, key: str, text: str, **more: object) -> bytes:
    mark = LetterMark.objects.get(letter__key=key).mark
    return letter(text, subject="Re: your letter", more=(PASSED, f"In-Reply-To: <{mark}@cctld.ru>"), **more)  # type: ignore[arg-type]


def acknowledged(home: Home) -> tuple[Case, str]:
    take(home, letter())
    return Case.objects.get(), OutgoingMail.objects.get().key


def test_the_reporters_answer_goes_to_the_case(home: Home) -> None:
    case, key = acknowledged(home)
    answer = answer_to(home, key, "It also takes codes of cards.\n\n> Your mail was received\n", number=7)
    taken = take(home, answer)
    assert (taken.state, taken.why) == ("reply", "answered")
    assert [entry.event for entry in timeline(case.pk)][-2:] == ["answered", "attached"]
    assert Report.objects.count() == 1
    assert take(home, answer).is_new is False
    assert OutgoingMail.objects.count() == 1


def test_somebody_elses_answer_is_held_and_shown_as_that(home: Home) -> None:
    case, key = acknowledged(home)
    before = len(timeline(case.pk))
    taken = take(home, answer_to(home, key, "I am Anna.", number=8, sender="mallory@cert.example"))
    assert (taken.state, taken.why) == ("held", "reply-from-somebody-else")
    assert len(timeline(case.pk)) == before
    assert keep_answer(home, taken.pk, ANNA, at=AT) == case.ref
    assert [entry.event for entry in timeline(case.pk)][-2:] == ["attached", "note"]


def test_the_subject_finds_the_case_and_only_for_its_recipient(home: Home) -> None:
    case, _key = acknowledged(home)
    subject = str(message_from_bytes(message_of(home, OutgoingMail.objects.get()), policy=default)["Subject"])
    assert f"[{case.ref}#" in subject
    assert take(home, letter("More.", subject=f"AW: {subject}", number=9)).state == "reply"
    other = take(home, letter("More.", subject=f"AW: {subject}", number=10, sender="x@cert.example"))
    assert (other.state, other.why) == ("held", "name-unclear")
    guessed = take(home, letter("More.", subject=f"Re: [{case.ref}#000000000000]", number=11))
    assert guessed.why == "name-unclear"


def test_a_registrars_answer_is_an_entry_of_its_role(home: Home) -> None:
    case, _key = acknowledged(home)
    key = f"notice/{case.uuid}/3/registrar"
    queue_mail(home, Letter(key=key, to="abuse@reg.example", subject="Notice", text="T", case_pk=case.pk), at=AT)
    more = {"sender": "abuse@reg.example", "number": 12}
    assert take(home, answer_to(home, key, "We look into it.", **more)).state == "reply"
    entry = next(one for one in timeline(case.pk) if one.event == "answered")
    assert (entry.role, entry.reason) == ("registrar", "answered-by-mail")


def test_a_vacation_message_is_no_answer(home: Home) -> None:
    case, key = acknowledged(home)
    mark = LetterMark.objects.get(letter__key=key).mark
    sign = (PASSED, "Auto-Submitted: auto-replied", f"References: <{mark}@cctld.ru>")
    taken = take(home, letter("I am away.", number=13, more=sign))
    assert (taken.state, taken.why) == ("noted", "automatic-reply")
    assert "answered" not in [entry.event for entry in timeline(case.pk)]


BOUNCE = """--b
Content-Type: text/plain

Your message could not be delivered.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.cert.example

Final-Recipient: rfc822; anna@cert.example
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 no such user

--b
Content-Type: message/rfc822

From: notices@cctld.ru
Message-ID: <{mark}@cctld.ru>
Subject: s

T
--b--
"""


@pytest.mark.parametrize(("action", "status", "why"), [("failed", "5.1.1", "bounce"), ("delayed", "4.4.1", "delayed")])
def test_a_letter_that_comes_back_is_marked(home: Home, action: str, status: str, why: str) -> None:
    case, key = acknowledged(home)
    mark = LetterMark.objects.get(letter__key=key).mark
    kind = 'multipart/report; report-type=delivery-status; boundary="b"'
    text = BOUNCE.format(action=action, status=status, mark=mark)
    data = letter(text, sender="MAILER-DAEMON@cert.example", kind=kind, more=("Return-Path: <>",), number=14)
    taken = take(home, data)
    assert (taken.state, taken.why) == ("bounce", why)
    kept = OutgoingMail.objects.get(key=key)
    is_final = action == "failed"
    assert (kept.state == "bounced", "550 5.1.1" in kept.last_error) == (is_final, is_final)
    assert ("action_failed" in [entry.event for entry in timeline(case.pk)]) is is_final
    unknown = letter(BOUNCE.format(action=action, status=status, mark="0" * 40), kind=kind, number=15)
    assert take(home, unknown).why == "bounce-unknown"


def test_a_mailbox_is_read_and_each_mail_moved(home: Home) -> None:
    drop(home, letter(), letter("no address", number=2), b"\x00\x01 no mail at all")
    assert read_mailbox(home, at=AT) == 3
    assert [folder(home, name) for name in ("Done", "Held", "Refused")] == [1, 1, 1]
    assert read_mailbox(home, at=AT + timedelta(minutes=1)) == 0
    drop(home, letter())
    assert [one.is_new for one in read_all(home, at=AT)] == [False]
    assert folder(home, "Done") == 1  # the same name: it was moved over itself
    (Path(home.path) / "mail/new/link").symlink_to("/etc/passwd")
    assert read_mailbox(home, at=AT) == 0
    assert read_mailbox(home, at=AT + timedelta(days=366)) == 0
    assert set(IncomingMail.objects.values_list("state", "sender")) == {
        ("taken", ""), ("held", "anna@cert.example"), ("refused", ""),
    }  # fmt: skip


def test_child_abuse_material_leaves_no_trace_but_the_refusal(home: Home) -> None:
    report = {"xarf_version": "4.2.0", "category": "content", "type": "csam", "url": "http://secret.demo.ru/"}
    taken = take(home, letter(json.dumps(report), subject="secret subject", kind="application/json"))
    row = IncomingMail.objects.get()
    assert (taken.state, taken.why, taken.folder) == ("refused", "hotline", "Refused")
    assert (row.subject, row.candidates, row.notes, bytes(row.body)) == ("", [], [], b"")
    said = message_from_bytes(message_of(home, OutgoingMail.objects.get()), policy=default)
    assert "hotline" in str(said.get_content())
    assert "secret" not in str(said)
    pictures = take(home, letter("URL: http://a.demo-shop.ru/\n", subject="child porn, phishing", number=2, more=()))
    assert (pictures.why, Report.objects.count(), bytes(IncomingMail.objects.get(pk=pictures.pk).body)) == (
        "hotline", 0, b"",
    )  # fmt: skip


def test_what_no_database_takes_stops_nothing(home: Home) -> None:
    sample = json.loads((Path(__file__).parent.parent / "samples/xarf.json").read_text())
    sample |= {"tags": ["a:\0"], "a\0b": 1, "target_brand": "x" * 10_000}
    taken = take(home, letter(json.dumps(sample), kind="application/json"))
    assert taken.state == "taken"
    assert "a\ufffdb: not modelled" in IncomingMail.objects.get().notes


def test_a_stopped_reporter_is_refused_and_what_is_foreign_is_said(home: Home) -> None:
    taken = take(home, letter("URL: http://shop.demo.example/\n"))
    assert (taken.state, taken.why) == ("taken", "foreign")
    assert "not a matter" in OutgoingMail.objects.get().subject
    assert Report.objects.get().standing == "foreign"


def test_reports_of_a_xarf_attachment_are_taken_with_its_evidence(home: Home) -> None:
    sample = (Path(__file__).parent.parent / "samples/xarf.json").read_text()
    body = f"--x\nContent-Type: application/json; name=xarf.json\n\n{sample}\n--x--\n"
    taken = take(home, letter(body, kind="multipart/mixed; boundary=x"))
    assert taken.state == "taken"
    case = Case.objects.get()
    assert sorted(one.kind for one in list_attachments(case.pk)) == ["mail", "other", "other"]
    body_of = Report.objects.get()
    report = parse_report(bytes(body_of.body))
    assert not isinstance(report, tuple)
    assert report.confidence == 0.9


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("broken", "stored"), [("flows.take_mail.answer_sender", 0), ("edges.mailbox.Maildir.move", 1)]
)
def test_a_reader_that_dies_loses_nothing_and_takes_nothing_twice(
    home: Home, broken: str, stored: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process dies inside the transaction, or after it and before the message is moved."""
    drop(home, letter())
    with monkeypatch.context() as patch:
        patch.setattr(f"comity.{broken}", die)
        with pytest.raises(Killed):
            read_mailbox(home, at=AT)
    assert Report.objects.count() == stored
    assert len(list((home.path / "mail/new").iterdir())) == 1
    read_mailbox(home, at=AT)
    assert (Report.objects.count(), OutgoingMail.objects.count(), folder(home, "Done")) == (1, 1, 1)


class Killed(BaseException):
    """Not an error that anything handles."""


def die(*_args: object, **_more: object) -> None:
    raise Killed


def test_the_answer_leaves_by_a_real_server_and_what_comes_back_finds_its_case(home: Home, tmp_path: Path) -> None:
    tls = tmp_path / "server"
    make_certificates(tls, party="mail.example", hosts=("localhost", "127.0.0.1"), at=datetime.now(UTC))
    password = home.path / "password"
    password.write_text(SMTP_PASSWORD)
    password.chmod(0o600)
    server = Server()
    with serving(tls, server) as port:
        mail = msgspec.structs.replace(
            home.settings.mail, port=port, user="node", password_file="password", ca=str(tls / "tls/ca.pem")
        )
        home = Home(home.path, msgspec.structs.replace(home.settings, mail=mail))
        take(home, letter())
        assert deliver_mail(home, at=AT) == 1
    (sent,) = server.letters
    assert isinstance(sent.content, bytes)
    answer = message_from_bytes(sent.content, policy=default)
    assert (sent.rcpt_tos, answer["In-Reply-To"]) == (["anna@cert.example"], "<1@cert.example>")
    # our own answer, sent back to us by a machine that loops, is neither taken nor answered
    looped = take(home, sent.content)
    assert (looped.state, looped.why) == ("noted", "own-message")
    reply = letter("More of it.", number=20, subject="x", more=(PASSED, f"In-Reply-To: {answer['Message-ID']}"))
    assert take(home, reply).state == "reply"
    assert OutgoingMail.objects.count() == 1
