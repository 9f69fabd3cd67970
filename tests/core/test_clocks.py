"""The clocks of a case: which run follows from its state, when they are due from its entries, whoever computes it."""

import itertools
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.core.calendars import NEVER, Calendar, time_between
from comity.core.cases import NOTES, OPENED, TRANSITIONS, CaseEntry
from comity.core.clock_table import CLOCKS, CLOSING, PAUSES
from comity.core.clock_terms import Terms, own_terms, terms_of
from comity.core.clocks import Clock, Tick, clocks_of, elapsed, next_due, pauses_of, used
from comity.core.promises import Basis, Promise, case_ticks, clocks_of_case, promise_ticks
from memoranda_made import made as memorandum

AT = datetime(2026, 11, 23, 8, tzinfo=UTC)  # a Monday, eleven in Minsk
MINSK = Calendar(
    tz=ZoneInfo("Europe/Minsk"), tz_name="Europe/Minsk", workdays=frozenset(range(5)), opens=540, closes=1080
)
HIGH, NORMAL = own_terms("high"), own_terms("normal")
RU, BY = "cctld.ru", "oac.by"

# Which clocks run in which state, said a second time and in another way than the table says it.
RUNNING = {
    "received": {"acknowledge", "outcome"},
    "triage": {"triage", "outcome"},
    "needs_info": {"triage", "outcome", "reporter-info"},
    "confirmed": {"outcome"},
    "notified": {"act", "outcome"},
    "hold_proposed": {"act", "outcome"},
    "on_hold": {"outcome"},
    "mitigated": {"outcome"},
    "appeal": {"appeal", "outcome"},
    "restoring": {"restore", "outcome"},
    "referred": {"outcome"},
    "merged": set(),
    "closed": set(),
}


def after(hours: float) -> datetime:
    return AT + timedelta(hours=hours)


def entries(*steps: tuple[str, float], **said: object) -> list[CaseEntry]:
    """A case that was opened at `AT` and took these steps, each so many hours later."""
    made = [CaseEntry(seq=1, event=OPENED, from_state="", to_state="received", at=AT, party=BY, role="system")]
    for event, hours in steps:
        state = made[-1].to_state
        end = next((row.to_state for row in TRANSITIONS if (row.from_state, row.event) == (state, event)), state)
        made.append(
            CaseEntry(
                seq=len(made) + 1, event=event, from_state=state, to_state=end, at=after(hours), party=BY,
                role="analyst",
                reason="court_order_pending" if event == "clock_paused" else "", **said,
            )  # type: ignore[arg-type]
        )  # fmt: skip
    return made


def own(*steps: tuple[str, float], terms: Terms = HIGH, calendar: Calendar | None = MINSK) -> dict[str, Clock]:
    """The newest clock of each kind."""
    return {clock.kind: clock for clock in clocks_of(case_ticks(entries(*steps)), terms, calendar)}


@st.composite
def walks(draw: st.DrawFn) -> list[tuple[str, float]]:
    state, hours, steps = "received", 0.0, []
    for _ in range(draw(st.integers(0, 12))):
        events = [row.event for row in TRANSITIONS if row.from_state == state]
        event = draw(st.sampled_from([*events, "note", "clock_paused", "clock_resumed"]))
        hours += draw(st.sampled_from((0, 0.5, 3, 11, 26, 130)))
        steps.append((event, hours))
        state = next((row.to_state for row in TRANSITIONS if (row.from_state, row.event) == (state, event)), state)
    return steps


