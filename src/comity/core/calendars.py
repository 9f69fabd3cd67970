"""How much working time lies between two moments, and when so much of it is over (docs/spec/clocks.md §3).

A calendar is a value: time zone, days of the week, hours, and the days on which the list of holidays says otherwise.
Nothing is read here, so whoever has the same calendar computes the same moments.  An opening or closing hour means the
first moment at which the clock on the wall shows that time or a later one: an hour that a change of the clocks leaves
out begins with the change, an hour that comes twice begins the first time.  Hours that end before they begin
(22:00-06:00) end on the next day.  Arithmetic is total: what lies more than a hundred years ahead is `NEVER`.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from hashlib import sha256
from typing import Final

import msgspec

DAY_NAMES: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
NEVER: Final = datetime(9999, 12, 31, tzinfo=UTC)

_DAY: Final = timedelta(days=1)
_ZERO: Final = timedelta(0)
_HORIZON_DAYS: Final = 36_525
_LAST: Final = NEVER - timedelta(days=2)


class Calendar(msgspec.Struct, frozen=True, kw_only=True):
    """When somebody works.  `opens` and `closes` are minutes of the local day, `closes` 1440 is its end.

    `off` are days without work, `on` are days of work whatever else is said of them.  `name` is for people.
    """

    tz: tzinfo
    tz_name: str
    workdays: frozenset[int]
    opens: int
    closes: int
    off: frozenset[date] = frozenset()
    on: frozenset[date] = frozenset()
    name: str = ""

    @property
    def day_length(self) -> timedelta:
        """What a day of a duration is worth: the hours of a usual working day."""
        span = self.closes - self.opens
        return timedelta(minutes=span if span > 0 else span + 1440)

    @property
    def week_length(self) -> timedelta:
        """What a week of a duration is worth."""
        return self.day_length * len(self.workdays)

    @property
    def mark(self) -> str:
        """Eight digits that are equal where two calendars are: two operators can compare them."""
        days = ",".join(str(day) for day in sorted(self.workdays))
        lists = ";".join(",".join(day.isoformat() for day in sorted(part)) for part in (self.off, self.on))
        return sha256(f"{self.tz_name}|{days}|{self.opens}-{self.closes}|{lists}".encode()).hexdigest()[:8]

    def works_on(self, day: date) -> bool:
        """Answer whether a local day is a day of work."""
        return day in self.on or (day.weekday() in self.workdays and day not in self.off)


def hours_of(text: str) -> tuple[int, int]:
    """Read "09:00-18:00" as minutes of the day; the text is known to have that form."""
    opens, _, closes = text.partition("-")
    return _minutes(opens), min(_minutes(closes), 1440)


def add_time(at: datetime, span: timedelta, calendar: Calendar | None) -> datetime:
    """The moment at which `span` of the calendar's time has passed since `at`; None: all time counts.

    It is a closing hour rather than the opening after it.  No span: the moment itself if it is in working time,
    otherwise the next opening.
    """
    if calendar is None:
        return _plus(at, span)
    left = max(span, _ZERO)
    for opens, closes in _openings(calendar, at):
        begins = max(opens, at)
        if begins > closes:
            continue
        if closes - begins >= left:
            return (begins + left).astimezone(UTC)
        left -= closes - begins
    return NEVER


def time_between(start: datetime, end: datetime, calendar: Calendar | None) -> timedelta:
    """How much of the calendar's time lies between two moments; none where the second is not later."""
    if end <= start:
        return _ZERO
    if calendar is None:
        return end - start
    total = _ZERO
    for opens, closes in _openings(calendar, start):
        if opens >= end:
            break
        total += max(min(closes, end) - max(opens, start), _ZERO)
    return total


def is_working(at: datetime, calendar: Calendar | None) -> bool:
    """Answer whether a moment lies in working time, both ends of it included."""
    if calendar is None:
        return True
    return next((opens <= at for opens, closes in _openings(calendar, at) if at <= closes), False)


def _openings(calendar: Calendar, start: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Working time from the local day before `start` on: pairs of moments that neither overlap nor go back."""
    if (not calendar.workdays and not calendar.on) or start >= _LAST:
        return
    day = start.astimezone(calendar.tz).date() - _DAY
    for _ in range(_HORIZON_DAYS):
        if day.year >= _LAST.year:
            return
        if calendar.works_on(day):
            overnight = calendar.closes <= calendar.opens
            opens = _moment(day, calendar.opens, calendar.tz)
            closes = _moment(day + _DAY if overnight else day, calendar.closes, calendar.tz)
            if opens < closes:
                yield opens, closes
        day += _DAY


def _moment(day: date, minutes: int, zone: tzinfo) -> datetime:
    """The first moment at which the clock on the wall shows this time of this day, or a later one."""
    if minutes >= 1440:
        day, minutes = day + _DAY, minutes - 1440
    wall = datetime.combine(day, time(minutes // 60, minutes % 60), tzinfo=zone)
    early, late = wall.astimezone(UTC), wall.replace(fold=1).astimezone(UTC)
    if early <= late:  # an hour like any other, or one that comes twice
        return early
    low, high = late, early  # left out: between these two the clocks were changed
    before = low.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high


def _plus(at: datetime, span: timedelta) -> datetime:
    try:
        return min(at + max(span, _ZERO), NEVER)
    except OverflowError:
        return NEVER


def _minutes(text: str) -> int:
    hours, _, minutes = text.partition(":")
    return int(hours) * 60 + int(minutes)
