"""What was told can be corrected, marked, withdrawn and erased; every receiver hears it, whatever happens between."""

from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest
from django.db import transaction

from comity.core.errors import ConflictError, ForbiddenError, InputError, NotFoundError
from comity.core.exchange import IncomingEntry, OutgoingEntry
from comity.core.reports import Report
from comity.core.roles import Actor
from comity.flows.acknowledge import acknowledge
from comity.flows.advance_cases import advance_cases, step_of
from comity.flows.apply_entry import apply_entries
from comity.flows.ask import ask
from comity.flows.catch_up import catch_up
from comity.flows.correct import correct
from comity.flows.dismiss import dismiss
from comity.flows.erase import erase
from comity.flows.mark import mark
from comity.flows.repeat_erasures import repeat_erasures
from comity.flows.supply_info import supply_info
from comity.flows.withdraw import withdraw, withdraw_report
from comity.store import models
from comity.store.outgoing import append_outgoing
from comity.wire.notices import parse_erased, parse_erasure, parse_marking
from comity.wire.report_json import parse_report as read_report
from comity.wire.stix import parse_case_event, parse_report
from flows.two_desks import Desks
from flows.two_parties import AT, Parties, entry, events, phishing

pytestmark = pytest.mark.django_db

NAME = "http://bank-demo-a1.by/login?victim=ivanova-demo"
MARKER = b"ivanova-demo"
RU = Actor("ivan", "analyst", "cctld.ru")
BY = Actor("alena", "analyst", "oac.by")
SUPERVISOR = Actor("olga", "supervisor", "cctld.ru")


@pytest.fixture
def desks(tmp_path: Path) -> Desks:
    return Desks(Parties(tmp_path))


def stored(uuid: str) -> Report:
    report = read_report(bytes(models.Report.objects.get(uuid=uuid).body))
    assert isinstance(report, Report)
    return report


def told(desks: Desks) -> str:
    """A report about a name at .by is filed at .ru and known at .by; answers its identifier, seated at .ru."""
    desks.ru()
    desks.file(phishing(NAME))
    desks.exchange()
    desks.ru()
    return str(models.Report.objects.get().uuid)


def test_a_correction_takes_the_place_of_what_was_said(desks: Desks) -> None:
    uuid = told(desks)
    words = "The page has moved; it asks for the card number and for the code from the message as well."
    decisions = correct(desks.parties.ru, uuid, msgspec.structs.replace(stored(uuid), narrative=words), RU, at=AT)
    assert [decision.verdict for decision in decisions.values()] == ["send"]
    assert stored(uuid).narrative == words
    desks.exchange()

    desks.by()
    assert stored(uuid).narrative == words
    case = models.Case.objects.get()
    assert (events(case)[-1], entry(case, "note").reason, entry(case, "note").note) == (
        "note",
        "report-corrected",
        "narrative",
    )
    assert entry(case, "note").party == "cctld.ru"
    assert desks.refusals("in") == ["", ""]
    corrections = models.Decision.objects.filter(direction="in").order_by("pk")
    assert [(one.kind, one.verdict) for one in corrections] == [("report", "send"), ("report", "send")]


def test_a_correction_is_the_same_stix_object_and_a_later_version(desks: Desks) -> None:
    uuid = told(desks)
    later = AT + timedelta(hours=2)
    correct(
        desks.parties.ru, uuid, msgspec.structs.replace(stored(uuid), observed_at=AT + timedelta(hours=1)), RU, at=later
    )
    first, second = (msgspec.json.decode(one.payload)["objects"][0] for one in desks.outgoing())
    assert (first["id"], first["created"]) == (second["id"], second["created"])
    assert first["modified"] < second["modified"]


def test_a_correction_that_no_clause_admits_is_not_told(desks: Desks) -> None:
    uuid = told(desks)
    decisions = correct(desks.parties.ru, uuid, msgspec.structs.replace(stored(uuid), evidence=()), RU, at=AT)
    assert [(one.verdict, one.clause, one.reason) for one in decisions.values()] == [
        ("refuse", "4", "evidence-incomplete")
    ]
    assert [one.kind for one in desks.outgoing()] == ["report"]


