"""Durations as memoranda write them (ISO 8601: P1Y, P6M, P7D, PT24H, P1DT12H) and what they do to a time.

Years and months follow the calendar (31 January + P1M = 28 or 29 February); everything else is a fixed span.
Fractions, signs and an empty duration are not written in memoranda and are refused.  Arithmetic is total: a time
beyond the calendar's end or beginning stops there.
"""

import calendar
import re
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec

# The one pattern of the published schema; {1,6} keeps every sum within what a time span can hold.
PATTERN: Final = (
    r"^P(?=[0-9T])(?:[0-9]{1,6}Y)?(?:[0-9]{1,6}M)?(?:[0-9]{1,6}W)?(?:[0-9]{1,6}D)?"
    r"(?:T(?=[0-9])(?:[0-9]{1,6}H)?(?:[0-9]{1,6}M)?(?:[0-9]{1,6}S)?)?$"
)
FIXED_PATTERN: Final = (
    r"^P(?=[0-9T])(?:[0-9]{1,6}W)?(?:[0-9]{1,6}D)?(?:T(?=[0-9])(?:[0-9]{1,6}H)?(?:[0-9]{1,6}M)?(?:[0-9]{1,6}S)?)?$"
)
_PARTS: Final = re.compile(
    r"P(?=[0-9T])(?:([0-9]{1,6})Y)?(?:([0-9]{1,6})M)?(?:([0-9]{1,6})W)?(?:([0-9]{1,6})D)?"
    r"(?:T(?=[0-9])(?:([0-9]{1,6})H)?(?:([0-9]{1,6})M)?(?:([0-9]{1,6})S)?)?"
)
_END: Final = datetime.max.replace(tzinfo=UTC)


class Duration(msgspec.Struct, frozen=True):
    """Calendar months and a fixed span beside them."""

    months: int
    span: timedelta

    @property
    def is_fixed(self) -> bool:
        """A fixed duration can be compared with the age of something; one of months cannot."""
        return self.months == 0


class FixedParts(msgspec.Struct, frozen=True):
    """A fixed duration as it is written: its weeks and days apart, which are worth less where only work counts."""

    weeks: int
    days: int
    rest: timedelta

    @property
    def span(self) -> timedelta:
        """All of it, by the clock on the wall."""
        return timedelta(weeks=self.weeks, days=self.days) + self.rest


def parse_parts(text: str) -> FixedParts:
    """Take apart a duration known to be well formed and fixed; raises `ValueError` otherwise (a broken promise)."""
    match = _PARTS.fullmatch(text)
    if match is None or match[1] or match[2]:
        raise ValueError(text)
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups()[2:])
    return FixedParts(weeks, days, timedelta(hours=hours, minutes=minutes, seconds=seconds))


def parse_duration(text: str) -> Duration | None:
    """Read a duration; None when the text is not one."""
    match = _PARTS.fullmatch(text)
    if match is None:
        return None
    years, months, weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    span = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    return Duration(months=years * 12 + months, span=span)


def span_of(text: str) -> timedelta:
    """The span of a duration known to be well formed and fixed; raises `ValueError` otherwise (a broken promise)."""
    duration = parse_duration(text)
    if duration is None or not duration.is_fixed:
        raise ValueError(text)
    return duration.span


def add(at: datetime, duration: Duration) -> datetime:
    """The time a duration after `at`; the day is cut to the month's length, the year to the calendar's last."""
    try:
        return _add_months(at, duration.months) + duration.span
    except (OverflowError, ValueError):  # beyond year 9999
        return _END


def _add_months(at: datetime, months: int) -> datetime:
    if months == 0:
        return at
    years, month = divmod(at.month - 1 + months, 12)
    year = at.year + years
    day = min(at.day, calendar.monthrange(year, month + 1)[1])
    return at.replace(year=year, month=month + 1, day=day)
