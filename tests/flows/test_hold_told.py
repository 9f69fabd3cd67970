"""Whoever's name is held is told in the transaction of the hold: by their address, through the registrar, or the case
says why not; and the time that a notice names is the time that the guards wait for.
"""

from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from comity.core.case_steps import act_due
from comity.core.observations import Registration
from comity.core.registrars import Registrar
from comity.core.reports import Report
from comity.edges.home import Home, MailSettings
from comity.edges.tokens import token_hash
from comity.flows.acknowledge import acknowledge
from comity.flows.advance_cases import Grounds, rules_of
from comity.flows.approve_plan import approve_plan
from comity.flows.carry_out import carry_out
from comity.flows.confirm import confirm
from comity.flows.hold import hold, hold_overdue
from comity.flows.notify import Addressee, notify
from comity.store.cases import facts_with_history, get_case, timeline
from comity.store.holders import find_holder
from comity.store.mails import list_mails
from comity.store.models import AnswerLink, Reporter
from comity.store.models import Report as ReportRow
from comity.store.observations import add_observation
from comity.store.plans import list_plans
from comity.store.registrars import put_registrar
from comity.wire.canonical import canonical
from flows.desk import ANNA, AT, BORIS, HOME, new_case, open_some

pytestmark = pytest.mark.django_db
PHISHING = Grounds(reason="phishing", note="seen by hand")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    mail = MailSettings(server="localhost", from_address="node@oac.by", reply_to="duty@oac.by")
    return Home(tmp_path, msgspec.structs.replace(HOME.settings, mail=mail))


def confirmed(home: Home, name: str, *, zone: str = "by", disposition: str = "malicious") -> str:
    (ref,) = open_some(new_case(name, zone=zone, severity="normal"))
    case = get_case(ref)
    reporter, _ = Reporter.objects.get_or_create(
        key="notifier", defaults={"name": "notifier", "kind": "trusted-notifier", "status_token": "t", "created_at": AT}
    )
    claim = Report(name=name, category="phishing", observed_at=AT, narrative="It asks for cards.")
    ReportRow.objects.create(
        key=case.uuid.encode()[:16], uuid=case.uuid, standing="accepted", registrable=name, host=name, zone="by",
        category="phishing", reporter=reporter, case_id=case.pk, received_at=AT,
        body=canonical(msgspec.to_builtins(claim)),
    )  # fmt: skip
    acknowledge(home, [ref], ANNA, at=AT)
    confirm(home, [ref], ANNA, disposition=disposition, score=0.9, collateral="no mail", at=AT, grounds=PHISHING)
    return ref


def held(home: Home, ref: str, registrant: Addressee | None = None) -> None:
    assert hold(home, [ref], ANNA, at=AT, grounds=PHISHING, registrant=registrant).done == (ref,)
    stored = list_plans()[0]
    assert approve_plan(home, stored.hash, BORIS, at=AT).state == "approved"
    assert not list_mails()  # nobody is told of what has not happened
    assert carry_out(home, stored.hash, ANNA, at=AT).state == "done"


def last(ref: str) -> tuple[str, str]:
    entry = timeline(get_case(ref).pk)[-1]
    return entry.reason, entry.note


def text_of(number: int = 0) -> str:
    return str(msgspec.json.decode(list_mails()[number].letter)["text"])


def test_the_address_that_was_given_with_the_proposal_gets_the_letter(home: Home) -> None:
    ref = confirmed(home, "a-told-demo.by")
    held(home, ref, Addressee("registrant", "Owner@a-told-demo.by", "be"))
    (mail,) = list_mails()
    assert mail.recipient == "Owner@a-told-demo.by"
    assert last(ref) == ("registrant-told", "")
    text = text_of()
    for owed in ("phishing", "прыпыніла дэлегаванне", "2026-12-23", "Instruction on the procedure", "абскардзіць"):
        assert owed in text, owed
    token = text.split("/answer/")[1].split("/")[0]
    assert AnswerLink.objects.get(token_hash=token_hash(token)).role == "registrant"


def test_without_an_address_the_registrar_is_asked_to_pass_it_on(home: Home) -> None:
    ref = confirmed(home, "b-told-demo.by")
    put_registrar(Registrar(handle="REG-A", name="Registrar A", email="abuse@registrar-a.by", language="ru"), at=AT)
    add_observation("b-told-demo.by", "epp", Registration(name="b-told-demo.by", registrar_id="REG-A"), at=AT)
    held(home, ref)
    (mail,) = list_mails()
    assert (mail.recipient, mail.subject.split()[1]) == ("abuse@registrar-a.by", "передать")
    assert text_of().startswith("Регистратору: адрес администратора домена")
    assert last(ref) == ("registrant-told-through-registrar", "")
    assert find_holder(get_case(ref).pk) is None  # the registrar's address does not become the registrant's


def test_where_nobody_can_be_told_the_case_says_why(home: Home) -> None:
    ref = confirmed(home, "c-told-demo.by")
    held(home, ref)
    assert last(ref)[0] == "registrant-not-told-no-address"
    assert not list_mails()
    assert not AnswerLink.objects.exists()


def test_an_address_that_cannot_be_written_to_holds_nothing_up(home: Home) -> None:
    ref = confirmed(home, "d-told-demo.by")
    held(home, ref, Addressee("registrant", "node@oac.by"))  # the node's own sender
    assert last(ref) == ("registrant-not-told", "address: is this node's own sender address")
    assert not AnswerLink.objects.exists()


def test_a_notice_names_the_clock_of_the_case_and_the_guards_wait_for_it(home: Home) -> None:
    ref = confirmed(home, "e-told-demo.by")
    to = [Addressee("registrar", "abuse@registrar-a.by")]
    assert notify(home, [ref], ANNA, at=AT, to=to).done == (ref,)
    row = get_case(ref)
    due = act_due(facts_with_history([row])[row.pk], rules_of(home))
    assert due is not None
    assert f"{due:%Y-%m-%d %H:%M} UTC" in text_of()
    assert due != AT + rules_of(home).act_within[row.severity]  # by the calendar of a normal case
    early = hold_overdue(home, [ref], ANNA, at=due - timedelta(minutes=1), grounds=PHISHING)
    assert [reason.code for reason in early.refused[ref]] == ["not-yet-due"]
    assert hold_overdue(home, [ref], ANNA, at=due, grounds=PHISHING).done == (ref,)
    assert list_plans(["proposed"])[0].plan.steps[0].case == ref


def test_a_registrar_is_asked_for_no_more_than_the_zone_s_rules_let_it_do(home: Home) -> None:
    ref = confirmed(home, "f-told-demo.by")
    notify(home, [ref], ANNA, at=AT, to=[Addressee("registrar", "abuse@registrar-a.by", "en")])
    text = text_of()
    assert "tell us what you found" in text
    assert "end the delegation" not in text
    assert "Instruction on the procedure of registration" in text


def test_where_the_profile_offers_no_hold_a_deadline_brings_none(home: Home) -> None:
    home = Home(home.path, msgspec.structs.replace(home.settings, party="vnnic.vn", zones=("vn",)))
    (ref,) = open_some(msgspec.structs.replace(new_case("g-told-demo.vn"), zone="vn", party="vnnic.vn"))
    outcome = hold_overdue(home, [ref], ANNA, at=AT + timedelta(days=90), grounds=PHISHING)
    assert [reason.code for reason in outcome.refused[ref]] == ["authority-unknown"]