def test_a_correction_that_the_receiver_may_not_take_makes_the_old_word_fall(desks: Desks) -> None:
    uuid = told(desks)
    correct(desks.parties.ru, uuid, msgspec.structs.replace(stored(uuid), confidence=0.5), RU, at=AT)
    desks.by()
    (sent,) = desks.waiting("ru")
    payload = parse_report(sent.payload)
    dishonest = sent.payload.replace(b'"kind":"screenshot"', b'"kind":"note"')
    assert dishonest != sent.payload
    answers = apply_entries(desks.parties.by, "cctld.ru", [sent._replace(payload=dishonest)], at=AT)
    assert answers == ["4:evidence-incomplete"]
    case = models.Case.objects.get()
    heard = entry(case, "withdrawal_received")
    assert (heard.reason, heard.clause, heard.note) == ("correction-refused", "4", "evidence-incomplete")
    (refusal,) = [parse_case_event(one.payload) for one in desks.outgoing()]
    assert (refusal.event, refusal.case) == ("refused", payload.case)
    assert stored(uuid).confidence is None


def test_only_what_one_filed_oneself_can_be_changed_and_only_into_the_same_matter(desks: Desks) -> None:
    uuid = told(desks)
    other = phishing("http://other-demo-b2.by/login")
    with pytest.raises(InputError, match="registrable domain"):
        correct(desks.parties.ru, uuid, other, RU, at=AT)
    with pytest.raises(NotFoundError):
        erase(desks.parties.ru, "0" * 8, RU, reason="legal-order", at=AT)
    with pytest.raises(ForbiddenError):
        mark(desks.parties.ru, uuid, "TLP:GREEN", Actor("audra", "auditor", "cctld.ru"), at=AT)
    desks.by()
    for change in (
        lambda: mark(desks.parties.by, uuid, "TLP:GREEN", BY, at=AT),
        lambda: erase(desks.parties.by, uuid, BY, reason="legal-order", at=AT),
        lambda: withdraw_report(desks.parties.by, uuid, BY, at=AT),
    ):
        with pytest.raises(ForbiddenError):
            change()
    assert MARKER in bytes(models.Report.objects.get().body)


def test_a_marking_follows_the_report(desks: Desks) -> None:
    uuid = told(desks)
    assert mark(desks.parties.ru, uuid, "TLP:AMBER", RU, at=AT) == {}
    mark(desks.parties.ru, uuid, "TLP:RED", RU, at=AT)
    sent = desks.outgoing()[-1]
    assert (sent.kind, parse_marking(sent.payload).tlp) == ("marking", "TLP:RED")
    assert b"bank-demo" not in sent.payload
    desks.exchange()
    desks.by()
    assert stored(uuid).tlp == "TLP:RED"
    assert entry(models.Case.objects.get(), "note").note == "TLP:AMBER → TLP:RED"


def test_a_withdrawal_reaches_the_receiver_of_an_open_a_closed_and_a_timed_out_case(desks: Desks) -> None:
    uuid = told(desks)
    (case,) = models.Case.objects.all()
    assert withdraw_report(desks.parties.ru, uuid, RU, at=AT).done == (case.ref,)
    desks.exchange()
    desks.by()
    theirs = models.Case.objects.get()
    assert events(theirs)[-1] == "withdrawal_received"
    acknowledge(desks.parties.by, [theirs.ref], BY, at=AT)
    dismiss(desks.parties.by, [theirs.ref], BY, "withdrawn", at=AT)
    desks.exchange()

    # The case is closed here by the partner's outcome; taking that back too reaches the partner all the same.
    desks.ru()
    case.refresh_from_db()
    assert case.state == "closed"
    assert withdraw(desks.parties.ru, [case.ref], SUPERVISOR, at=AT, outcome="false_positive").done == (case.ref,)
    desks.exchange()
    desks.by()
    assert events(theirs).count("withdrawal_received") == 2
    assert desks.ledger("in").receipt_size == desks.ledger("in").size


def test_a_withdrawal_during_a_suspension_is_told_afterwards_once(desks: Desks) -> None:
    uuid = told(desks)
    models.Memorandum.objects.update(status="suspended")
    withdraw_report(desks.parties.ru, uuid, RU, at=AT)
    erase(desks.parties.ru, uuid, RU, reason="legal-order", at=AT + timedelta(minutes=1))
    assert [one.kind for one in desks.outgoing()] == ["report"]
    models.Memorandum.objects.update(status="in-force")
    for minute in (2, 3):
        catch_up(desks.parties.ru, "oac.by", at=AT + timedelta(minutes=minute))
    assert [one.kind for one in desks.outgoing()] == ["report", "case-event", "erasure"]
    desks.exchange()
    desks.by()
    assert "withdrawal_received" in events(models.Case.objects.get())
    assert MARKER not in bytes(models.Report.objects.get().body)


