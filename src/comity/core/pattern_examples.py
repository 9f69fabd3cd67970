"""Which pattern do some names share?  What campaigns have in common, found from examples.

Three are tried, and the narrowest is taken: a template (the same pieces of letters, digits and hyphens, each one text,
one of few words, or of one class), two short lists of words put together, and one class of letters between a common
beginning and end.  A pattern that is found matches every example.  Names that share too little give none; whether one
that was found is narrow enough for a zone, only the zone says (`comity.core.blast`).
"""

import math
import re
from collections import Counter
from collections.abc import Sequence
from itertools import takewhile
from typing import Final

from comity.core.name_patterns import (
    CLASSES,
    MAX_PARTS,
    MAX_WORDS,
    Choice,
    Literal,
    NamePattern,
    Part,
    Run,
    length_of,
    make_pattern,
)
from comity.core.parties import ZONES

LEAST_EXAMPLES: Final = 3
MOST_EXAMPLES: Final = 2_000
_LEAST_WORD: Final = 3
_LEAST_GENERATED: Final = 7  # letters of a label of which nothing else is known
_PIECE: Final = re.compile("[a-z]+|[0-9]+|-+")
_NARROW_FIRST: Final = ("digit", "consonant", "letter", "hex", "alnum")


def infer_pattern(names: Sequence[str]) -> NamePattern | None:
    """Find the narrowest pattern that matches all of some canonical names (the first two thousand are looked at)."""
    cut = [name.partition(".") for name in sorted(set(names[:MOST_EXAMPLES]))]
    labels = [label for label, _, _ in cut]
    suffixes = {suffix for _, _, suffix in cut}
    if len(labels) < LEAST_EXAMPLES or len(suffixes) != 1 or any(map(_is_odd, labels)):
        return None
    suffix = suffixes.pop()
    if suffix.count(".") > 2 or suffix.rpartition(".")[2] not in ZONES:
        return None
    candidates = [parts for find in (_find_template, _find_dictionary, _between_ends) if (parts := find(labels))]
    patterns = [pattern for parts in candidates if _says_something(pattern := make_pattern(parts, suffix))]
    return min(patterns, key=_breadth, default=None)


def find_shape(pattern: NamePattern) -> str:
    """Say in a word what kind of pattern it is: template, dictionary, word-and-random or generated."""
    runs = [part for part in pattern.parts if isinstance(part, Run) and part.letters != "digit"]
    if not runs:
        is_dictionary = any(isinstance(part, Choice) for part in pattern.parts)
        return "dictionary" if is_dictionary else "template"
    words = [part for part in pattern.parts if not isinstance(part, Run) and part != Literal("-")]
    return "word-and-random" if words else "generated"


def _is_odd(label: str) -> bool:
    """Whether a label is none of letters, digits and single inner hyphens: an A-label says nothing by its letters."""
    return label.startswith("xn--") or re.fullmatch("[a-z0-9-]{1,63}", label) is None


def _says_something(pattern: NamePattern) -> bool:
    """Whether a pattern has more than a few open letters; and few enough parts to be read."""
    is_open = all(isinstance(part, Run) or part == Literal("-") for part in pattern.parts)
    return not is_open or length_of(pattern)[0] >= _LEAST_GENERATED


def _find_template(labels: Sequence[str]) -> list[Part]:
    """Pieces of letters, digits and hyphens in the same order; each the same, from few words, or of one class."""
    pieces = [_PIECE.findall(label) for label in labels]
    shapes = {tuple(_kind(piece) for piece in one) for one in pieces}
    if len(shapes) != 1 or len(pieces[0]) > MAX_PARTS:
        return []
    return [part for column in zip(*pieces, strict=True) for part in _describe(column)]


def _find_dictionary(labels: Sequence[str]) -> list[Part]:
    """A word of a short list, then one of another: every label is cut where both halves are seen most often."""
    heads: Counter[str] = Counter()
    tails: Counter[str] = Counter()
    for label in labels:
        for at in range(_LEAST_WORD, len(label) - _LEAST_WORD + 1):
            heads[label[:at]] += 1
            tails[label[at:]] += 1
    first, second = set(), set()
    for label in labels:
        cuts = [
            (heads[label[:at]] * tails[label[at:]], at)
            for at in range(_LEAST_WORD, len(label) - _LEAST_WORD + 1)
            if heads[label[:at]] > 1 and tails[label[at:]] > 1
        ]
        if not cuts:
            return []
        _, at = max(cuts)
        first.add(label[:at])
        second.add(label[at:])
    if len(first) + len(second) > len(labels) or not all(map(_is_choice, (first, second))):
        return []
    return [Choice(tuple(sorted(first))), Choice(tuple(sorted(second)))]


def _breadth(pattern: NamePattern) -> float:
    """About how many labels a pattern matches, as a logarithm."""
    breadth = 0.0
    for part in pattern.parts:
        if isinstance(part, Choice):
            breadth += math.log(len(part.words))
        elif isinstance(part, Run):
            breadth += part.most * math.log(len(_LETTERS[part.letters]))
    return breadth


def _describe(column: Sequence[str]) -> list[Part]:
    """What the same piece of all labels is."""
    words = set(column)
    if len(words) == 1:
        return [Literal(column[0])]
    if _kind(column[0]) == "a" and _is_choice(words) and 2 * len(words) <= len(column) and min(map(len, words)) > 1:
        return [Choice(tuple(sorted(words)))]
    if _kind(column[0]) == "a":
        return _between_ends(column)
    return [_run(column)] if _kind(column[0]) == "0" else []


def _between_ends(texts: Sequence[str]) -> list[Part]:
    """The common beginning and end where they are words, and the class of what stands between."""
    head = _common(texts)
    head = head if len(head) >= _LEAST_WORD else ""
    rests = [text[len(head) :] for text in texts]
    tail = _common([rest[::-1] for rest in rests])[::-1]
    tail = tail if len(tail) >= _LEAST_WORD else ""
    middles = [rest[: len(rest) - len(tail)] for rest in rests]
    if any("-" in middle for middle in middles):
        return []
    return [Literal(head), _run(middles), Literal(tail)]


def _run(texts: Sequence[str]) -> Run:
    letters = set("".join(texts))
    name = next(name for name in _NARROW_FIRST if letters <= _LETTERS[name])
    return Run(name, min(map(len, texts)), max(map(len, texts)))


def _is_choice(words: set[str]) -> bool:
    return len(words) <= MAX_WORDS and max(map(len, words)) <= 30


def _kind(piece: str) -> str:
    return "-" if piece[0] == "-" else "0" if piece[0].isdigit() else "a"


def _common(texts: Sequence[str]) -> str:
    """The beginning that all texts have."""
    low, high = min(texts), max(texts)
    same = takewhile(lambda pair: pair[0] == pair[1], zip(low, high, strict=False))
    return "".join(one for one, _ in same)


_LETTERS: Final = {
    name: frozenset(re.findall(f"[{letters}]", "abcdefghijklmnopqrstuvwxyz0123456789"))
    for name, letters in CLASSES.items()
}