class TestTable:
    @given(walks())
    @settings(max_examples=150)
    def test_which_clocks_run_follows_from_the_state(self, steps: list[tuple[str, float]]) -> None:
        made = entries(*steps)
        running = {clock.kind for clock in clocks_of(case_ticks(made), HIGH, MINSK) if clock.stopped_at is None}
        expected = RUNNING[made[-1].to_state]
        if _was_closed_for_good(made):  # an appeal against a closed case does not promise its outcome again
            expected = expected - {"outcome"}
        assert running == expected

    def test_every_word_of_the_table_is_an_entry_or_something_that_is_told(self) -> None:
        events = {row.event for row in TRANSITIONS} | set(NOTES) | {OPENED, CLOSING}
        told = {
            "report",
            "accepted",
            "asked",
            "info",
            "paused",
            "resumed",
            "outcome",
            "refused",
            "withdrawn",
            "given-up",
        }
        for row in CLOCKS:
            assert {*row.starts, *row.stops} <= (events if row.table == "case" else told)
        for pause in PAUSES:
            assert {pause.begins, *pause.ends} <= (events if pause.table == "case" else told)

    @given(walks())
    def test_no_clock_runs_twice_at_once_and_each_begins_before_it_ends(self, steps: list[tuple[str, float]]) -> None:
        by_kind: dict[str, list[Clock]] = {}
        for clock in clocks_of(case_ticks(entries(*steps)), NORMAL, MINSK):
            by_kind.setdefault(clock.kind, []).append(clock)
            assert clock.due_at >= clock.started_at
            assert clock.stopped_at is None or clock.stopped_at >= clock.started_at
        for runs in by_kind.values():
            assert [clock.number for clock in runs] == list(range(1, len(runs) + 1))
            for one, next_one in itertools.pairwise(runs):
                assert one.stopped_at is not None
                assert one.stopped_at <= next_one.started_at


def _was_closed_for_good(made: list[CaseEntry]) -> bool:
    closed = [entry.seq for entry in made if entry.to_state == "closed"]
    taken_up = [entry.seq for entry in made if entry.event == "reopen"]
    return bool(closed) and max(closed) > max(taken_up, default=0)


class TestDue:
    def test_by_severity_and_by_basis(self) -> None:
        assert own()["acknowledge"].due_at == after(4)
        assert own()["outcome"].due_at == after(48)
        normal = own(terms=NORMAL)
        assert normal["acknowledge"].due_at == after(23)  # seven hours are left of Monday, one of Tuesday is needed
        assert normal["outcome"].due_at == datetime(
            2026, 12, 7, 8, tzinfo=UTC
        )  # ten working days, not 240 hours of work
        assert own(terms=own_terms("critical"))["acknowledge"].due_at == after(1)

    def test_the_other_clocks_count_all_time_whatever_the_severity(self) -> None:
        clocks = own(("start_triage", 1), ("ask_reporter", 2), terms=NORMAL)
        assert clocks["reporter-info"].due_at == after(2 + 5 * 24)
        clocks = own(
            ("start_triage", 1), ("confirm", 2), ("propose_hold", 3), ("approve_hold", 4), ("cured", 60), terms=NORMAL
        )
        assert clocks["restore"].due_at == after(84)
        assert clocks["act"].stopped_at == after(4)

    def test_clause_7_says_it_where_a_memorandum_governs(self) -> None:
        clause = memorandum().clocks
        terms = terms_of(clause, "botnet-c2", digest="sha256:0")
        assert (terms.limits["acknowledge"], terms.working, terms.clause) == ("PT1H", False, "7")
        assert terms_of(clause, "spam-vector").working
        assert terms_of(clause, "spam-vector").limits["outcome"] == "P10D"
        assert terms.marks == ((75, "duty"), (100, "head_of_unit"), (200, "contacts.legal"))
        assert terms.limits["appeal"] == "P10D"
        assert terms.pause_max == timedelta(days=5)

    def test_a_breach_is_always_written_down_though_nobody_is_named(self) -> None:
        clause = msgspec.structs.replace(memorandum().clocks, escalate=())
        assert terms_of(clause, "phishing").marks == ((100, ""),)

    def test_marks_lie_at_their_share_of_the_time_that_counts(self) -> None:
        marks = own(terms=NORMAL)["acknowledge"].marks
        assert [(mark.percent, mark.event, mark.at) for mark in marks] == [
            (75, "clock_warned", after(6)),
            (100, "clock_breached", after(23)),
            (200, "clock_escalated", after(31)),  # sixteen hours of work
        ]

    def test_what_was_written_down_is_not_due_again(self) -> None:
        made = entries(("clock_warned", 3), ("clock_breached", 5))
        made[1] = msgspec.structs.replace(made[1], clock="acknowledge/1/oac.by//75")
        made[2] = msgspec.structs.replace(made[2], clock="acknowledge/1/oac.by//100")
        clock = clocks_of(case_ticks(made), HIGH, MINSK, by=BY)[0]
        assert clock.kind == "acknowledge"
        assert clock.noted("clock_warned") == after(3)
        assert clock.next_mark is not None
        assert clock.next_mark.percent == 200
        stopped = clocks_of(case_ticks(entries(("start_triage", 1))), HIGH, MINSK, by=BY)[0]
        assert stopped.next_mark is None

    def test_nothing_to_measure_by_is_never_due(self) -> None:
        nobody = msgspec.structs.replace(MINSK, workdays=frozenset())
        assert own(terms=NORMAL, calendar=nobody)["acknowledge"].due_at == NEVER


