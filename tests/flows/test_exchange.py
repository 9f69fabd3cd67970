"""From a report at one registry to the outcome at its reporter: what crosses, by which clause, what comes back."""

from datetime import timedelta
from pathlib import Path

import pytest

from comity.core.roles import Actor
from comity.flows.acknowledge import acknowledge
from comity.flows.apply_entry import apply_entries
from comity.flows.ask import ask
from comity.flows.catch_up import catch_up
from comity.flows.dismiss import dismiss
from comity.flows.open_held import open_held
from comity.flows.refer import refer
from comity.flows.supply_info import supply_info
from comity.flows.withdraw import withdraw
from comity.store import models
from comity.wire.stix import parse_case_event, parse_report
from flows.two_parties import AT, Parties, entry, events, file, outgoing, phishing

pytestmark = pytest.mark.django_db

ANALYST_BY = Actor("alena", "analyst", "oac.by")
ANALYST_RU = Actor("ivan", "analyst", "cctld.ru")
NAME = "http://bank-demo-a1.by/login"


@pytest.fixture
def parties(tmp_path: Path) -> Parties:
    return Parties(tmp_path)


def test_a_report_about_a_partners_name_leaves_by_a_clause_and_refers_the_case(parties: Parties) -> None:
    parties.sit(parties.ru)
    file(parties.ru, phishing(NAME))

    decision = models.Decision.objects.get()
    assert (decision.verdict, decision.kind, decision.direction, decision.partner) == (
        "send",
        "report",
        "out",
        "oac.by",
    )
    assert decision.clause
    case = models.Case.objects.get()
    assert case.state == "referred"
    assert events(case) == ["opened", "refer_out_of_zone"]
    assert entry(case, "refer_out_of_zone").clause == decision.clause
    (sent,) = outgoing()
    payload = parse_report(sent.payload)
    assert (sent.kind, str(payload.case), payload.target) == ("report", case.uuid, "http://bank-demo-a1.by/login")
    assert payload.memorandum == decision.memorandum


def test_the_reporter_never_leaves(parties: Parties) -> None:
    parties.sit(parties.ru)
    file(parties.ru, phishing(NAME, source_ref="ticket 77 of Ivanov"), reporter="ivanov-demo")
    (sent,) = outgoing()
    assert b"Ivanov" not in sent.payload
    assert b"ivanov-demo" not in sent.payload


def test_our_own_names_and_foreign_ones_leave_for_nobody(parties: Parties) -> None:
    parties.sit(parties.ru)
    outcome = file(parties.ru, phishing("http://shop-demo-b2.ru/"), phishing("http://shop-demo-b2.com/"))
    assert outcome.standings == ["accepted", "foreign"]
    assert outgoing() == []
    assert models.Decision.objects.count() == 0
    assert models.Case.objects.get().state == "received"


@pytest.mark.parametrize(
    ("changed", "clause", "reason"),
    [
        ({"tlp": "TLP:RED"}, "5", "tlp-red-never-leaves"),
        ({"evidence": ()}, "4", "evidence-incomplete"),
        ({"verified_at": AT - timedelta(days=30)}, "4", "evidence-too-old"),
    ],
)
def test_what_no_clause_admits_stays_here_with_its_reason(
    parties: Parties, changed: dict[str, object], clause: str, reason: str
) -> None:
    parties.sit(parties.ru)
    file(parties.ru, phishing(NAME, **changed))
    decision = models.Decision.objects.get()
    assert (decision.verdict, decision.clause, decision.reason) == ("refuse", clause, reason)
    assert outgoing() == []
    assert models.Case.objects.get().state == "received"


@pytest.mark.parametrize("changed", [{"tlp": "TLP:RED"}, {"evidence": ()}])
def test_what_was_withheld_does_not_show_by_what_the_desk_does(parties: Parties, changed: dict[str, object]) -> None:
    parties.sit(parties.ru)
    file(parties.ru, phishing(NAME, **changed))
    case = models.Case.objects.get()
    assert refer(parties.ru, [case.ref], ANALYST_RU, at=AT).done == ()
    acknowledge(parties.ru, [case.ref], ANALYST_RU, at=AT)
    ask(parties.ru, [case.ref], ANALYST_RU, "Is it still there?", at=AT)
    assert outgoing() == []