@pytest.mark.parametrize("change", ["correct", "mark"])
def test_what_changed_during_a_suspension_is_told_afterwards_as_it_is_then(desks: Desks, change: str) -> None:
    uuid = told(desks)
    models.Memorandum.objects.update(status="suspended")
    for number in (1, 2):
        at = AT + timedelta(minutes=number)
        if change == "correct":
            correct(desks.parties.ru, uuid, msgspec.structs.replace(stored(uuid), confidence=number / 4), RU, at=at)
        else:
            mark(desks.parties.ru, uuid, ("TLP:RED", "TLP:GREEN")[number - 1], RU, at=at)
    models.Memorandum.objects.update(status="in-force")
    for minute in (3, 4):
        catch_up(desks.parties.ru, "oac.by", at=AT + timedelta(minutes=minute))
    assert len(desks.outgoing()) == 2
    ours = stored(uuid)
    desks.exchange()
    desks.by()
    assert (stored(uuid).confidence, stored(uuid).tlp) == (ours.confidence, ours.tlp)


def test_an_erasure_is_carried_out_on_both_sides_and_both_ledgers_stay_what_was_signed(desks: Desks) -> None:
    uuid = told(desks)
    before = desks.root_at("out", 1)
    erased = erase(desks.parties.ru, uuid, RU, reason="data-subject-request", at=AT)
    assert erased.asked == (("oac.by", 0),)
    assert erased.withheld == {}
    desks.exchange()
    for seat in (desks.ru, desks.by):
        seat()
        assert desks.holds(MARKER) == []
        assert desks.differences() == []
        report = stored(uuid)
        assert (report.name, report.tags) == ("bank-demo-a1.by", ("erased",))
        assert entry(models.Case.objects.get(), "note").reason == "report-erased"
    desks.ru()
    assert desks.root_at("out", 1) == before
    asked = models.Erasure.objects.get()
    assert asked.confirmed_at is not None
    assert (asked.reason, asked.actor) == ("data-subject-request", "ivan")
    assert desks.proves("out", 0)
    (answer,) = [parse_erased(one.payload) for one in desks.incoming()]
    assert (answer.origin, answer.position, answer.answer) == ("cctld.ru/ledger/oac.by", 0, "erased")


def test_what_quotes_an_erased_report_is_erased_with_it_on_both_sides(desks: Desks) -> None:
    uuid = told(desks)
    ours = models.Case.objects.get()
    desks.by()
    theirs = models.Case.objects.get()
    acknowledge(desks.parties.by, [theirs.ref], BY, at=AT)
    ask(desks.parties.by, [theirs.ref], BY, f"Is {NAME} still there?", at=AT)
    desks.exchange()
    desks.ru()
    supply_info(desks.parties.ru, [ours.ref], RU, f"Yes: {NAME} answers.", at=AT)
    desks.exchange()
    desks.by()
    assert desks.holds(MARKER) != []
    desks.ru()
    erase(desks.parties.ru, uuid, RU, reason="legal-order", at=AT)
    desks.exchange()
    for seat in (desks.ru, desks.by):
        seat()
        assert desks.holds(MARKER) == []
        assert desks.differences() == []
    assert "redacted" in entry(models.Case.objects.get(), "info_supplied").note


def test_a_report_that_was_refused_is_erased_with_the_refusal_that_names_its_address(desks: Desks) -> None:
    desks.by()
    _allow_none()
    desks.ru()
    desks.file(phishing(NAME))
    desks.exchange()
    desks.by()
    assert desks.refusals("in") == ["3:over-daily-cap"]
    assert desks.holds(MARKER) != []
    desks.ru()
    erase(desks.parties.ru, models.Report.objects.get().uuid, RU, reason="sent-by-mistake", at=AT)
    desks.exchange()
    for seat in (desks.ru, desks.by):
        seat()
        assert desks.holds(MARKER) == []
        assert desks.differences() == []


