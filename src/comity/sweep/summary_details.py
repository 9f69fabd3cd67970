"""What the summary of a whole run says beside the figures: read as far as a person is told of it.

A member that a program of another version does not write is simply not told.  What is long is cut: the first bursts,
the first names of each, the first patterns.
"""

from pathlib import Path
from typing import Final

import msgspec

from comity.core.sweep_details import Back, Burst, IndicatorCounts, RefusedPattern, RefusedZone, RunDetails, ZoneDetails
from comity.sweep.run_reading import SUMMARY_OF_RUN, ResultsError

MOST_TOLD: Final = 20
MOST_NAMES: Final = 10
_LONGEST: Final = 500  # of a message


class _Burst(msgspec.Struct):
    reason: str
    pattern: str = ""
    servers: str = ""
    names: int = 0
    expected: float = 0.0
    sample: list[str] = []


class _Bursts(msgspec.Struct):
    found: int = 0
    first: list[_Burst] = []
    days_known: int | None = None
    days_needed: int = 0


class _Returned(msgspec.Struct):
    found: int = 0
    first: list[Back] = []


class _Zone(msgspec.Struct):
    rejected_lines: dict[str, int] = {}
    bursts: _Bursts | None = None
    returned_after_hold: _Returned | None = None


class _Summary(msgspec.Struct):
    zones: dict[str, _Zone]
    indicators: IndicatorCounts | None = None
    refused_patterns: list[RefusedPattern] = []
    rejected_brands: int = 0
    refused_zones: dict[str, RefusedZone] = {}


def read_details(run: Path) -> tuple[RunDetails, dict[str, ZoneDetails]]:
    """Read what a run says beside its figures, of the whole and of each zone.  Raises `ResultsError`."""
    try:
        said = msgspec.json.decode((run / SUMMARY_OF_RUN).read_bytes(), type=_Summary)
    except (OSError, msgspec.DecodeError) as error:
        raise ResultsError(f"its summary cannot be read: {error}", item=str(run)) from error
    whole = RunDetails(
        indicators=said.indicators, patterns=tuple(said.refused_patterns[:MOST_TOLD]), brands=said.rejected_brands,
        zones={zone: RefusedZone(code=one.code, message=one.message[:_LONGEST])
               for zone, one in list(said.refused_zones.items())[:MOST_TOLD]},
    )  # fmt: skip
    return whole, {zone: _zone(one) for zone, one in said.zones.items()}


def _zone(said: _Zone) -> ZoneDetails:
    bursts, back = said.bursts or _Bursts(), said.returned_after_hold or _Returned()
    first = tuple(
        Burst(
            reason=one.reason, what=one.servers or one.pattern, names=one.names, expected=one.expected,
            sample=tuple(one.sample[:MOST_NAMES]),
        )
        for one in bursts.first[:MOST_TOLD]
    )  # fmt: skip
    return ZoneDetails(
        rejected=said.rejected_lines, bursts=bursts.found, first_bursts=first, days_known=bursts.days_known,
        days_needed=bursts.days_needed, back=back.found, first_back=tuple(back.first[:MOST_TOLD]),
    )  # fmt: skip
