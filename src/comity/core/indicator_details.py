"""What a finding of kind "indicator" says beside the name: how many hosts named it, and which ones first.

The parts of `Finding.detail` (docs/spec/sweep-indicators.md §4): three numbers, then for each host that is told its
text, its source and its line.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from comity.core.errors import InputError
from comity.core.findings import PART

TOLD_HOSTS: Final = 3
"""How many hosts are told; the rest is counted."""
ITSELF: Final = "named-itself"
BELOW: Final = "named-below"
SHARED: Final = "named-below-shared"
REASONS: Final = (ITSELF, BELOW, SHARED)
_NUMBERS: Final = 3
_HOST_PARTS: Final = 3


class Told(msgspec.Struct, frozen=True):
    """One host that named the name, and the line that said so first."""

    host: str
    source: str
    line: int


class IndicatorDetail(msgspec.Struct, frozen=True):
    """How many hosts named a name, how many of them are the name itself, in how many lines, and the first of them."""

    hosts: int
    itself: int
    lines: int
    told: tuple[Told, ...]


def parse_indicator_detail(text: str) -> IndicatorDetail:
    """Read the detail of a finding of kind "indicator".  Raises `InputError`."""
    parts = text.split(PART)
    rest = parts[_NUMBERS:]
    numbers = [*parts[:_NUMBERS], *rest[2::_HOST_PARTS]]
    if (
        len(parts) < _NUMBERS
        or len(rest) % _HOST_PARTS
        or len(rest) > TOLD_HOSTS * _HOST_PARTS
        or not all(number.isascii() and number.isdecimal() and len(number) <= 19 for number in numbers)
    ):
        raise InputError("is no detail of an indicator: three numbers, then host, source and line of each host told")
    told = zip(rest[::_HOST_PARTS], rest[1::_HOST_PARTS], map(int, rest[2::_HOST_PARTS]), strict=True)
    hosts, itself, lines = map(int, parts[:_NUMBERS])
    return IndicatorDetail(hosts, itself, lines, tuple(Told(*one) for one in told))


def render_indicator_detail(hosts: int, itself: int, lines: int, told: Sequence[Told]) -> str:
    """Write a detail."""
    first = (str(hosts), str(itself), str(lines))
    return PART.join([*first, *(part for one in told for part in (one.host, one.source, str(one.line)))])
