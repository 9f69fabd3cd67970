"""By when an answer is due, and when somebody is reminded of it (docs/spec/consultations.md §4).

The memorandum may say it: `period` of the kind `consultation` in its clause of exchange.  Where it says nothing, five
working days of whoever answers, counted in working time by the calendar that the memorandum gives that party in its
clause of clocks (`core.calendars`).
"""

from datetime import datetime, timedelta
from typing import Final, Literal

import msgspec

from comity.core.calendars import Calendar, add_time
from comity.core.durations import add, parse_duration
from comity.core.memoranda import Memorandum

DueRule = Literal["period", "working-days", "chosen"]
WORKING_DAYS: Final = 5

# When somebody is reminded, as shares of the time between the question and its due moment.
STAGES: Final = (0.75, 1.0, 1.25)


class Due(msgspec.Struct, frozen=True):
    """When an answer is due, by which clause, and by which rule."""

    at: datetime
    clause: str
    rule: DueRule


def plan_due(memorandum: Memorandum, calendar: Calendar | None, *, at: datetime, chosen: datetime | None = None) -> Due:
    """Say when a question that is put at `at` is due.

    `calendar`: when whoever answers works.  `chosen`: what the asker wants instead, later than `at`.
    """
    if chosen is not None:
        return Due(chosen, "", "chosen")
    kind = memorandum.exchange.kinds.consultation
    period = parse_duration(kind.period) if kind is not None and kind.period else None
    if period is not None:
        return Due(add(at, period), memorandum.exchange.clause, "period")
    day = calendar.day_length if calendar is not None else timedelta(days=1)
    return Due(add_time(at, WORKING_DAYS * day, calendar), memorandum.clocks.clause, "working-days")


def remind_at(opened_at: datetime, due_at: datetime, stage: int) -> datetime | None:
    """Tell when the reminder of a stage (0, 1, 2) is due; None when all have been given, or nothing can be late."""
    if not 0 <= stage < len(STAGES) or due_at <= opened_at:
        return None
    return opened_at + (due_at - opened_at) * STAGES[stage]


def stage_at(opened_at: datetime, due_at: datetime, at: datetime) -> int:
    """Tell the newest stage whose moment has come; -1 before the first."""
    moments = [remind_at(opened_at, due_at, stage) for stage in range(len(STAGES))]
    return max((stage for stage, moment in enumerate(moments) if moment is not None and moment <= at), default=-1)
