"""Notices by mail, from the verb to the mail server: once, to the right address, with what may be told, or not."""

import email
import email.policy
import json
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.db import connections

from comity.core.cases import CaseEntry
from comity.core.errors import InputError
from comity.core.observations import Registration
from comity.core.registrars import Recipient, Registrar
from comity.core.reports import Evidence, Report
from comity.edges.home import Home, MailSettings, NodeSettings, RdapSettings
from comity.edges.tls import make_certificates
from comity.flows.acknowledge import acknowledge
from comity.flows.advance_cases import Grounds, VerbOutcome
from comity.flows.confirm import confirm
from comity.flows.deliver_mail import GIVES_UP_AFTER, deliver_mail
from comity.flows.notify import Addressee, notify
from comity.flows.queue_hold_notice import queue_hold_notice
from comity.flows.queue_mail import Letter, queue_mail
from comity.store import models
from comity.store.cases import get_case, timeline
from comity.store.mails import list_mails, retry_mail
from comity.store.models import AnswerLink, OutgoingMail
from comity.store.observations import add_observation
from comity.store.registrars import put_registrar
from comity.wire.canonical import canonical
from edges.mail_server import PASSWORD, Server, serving
from flows.desk import ANNA, AT, OWN, new_case, open_some

pytestmark = pytest.mark.django_db

NAME = "kassa-demo.by"
SENDER = "notices@oac-demo.by"
ABUSE = "abuse@registrar-demo.by"
CLAIM = Report(
    name=f"https://{NAME}/login", category="phishing", narrative="It asks for cards. Ask anna.k@bank-demo.by.",
    observed_at=AT, evidence=(Evidence(kind="screenshot", sha256="a" * 64),), source_ref="TICKET-7",
    personal_data={"reporter_identity": "Anna K."},
)  # fmt: skip


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("node")
    make_certificates(made, party="mail.example", hosts=("localhost",), at=datetime.now(UTC))
    (made / "password").write_text(PASSWORD)
    (made / "password").chmod(0o600)
    return made


def home_of(directory: Path, port: int = 1, **changed: Any) -> Home:
    mail = MailSettings(
        server="localhost", port=port, ca="tls/ca.pem", from_address=SENDER, user="node", password_file="password",
        deadline_seconds=3.0,
    )  # fmt: skip
    settings = NodeSettings(
        party=OWN, zones=("by", "xn--90ais"), secret_key="s" * 50, mail=msgspec.structs.replace(mail, **changed)
    )
    return Home(path=directory, settings=settings)


def confirmed(home: Home, *, name: str = NAME, disposition: str = "malicious", report: Report = CLAIM) -> str:
    """A confirmed case with one report of a trusted notifier."""
    (ref,) = open_some(new_case(name))
    case = get_case(ref)
    reporter, _ = models.Reporter.objects.get_or_create(
        key="notifier", defaults={"name": "notifier", "kind": "trusted-notifier", "status_token": "t", "created_at": AT}
    )
    models.Report.objects.create(
        key=case.uuid.encode()[:16], uuid=case.uuid, standing="accepted", registrable=name, host=name, zone="by",
        category="phishing", reporter=reporter, case_id=case.pk, received_at=AT,
        body=canonical(msgspec.to_builtins(report)),
    )  # fmt: skip
    acknowledge(home, [ref], ANNA, at=AT)
    seen_by_us = Grounds(note="seen with our own eyes")
    confirm(home, [ref], ANNA, at=AT, score=0.9, disposition=disposition, collateral="nothing else", grounds=seen_by_us)
    return ref


def seen(name: str = NAME, **changed: Any) -> None:
    value = Registration(name=name, registrar="Demo", registrar_id="DEMO-BY", abuse_email=ABUSE)
    add_observation(name, "rdap", msgspec.structs.replace(value, **changed), at=AT)


def codes(outcome: VerbOutcome, ref: str) -> list[str]:
    return [reason.code for reason in outcome.refused[ref]]


def entries(ref: str) -> list[CaseEntry]:
    return list(timeline(get_case(ref).pk))


def read(data: bytes) -> EmailMessage:
    found = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(found, EmailMessage)
    return found


