"""Charts as shapes: bars whose lengths follow from figures, drawn by the server (`web/parts/chart.html`).

A chart never stands alone: its text says what it shows, and the table after it holds every figure.  Bars are told apart
by pattern and number, not by colour; nothing in it is a script or a style.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

WIDTH: Final = 560  # units of the picture that the longest bar takes
STEP: Final = 34
_PATTERNS: Final = 4


class Bar(msgspec.Struct, frozen=True):
    """One bar and its row of the table."""

    number: int
    words: str
    value: int
    said: str
    y: int
    middle: int
    length: int
    pattern: int


class Chart(msgspec.Struct, frozen=True):
    """Bars under a title; `name` makes the identifiers within a page."""

    name: str
    title: str
    text: str
    heads: tuple[str, str]
    bars: tuple[Bar, ...]

    @property
    def height(self) -> int:
        return STEP * len(self.bars) + 8


def draw_chart(name: str, title: str, text: str, heads: tuple[str, str], rows: Sequence[tuple[str, int, str]]) -> Chart:
    """Make a chart of (words, value, value in words)."""
    most = max((value for _, value, _ in rows), default=0) or 1
    bars = tuple(
        Bar(number, words, value, said, STEP * (number - 1) + 8, STEP * (number - 1) + 25, value * WIDTH // most,
            number % _PATTERNS)
        for number, (words, value, said) in enumerate(rows, 1)
    )  # fmt: skip
    return Chart(name, title, text, heads, bars)
