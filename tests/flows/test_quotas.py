"""A cap is counted by both parties from the same bytes: an honest sender is never refused for it, another is."""

import os
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comity.core.exchange import IncomingEntry
from comity.core.names import NameRefusal
from comity.core.reports import Claim
from comity.core.roles import Actor
from comity.flows.acknowledge import acknowledge
from comity.flows.apply_entry import apply_entries
from comity.flows.ask import ask
from comity.flows.correct import correct
from comity.flows.store_batch import store_batch
from comity.flows.supply_info import supply_info
from comity.store import models
from comity.store.memoranda import supersede_older
from comity.store.reports import ensure_reporter
from comity.wire.canonical import canonical
from comity.wire.report_json import parse_report as read_report
from comity.wire.stix import parse_case_event
from flows.test_hostile_partner import rewritten
from flows.two_desks import Desks
from flows.two_parties import AT, FOLDER, Parties, phishing

pytestmark = pytest.mark.django_db

CAP = 3
_EXAMPLES = 200 if os.environ.get("COMITY_SOAK") else 12
RU = Actor("ivan", "analyst", "cctld.ru")
BY = Actor("alena", "analyst", "oac.by")
half_a_day = st.timedeltas(timedelta(hours=-12), timedelta(hours=12))
steps = st.lists(
    st.tuples(
        st.sampled_from([timedelta(0), timedelta(hours=5), timedelta(hours=20), timedelta(days=9)]),
        half_a_day,  # how wrong the sender's clock is
        half_a_day,  # how wrong the receiver's is
        st.integers(0, CAP + 1),
        st.booleans(),  # is anything corrected
        st.booleans(),  # does the line work
    ),
    min_size=2,
    max_size=6,
)


@pytest.fixture
def parties(tmp_path: Path) -> Parties:
    return Parties(tmp_path, reports_a_day=CAP)


def report_at(desks: Desks, number: int, at: object) -> None:
    report = phishing(f"http://bank-demo-{number}.by/login", observed_at=at, verified_at=at)
    target = FOLDER.target(report.name)
    assert not isinstance(target, NameRefusal)
    filed_by = ensure_reporter("cert-demo", kind="trusted-notifier", at=AT)
    store_batch(desks.home, [Claim(report, target.name, target.url)], reporter=filed_by, run=None, at=at)  # type: ignore[arg-type]


@settings(max_examples=_EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps)
def test_an_honest_sender_is_never_refused_for_the_cap(parties: Parties, steps: list[tuple]) -> None:  # type: ignore[type-arg]
    desks, now, number = Desks(parties), AT, 0
    desks.ru()
    for passed, ours, theirs, reports, corrects, carries in steps:
        now += passed
        at = now + ours
        desks.ru()
        for _report in range(reports):
            number += 1
            report_at(desks, number, at)
        first = models.Report.objects.order_by("pk").first()
        if corrects and first is not None:
            body = read_report(bytes(first.body))
            correct(parties.ru, first.uuid, msgspec.structs.replace(body, verified_at=at), RU, at=at)
        if carries:
            desks.carry(parties.ru, at=now + theirs)
    desks.carry(parties.ru, at=now + timedelta(days=30))
    desks.by()
    assert [refusal for refusal in desks.refusals("in") if refusal] == []
    taken = models.Decision.objects.filter(direction="in", verdict="send").values_list("at", flat=True)
    days = [at.date() for at in taken]
    assert all(days.count(day) <= CAP for day in days)


@pytest.fixture
def sent(parties: Parties) -> tuple[Desks, IncomingEntry]:
    """Both at their cap for the day of AT, and one of the entries to make others of."""
    desks = Desks(parties)
    desks.ru()
    for number in range(CAP + 2):
        report_at(desks, number, AT)
    assert len(desks.outgoing()) == CAP
    desks.carry(parties.ru, at=AT + timedelta(days=40))
    desks.by()
    assert desks.refusals("in") == [""] * CAP
    return desks, desks.incoming()[0]


def forged(entry: IncomingEntry, days: int) -> IncomingEntry:
    """A further report that says it was decided so many days after the others."""
    report_id = uuid4()
    at = AT + timedelta(days=days)
    report = phishing("http://bank-demo-1.by/login", observed_at=at, verified_at=at)
    return rewritten(entry, report_id=report_id, decided_at=at, report=report)._replace(
        subject=str(UUID(report_id.hex))
    )


