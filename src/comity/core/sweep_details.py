"""What a run says beside its findings: lines that were skipped, patterns that were refused, names that came in bursts.

Told to a person, and nothing follows from it: a burst accuses nobody, for honest buyers buy in lots
(docs/spec/sweep-changes.md §5).
"""

from typing import Final, Literal, get_args

import msgspec

BurstReason = Literal["burst-of-servers", "burst-of-template", "burst-of-first-word", "burst-of-last-word"]
BURST_REASONS: Final[tuple[str, ...]] = get_args(BurstReason)


class Burst(msgspec.Struct, frozen=True, kw_only=True):
    """Far more new names of the last days than usual have something in common; `sample`: the first of them."""

    reason: str
    what: str
    names: int
    expected: float
    sample: tuple[str, ...] = ()


class Back(msgspec.Struct, frozen=True):
    """A name that is there again after it was on hold here."""

    name: str
    held_on: str = ""


class ZoneDetails(msgspec.Struct, frozen=True, kw_only=True):
    """Of one zone.  `days_known`: of how many earlier days changes are known, where that is too few for bursts."""

    rejected: dict[str, int] = {}
    bursts: int = 0
    first_bursts: tuple[Burst, ...] = ()
    days_known: int | None = None
    days_needed: int = 0
    back: int = 0
    first_back: tuple[Back, ...] = ()


class IndicatorCounts(msgspec.Struct, frozen=True, kw_only=True):
    """How many lines of the indicators were read, and what became of them."""

    read: int = 0
    accepted: int = 0
    duplicate: int = 0
    rejected: int = 0
    foreign: int = 0
    by_reason: dict[str, int] = {}


class RefusedPattern(msgspec.Struct, frozen=True, kw_only=True):
    """A pattern that found, or by a sample would find, too many names of a zone."""

    pattern: str
    zone: str
    names: int
    zone_size: int
    most: int


class RefusedZone(msgspec.Struct, frozen=True, kw_only=True):
    """A zone that was not swept, and why."""

    code: str = ""
    message: str = ""


class RunDetails(msgspec.Struct, frozen=True, kw_only=True):
    """Of the whole run.  `brands`: protected labels that were refused."""

    indicators: IndicatorCounts | None = None
    patterns: tuple[RefusedPattern, ...] = ()
    brands: int = 0
    zones: dict[str, RefusedZone] = {}
