"""Quantiles of whole seconds by nearest rank: an observed value, never one between (docs/spec/statistics.md §5)."""

from collections.abc import Iterable

import msgspec


class Spread(msgspec.Struct, frozen=True, omit_defaults=True):
    """How many there were, and the values that half, three quarters and nine tenths did not exceed; 0 of none."""

    count: int = 0
    median: int = 0
    p75: int = 0
    p90: int = 0


def nearest_rank(ordered: list[int], percent: int) -> int:
    """The smallest value that at least `percent` of a hundred do not exceed; `ordered` ascends and is not empty."""
    return ordered[-(-percent * len(ordered) // 100) - 1]


def spread_of(values: Iterable[int]) -> Spread:
    """Sort and take the three ranks."""
    ordered = sorted(values)
    if not ordered:
        return Spread()
    return Spread(len(ordered), *(nearest_rank(ordered, percent) for percent in (50, 75, 90)))
