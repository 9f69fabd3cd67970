"""By when an answer is due, and when somebody is reminded of it (docs/spec/consultations.md §4).

The memorandum may say it: `period` of the kind `consultation` in its clause of exchange.  Where it says nothing, five
working days of whoever answers, by the calendar that the memorandum gives that party in its clause of clocks; the days
on which that party does not work are given, for which holidays there are is an edge's to know.
"""

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

import msgspec

from comity.core.durations import add, parse_duration
from comity.core.memoranda import Memorandum

DueRule = Literal["period", "working-days", "chosen"]
WORKING_DAYS: Final = 5
_WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MOST_DAYS: Final = 400  # no calendar has a longer row of days off

# When somebody is reminded, as shares of the time between the question and its due moment.
STAGES: Final = (0.75, 1.0, 1.25)


class Due(msgspec.Struct, frozen=True):
    """When an answer is due, by which clause, and by which rule."""

    at: datetime
    clause: str
    rule: DueRule


def plan_due(
    memorandum: Memorandum,
    recipient: str,
    *,
    at: datetime,
    days_off: Collection[date] = (),
    chosen: datetime | None = None,
) -> Due:
    """Say when a question that is put at `at` is due.  `chosen`: what the asker wants instead, later than `at`."""
    if chosen is not None:
        return Due(chosen, "", "chosen")
    kind = memorandum.exchange.kinds.consultation
    period = parse_duration(kind.period) if kind is not None and kind.period else None
    if period is not None:
        return Due(add(at, period), memorandum.exchange.clause, "period")
    party = memorandum.party(recipient)
    zone = ZoneInfo(party.calendar.tz) if party else UTC
    workdays = frozenset(party.calendar.workdays if party else _WEEKDAYS[:5])
    ends = party.calendar.hours.partition("-")[2] if party else "18:00"
    day = _working_day(at.astimezone(zone).date(), WORKING_DAYS, workdays, days_off)
    return Due(_moment(day, ends, zone), memorandum.clocks.clause, "working-days")


def remind_at(opened_at: datetime, due_at: datetime, stage: int) -> datetime | None:
    """Tell when the reminder of a stage (0, 1, 2) is due; None when all have been given, or nothing can be late."""
    if not 0 <= stage < len(STAGES) or due_at <= opened_at:
        return None
    return opened_at + (due_at - opened_at) * STAGES[stage]


def stage_at(opened_at: datetime, due_at: datetime, at: datetime) -> int:
    """Tell the newest stage whose moment has come; -1 before the first."""
    moments = [remind_at(opened_at, due_at, stage) for stage in range(len(STAGES))]
    return max((stage for stage, moment in enumerate(moments) if moment is not None and moment <= at), default=-1)


def _working_day(start: date, days: int, workdays: Collection[str], days_off: Collection[date]) -> date:
    """The day that many working days after a day, which does not count itself."""
    day = start
    for _ in range(_MOST_DAYS):
        day += timedelta(days=1)
        days -= _WEEKDAYS[day.weekday()] in workdays and day not in days_off
        if days <= 0:
            break
    return day


def _moment(day: date, hour: str, zone: ZoneInfo | object) -> datetime:
    """The end of work on a day; 24:00 is the beginning of the next."""
    hours, _, minutes = hour.partition(":")
    if hours == "24":
        day, hours = day + timedelta(days=1), "0"
    local = datetime.combine(day, time(int(hours), int(minutes)), zone)  # type: ignore[arg-type]
    return local.astimezone(UTC)
