"""Calendar months and half-years in UTC, by name: `2026-11`, `2026-H2`; and which of them may be counted by now.

A period is counted when ten days have passed since its end: that is the longest outcome clock of the field's usual
terms, so most of what was reported on its last day has been answered (docs/spec/statistics.md §2).
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

import msgspec

SETTLING: Final = timedelta(days=10)
_NAME: Final = re.compile(r"(20[0-9]{2}|21[0-9]{2})-(0[1-9]|1[0-2]|H[12])")


class Period(msgspec.Struct, frozen=True, gc=False):
    """From `start` until just before `end`."""

    name: str
    kind: Literal["month", "half-year"]
    start: datetime
    end: datetime

    @property
    def settled_at(self) -> datetime:
        """From when on it is counted."""
        return self.end + SETTLING


def parse_period(name: str) -> Period | None:
    """Read the name of a period; None when it is none."""
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    year, part = int(match[1]), match[2]
    if part.startswith("H"):
        first, months, kind = (1 if part == "H1" else 7), 6, "half-year"
    else:
        first, months, kind = int(part), 1, "month"
    start, after = datetime(year, first, 1, tzinfo=UTC), first + months
    end = datetime(year + (after > 12), after - 12 if after > 12 else after, 1, tzinfo=UTC)
    return Period(name, "month" if kind == "month" else "half-year", start, end)


def periods_before(at: datetime, *, months: int, halves: int) -> tuple[Period, ...]:
    """The months and half-years that have ended by then, the newest first."""
    return (*_before(at, "month", months), *_before(at, "half-year", halves))


def period_of(at: datetime, kind: Literal["month", "half-year"]) -> Period:
    """The period of a kind in which a moment lies."""
    at = at.astimezone(UTC)
    name = f"{at.year:04}-{at.month:02}" if kind == "month" else f"{at.year:04}-H{1 if at.month < 7 else 2}"
    found = parse_period(name)
    if found is None:
        raise ValueError(name)
    return found


def _before(at: datetime, kind: Literal["month", "half-year"], count: int) -> list[Period]:
    found: list[Period] = []
    current = period_of(at, kind)
    while len(found) < count:
        current = period_of(current.start - timedelta(seconds=1), kind)
        found.append(current)
    return found
