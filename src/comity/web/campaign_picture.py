"""A campaign as a picture: the seed in the middle, siblings left and right of it, bundled by the signs they have.

Drawn by the server and bounded: names above the bound are counted beside their bundle.  Nothing is told by colour: the
seed has a thick frame, an enquiry a thicker one than others, what is not related a broken one; the table has the words.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

MOST_NAMES: Final = 60
MOST_BUNDLES: Final = 10
ROW: Final = 28
_GAP: Final = 16
_LONGEST: Final = 34
_LINE: Final = 19


class Drawn(msgspec.Struct, frozen=True):
    """A box of a name: `x` and `y` of its corner, its text, how it is framed; `line` joins it to its bundle."""

    text: str
    x: int
    y: int
    frame: str
    line: str


class Bundle(msgspec.Struct, frozen=True):
    """The box of some signs: lines of words at their heights, and the line to the seed."""

    lines: tuple[tuple[str, int], ...]
    x: int
    y: int
    height: int
    line: str


class Picture(msgspec.Struct, frozen=True):
    """All boxes.  `more`: how many names are only in the table."""

    seed: str
    middle: int
    height: int
    names: tuple[Drawn, ...]
    bundles: tuple[Bundle, ...]
    more: int


Group = tuple[Sequence[str], Sequence[tuple[str, str]]]  # words of its signs; (name, state) of its siblings


def draw_campaign(seed: str, groups: Sequence[Group]) -> Picture:
    """Place the groups, the largest first, on the side that is shorter."""
    total = sum(len(names) for _, names in groups)
    room = MOST_NAMES
    sides: tuple[list[Group], list[Group]] = ([], [])
    heights = [0, 0]
    for words, names in groups[:MOST_BUNDLES]:
        shown = names[:room]
        if not shown:
            break
        room -= len(shown)
        side = 0 if heights[0] <= heights[1] else 1
        sides[side].append((words, shown))
        heights[side] += _height(words, shown) + _GAP
    height = max(*heights, 80)
    middle = height // 2
    drawn: list[Drawn] = []
    bundles: list[Bundle] = []
    for side, parts in enumerate(sides):
        top = (height - heights[side]) // 2
        for words, shown in parts:
            _place(side, top, middle, words, shown, drawn, bundles)
            top += _height(words, shown) + _GAP
    return Picture(_cut(seed), middle, height, tuple(drawn), tuple(bundles), total - len(drawn))


def _height(words: Sequence[str], names: Sequence[tuple[str, str]]) -> int:
    return max(ROW * len(names), _LINE * len(words) + 12)


def _place(
    side: int, top: int, middle: int, words: Sequence[str], shown: Sequence[tuple[str, str]], names: list[Drawn],
    bundles: list[Bundle],
) -> None:  # fmt: skip
    tall, own = _height(words, shown), _LINE * len(words) + 12
    centre = top + tall // 2
    x, inner, outer = (310, 500, 310) if side == 0 else (700, 700, 890)
    lines = tuple((word, centre - own // 2 + 19 + _LINE * place) for place, word in enumerate(words))
    to_seed = 520 if side == 0 else 680
    bundles.append(Bundle(lines, x, centre - own // 2, own, f"M{inner} {centre} L{to_seed} {middle}"))
    start = top + (tall - ROW * len(shown)) // 2
    for place, (name, state) in enumerate(shown):
        y = start + ROW * place
        edge, corner = (280, 0) if side == 0 else (920, 920)
        frame = {"enquiry-made": "asked", "not-related": "ruled-out"}.get(state, "")
        names.append(Drawn(_cut(name), corner, y + 1, frame, f"M{edge} {y + 13} L{outer} {centre}"))


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