def test_while_suspended_nothing_leaves_and_afterwards_everything_does_once(parties: Parties) -> None:
    parties.sit(parties.ru)
    file(parties.ru, phishing(NAME))
    reports = outgoing()
    parties.sit(parties.by)
    apply_entries(parties.by, "cctld.ru", reports, at=AT)
    theirs = models.Case.objects.get()

    models.Memorandum.objects.update(status="suspended")
    file(parties.by, phishing("http://late-demo-e5.ru/"))
    acknowledge(parties.by, [theirs.ref], ANALYST_BY, at=AT)
    dismiss(parties.by, [theirs.ref], ANALYST_BY, "false_positive", at=AT + timedelta(minutes=1))
    assert outgoing() == []
    refusals = models.Decision.objects.filter(direction="out").values_list("clause", "reason").distinct()
    assert set(refusals) == {("11", "suspended")}

    models.Memorandum.objects.update(status="in-force")
    for minute in (2, 3):
        catch_up(parties.by, "cctld.ru", at=AT + timedelta(minutes=minute))
    told = [parse_case_event(one.payload).event for one in outgoing() if one.kind == "case-event"]
    assert told == ["accepted", "outcome"]
    assert [one.kind for one in outgoing()].count("report") == 1
    assert models.Case.objects.get(registrable="late-demo-e5.ru").state == "referred"


def test_a_protected_name_is_told_of_only_after_two_people_agreed(parties: Parties) -> None:
    parties.sit(parties.ru)
    file(parties.ru, phishing("http://belarusbank.by/login"))
    assert models.Report.objects.get().standing == "held"
    assert outgoing() == []
    first, second = (Actor(name, "supervisor", "cctld.ru") for name in ("olga", "pavel"))
    (ref,) = open_held(parties.ru, ["belarusbank.by"], first, at=AT).done
    assert refer(parties.ru, [ref], first, at=AT).done == ()
    decision = models.Decision.objects.get()
    assert (decision.verdict, decision.clause, decision.reason) == ("hold", "8", "protected-name")
    assert outgoing() == []
    assert refer(parties.ru, [ref], second, at=AT).done == (ref,)
    assert [one.kind for one in outgoing()] == ["report"]


def test_the_partner_works_the_case_and_the_outcome_comes_back(parties: Parties) -> None:
    # (1) reported at .ru
    parties.sit(parties.ru)
    file(parties.ru, phishing(NAME))
    ours = models.Case.objects.get()
    reports = outgoing()

    # (2) received at .by: the memorandum is asked again, a case opens, and remembers whose it is
    parties.sit(parties.by)
    assert apply_entries(parties.by, "cctld.ru", reports, at=AT) == [""]
    theirs = models.Case.objects.get()
    assert (theirs.state, theirs.registrable) == ("received", "bank-demo-a1.by")
    assert theirs.uuid != ours.uuid
    assert models.CasePeer.objects.get().remote_case == ours.uuid
    inward = models.Decision.objects.get()
    assert (inward.direction, inward.verdict) == ("in", "send")

    # (3) the desk at .by acknowledges and closes
    acknowledge(parties.by, [theirs.ref], ANALYST_BY, at=AT)
    dismiss(parties.by, [theirs.ref], ANALYST_BY, "not_reproducible", at=AT)
    answers = outgoing()
    assert [parse_case_event(one.payload).event for one in answers] == ["accepted", "outcome"]

    # (4) back at .ru
    parties.sit(parties.ru)
    file(parties.ru, phishing(NAME))
    assert apply_entries(parties.ru, "oac.by", answers, at=AT) == ["", ""]
    ours = models.Case.objects.get()
    assert (ours.state, ours.outcome) == ("closed", "not_reproducible")
    assert events(ours) == ["opened", "refer_out_of_zone", "partner_accepted", "partner_outcome"]
    assert entry(ours, "partner_outcome").party == "oac.by"
    assert models.CasePeer.objects.get().remote_case == theirs.uuid