def test_a_sender_that_ignores_its_cap_is_refused_with_the_clause(sent: tuple[Desks, IncomingEntry]) -> None:
    desks, entry = sent
    answers = apply_entries(desks.home, "cctld.ru", [forged(entry, 0)], at=AT + timedelta(days=40))
    assert answers == ["3:over-daily-cap"]
    (refusal,) = [parse_case_event(one.payload) for one in desks.outgoing()]
    assert (refusal.event, refusal.clause, refusal.reason) == ("refused", "3", "over-daily-cap")


def test_a_sender_cannot_use_up_old_days(sent: tuple[Desks, IncomingEntry]) -> None:
    desks, entry = sent
    days = [10, *([9] * CAP), 9, 8, 7, 1, 0]
    answers = apply_entries(desks.home, "cctld.ru", [forged(entry, day) for day in days], at=AT + timedelta(days=40))
    in_order = ["", *([""] * CAP), "3:over-daily-cap", ""]
    assert answers == [*in_order, *["3:decided-out-of-order"] * 3]
    decision = models.Decision.objects.filter(verdict="refuse").order_by("pk").last()
    assert decision is not None
    assert (decision.verdict, decision.clause, decision.reason) == ("refuse", "3", "decided-out-of-order")
    told = [parse_case_event(one.payload) for one in desks.outgoing()]
    assert [one.reason for one in told if one.event == "refused"][-1] == "decided-out-of-order"


def test_a_day_that_has_not_come_does_not_move_the_order(sent: tuple[Desks, IncomingEntry]) -> None:
    desks, entry = sent
    at = AT + timedelta(days=3)
    answers = apply_entries(desks.home, "cctld.ru", [forged(entry, 9), forged(entry, 1)], at=at)
    assert answers == ["decided-in-the-future", ""]


def test_a_cap_on_questions_holds_on_both_sides(parties: Parties) -> None:
    desks = Desks(parties)
    desks.ru()
    report_at(desks, 1, AT)
    desks.carry(parties.ru)
    desks.by()
    case = models.Case.objects.get()
    acknowledge(parties.by, [case.ref], BY, at=AT)
    ask(parties.by, [case.ref], BY, "From which country is the page seen?", at=AT)
    desks.exchange()
    desks.ru()
    ours = models.Case.objects.get()
    for number in range(CAP + 1):
        supply_info(parties.ru, [ours.ref], RU, f"Answer {number}.", at=AT)
    answers = [one for one in desks.outgoing() if one.kind == "case-event"]
    assert len(answers) == CAP
    withheld = models.Decision.objects.filter(kind="inquiry", verdict="refuse")
    assert list(withheld.values_list("clause", "reason")) == [("3", "over-daily-cap")]
    desks.exchange()
    desks.by()
    assert set(desks.refusals("in")) == {""}
    over = [rewritten(answers[0], decided_at=AT + timedelta(seconds=number)) for number in (1, 2)]
    tomorrow = rewritten(answers[0], decided_at=AT + timedelta(days=1))
    answered = apply_entries(parties.by, "cctld.ru", [*over, tomorrow], at=AT + timedelta(days=1))
    assert answered == ["3:over-daily-cap", "3:over-daily-cap", ""]


def test_what_was_on_its_way_when_the_cap_was_lowered_is_weighed_by_the_text_that_its_sender_obeyed(
    parties: Parties,
) -> None:
    desks = Desks(parties)
    desks.ru()
    report_at(desks, 1, AT)
    desks.by()
    amended = AT + timedelta(days=2)
    _lower_the_cap(at=amended)
    desks.carry(parties.ru, at=amended + timedelta(days=1))
    desks.by()
    assert desks.refusals("in") == [""]
    assert models.Decision.objects.get(direction="in").memorandum == models.Memorandum.objects.get(version=1).digest

    # Decided after the new text took force, by a sender that still names the old one: the new one is asked.
    late = [forged(desks.incoming()[0], days) for days in (2, 4)]
    assert apply_entries(parties.by, "cctld.ru", late, at=AT + timedelta(days=4)) == ["", "3:over-daily-cap"]


def _lower_the_cap(*, at: datetime) -> None:
    """Version 2 is in force: no reports any more."""
    first = models.Memorandum.objects.get()
    body = msgspec.json.decode(first.body)
    body["version"], body["supersedes"] = 2, {"version": 1, "digest": first.digest}
    body["exchange"]["kinds"]["report"]["max_per_day"] = 0
    models.Memorandum.objects.create(
        urn=first.urn, version=2, digest="sha256:" + "2" * 64, partner=first.partner, status="in-force",
        body=canonical(body), signatures=first.signatures, changed_at=at,
    )  # fmt: skip
    supersede_older(first.urn, 2, party="oac.by", actor="vera", at=at)