def test_a_report_erased_before_it_left_leaves_in_that_form(desks: Desks) -> None:
    desks.ru()
    desks.file(phishing(NAME))
    uuid = models.Report.objects.get().uuid
    erase(desks.parties.ru, uuid, RU, reason="sent-by-mistake", at=AT)
    (sent, asked) = desks.waiting("ru")
    assert (sent.erased, parse_erasure(asked.payload).position) == (True, 0)
    desks.exchange()
    desks.by()
    assert models.Report.objects.count() == 0
    assert desks.refusals("in") == ["erased", ""]
    desks.exchange()
    desks.ru()
    assert models.Erasure.objects.get().confirmed_at is not None


def test_a_corrected_report_is_erased_in_every_version_and_never_corrected_again(desks: Desks) -> None:
    uuid = told(desks)
    correct(desks.parties.ru, uuid, msgspec.structs.replace(stored(uuid), confidence=0.7), RU, at=AT)
    desks.exchange()
    desks.ru()
    assert erase(desks.parties.ru, uuid, RU, reason="legal-order", at=AT).asked == (("oac.by", 0), ("oac.by", 1))
    assert erase(desks.parties.ru, uuid, RU, reason="legal-order", at=AT).asked == ()
    with pytest.raises(ConflictError):
        correct(desks.parties.ru, uuid, phishing(NAME), RU, at=AT)
    desks.exchange()
    for seat in (desks.ru, desks.by):
        seat()
        assert desks.holds(MARKER) == []
    desks.ru()
    assert models.Erasure.objects.filter(confirmed_at__isnull=True).count() == 0


def test_the_same_claim_fed_again_does_not_bring_an_erased_report_back(desks: Desks) -> None:
    uuid = told(desks)
    erase(desks.parties.ru, uuid, RU, reason="legal-order", at=AT)
    assert desks.file(phishing(NAME)).duplicate == 1
    assert desks.holds(MARKER) == []


@pytest.mark.parametrize(
    ("position", "answer"), [(7, "not-held"), (0, "already-erased"), (2, "nothing-to-erase"), (3, "not-held")]
)
def test_every_erasure_is_answered(desks: Desks, position: int, answer: str) -> None:
    uuid = told(desks)
    desks.file(phishing("http://other-demo-b2.by/login"))
    erase(desks.parties.ru, uuid, RU, reason="legal-order", at=AT)
    desks.exchange()
    desks.by()
    (asked,) = [one for one in desks.incoming() if one.kind == "erasure"]
    (other,) = [one for one in desks.incoming() if one.kind == "report" and not one.erased]
    again = asked.payload.replace(b'"position":0', b'"position":%d' % position)
    answered = len(desks.outgoing())
    made = [
        IncomingEntry(3, "erasure", uuid, again),
        IncomingEntry(4, "report", other.subject, other.payload),
    ]
    refusals = apply_entries(desks.parties.by, "cctld.ru", made, at=AT)
    assert refusals == ["" if answer == "already-erased" else answer, ""]
    (told_back,) = [parse_erased(one.payload) for one in desks.outgoing()[answered:]]
    assert (told_back.position, told_back.answer) == (position, answer)


def test_nobody_confirms_erasures_that_were_not_asked_and_nobody_changes_a_strangers_report(desks: Desks) -> None:
    uuid = told(desks)
    mark(desks.parties.ru, uuid, "TLP:GREEN", RU, at=AT)
    erase(desks.parties.ru, uuid, RU, reason="legal-order", at=AT)
    marking = next(one for one in desks.outgoing() if one.kind == "marking")
    desks.exchange()
    desks.ru()
    (answer,) = [one for one in desks.incoming() if one.kind == "erased"]
    other = answer._replace(payload=answer.payload.replace(b'"position":0', b'"position":1'))
    wrong = answer._replace(payload=answer.payload.replace(b"cctld.ru/ledger/oac.by", b"oac.by/ledger/cctld.ru"))
    assert apply_entries(desks.parties.ru, "oac.by", [answer, other, wrong], at=AT) == [
        "",
        "no-such-erasure",
        "no-such-erasure",
    ]
    # The report was filed at .ru: a marking of it from .by touches nothing.
    assert apply_entries(desks.parties.ru, "oac.by", [marking], at=AT) == ["no-such-report"]
    rubbish = [marking._replace(kind=kind, payload=b"{}") for kind in ("marking", "correction", "erasure", "erased")]
    assert apply_entries(desks.parties.ru, "oac.by", rubbish, at=AT) == ["payload:malformed"] * 4


