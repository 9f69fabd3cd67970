"""Which days of a country are holidays, which days off it works instead, and what a time zone is called.

The `holidays` package and the system's time zones: the core gets a `Calendar` and reads nothing.  A list (`ru`, `by`,
`vn`, `cn` …) is a country in ISO 3166-1, in lower case; one that the package does not know has no days, and `is_known`
says so.  Days that a government moves are in it as far as the package has them: a day off that was substituted, and the
day that is worked instead.  For years that no government has announced yet, the usual holidays alone are there.
"""

from collections.abc import Sequence
from datetime import UTC, date, tzinfo
from functools import lru_cache
from importlib import import_module
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from comity.core.calendars import DAY_NAMES, Calendar, hours_of

YEARS: Final = range(2020, 2051)
_PACKAGE: Final = "holidays"  # loaded when first asked: most commands reckon no working time, and it takes 50 ms


class Days(msgspec.Struct, frozen=True):
    """Days without work, and days of work whatever day of the week they are."""

    off: frozenset[date] = frozenset()
    on: frozenset[date] = frozenset()


def is_known(name: str) -> bool:
    """Answer whether there is such a list."""
    return bool(name) and name.upper() in _listed()


@lru_cache(maxsize=16)
def load_days(name: str) -> Days:
    """The days of a list from 2020 to 2050; an unknown or empty name has none."""
    if not is_known(name):
        return Days()
    found = import_module(_PACKAGE).country_holidays(name.upper(), years=YEARS)
    on = frozenset(day for day in getattr(found, "weekend_workdays", ()) if day.year in YEARS)
    return Days(off=frozenset(day for day in found if day.year in YEARS) - on, on=on)


@lru_cache(maxsize=1)
def _listed() -> frozenset[str]:
    """The countries of which there is a list, without loading each of them."""
    return frozenset(codes[1] for codes in import_module(f"{_PACKAGE}.registry").COUNTRIES.values())


@lru_cache(maxsize=64)
def find_zone(name: str) -> tzinfo | None:
    """A time zone by its name in the IANA database; None where this machine has none of that name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


@lru_cache(maxsize=64)
def make_calendar(
    zone: str, workdays: tuple[str, ...], hours: str, listed: str, off: Sequence[date] = (), on: Sequence[date] = ()
) -> Calendar:
    """Put a calendar together; `off` and `on` are what the node itself knows of the list's days, and prevail.

    A time zone that this machine does not know is reckoned as UTC and keeps its name, which shows in `mark`.
    """
    days = load_days(listed)
    opens, closes = hours_of(hours)
    return Calendar(
        tz=find_zone(zone) or UTC,
        tz_name=zone,
        workdays=frozenset(DAY_NAMES.index(day) for day in workdays),
        opens=opens,
        closes=closes,
        off=(days.off - set(on)) | set(off),
        on=(days.on - set(off)) | set(on),
        name=listed,
    )