def test_a_question_and_its_answer_cross(parties: Parties) -> None:
    parties.sit(parties.ru)
    file(parties.ru, phishing(NAME))
    reports = outgoing()

    parties.sit(parties.by)
    apply_entries(parties.by, "cctld.ru", reports, at=AT)
    theirs = models.Case.objects.get()
    acknowledge(parties.by, [theirs.ref], ANALYST_BY, at=AT)
    ask(parties.by, [theirs.ref], ANALYST_BY, "From which country is the page seen?", at=AT)
    questions = outgoing()

    parties.sit(parties.ru)
    file(parties.ru, phishing(NAME))
    assert apply_entries(parties.ru, "oac.by", questions, at=AT) == ["", ""]
    ours = models.Case.objects.get()
    assert ours.state == "referred"
    assert entry(ours, "partner_asked").note == "From which country is the page seen?"
    supply_info(parties.ru, [ours.ref], ANALYST_RU, "From Belarus only.", at=AT)
    answers = outgoing()[1:]

    parties.sit(parties.by)
    apply_entries(parties.by, "cctld.ru", reports, at=AT)
    case = models.Case.objects.get()
    acknowledge(parties.by, [case.ref], ANALYST_BY, at=AT)
    ask(parties.by, [case.ref], ANALYST_BY, "From which country is the page seen?", at=AT)
    assert apply_entries(parties.by, "cctld.ru", answers, at=AT) == [""]
    case.refresh_from_db()
    assert case.state == "triage"
    assert entry(case, "info_supplied").note == "From Belarus only."


def test_a_withdrawal_is_heard(parties: Parties) -> None:
    parties.sit(parties.ru)
    file(parties.ru, phishing(NAME))
    withdraw(parties.ru, [models.Case.objects.get().ref], ANALYST_RU, at=AT)
    sent = outgoing()

    parties.sit(parties.by)
    assert apply_entries(parties.by, "cctld.ru", sent, at=AT) == ["", ""]
    assert events(models.Case.objects.get())[-1] == "withdrawal_received"


def test_a_partner_is_believed_in_nothing(parties: Parties) -> None:
    parties.sit(parties.ru)
    file(parties.ru, phishing(NAME), phishing("http://other-demo-c3.by/"))
    good, other = outgoing()

    parties.sit(parties.by)
    # A report about our partner's own name, rubbish, an unknown kind and an unknown case stand between good ones.
    ours_not = other._replace(payload=other.payload.replace(b"other-demo-c3.by", b"other-demo-c3.ru"))
    rubbish = good._replace(payload=b"{}")
    future_kind = good._replace(kind="hologram")
    answers = apply_entries(parties.by, "cctld.ru", [good, ours_not, rubbish, future_kind, other], at=AT)
    assert answers == ["", "2:not-the-recipients-zone", "payload:malformed", "unknown-kind", ""]
    assert set(models.Case.objects.values_list("registrable", flat=True)) == {"bank-demo-a1.by", "other-demo-c3.by"}
    (refusal,) = [parse_case_event(one.payload) for one in outgoing()]
    assert (refusal.event, refusal.clause) == ("refused", "2")


def test_a_refusal_by_the_partner_brings_the_case_home(parties: Parties) -> None:
    parties.sit(parties.ru)
    file(parties.ru, phishing(NAME))
    reports = outgoing()

    parties.sit(parties.by)
    models.Memorandum.objects.update(body=_allow_no_report(), digest="sha256:" + "1" * 64)
    assert apply_entries(parties.by, "cctld.ru", reports, at=AT) == ["3:over-daily-cap"]
    refusals = outgoing()

    parties.sit(parties.ru)
    file(parties.ru, phishing(NAME))
    assert apply_entries(parties.ru, "oac.by", refusals, at=AT) == [""]
    case = models.Case.objects.get()
    assert case.state == "triage"
    assert entry(case, "partner_refused").reason == "over-daily-cap"


def test_a_partner_cannot_touch_a_case_that_is_not_its_matter(parties: Parties) -> None:
    parties.sit(parties.ru)
    file(parties.ru, phishing(NAME))
    reports = outgoing()
    parties.sit(parties.by)
    apply_entries(parties.by, "cctld.ru", reports, at=AT)
    theirs = models.Case.objects.get()
    acknowledge(parties.by, [theirs.ref], ANALYST_BY, at=AT)
    dismiss(parties.by, [theirs.ref], ANALYST_BY, "false_positive", at=AT)
    answers = outgoing()

    parties.sit(parties.ru)
    file(parties.ru, phishing("http://own-demo-d4.ru/"))
    own = models.Case.objects.get()
    aimed = [one._replace(payload=_aim(one.payload, own.uuid)) for one in answers]
    assert apply_entries(parties.ru, "oac.by", aimed, at=AT) == ["no-such-case", "no-such-case"]
    own.refresh_from_db()
    assert own.state == "received"