def test_a_notice_goes_to_the_registrar_of_the_directory_in_its_language(directory: Path) -> None:
    server = Server()
    with serving(directory, server) as port:
        home = home_of(directory, port)
        ref = confirmed(home)
        seen()
        put_registrar(
            Registrar(handle="DEMO-BY", name="Demo", email="notices@x.by", language="be"),
            at=AT,
        )
        assert notify(home, [ref], ANNA, at=AT).done == (ref,)
        assert get_case(ref).state == "notified"
        assert deliver_mail(home, at=AT) == 1
        assert deliver_mail(home, at=AT + timedelta(days=1)) == 0  # never twice
    (letter,) = server.letters
    assert letter.rcpt_tos == ["notices@x.by"]
    assert isinstance(letter.content, bytes)
    message = read(letter.content)
    body = message.get_body()
    assert body is not None
    text = body.get_content()
    assert "Пацвярджальныя матэрыялы" in text
    assert f"hxxps://{NAME.replace('.', '[.]')}/login" in text
    (link,) = [line for line in text.splitlines() if line.startswith("https://")]
    assert AnswerLink.objects.get().role == "registrar"
    (part,) = message.iter_attachments()
    assert isinstance(part, EmailMessage)
    xarf = json.loads(part.get_content())
    assert xarf["url"] == CLAIM.name
    assert xarf["confidence"] == 0.9
    for hidden in ("anna", "Anna", "TICKET"):
        assert hidden not in text + json.dumps(xarf)
    # What is kept of a letter that has left does not open the page of its recipient.
    kept = OutgoingMail.objects.get()
    assert link.rstrip("/").rpartition("/")[2].encode() not in kept.letter
    assert "…".encode() in kept.letter


def test_an_abuse_contact_of_the_registration_is_enough(directory: Path) -> None:
    home = home_of(directory)
    ref = confirmed(home)
    seen()
    assert notify(home, [ref], ANNA, at=AT).done == (ref,)
    assert [(mail.recipient, mail.state) for mail in list_mails(case_pk=get_case(ref).pk)] == [(ABUSE, "waiting")]


def test_without_an_address_nothing_happens_and_others_go_on(directory: Path) -> None:
    home = home_of(directory)
    lost, known = confirmed(home, name="lost-demo.by"), confirmed(home)
    seen()
    outcome = notify(home, [lost, known], ANNA, at=AT)
    assert outcome.done == (known,)
    assert codes(outcome, lost) == ["look-up-first"]
    assert get_case(lost).state == "confirmed"
    assert len(list_mails()) == 1


def test_only_what_was_seen_lately_says_who_the_registrar_is(directory: Path) -> None:
    home = home_of(directory)
    refs = [confirmed(home, name=f"{word}-demo.by") for word in ("old", "free", "mute")]
    add_observation(
        "old-demo.by", "rdap", Registration(name="old-demo.by", abuse_email=ABUSE), at=AT - timedelta(days=8)
    )
    seen("free-demo.by")
    for error in ("not-registered", "timed-out"):  # what was learned last counts, though a later question failed
        add_observation("free-demo.by", "rdap", None, at=AT, error=error)
    seen("mute-demo.by", abuse_email="")
    outcome = notify(home, refs, ANNA, at=AT)
    assert [codes(outcome, ref) for ref in refs] == [["look-up-first"], ["look-up-first"], ["no-address"]]
    add_observation("free-demo.by", "rdap", None, at=AT, error="not-registered")
    assert codes(notify(home, refs[:2], ANNA, at=AT), refs[1]) == ["not-registered"]
    put_registrar(Registrar(handle="DEMO-BY", name="Demo", email="notices@x.by", language="be"), at=AT)
    assert notify(home, refs[2:], ANNA, at=AT).done == (refs[2],)


def test_what_was_not_seen_is_looked_up_before_a_single_notice(directory: Path) -> None:
    home = home_of(directory)
    rdap = RdapSettings(servers={"by": "https://127.0.0.1:1/"}, deadline_seconds=1.0)
    home = msgspec.structs.replace(home, settings=msgspec.structs.replace(home.settings, rdap=rdap))
    ref = confirmed(home)
    assert codes(notify(home, [ref], ANNA, at=AT), ref) == ["look-up-first"]
    (look,) = models.Observation.objects.all()
    assert (look.kind, look.error) == ("rdap", "unreachable")


def test_of_what_may_not_be_told_no_notice_is_written(directory: Path) -> None:
    home = home_of(directory)
    ref = confirmed(home, report=msgspec.structs.replace(CLAIM, tlp="TLP:RED"))
    seen()
    assert codes(notify(home, [ref], ANNA, at=AT), ref) == ["nothing-may-be-told"]
    assert not list_mails()
    assert not AnswerLink.objects.exists()


def test_a_step_that_is_refused_leaves_no_letter(directory: Path) -> None:
    home = home_of(directory)
    (ref,) = open_some(new_case(NAME))
    assert not notify(home, [ref], ANNA, at=AT).done
    assert not list_mails()


