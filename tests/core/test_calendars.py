"""Working time: added and measured alike, whatever the clocks on the wall do, and whatever machine asks."""

import os
import time
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.core.calendars import NEVER, Calendar, add_time, hours_of, is_working, time_between

ZONES = ("UTC", "Europe/Moscow", "Europe/Berlin", "America/New_York", "Asia/Ho_Chi_Minh", "Australia/Lord_Howe")
HOURS = ("09:00-18:00", "00:00-24:00", "08:30-12:15", "22:00-06:00", "02:00-03:00", "01:30-02:30", "00:00-00:00")
EXAMPLES = 2_000 if os.environ.get("COMITY_SOAK") else 60


def calendar(
    zone: str = "Europe/Moscow", hours: str = "09:00-18:00", *, days: str = "12345", off: str = "", on: str = ""
) -> Calendar:
    opens, closes = hours_of(hours)
    return Calendar(
        tz=ZoneInfo(zone), tz_name=zone, workdays=frozenset(int(day) - 1 for day in days), opens=opens, closes=closes,
        off=frozenset(map(date.fromisoformat, off.split())), on=frozenset(map(date.fromisoformat, on.split())),
    )  # fmt: skip


def _naive(year: int, month: int, day: int) -> datetime:
    """A bound as Hypothesis takes it: the zone is put on afterwards."""
    return datetime(year, month, day, tzinfo=UTC).replace(tzinfo=None)


calendars = st.builds(
    calendar,
    st.sampled_from(ZONES),
    st.sampled_from(HOURS),
    days=st.sampled_from(("12345", "1234567", "7", "135")),
    off=st.sampled_from(("", "2025-03-31 2025-12-31 2026-01-01 2026-01-02", "2011-03-28 2014-10-27")),
    on=st.sampled_from(("", "2025-03-30 2025-11-02", "2026-01-03")),
)
# Years in which clocks were changed in every one of the zones, Moscow's last two changes among them.
moments = st.one_of(
    st.datetimes(_naive(2011, 3, 20), _naive(2011, 4, 5)),
    st.datetimes(_naive(2014, 10, 20), _naive(2014, 11, 5)),
    st.datetimes(_naive(2025, 3, 1), _naive(2025, 4, 10)),
    st.datetimes(_naive(2025, 10, 20), _naive(2026, 1, 10)),
).map(lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000, tzinfo=UTC))
spans = st.one_of(st.timedeltas(timedelta(0), timedelta(hours=60)), st.sampled_from((timedelta(0), timedelta(hours=9))))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


class TestProperties:
    @given(calendars, moments, spans, spans)
    @settings(max_examples=EXAMPLES)
    def test_adding_is_additive(self, one: Calendar, start: datetime, first: timedelta, second: timedelta) -> None:
        assert add_time(add_time(start, first, one), second, one) == add_time(start, first + second, one)

    @given(calendars, moments, moments, spans, spans)
    @settings(max_examples=EXAMPLES)
    def test_adding_is_monotone_in_both(
        self, one: Calendar, start: datetime, other: datetime, span: timedelta, more: timedelta
    ) -> None:
        early, late = sorted((start, other))
        assert add_time(early, span, one) <= add_time(late, span, one)
        assert add_time(start, span, one) <= add_time(start, span + more, one)

    @given(calendars, moments, spans)
    @settings(max_examples=EXAMPLES)
    def test_never_outside_working_time_and_never_back(self, one: Calendar, start: datetime, span: timedelta) -> None:
        end = add_time(start, span, one)
        assert end >= start
        assert is_working(end, one)

    @given(calendars, moments, spans)
    @settings(max_examples=EXAMPLES)
    def test_what_was_added_is_what_is_measured(self, one: Calendar, start: datetime, span: timedelta) -> None:
        assert time_between(start, add_time(start, span, one), one) == span

    @given(calendars, moments, moments, moments)
    @settings(max_examples=EXAMPLES)
    def test_measures_add_up(self, one: Calendar, a: datetime, b: datetime, c: datetime) -> None:
        a, b, c = sorted((a, b, c))
        assert time_between(a, b, one) + time_between(b, c, one) == time_between(a, c, one)
        assert timedelta(0) <= time_between(a, b, one) <= b - a

    @given(moments, spans)
    def test_without_a_calendar_all_time_counts(self, start: datetime, span: timedelta) -> None:
        assert add_time(start, span, None) == start + span
        assert time_between(start, start + span, None) == span

    @given(st.sampled_from(ZONES), moments, spans)
    @settings(max_examples=EXAMPLES)
    def test_a_calendar_that_never_closes_counts_all_time(self, zone: str, start: datetime, span: timedelta) -> None:
        always = calendar(zone, "00:00-24:00", days="1234567")
        assert add_time(start, span, always) == start + span

    @pytest.mark.parametrize("machine", ["Pacific/Auckland", "America/St_Johns"])
    def test_the_machines_own_zone_plays_no_part(self, machine: str, monkeypatch: pytest.MonkeyPatch) -> None:
        one = calendar("Europe/Berlin", off="2025-12-25 2025-12-26")
        start = at("2025-12-24T16:30:00+00:00")
        expected = add_time(start, timedelta(hours=2), one)
        monkeypatch.setenv("TZ", machine)
        time.tzset()
        try:
            assert add_time(start, timedelta(hours=2), one) == expected == at("2025-12-29T09:30:00+00:00")
        finally:
            monkeypatch.undo()
            time.tzset()


