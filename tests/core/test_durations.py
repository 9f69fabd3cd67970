"""Durations: what is one, what it does to a time."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.core.durations import PATTERN, Duration, add, parse_duration, span_of

MOMENTS = st.datetimes(timezones=st.just(UTC))


@pytest.mark.parametrize(
    ("text", "months", "span"),
    [
        ("PT0S", 0, timedelta()),
        ("PT24H", 0, timedelta(days=1)),
        ("P7D", 0, timedelta(days=7)),
        ("P2W", 0, timedelta(weeks=2)),
        ("P1DT12H30M5S", 0, timedelta(days=1, hours=12, minutes=30, seconds=5)),
        ("P1M", 1, timedelta()),
        ("PT1M", 0, timedelta(minutes=1)),
        ("P2Y6M", 30, timedelta()),
    ],
)
def test_reads(text: str, months: int, span: timedelta) -> None:
    assert parse_duration(text) == Duration(months=months, span=span)


@pytest.mark.parametrize(
    "text", ["", "P", "PT", "P1DT", "1D", "P-1D", "P1.5D", "P1D ", "P1D\n", "p1d", "P1S", "P١D", "P1234567D"]
)
def test_refuses(text: str) -> None:
    assert parse_duration(text) is None


def test_months_follow_the_calendar() -> None:
    end_of_january = datetime(2028, 1, 31, 10, tzinfo=UTC)
    assert add(end_of_january, Duration(1, timedelta())) == datetime(2028, 2, 29, 10, tzinfo=UTC)
    assert add(end_of_january, Duration(13, timedelta())) == datetime(2029, 2, 28, 10, tzinfo=UTC)
    assert add(end_of_january, Duration(11, timedelta(hours=1))) == datetime(2028, 12, 31, 11, tzinfo=UTC)


@given(MOMENTS, st.integers(0, 10**7), st.timedeltas(timedelta()))
def test_addition_is_total_and_never_goes_back(at: datetime, months: int, span: timedelta) -> None:
    assert add(at, Duration(months, span)) >= at


@given(MOMENTS, st.integers(0, 400), st.integers(0, 400))
def test_a_longer_duration_never_ends_earlier(at: datetime, months: int, more: int) -> None:
    assert add(at, Duration(months, timedelta())) <= add(at, Duration(months + more, timedelta()))


@given(st.from_regex(PATTERN, fullmatch=True))
def test_all_of_the_pattern_is_read(text: str) -> None:
    assert parse_duration(text.removesuffix("\n")) is not None


def test_a_span_of_months_is_a_broken_promise() -> None:
    with pytest.raises(ValueError, match="P1M"):
        span_of("P1M")