def test_every_payload_bears_a_salt_of_its_own(desks: Desks) -> None:
    uuid = told(desks)
    mark(desks.parties.ru, uuid, "TLP:GREEN", RU, at=AT)
    erase(desks.parties.ru, uuid, RU, reason="legal-order", at=AT)
    desks.exchange()
    salts = []
    for seat in (desks.ru, desks.by):
        seat()
        for one in desks.outgoing():
            if not one.erased:
                (extension,) = msgspec.json.decode(one.payload)["objects"][0]["extensions"].values()
                salts.append(extension["salt"])
    assert len(salts) == 3
    assert len(set(salts)) == 3
    assert all(len(bytes.fromhex(salt)) == 16 for salt in salts)
    desks.ru()
    row = models.LedgerEntry.objects.get(position=0, ledger__direction="out")
    assert len(row.payload) == len(sha256().digest())


def _allow_none() -> None:
    body = bytes(models.Memorandum.objects.get().body)
    models.Memorandum.objects.update(
        body=body.replace(b'"max_per_day":1000', b'"max_per_day":0'), digest="sha256:" + "1" * 64
    )


def test_a_node_restored_from_before_an_erasure_forgets_again(desks: Desks) -> None:
    uuid = told(desks)
    backup = desks.snapshot()
    erase(desks.parties.ru, uuid, RU, reason="data-subject-request", at=AT)
    desks.exchange()
    desks.ru()
    recalled = [one for one in desks.outgoing() if one.kind == "erasure"]

    # The backup comes back, and with it what was erased; the partner gives back our own entry that says so.
    desks.restore(backup)
    assert desks.holds(MARKER) != []
    with transaction.atomic():
        append_outgoing("oac.by", [OutgoingEntry(*one[1:]) for one in recalled], at=AT)
    assert repeat_erasures(desks.parties.ru, "oac.by", at=AT) == 1
    assert desks.holds(MARKER) == []
    assert desks.differences() == []
    assert models.Erasure.objects.get().reason == "data-subject-request"
    assert repeat_erasures(desks.parties.ru, "oac.by", at=AT) == 0


def test_a_report_that_came_back_and_was_dismissed_as_wrong_is_withdrawn_at_the_partner(desks: Desks) -> None:
    told(desks)
    (case,) = models.Case.objects.all()
    system = Actor("cctld.ru", "system", "cctld.ru")
    advance_cases(desks.parties.ru, {case.ref: step_of("no_receipt_timeout", system)}, at=AT)
    assert dismiss(desks.parties.ru, [case.ref], RU, "withdrawn", at=AT).done == (case.ref,)
    desks.exchange()
    desks.by()
    assert events(models.Case.objects.get())[-1] == "withdrawal_received"
    assert desks.refusals("in") == ["", ""]


def test_an_entry_that_waits_for_its_place_is_erased_where_it_waits(desks: Desks) -> None:
    uuid = told(desks)
    for one in desks.outgoing():
        models.DisplacedEntry.objects.create(
            ledger=desks.ledger("out"), kind=one.kind, subject=one.subject, payload=one.payload, at=AT
        )
    erase(desks.parties.ru, uuid, RU, reason="legal-order", at=AT)
    (row,) = models.DisplacedEntry.objects.all()
    sent = models.LedgerEntry.objects.get(ledger=desks.ledger("out"), position=0)
    assert row.erased_at == AT
    assert row.payload == bytes(sent.payload)
    assert desks.holds(MARKER) == []


def test_a_partner_that_has_not_confirmed_can_be_asked_again(desks: Desks) -> None:
    uuid = told(desks)
    erase(desks.parties.ru, uuid, RU, reason="legal-order", at=AT)
    desks.carry(desks.parties.ru)  # and the answer does not come back
    assert erase(desks.parties.ru, uuid, RU, reason="legal-order", at=AT).asked == ()
    assert erase(desks.parties.ru, uuid, RU, reason="legal-order", at=AT, again=True).asked == (("oac.by", 0),)
    desks.exchange()
    desks.ru()
    answers = [parse_erased(one.payload).answer for one in desks.incoming()]
    assert answers == ["erased", "already-erased"]
    assert models.Erasure.objects.get().confirmed_at is not None
    assert erase(desks.parties.ru, uuid, RU, reason="legal-order", at=AT, again=True).asked == ()
    assert events(models.Case.objects.get()).count("note") == 1