class TestPauses:
    def test_time_in_which_the_reporter_is_asked_does_not_count(self) -> None:
        asked = [("start_triage", 1), ("ask_reporter", 3)]
        waiting, answered = own(*asked), own(*asked, ("info_supplied", 23))
        assert waiting["triage"].state(at=after(4)) == "paused"
        assert waiting["triage"].due_at == after(1 + 12 + 5 * 24)  # while it is paused, the latest that it can be
        assert answered["triage"].due_at == after(1 + 12 + 20)
        assert answered["outcome"].due_at == after(48 + 20)
        assert used(answered["triage"], at=after(24)) == timedelta(hours=3)

    def test_pauses_of_more_than_the_agreed_total_are_cut(self) -> None:
        clocks = own(
            ("start_triage", 1), ("ask_reporter", 2), ("info_supplied", 2 + 3 * 24), ("ask_reporter", 76),
            ("info_supplied", 300),
        )  # fmt: skip
        assert clocks["triage"].paused_total == timedelta(days=5)
        assert clocks["triage"].due_at == after(1 + 12 + 5 * 24)
        assert clocks["triage"].state(at=after(200)) == "overdue"

    def test_a_court_order_holds_what_runs_and_a_person_lets_it_run_on(self) -> None:
        clocks = own(
            ("start_triage", 1), ("clock_paused", 2), ("confirm", 3), ("send_notice", 4), ("clock_resumed", 10)
        )
        assert clocks["act"].started_at == after(4)
        assert clocks["act"].due_at == after(10 + 24)
        assert [(pause.reason, pause.since, pause.until) for pause in clocks["act"].pauses] == [
            ("court_order_pending", after(4), after(10))
        ]
        assert used(clocks["triage"], at=after(30)) == timedelta(hours=1)

    def test_a_reason_that_was_not_agreed_pauses_nothing(self) -> None:
        terms = msgspec.structs.replace(HIGH, pause_when=frozenset(("court_order_pending",)))
        assert own(("start_triage", 1), ("ask_reporter", 3), terms=terms)["triage"].due_at == after(13)

    def test_waiting_for_a_partner_holds_our_own_promise_to_the_reporter(self) -> None:
        clock = own(("refer_out_of_zone", 1), ("partner_refused", 31))["outcome"]
        assert clock.due_at == after(48 + 30)

    def test_what_waits_for_somebody_else_is_never_paused(self) -> None:
        clocks = own(("start_triage", 1), ("ask_reporter", 2), ("clock_paused", 3))
        assert clocks["reporter-info"].pauses == ()

    @given(walks())
    @settings(max_examples=150)
    def test_pauses_never_overlap_and_never_exceed_the_total(self, steps: list[tuple[str, float]]) -> None:
        made = case_ticks(entries(*steps))
        pauses = pauses_of(made, HIGH)
        for one, next_one in itertools.pairwise(pauses):
            assert one.since <= one.until <= next_one.since
        for clock in clocks_of(made, HIGH, MINSK):
            assert timedelta(0) <= clock.paused_total <= HIGH.pause_max

    @given(walks(), st.sampled_from((HIGH, NORMAL)))
    @settings(max_examples=150)
    def test_a_clock_has_used_its_time_when_it_is_due(self, steps: list[tuple[str, float]], terms: Terms) -> None:
        for clock in clocks_of(case_ticks(entries(*steps)), terms, MINSK):
            if clock.stopped_at is None or clock.stopped_at >= clock.due_at:
                assert used(clock, at=clock.due_at) == clock.allowed
            done = elapsed(clock)
            assert (done is None) == (clock.stopped_at is None)
            if done is not None:
                assert done.within == (done.span <= clock.allowed) or done.span == clock.allowed