def test_a_report_that_joins_a_closed_case_hears_its_outcome_at_once(parties: Parties) -> None:
    parties.sit(parties.ru)
    file(parties.ru, phishing(NAME))
    reports = outgoing()

    parties.sit(parties.by)
    file(parties.by, phishing("http://www.bank-demo-a1.by/other"))
    own = models.Case.objects.get()
    acknowledge(parties.by, [own.ref], ANALYST_BY, at=AT)
    dismiss(parties.by, [own.ref], ANALYST_BY, "not_reproducible", at=AT)
    assert outgoing() == []
    assert apply_entries(parties.by, "cctld.ru", reports, at=AT) == [""]
    answers = outgoing()
    assert [parse_case_event(one.payload).event for one in answers] == ["accepted", "outcome"]

    parties.sit(parties.ru)
    file(parties.ru, phishing(NAME))
    apply_entries(parties.ru, "oac.by", answers, at=AT)
    case = models.Case.objects.get()
    assert (case.state, case.outcome) == ("closed", "not_reproducible")


def test_a_report_about_a_name_protected_at_the_partner_waits_there_and_is_answered(parties: Parties) -> None:
    parties.sit(parties.ru)
    file(parties.ru, phishing(NAME))
    (sent,) = outgoing()
    report = sent._replace(payload=sent.payload.replace(b"bank-demo-a1.by", b"belarusbank.by"))

    parties.sit(parties.by)
    # The courier of the other side stored the entry; here it is put beside its effect by hand.
    ledger = models.Ledger.objects.get(direction="in")
    models.LedgerEntry.objects.create(
        ledger=ledger, position=0, kind="report", subject=report.subject, payload=report.payload, leaf=b"\0" * 32, at=AT
    )
    assert apply_entries(parties.by, "cctld.ru", [report], at=AT) == [""]
    assert models.Case.objects.count() == 0
    supervisor = Actor("olga", "supervisor", "oac.by")
    (ref,) = open_held(parties.by, ["belarusbank.by"], supervisor, at=AT).done
    acknowledge(parties.by, [ref], ANALYST_BY, at=AT)
    dismiss(parties.by, [ref], ANALYST_BY, "protected_name_refused", at=AT)
    assert [parse_case_event(one.payload).outcome for one in outgoing()] == ["", "protected_name_refused"]


def test_what_came_before_the_link_goes_when_the_link_comes(parties: Parties) -> None:
    parties.sit(parties.ru, linked=False)
    file(parties.ru, phishing(NAME))
    assert models.Case.objects.get().state == "received"
    parties.link(parties.ru)
    assert [one.kind for one in outgoing()] == ["report"]
    assert models.Case.objects.get().state == "referred"


def test_what_comes_too_late_is_kept_as_a_note(parties: Parties) -> None:
    parties.sit(parties.ru)
    file(parties.ru, phishing(NAME))
    reports = outgoing()
    parties.sit(parties.by)
    apply_entries(parties.by, "cctld.ru", reports, at=AT)
    theirs = models.Case.objects.get()
    acknowledge(parties.by, [theirs.ref], ANALYST_BY, at=AT)
    dismiss(parties.by, [theirs.ref], ANALYST_BY, "false_positive", at=AT)
    answers = outgoing()

    parties.sit(parties.ru)
    file(parties.ru, phishing(NAME))
    apply_entries(parties.ru, "oac.by", answers, at=AT)
    assert apply_entries(parties.ru, "oac.by", answers[-1:], at=AT) == [""]
    case = models.Case.objects.get()
    assert (case.state, case.outcome, events(case)[-1]) == ("closed", "false_positive", "note")


def _allow_no_report() -> bytes:
    body = bytes(models.Memorandum.objects.get().body)
    assert b'"max_per_day":1000' in body
    return body.replace(b'"max_per_day":1000', b'"max_per_day":0')


def _aim(payload: bytes, case: str) -> bytes:
    event = parse_case_event(payload)
    for peer in event.peer_cases:
        payload = payload.replace(str(peer).encode(), case.encode())
    return payload