def test_of_a_hacked_site_host_and_registrant_are_written_to(directory: Path) -> None:
    home = home_of(directory)
    ref = confirmed(home, disposition="compromised")
    seen()
    named = [Addressee("host", "noc@host-demo.by", "ru"), Addressee("registrant", "owner@private-demo.by")]
    got = notify(home, [ref], ANNA, at=AT, to=named)
    assert got.done == (ref,), got
    letters = {mail.recipient: msgspec.json.decode(mail.letter)["text"] for mail in list_mails()}
    assert set(letters) == {ABUSE, "noc@host-demo.by", "owner@private-demo.by"}
    assert "clientHold" not in "".join(letters.values())
    assert {link.role for link in AnswerLink.objects.all()} == {"registrar", "host", "registrant"}


@pytest.mark.parametrize("address", ["a@b.by, c@d.by", "a@b.by\r\nBcc: c@d.by", "Bank <a@b.by>"])
def test_an_address_that_is_more_than_one_is_refused_before_anything(directory: Path, address: str) -> None:
    home = home_of(directory)
    ref = confirmed(home)
    with pytest.raises(InputError):
        notify(home, [ref], ANNA, at=AT, to=[Addressee("registrar", address)])
    assert get_case(ref).state == "confirmed"
    letter = Letter(key="k", to=address, subject="x", text="y")
    with pytest.raises(InputError):
        queue_mail(home, letter, at=AT)
    with pytest.raises(InputError):
        queue_mail(home, msgspec.structs.replace(letter, to=SENDER), at=AT)


def test_a_notice_that_was_given_otherwise_is_recorded_without_a_letter(directory: Path) -> None:
    home = home_of(directory)
    ref = confirmed(home)
    assert notify(home, [ref], ANNA, at=AT, by_other_means=True).done == (ref,)
    assert not list_mails()


def test_a_hold_s_notice_tells_reason_end_and_appeal_once(directory: Path) -> None:
    home = home_of(directory)
    ref = confirmed(home)
    pk = get_case(ref).pk
    to = Recipient("owner@private-demo.by", "ru")
    said = {
        "to": to,
        "reason": "Сайт собирает карты.",
        "hold_until": AT + timedelta(days=14),
        "occasion": "7",
        "at": AT,
    }
    assert queue_hold_notice(home, pk, **said)
    assert not queue_hold_notice(home, pk, **said)
    (mail,) = list_mails()
    text = msgspec.json.decode(mail.letter)["text"]
    for owed in ("Сайт собирает карты.", "2026-12-07 12:00 UTC", "обжаловать", "> It asks for cards.", "/answer/"):
        assert owed in text, owed
    assert AnswerLink.objects.get().role == "registrant"


def one_letter(home: Home, **changed: Any) -> None:
    ref = confirmed(home)
    letter = Letter(key="k", to=ABUSE, subject="s", text="t", case_pk=get_case(ref).pk)
    assert queue_mail(home, msgspec.structs.replace(letter, **changed), at=AT)


def test_greylisting_is_waited_out_with_the_same_message_id(directory: Path) -> None:
    server = Server()
    server.rcpt = "451 4.7.1 Greylisted"
    with serving(directory, server) as port:
        home = home_of(directory, port)
        one_letter(home)
        tries = [deliver_mail(home, at=AT + timedelta(seconds=seconds)) for seconds in (0, 30, 61, 120)]
        assert tries == [0, 0, 0, 0]
        (mail,) = list_mails()
        assert (mail.tries, mail.last_error) == (2, server.rcpt)
        server.rcpt = "250 OK"
        assert deliver_mail(home, at=AT + timedelta(minutes=10)) == 1
    (letter,) = server.letters
    assert isinstance(letter.content, bytes)
    assert read(letter.content)["date"].startswith("Mon, 23 Nov 2026 12:00:00")


def test_a_letter_whose_answer_was_lost_is_the_same_letter_again(directory: Path) -> None:
    class Deaf(Server):
        async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 — aiosmtpd's name
            self.letters.append(envelope)  # it has the letter, and breaks off
            server.transport.abort()
            return "250 OK"

    deaf, well = Deaf(), Server()
    with serving(directory, deaf) as port:
        home = home_of(directory, port)
        one_letter(home)
        assert deliver_mail(home, at=AT) == 0
    with serving(directory, well) as port:
        assert deliver_mail(home_of(directory, port), at=AT + timedelta(minutes=2)) == 1
    assert len(deaf.letters) == 1
    assert deaf.letters[0].content == well.letters[0].content


