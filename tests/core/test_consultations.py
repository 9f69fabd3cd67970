"""How a consultation stands is the same at both nodes, whatever arrived first; and what is due when."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from comity.core.calendars import Calendar
from comity.core.consultation_terms import STAGES, plan_due, remind_at, stage_at
from comity.core.consultations import Event, Message, fold, merge
from memoranda_made import made

RU, BY = PARTIES = ("cctld.ru", "oac.by")
AT = datetime(2026, 11, 23, 9, tzinfo=UTC)  # a Monday
EVENTS: tuple[Event, ...] = ("opened", "replied", "closed", "reopened")


def said(party: str, number: int, event: Event, minute: int, after: str = "", *, due: bool = False) -> Message:
    due_at = AT + timedelta(days=5, minutes=minute) if due else None
    return Message(
        uuid=f"{party}-{number}",
        party=party,
        event=event,
        at=AT + timedelta(minutes=minute),
        after=after,
        due_at=due_at,
    )


names = st.sampled_from([f"{party}-{number}" for party in PARTIES for number in range(5)] + [""])


def one_side(party: str) -> st.SearchStrategy[list[Message]]:
    told = st.tuples(st.sampled_from(EVENTS), st.integers(0, 30), names, st.booleans())
    return st.lists(told, max_size=5).map(
        lambda all_of: [
            said(party, number, event, minute, after, due=due)
            for number, (event, minute, after, due) in enumerate(all_of)
        ]
    )


@settings(max_examples=150)
@given(one_side(RU), one_side(BY), st.data())
def test_whatever_arrives_first_both_come_to_the_same_standing(
    ours: list[Message], theirs: list[Message], data: st.DataObject
) -> None:
    def interleaved() -> list[Message]:
        left, right, mixed = list(ours), list(theirs), []
        while left or right:
            mixed.append((left if left and (not right or data.draw(st.booleans())) else right).pop(0))
        return mixed

    at_ours, at_theirs = fold(interleaved(), PARTIES), fold(interleaved(), (BY, RU))
    assert at_ours == at_theirs
    repeated = interleaved()
    assert fold(repeated + repeated, PARTIES) == at_ours, "what comes again changes nothing"
    for side in (ours, theirs):
        kept = [uuid for uuid in at_ours.order if uuid in {one.uuid for one in side}]
        assert kept == [one.uuid for one in side], "each party's own order stays"
    assert at_ours.state in {"unknown", "open", "closed"}
    assert (at_ours.waiting_for in PARTIES) == (at_ours.state == "open")


@settings(max_examples=50)
@given(st.lists(st.integers(-90, 90), min_size=1, max_size=8))
def test_an_answer_stands_behind_what_it_answers_however_wrong_the_clocks_are(minutes: list[int]) -> None:
    messages = [said(RU, 0, "opened", 0)]
    for number, minute in enumerate(minutes):
        party = PARTIES[(number + 1) % 2]
        messages.append(said(party, number + 1, "replied", minute, messages[-1].uuid))
    by_party = sorted(messages, key=lambda one: one.party)
    assert [one.uuid for one in merge(by_party, PARTIES)] == [one.uuid for one in messages]


def test_a_question_waits_for_its_answer_and_an_answer_for_the_asker() -> None:
    opened = said(RU, 0, "opened", 0, due=True)
    asked = fold([opened], PARTIES)
    assert (asked.state, asked.asker, asked.waiting_for, asked.due_at) == ("open", RU, BY, opened.due_at)
    assert not asked.is_late(AT + timedelta(days=5))
    assert asked.is_late(AT + timedelta(days=5, seconds=1))
    answered = fold([opened, said(BY, 0, "replied", 10, opened.uuid)], PARTIES)
    assert (answered.waiting_for, answered.answered_at) == (RU, AT + timedelta(minutes=10))
    assert not answered.is_late(AT + timedelta(days=9))
    assert not answered.answered_late
    late = fold([opened, said(BY, 0, "replied", 6 * 24 * 60, opened.uuid)], PARTIES)
    assert late.answered_late


def test_what_is_said_after_the_close_is_kept_and_marked_and_opens_nothing() -> None:
    opened = said(RU, 0, "opened", 0, due=True)
    closed = said(RU, 1, "closed", 20)
    reply = said(BY, 0, "replied", 25, opened.uuid)
    standing = fold([opened, closed, reply], PARTIES)
    assert (standing.state, standing.after_close, len(standing.order)) == ("closed", {reply.uuid}, 3)
    again = fold([opened, closed, reply, said(RU, 2, "reopened", 30, reply.uuid, due=True)], PARTIES)
    assert (again.state, again.waiting_for, again.answered_at) == ("open", BY, None)
    assert again.due_at == AT + timedelta(days=5, minutes=30)


def test_an_answer_whose_question_is_not_here_yet_has_no_standing() -> None:
    assert fold([said(BY, 0, "replied", 3)], PARTIES).state == "unknown"
    assert fold([], PARTIES).state == "unknown"


def minsk(*off: date) -> Calendar:
    return Calendar(
        tz=ZoneInfo("Europe/Minsk"), tz_name="Europe/Minsk", workdays=frozenset(range(5)), opens=540, closes=1080,
        off=frozenset(off),
    )  # fmt: skip


def test_five_working_days_of_who_answers_by_its_own_calendar() -> None:
    due = plan_due(made(), minsk(), at=AT)
    assert (due.clause, due.rule) == ("7", "working-days")
    assert due.at == AT + timedelta(days=7)
    holiday = plan_due(made(), minsk(date(2026, 11, 25), date(2026, 11, 30)), at=AT)
    assert holiday.at - due.at == timedelta(days=2)
    at_night = plan_due(made(), minsk(), at=AT.replace(hour=22))
    assert at_night.at.astimezone(ZoneInfo("Europe/Minsk")) == datetime(
        2026, 11, 30, 18, tzinfo=ZoneInfo("Europe/Minsk")
    ), "the end of the fifth working day after it"
    assert plan_due(made(), None, at=AT).at == AT + timedelta(days=5)


def test_the_memorandum_may_say_it_and_the_asker_may_choose() -> None:
    by_period = plan_due(made({"exchange.kinds.consultation.period": "P10D"}), minsk(), at=AT)
    assert (by_period.at, by_period.clause, by_period.rule) == (AT + timedelta(days=10), "3", "period")
    chosen = plan_due(made(), minsk(), at=AT, chosen=AT + timedelta(days=1))
    assert (chosen.at, chosen.clause, chosen.rule) == (AT + timedelta(days=1), "", "chosen")


@settings(max_examples=50)
@given(st.integers(1, 10_000), st.integers(0, 20_000))
def test_reminders_come_in_their_order_and_each_once(span: int, passed: int) -> None:
    due, now = AT + timedelta(minutes=span), AT + timedelta(minutes=passed)
    moments = [remind_at(AT, due, stage) for stage in range(len(STAGES))]
    assert moments == sorted(moments)
    assert moments[1] == due
    stage = stage_at(AT, due, now)
    assert all((moment <= now) == (number <= stage) for number, moment in enumerate(moments))
    assert remind_at(AT, due, len(STAGES)) is None
    assert remind_at(due, due, 0) is None
