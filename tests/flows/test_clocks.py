"""The clocks of the desk: kept with every entry, tended once, paused for reasons, equal on both sides of a link."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from django.db import transaction

from comity.core.clocks import Clock, elapsed
from comity.core.roles import Actor
from comity.edges.home import CalendarSettings, ContactSettings, DaySettings, Home
from comity.flows.acknowledge import acknowledge
from comity.flows.advance_cases import Grounds
from comity.flows.appeal import appeal
from comity.flows.ask import ask
from comity.flows.confirm import confirm
from comity.flows.decide_appeal import decide_appeal
from comity.flows.dismiss import dismiss
from comity.flows.hold import approve_hold, hold, lift
from comity.flows.identity import ask_identity, record_identity
from comity.flows.keep_clocks import (
    begin_clocks,
    first_clocks,
    first_due,
    first_to_tell,
    fold_clocks,
    own_calendar,
    rebuild_clocks,
)
from comity.flows.notify import notify
from comity.flows.pause import pause, resume
from comity.flows.record_action import record_action
from comity.flows.reopen import reopen
from comity.flows.supply_info import supply_info
from comity.flows.tend import tend_once
from comity.flows.tend_clocks import tend_clocks
from comity.flows.withdraw import withdraw
from comity.store import models
from comity.store.case_writes import NewCase, open_cases
from comity.store.cases import find_cases_by_pk, get_case
from comity.store.clocks import find_due_clocks, list_due, read_rows, rows_of
from flows.desk import ANNA, AT, BORIS, HOME, OLGA, REPORTER, new_case
from flows.two_desks import Desks
from flows.two_parties import AT as THEN
from flows.two_parties import Parties, phishing

pytestmark = pytest.mark.django_db

TOLD = msgspec.structs.replace(
    HOME.settings, contacts=ContactSettings(duty="duty@oac.example", head="head@oac.example", legal="law@oac.example")
)
DESK = Home(path=HOME.path, settings=TOLD)
HOUR = timedelta(hours=1)
RU_ANALYST, BY_ANALYST = Actor("ivan", "analyst", "cctld.ru"), Actor("anna", "analyst", "oac.by")


def open_some(*new: NewCase, home: Home = DESK, at: datetime = AT) -> list[str]:
    """Open cases as intake does, with their first clocks."""
    with transaction.atomic():
        clocks = first_clocks(home, {one.severity for one in new}, at=at)
        opened = open_cases(home.party, new, actor=home.party, role="system", at=at, due_at=first_due(clocks))
        begin_clocks(clocks, [one.pk for one in opened])
    return [one.ref for one in opened]


def check_rows(home: Home = DESK) -> None:
    """Every row is the fold of its case's entries, and every case knows when the next clock is due.

    A case that nothing has happened to yet has the row of the clock that tells somebody first.
    """
    rows = find_cases_by_pk(list(models.Case.objects.values_list("pk", flat=True)))
    folded = fold_clocks(home, rows)
    found = read_rows([row.pk for row in rows])
    for row in rows:
        whole = folded[row.pk]
        first = [first_to_tell(whole)] if whole else []
        assert found[row.pk] == rows_of(whole) or (row.event_count == 1 and found[row.pk] == rows_of(first))
    for row in rows:
        running = [clock.due_at for clock in folded[row.pk] if clock.stopped_at is None]
        assert row.due_at == min(running, default=None)


def clocks(ref: str, home: Home = DESK) -> dict[str, Clock]:
    row = get_case(ref)
    return {clock.kind: clock for clock in fold_clocks(home, [row])[row.pk]}


def events(ref: str) -> list[str]:
    pk = get_case(ref).pk
    return list(models.CaseEvent.objects.filter(case_id=pk).order_by("seq").values_list("event", flat=True))


def letters() -> list[tuple[str, str]]:
    return sorted(models.OutgoingMail.objects.values_list("recipient", "subject"))


class TestRows:
    def test_a_case_is_opened_with_its_clocks_whatever_its_severity(self) -> None:
        refs = open_some(new_case("a.by"), new_case("b.by", severity="critical"), new_case("c.by", severity="normal"))
        check_rows()
        assert [get_case(ref).due_at for ref in refs[:2]] == [AT + 4 * HOUR, AT + HOUR]
        assert list_due(limit=2) == [get_case(refs[1]).pk, get_case(refs[0]).pk]

    def test_through_every_state_the_rows_are_the_fold(self) -> None:
        first, second, third = open_some(new_case("a.by"), new_case("b.by"), new_case("c.by", severity="normal"))
        at = AT
        steps = (
            lambda: acknowledge(DESK, [first, second, third], ANNA, at=at),
            lambda: ask(DESK, [first, second], ANNA, "which page?", at=at),
            lambda: supply_info(DESK, [first, second], REPORTER, "this one", at=at),
            lambda: ask_identity(DESK, [third], ANNA, at=at),
            lambda: confirm(
                DESK, [first, second, third], ANNA, disposition="malicious", score=0.9, collateral="none", at=at
            ),
            lambda: notify(DESK, [first], ANNA, at=at),
            lambda: record_action(DESK, [first], ANNA, "delegation-ended", at=at),
            lambda: hold(DESK, [second], ANNA, at=at, grounds=Grounds(reason="active-phishing")),
            lambda: approve_hold(DESK, [second], BORIS, at=at),
            lambda: appeal(DESK, [second], Actor("holder", "registrant", "oac.by"), at=at),
            lambda: decide_appeal(DESK, [second], OLGA, "granted", at=at),
            lambda: record_identity(DESK, [third], ANNA, at=at),
            lambda: pause(DESK, [third], ANNA, "court_order_pending", at=at),
            lambda: resume(DESK, [third], ANNA, at=at),
            lambda: lift(DESK, [first], ANNA, at=at),
        )  # fmt: skip
        for step in steps:
            at += 3 * HOUR
            step()
            check_rows()
        assert clocks(second)["restore"].stopped_at is None
        assert clocks(second)["appeal"].stopped_at is not None
        assert clocks(third)["identity"].stopped_at is not None

    def test_closed_and_reopened(self) -> None:
        (ref,) = open_some(new_case("a.by"))
        acknowledge(DESK, [ref], ANNA, at=AT + HOUR)
        dismiss(DESK, [ref], ANNA, "not_reproducible", at=AT + 2 * HOUR)
        assert get_case(ref).due_at is None
        done = elapsed(clocks(ref)["triage"])
        assert done is not None
        assert (done.span, done.within) == (HOUR, True)
        reopen(DESK, [ref], ANNA, at=AT + 5 * HOUR)
        assert get_case(ref).due_at == AT + 17 * HOUR
        check_rows()

    def test_rows_are_made_anew_from_the_entries(self) -> None:
        first, second = open_some(new_case("a.by"), new_case("b.by"))
        acknowledge(DESK, [first], ANNA, at=AT + HOUR)
        pks = [get_case(ref).pk for ref in (first, second)]
        before = read_rows(pks)
        models.CaseClock.objects.all().delete()
        models.Case.objects.update(due_at=None)
        assert rebuild_clocks(DESK) == 2
        assert read_rows(pks)[pks[0]] == before[pks[0]]
        assert read_rows(pks) == {pk: rows_of(each) for pk, each in fold_clocks(DESK, find_cases_by_pk(pks)).items()}
        check_rows()

    def test_the_nodes_own_calendar_has_the_days_that_it_says(self) -> None:
        own = CalendarSettings(
            time_zone="Europe/Minsk", holidays="by",
            days={"by": DaySettings(off=(datetime(2026, 11, 24, tzinfo=UTC).date(),))},
        )  # fmt: skip
        home = Home(path=HOME.path, settings=msgspec.structs.replace(TOLD, calendar=own))
        (ref,) = open_some(new_case("c.by", severity="normal"), home=home)  # Monday, three in the afternoon in Minsk
        assert get_case(ref).due_at == datetime(2026, 11, 25, 11, tzinfo=UTC)  # three hours, then Wednesday's five
        known = own_calendar(HOME)
        assert known.name == "by"
        assert datetime(2026, 4, 25, tzinfo=UTC).date() in known.on  # a Saturday that is worked


class TestTend:
    def test_each_is_told_once_however_often_it_is_asked(self) -> None:
        (ref,) = open_some(new_case("a.by"))
        assert tend_clocks(DESK, at=AT + 2 * HOUR) == 0
        assert tend_clocks(DESK, at=AT + 3 * HOUR) == 1
        assert tend_clocks(DESK, at=AT + 3 * HOUR) == 0
        assert events(ref) == ["opened", "clock_warned"]
        assert tend_once(DESK, at=AT + 8 * HOUR)["clocks"] == 2
        assert events(ref) == ["opened", "clock_warned", "clock_breached", "clock_escalated"]
        assert [to for to, _ in letters()] == ["duty@oac.example", "head@oac.example", "law@oac.example"]
        assert all(ref in subject for _, subject in letters())
        check_rows()
        row = models.CaseClock.objects.get(kind="acknowledge")
        assert (row.warned_at, row.breached_at, row.escalated_at) == (AT + 3 * HOUR, AT + 8 * HOUR, AT + 8 * HOUR)
        assert row.next_at is None

    def test_what_was_done_in_time_tells_nobody(self) -> None:
        (ref,) = open_some(new_case("a.by"))
        acknowledge(DESK, [ref], ANNA, at=AT + HOUR)
        assert tend_clocks(DESK, at=AT + 9 * HOUR) == 0
        assert clocks(ref)["acknowledge"].state(at=AT + 9 * HOUR) == "met"

    def test_nobody_to_tell_is_written_down_all_the_same(self) -> None:
        (ref,) = open_some(new_case("a.by"), home=HOME)
        assert tend_clocks(HOME, at=AT + 4 * HOUR) == 2
        assert events(ref) == ["opened", "clock_warned", "clock_breached"]
        assert letters() == []

    def test_an_address_that_no_letter_can_bear_stops_nothing(self) -> None:
        bad = msgspec.structs.replace(TOLD, contacts=ContactSettings(duty="duty@oac.example\r\nBcc: a@b.example"))
        open_some(new_case("a.by"))
        assert tend_clocks(Home(path=HOME.path, settings=bad), at=AT + 3 * HOUR) == 1
        assert letters() == []

    def test_the_letter_is_in_the_desks_language_and_harmless(self) -> None:
        russian = Home(path=HOME.path, settings=msgspec.structs.replace(TOLD, languages=("ru", "en")))
        open_some(new_case("a-demo.by"))
        tend_clocks(russian, at=AT + 3 * HOUR)
        (letter,) = models.OutgoingMail.objects.all()
        assert "прошло 75 % срока (подтвердить получение)" in letter.subject
        text = bytes(letter.letter).decode()
        assert "a-demo[.]by" in text
        assert "2026-11-23 16:00 UTC" in text

    def test_entries_and_letters_are_kept_together_or_not_at_all(self) -> None:
        (ref,) = open_some(new_case("a.by"))
        with transaction.atomic():
            assert tend_clocks(DESK, at=AT + 3 * HOUR) == 1
            transaction.set_rollback(True)
        assert (events(ref), letters()) == (["opened"], [])
        assert tend_clocks(DESK, at=AT + 3 * HOUR) == 1
        assert len(letters()) == 1

    def test_many_at_once(self) -> None:
        refs = open_some(*(new_case(f"n{number}.by") for number in range(450)))
        assert tend_clocks(DESK, at=AT + 3 * HOUR) == 450
        assert find_due_clocks(at=AT + 3 * HOUR, limit=10) == []
        assert events(refs[-1]) == ["opened", "clock_warned"]
        assert {to for to, _ in letters()} == {"duty@oac.example"}
        assert len(letters()) == 3  # one list for each two hundred, and not a letter for each

    def test_a_case_from_before_there_were_clocks_gets_its_own_in_the_next_round(self) -> None:
        (ref,) = open_some(new_case("a.by"))
        acknowledge(DESK, [ref], ANNA, at=AT + HOUR)
        row = get_case(ref)
        models.CaseClock.objects.all().delete()
        models.Case.objects.update(due_at=None)
        models.CaseClock.objects.create(  # what the migration leaves
            case_id=row.pk, kind="acknowledge", number=0, owed_by="oac.by", started_at=AT, due_at=AT,
            next_at=datetime(1970, 1, 1, tzinfo=UTC), next_percent=0,
        )  # fmt: skip
        assert tend_clocks(DESK, at=AT + 2 * HOUR) == 0
        assert get_case(ref).due_at == AT + 13 * HOUR
        check_rows()


class TestPause:
    def refused(self, refs: Sequence[str], reason: str, *, at: datetime = AT + 2 * HOUR) -> list[str]:
        return [one.code for reasons in pause(DESK, refs, ANNA, reason, at=at).refused.values() for one in reasons]

    def test_only_where_the_reason_holds(self) -> None:
        (ref,) = open_some(new_case("a.by"))
        acknowledge(DESK, [ref], ANNA, at=AT + HOUR)
        assert self.refused([ref], "awaiting_reporter") == ["pause-not-here"]
        assert self.refused([ref], "awaiting_partner") == ["pause-not-here"]
        assert self.refused([ref], "a-long-weekend") == ["pause-reason-unknown"]
        assert self.refused(["NONE"], "court_order_pending") == ["not-found"]
        assert self.refused([ref], "court_order_pending") == []
        assert self.refused([ref], "court_order_pending") == ["already-paused"]
        row = get_case(ref)
        assert row.due_at == AT + (13 + 5 * 24) * HOUR
        check_rows()

    def test_while_the_reporter_is_asked_it_is_paused_by_itself_and_can_run_on(self) -> None:
        (ref,) = open_some(new_case("a.by"))
        acknowledge(DESK, [ref], ANNA, at=AT + HOUR)
        ask(DESK, [ref], ANNA, "which page?", at=AT + 2 * HOUR)
        assert self.refused([ref], "awaiting_reporter") == ["already-paused"]
        assert resume(DESK, [ref], ANNA, at=AT + 4 * HOUR).done == (ref,)
        assert clocks(ref)["triage"].due_at == AT + 15 * HOUR
        assert [one.code for one in resume(DESK, [ref], ANNA, at=AT + 4 * HOUR).refused[ref]] == ["not-paused"]
        assert self.refused([ref], "awaiting_reporter", at=AT + 5 * HOUR) == []
        check_rows()

    def test_not_beyond_the_total(self) -> None:
        (ref,) = open_some(new_case("a.by"))
        acknowledge(DESK, [ref], ANNA, at=AT + HOUR)
        assert self.refused([ref], "court_order_pending", at=AT + HOUR) == []
        resume(DESK, [ref], ANNA, at=AT + 200 * HOUR)
        assert self.refused([ref], "court_order_pending", at=AT + 201 * HOUR) == ["pause-used-up"]
        assert clocks(ref)["triage"].due_at == AT + (13 + 120) * HOUR

    def test_nobody_else_pauses(self) -> None:
        (ref,) = open_some(new_case("a.by"))
        outcome = pause(DESK, [ref], REPORTER, "court_order_pending", at=AT)
        assert [one.code for one in outcome.refused[ref]] == ["wrong-role"]


class TestBothSides:
    @pytest.fixture
    def desks(self, tmp_path: Path) -> Desks:
        return Desks(Parties(tmp_path))

    def promised(self, desks: Desks) -> dict[str, tuple[object, ...]]:
        """The clocks by which the two parties are bound, as the one who sits here computes them."""
        (case,) = models.Case.objects.all()
        check_rows(desks.home)
        return {
            clock.kind: (
                clock.by, clock.to, clock.started_at, clock.due_at, clock.limit, clock.clause, clock.memorandum,
                tuple((pause.reason, pause.since, pause.until, pause.open) for pause in clock.pauses), clock.stopped_at,
            )
            for clock in fold_clocks(desks.home, find_cases_by_pk([case.pk]))[case.pk]
            if clock.to
        }  # fmt: skip

    def both(self, desks: Desks) -> dict[str, tuple[object, ...]]:
        desks.exchange()
        desks.by()
        theirs = self.promised(desks)
        desks.ru()
        assert self.promised(desks) == theirs
        return theirs

    def test_they_compute_the_same_at_every_step(self, desks: Desks) -> None:
        desks.ru()
        desks.at = THEN + timedelta(minutes=7)  # when by takes it plays no part
        desks.file(phishing("http://a-demo.by/login"))
        promised = self.both(desks)
        assert promised.keys() == {"acknowledge", "outcome"}
        assert promised["acknowledge"][:4] == ("oac.by", "cctld.ru", THEN, THEN + 4 * HOUR)
        desks.by()
        ref = models.Case.objects.get().ref
        acknowledge(desks.home, [ref], BY_ANALYST, at=THEN + HOUR)
        assert self.both(desks)["acknowledge"][-1] == THEN + HOUR
        desks.by()
        ask(desks.home, [ref], BY_ANALYST, "which page?", at=THEN + 2 * HOUR)
        assert self.both(desks)["outcome"][3] == THEN + (48 + 120) * HOUR
        desks.ru()
        ours = models.Case.objects.get().ref
        desks.at = THEN + 6 * HOUR
        supply_info(desks.home, [ours], RU_ANALYST, "the first", at=THEN + 5 * HOUR)
        assert self.both(desks)["outcome"][3] == THEN + 51 * HOUR
        desks.by()
        assert models.Case.objects.get().state == "triage"
        pause(desks.home, [ref], BY_ANALYST, "court_order_pending", at=THEN + 7 * HOUR)
        assert self.both(desks)["outcome"][7][-1][0] == "court_order_pending"  # type: ignore[index]
        desks.by()
        resume(desks.home, [ref], BY_ANALYST, at=THEN + 10 * HOUR)
        assert self.both(desks)["outcome"][3] == THEN + 54 * HOUR
        desks.by()
        dismiss(desks.home, [ref], BY_ANALYST, "not_reproducible", at=THEN + 11 * HOUR)
        assert self.both(desks)["outcome"][-1] == THEN + 11 * HOUR

    def test_a_withdrawal_is_owed_an_answer_within_the_hour(self, desks: Desks) -> None:
        desks.ru()
        desks.file(phishing("http://a-demo.by/login"))
        desks.exchange()
        desks.ru()
        withdraw(desks.home, [models.Case.objects.get().ref], RU_ANALYST, at=THEN + HOUR)
        assert self.both(desks)["retraction"][3] == THEN + 2 * HOUR

    def test_the_creditor_writes_to_the_debtor_only_what_both_know(self, desks: Desks) -> None:
        desks.ru()
        desks.file(phishing("http://secret-demo.by/login"))
        assert tend_clocks(desks.home, at=THEN + 8 * HOUR) == 3  # nothing was receipted: nobody at by is blamed
        assert {to for to, _ in letters()} == {"duty@example.ru", "legal@example.ru"}
        desks.exchange()
        desks.ru()
        assert tend_clocks(desks.home, at=THEN + 96 * HOUR) == 3
        letter = models.OutgoingMail.objects.get(recipient="legal@example.by")
        assert b"secret-demo" not in bytes(letter.letter)
        assert models.Case.objects.get().uuid.encode() in bytes(letter.letter)
        check_rows(desks.home)

    def test_reports_by_machines_alone_promise_nothing(self, desks: Desks) -> None:
        desks.ru()
        desks.file(phishing("http://a-demo.by/login", machine_only=True))
        assert self.both(desks) == {}