def test_what_is_refused_for_good_is_given_up_and_the_case_says_so(directory: Path) -> None:
    server = Server()
    server.rcpt = "550 5.1.1 No such user"
    with serving(directory, server) as port:
        home = home_of(directory, port)
        one_letter(home)
        deliver_mail(home, at=AT)
        (mail,) = list_mails()
        assert (mail.state, mail.next_try_at) == ("given-up", None)
        assert mail.case is not None
        last = entries(mail.case.ref)[-1]
        assert (last.event, last.reason, last.role) == ("action_failed", "notice-undelivered", "system")
        assert ABUSE not in last.note
        server.rcpt = "250 OK"
        assert retry_mail(mail.pk, at=AT + timedelta(hours=1))
        assert deliver_mail(home, at=AT + timedelta(hours=1)) == 1
        assert not retry_mail(mail.pk, at=AT)


def test_a_server_that_is_away_costs_one_try_a_minute_and_gives_up_after_four_days(directory: Path) -> None:
    home = home_of(directory)
    one_letter(home)
    queue_mail(home, Letter(key="k2", to=ABUSE, subject="s", text="t"), at=AT)
    deliver_mail(home, at=AT)
    assert sorted(mail.tries for mail in list_mails()) == [0, 0]
    assert len([mail for mail in list_mails() if mail.last_error]) == 1  # the round ended with the first
    deliver_mail(home, at=AT + GIVES_UP_AFTER)
    assert [mail.state for mail in list_mails()] == ["given-up", "given-up"]
    assert {mail.last_error for mail in list_mails()} == {"waited for four days"}


def test_more_than_the_daily_limit_waits(directory: Path) -> None:
    server = Server()
    with serving(directory, server) as port:
        home = home_of(directory, port, daily_limit=2)
        for number in range(4):
            queue_mail(home, Letter(key=f"k{number}", to=ABUSE, subject="s", text="t"), at=AT)
        assert [deliver_mail(home, at=AT + timedelta(hours=hours)) for hours in (0, 1, 25)] == [2, 0, 2]


def test_settings_that_cannot_be_used_cost_no_letter_a_try(directory: Path) -> None:
    queue_mail(home_of(directory), Letter(key="k", to=ABUSE, subject="s", text="t"), at=AT)
    for wrong in ({"password_file": "no-such"}, {"reply_to": "a@b.by, c@d.by"}, {"from_address": ""}):
        assert deliver_mail(home_of(directory, **wrong), at=AT) == 0
    assert [(mail.state, mail.tries) for mail in list_mails()] == [("waiting", 0)]


def test_a_node_without_a_mail_server_sends_nothing(directory: Path) -> None:
    home = home_of(directory, server="")
    one_letter(home)
    assert deliver_mail(home, at=AT) == 0
    ref = confirmed(home, name="other-demo.by")
    assert notify(home, [ref], ANNA, at=AT).done == (ref,)


DIES = """
import os, sys
import django
from pathlib import Path
from datetime import datetime
from django.conf import settings
os.environ["DJANGO_SETTINGS_MODULE"] = "comity.node.settings"
django.setup()
import msgspec
from comity.edges.home import NodeSettings, Home
from comity.store.connect import use_database
import comity.flows.deliver_mail as flow
use_database(msgspec.json.decode(sys.argv[3]))
home = Home(path=Path(sys.argv[1]), settings=msgspec.json.decode(sys.argv[2], type=NodeSettings))
handed = flow.hand_over
def hand_over_and_die(*given, **named):
    handed(*given, **named)
    os.kill(os.getpid(), 9)
flow.hand_over = hand_over_and_die
flow.deliver_mail(home, at=datetime.fromisoformat(sys.argv[4]))
"""


@pytest.mark.django_db(transaction=True)
def test_a_process_killed_between_sending_and_marking_sends_the_same_letter_again(directory: Path) -> None:
    server = Server()
    with serving(directory, server) as port:
        home = home_of(directory, port)
        one_letter(home)
        entry = models.OutgoingMail.objects.db
        database = {**msgspec.to_builtins(_database(entry))}
        given = [str(home.path), msgspec.json.encode(home.settings), msgspec.json.encode(database), AT.isoformat()]
        command = [sys.executable, "-c", DIES, *[part.decode() if isinstance(part, bytes) else part for part in given]]
        died = subprocess.run(command, check=False, capture_output=True)
        assert died.returncode == -signal.SIGKILL, died.stderr.decode()
        (mail,) = list_mails()
        assert (mail.state, mail.tries) == ("waiting", 1)
        assert deliver_mail(home, at=AT + timedelta(minutes=1)) == 0  # whoever claimed it might still be at it
        assert deliver_mail(home, at=AT + timedelta(minutes=11)) == 1
    first, second = server.letters
    assert first.content == second.content


def _database(alias: str) -> dict[str, Any]:
    settings = connections[alias].settings_dict
    wanted = ("ENGINE", "NAME", "USER", "PASSWORD", "HOST", "PORT", "OPTIONS")
    return {key: settings[key] for key in wanted if key in settings}