def test_elapsed_is_what_statistics_count() -> None:
    clock = own(("start_triage", 5))["acknowledge"]
    done = elapsed(clock)
    assert done is not None
    assert (done.kind, done.span, done.within) == ("acknowledge", timedelta(hours=5), False)
    assert clock.state(at=after(9)) == "missed"
    assert elapsed(own()["acknowledge"]) is None


def test_the_next_due_is_that_of_a_running_clock() -> None:
    assert next_due(own(("start_triage", 1)).values()) == after(13)
    assert next_due(own(("start_triage", 1), ("dismiss", 2)).values()) is None


def test_a_clock_never_goes_back() -> None:
    ticks = [Tick("opened", after(2)), Tick("start_triage", after(1)), Tick("confirm", after(3))]
    acknowledge = clocks_of(ticks, HIGH, None)[0]
    assert acknowledge.stopped_at == after(2)


class TestPromises:
    """One matter, two nodes: what by does with a report of ru, as each of them knows it."""

    @staticmethod
    def promise(side: str, *, joined: float = 0.2, reported: tuple[float, ...] = (0,)) -> Promise:
        terms = terms_of(memorandum().clocks, "unauthorized-access", digest="sha256:0")
        told = tuple(after(hours) for hours in reported)
        return Promise(
            partner=RU if side == BY else BY, by=BY, to=RU, reported=told,
            joined_at=after(joined) if side == BY else told[0], basis=Basis(terms, MINSK),
        )  # fmt: skip

    def at_ru(self, *said: tuple[str, float, float], ours: tuple[tuple[str, float], ...] = ()) -> list[CaseEntry]:
        """The case of ru: it was referred, and by said things, each decided at one time and arrived at another."""
        made = [CaseEntry(seq=1, event=OPENED, from_state="", to_state="received", at=AT, party=RU, role="system")]
        lines: list[tuple[float, CaseEntry]] = []
        for word, decided, arrived in said:
            lines.append((arrived, CaseEntry(
                seq=1, event="note", from_state="referred", to_state="referred", at=after(arrived), party=BY,
                role="partner",
                reason="court_order_pending" if word == "paused" else "", said=word, said_at=after(decided),
            )))  # fmt: skip
        for event, hours in ours:
            lines.append((hours, CaseEntry(
                seq=1, event=event, from_state="referred", to_state="referred", at=after(hours), party=RU,
                role="analyst",
            )))  # fmt: skip
        return made + [entry for _, entry in sorted(lines, key=lambda line: line[0])]

    def test_both_compute_the_same_from_what_each_has(self) -> None:
        here = entries(
            ("start_triage", 2),
            ("ask_reporter", 3),
            ("clock_paused", 30),
            ("clock_resumed", 35),
            ("confirm", 36),
            ("dismiss", 99),
        )
        here.insert(3, CaseEntry(
            seq=0, event="info_supplied", from_state="needs_info", to_state="triage", at=after(27.5), party=RU,
            role="partner", said="info", said_at=after(27),
        ))  # fmt: skip
        here = [
            msgspec.structs.replace(entry, at=entry.at if number else after(0.2)) for number, entry in enumerate(here)
        ]
        here[-1] = msgspec.structs.replace(here[-1], to_state="closed")
        there = self.at_ru(
            ("accepted", 2, 9), ("asked", 3, 9.1), ("paused", 30, 30.1), ("resumed", 35, 60), ("outcome", 99, 120),
            ours=(("info_sent", 27),),
        )  # fmt: skip
        by_node = [
            clocks_of(promise_ticks(made, one), one.basis.terms, one.basis.calendar, table="promise", by=BY, to=RU)
            for made, one in ((here, self.promise(BY)), (there, self.promise(RU)))
        ]
        assert by_node[0] == by_node[1]
        acknowledge, outcome = by_node[0]
        assert (acknowledge.kind, acknowledge.due_at, acknowledge.stopped_at) == ("acknowledge", after(23), after(2))
        assert [(pause.since, pause.until) for pause in outcome.pauses] == [
            (after(3), after(27)),
            (after(30), after(35)),
        ]
        assert outcome.stopped_at == after(99)

    @given(
        st.permutations([("accepted", 2), ("asked", 3), ("resumed", 20), ("paused", 30), ("outcome", 80)]),
        st.integers(0, 5),
    )
    def test_the_order_in_which_entries_arrive_plays_no_part(self, order: list[tuple[str, float]], late: int) -> None:
        said = [(word, decided, 100.0 + number + late) for number, (word, decided) in enumerate(order)]
        expected = [(word, decided, decided) for word, decided in sorted(order, key=lambda one: one[1])]
        one = self.promise(RU)

        def fold(made: list[CaseEntry]) -> tuple[Clock, ...]:
            return clocks_of(
                promise_ticks(made, one), one.basis.terms, one.basis.calendar, table="promise", by=BY, to=RU
            )

        assert fold(self.at_ru(*said)) == fold(self.at_ru(*expected))

    def test_a_promise_with_which_a_case_was_opened_governs_it(self) -> None:
        made = [
            msgspec.structs.replace(entry, at=entry.at if number else after(0.2))
            for number, entry in enumerate(entries(("start_triage", 2)))
        ]
        clocks = clocks_of_case(made, Basis(HIGH, None), [self.promise(BY)], party=BY)
        assert [(clock.kind, clock.to, clock.limit) for clock in clocks] == [
            ("acknowledge", RU, "PT8H"), ("outcome", RU, "P10D"), ("triage", "", "PT24H"),
        ]  # fmt: skip

    def test_a_report_that_joins_is_owed_beside_what_the_case_owed_before(self) -> None:
        made = entries(("start_triage", 2))
        clocks = clocks_of_case(made, Basis(HIGH, None), [self.promise(BY, joined=9, reported=(8,))], party=BY)
        assert [(clock.kind, clock.to) for clock in clocks] == [
            ("acknowledge", ""), ("outcome", ""), ("triage", ""), ("acknowledge", RU), ("outcome", RU),
        ]  # fmt: skip
        assert clocks[3].stopped_at == after(9)  # it was answered at once

    def test_a_report_that_is_repeated_promises_nothing_anew_unless_the_first_was_refused(self) -> None:
        one = self.promise(RU, reported=(0, 50))
        kinds = ["acknowledge", "outcome"]

        def fold(*said: tuple[str, float, float]) -> list[str]:
            ticks = promise_ticks(self.at_ru(*said), one)
            return [clock.kind for clock in clocks_of(ticks, one.basis.terms, None, table="promise")]

        assert fold(("outcome", 10, 11)) == kinds
        assert fold(("refused", 10, 11)) == kinds * 2

    def test_what_we_pause_of_our_own_is_not_the_partners(self) -> None:
        one = self.promise(RU)
        ticks = promise_ticks(self.at_ru(ours=(("clock_paused", 3),)), one)
        assert [tick.event for tick in ticks] == ["report"]


@pytest.mark.parametrize("kind", sorted({row.kind for row in CLOCKS}))
def test_every_kind_has_a_limit_in_every_terms(kind: str) -> None:
    for terms in (HIGH, NORMAL, own_terms("critical"), terms_of(memorandum().clocks, "phishing")):
        assert terms.limits[kind].startswith("P")


def test_working_time_of_a_pause_is_not_used() -> None:
    clocks = own(("start_triage", 1), ("ask_reporter", 3), ("info_supplied", 49), terms=NORMAL)
    triage = clocks["triage"]
    assert used(triage, at=after(49)) == time_between(after(1), after(3), MINSK)