@pytest.mark.parametrize(
    ("one", "start", "hours", "end"),
    [
        # Friday evening to Monday, by Moscow's wall clock.
        (calendar(), "2026-11-27T14:30:00+00:00", 1, "2026-11-30T06:30:00+00:00"),
        # A deadline that ends with the day is the end of the day, not the next morning.
        (calendar(), "2026-11-27T06:00:00+00:00", 9, "2026-11-27T15:00:00+00:00"),
        # The Russian new year: from the 31st at noon over the holidays to the 12th.
        (calendar(off=" ".join(f"2026-01-{day:02}" for day in range(1, 10)) + " 2025-12-31"),
         "2025-12-30T14:00:00+00:00", 2, "2026-01-12T07:00:00+00:00"),
        # A Saturday that is worked instead of a Monday.
        (calendar("Europe/Minsk", off="2026-04-20", on="2026-04-25"),
         "2026-04-24T14:00:00+00:00", 3, "2026-04-25T08:00:00+00:00"),
        # Moscow, 27 March 2011: the last spring change, a day of 23 hours.
        (calendar(hours="00:00-24:00", days="1234567"), "2011-03-26T21:00:00+00:00", 23, "2011-03-27T20:00:00+00:00"),
        # Moscow, 26 October 2014: clocks back for good, a day of 25 hours.
        (calendar(hours="00:00-24:00", days="7"), "2014-10-25T20:00:00+00:00", 25, "2014-10-26T21:00:00+00:00"),
        # New York, 9 March 2025: 02:00-03:00 is left out; 01:30-02:30 begins at 01:30 and ends with the change.
        (calendar("America/New_York", "01:30-02:30", days="7"),
         "2025-03-09T00:00:00+00:00", 0.5, "2025-03-09T07:00:00+00:00"),
        (calendar("America/New_York", "02:00-03:00", days="7"),
         "2025-03-09T00:00:00+00:00", 1, "2025-03-16T07:00:00+00:00"),
        # New York, 2 November 2025: 01:00-02:00 comes twice; 01:30 is the first of them, 02:00 there is once.
        (calendar("America/New_York", "01:30-02:00", days="7"),
         "2025-11-02T00:00:00+00:00", 1.5, "2025-11-02T07:00:00+00:00"),
        # Berlin, 30 March 2025, a night shift over the change: seven hours, not eight.
        (calendar("Europe/Berlin", "22:00-06:00", days="6"),
         "2025-03-29T20:00:00+00:00", 7, "2025-03-30T04:00:00+00:00"),
    ],
)  # fmt: skip
def test_known_days(one: Calendar, start: str, hours: float, end: str) -> None:
    assert add_time(at(start), timedelta(hours=hours), one) == at(end)


class TestEnds:
    def test_a_calendar_without_work_never_comes_due(self) -> None:
        nobody = calendar(days="")
        assert add_time(at("2026-01-01T00:00:00+00:00"), timedelta(hours=1), nobody) == NEVER
        assert not is_working(at("2026-01-01T00:00:00+00:00"), nobody)
        assert time_between(at("2026-01-01T00:00:00+00:00"), NEVER, nobody) == timedelta(0)

    def test_what_lies_beyond_a_hundred_years_never_comes(self) -> None:
        assert add_time(at("2026-01-01T00:00:00+00:00"), timedelta(days=90_000), calendar()) == NEVER
        assert add_time(at("2026-01-01T00:00:00+00:00"), timedelta.max, None) == NEVER
        assert add_time(NEVER, timedelta(hours=1), calendar()) == NEVER

    def test_a_negative_span_is_none(self) -> None:
        start = at("2026-11-27T10:00:00+00:00")
        assert add_time(start, timedelta(hours=-1), None) == start
        assert add_time(start, timedelta(hours=-1), calendar()) == start

    def test_two_calendars_have_one_mark_when_they_are_equal(self) -> None:
        assert calendar(off="2026-01-01").mark == calendar(off="2026-01-01").mark
        assert calendar(off="2026-01-01").mark != calendar(on="2026-01-01").mark
        assert calendar().mark != calendar("Europe/Minsk").mark

    def test_a_day_is_worth_its_hours(self) -> None:
        assert calendar().day_length == timedelta(hours=9)
        assert calendar(hours="22:00-06:00").day_length == timedelta(hours=8)
        assert calendar().week_length == timedelta(hours=45)
