"""Which days of a country are holidays, and which days off it works instead: the `holidays` package, and nothing else.

The days of a list (`ru`, `by`, `vn`, `cn` …) are read once and handed to the core as dates.  A list is the name of a
country in ISO 3166-1, in lower case; one that the package does not know has no days, and `is_known` says so.  Days that
a government moves are in it as far as the package has them: a day off that was substituted, and the day that is worked
instead.  For years that no government has announced, the fixed holidays alone are there.
"""

from datetime import date
from functools import lru_cache
from typing import Final

import holidays
import msgspec

YEARS: Final = range(2020, 2051)
_LISTED: Final = frozenset(holidays.list_supported_countries(include_aliases=False))


class Days(msgspec.Struct, frozen=True):
    """Days without work, and days of work whatever day of the week they are."""

    off: frozenset[date] = frozenset()
    on: frozenset[date] = frozenset()


def is_known(name: str) -> bool:
    """Answer whether there is such a list."""
    return name.upper() in _LISTED


@lru_cache(maxsize=16)
def load_days(name: str) -> Days:
    """The days of a list from 2020 to 2050; an unknown or empty name has none."""
    if not is_known(name):
        return Days()
    found = holidays.country_holidays(name.upper(), years=YEARS)
    on = frozenset(day for day in getattr(found, "weekend_workdays", ()) if day.year in YEARS)
    return Days(off=frozenset(day for day in found if day.year in YEARS) - on, on=on)
