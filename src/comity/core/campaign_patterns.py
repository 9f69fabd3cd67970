"""Patterns of names: which shapes one confirmed name may stand for, to be measured in the zone before they count.

One label tells of no pattern by itself.  `suppose_patterns` gives every shape that it may be one of: letters around
numbers that differ, words around a word that differs, a beginning or an end with letters of the same number, letters
that look drawn by lot.  Which of them is one is decided by counting (`comity.sweep.siblings`): in the names that share
another sign with the seed a pattern is far more frequent than in the zone.  Expressions are understood alike by Python
and by Polars; a label is in its own letters (U-label), never an A-label.

These are suppositions of one node and never told to anybody.  What parties tell each other are the patterns of
`comity.core.name_patterns`, whose language cannot say, and is not to say, what is supposed here: a number of any
length, any word, letters of any script, letters that look drawn by lot.  Neither can stand for the other.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import pairwise
from math import log
from typing import Final, Literal

import msgspec

PatternKind = Literal["template", "dictionary", "affix", "generated"]

SHORTEST_GENERATED: Final = 8  # letters: fewer are judged by nobody
_LEAST_LITERAL: Final = 3
_LONGEST_LITERAL: Final = 12
_MOST: Final = 48
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz0123456789"
_EDGE: Final = "^"
_DIGITS: Final = re.compile(r"[0-9]+")
_PLAIN: Final = re.compile(r"[a-z0-9]+")


class SupposedPattern(msgspec.Struct, frozen=True):
    """A shape of labels.  `is_drawn`: matches must look drawn by lot besides.  `start`: how every match begins."""

    kind: PatternKind
    expression: str
    words: str  # for a person: what stands fast, and in ‹› what differs
    is_drawn: bool = False
    start: str = ""


class Letters(msgspec.Struct, frozen=True):
    """How letters follow each other in a zone's names, learnt from some of them."""

    pairs: Mapping[str, int]
    firsts: Mapping[str, int]

    def excess(self, label: str) -> float:
        """How much likelier (natural logarithm, by letter) a label is as one of the zone than as letters by lot."""
        text = _EDGE + label
        total = 0.0
        for one, two in pairwise(text):
            total += log((self.pairs.get(one + two, 0) + 1) / (self.firsts.get(one, 0) + len(_LETTERS)))
            total += log(_alphabet(label))
        return total / max(1, len(label))

    def is_drawn(self, label: str) -> bool:
        """Say whether a label is likelier drawn by lot than made as the zone's names are; short ones are not judged."""
        return len(label) >= SHORTEST_GENERATED and bool(_PLAIN.fullmatch(label)) and self.excess(label) < 0


def learn_letters(labels: Iterable[str]) -> Letters:
    """Learn from labels; some thousands are enough."""
    pairs: Counter[str] = Counter()
    firsts: Counter[str] = Counter()
    for label in labels:
        text = _EDGE + label
        pairs.update(map("".join, pairwise(text)))
        firsts.update(text[:-1])
    return Letters(dict(pairs), dict(firsts))


def suppose_patterns(label: str, letters: Letters) -> tuple[SupposedPattern, ...]:
    """Suppose all patterns of a label, each once; bounded, the most telling first; none where it has other signs."""
    if not all(letter.isalnum() or letter == "-" for letter in label):
        return ()
    found = [*_templates(label), *_words(label), *_drawn(label, letters), *_affixes(label)]
    return tuple({pattern.expression + str(pattern.is_drawn): pattern for pattern in found}.values())[:_MOST]


def _templates(label: str) -> Iterable[SupposedPattern]:
    """Letters stand, numbers differ: `demo-login4711`."""
    runs = _DIGITS.findall(label)
    fixed = _DIGITS.sub("", label)
    if not runs or len(fixed.replace("-", "")) < _LEAST_LITERAL + 1:
        return
    pieces = _DIGITS.split(label)
    inner = "".join(re.escape(piece) + ("[0-9]+" if place < len(runs) else "") for place, piece in enumerate(pieces))
    yield SupposedPattern("template", f"^{inner}$", "‹number›".join(pieces), start=pieces[0])


def _words(label: str) -> Iterable[SupposedPattern]:
    """Words between hyphens stand, one of them differs: `‹word›-login`."""
    tokens = label.split("-")
    if not 1 < len(tokens) < 6 or not all(tokens):
        return
    for differs in range(len(tokens)):
        kept = [token for place, token in enumerate(tokens) if place != differs]
        if sum(len(_DIGITS.sub("", token)) for token in kept) <= _LEAST_LITERAL:
            continue
        parts = [
            r"[^\W_]+" if place == differs else _DIGITS.sub("[0-9]+", re.escape(token))
            for place, token in enumerate(tokens)
        ]
        shown = ["‹word›" if place == differs else _DIGITS.sub("‹number›", token) for place, token in enumerate(tokens)]
        yield SupposedPattern("dictionary", f"^{'-'.join(parts)}$", "-".join(shown))


def _drawn(label: str, letters: Letters) -> Iterable[SupposedPattern]:
    """The whole label is drawn by lot: of the same letters and length, or nearly the same length."""
    if not letters.is_drawn(label):
        return
    size, (of, words) = len(label), _class_of(label)
    yield SupposedPattern("generated", f"^{of}{{{size}}}$", f"‹drawn-{words} {size}›", is_drawn=True)
    near = max(SHORTEST_GENERATED, size - 3), size + 3
    yield SupposedPattern(
        "generated", f"^{of}{{{near[0]},{near[1]}}}$", f"‹drawn-{words} {near[0]}-{near[1]}›", is_drawn=True
    )


def _affixes(label: str) -> Iterable[SupposedPattern]:
    """A beginning or an end stands, and the same number of letters differs: `bank‹letters 6›`."""
    if "-" in label:
        return
    for fixed in range(min(len(label) - _LEAST_LITERAL, _LONGEST_LITERAL), _LEAST_LITERAL - 1, -1):
        start, rest = label[:fixed], label[fixed:]
        if not start[-1].isdigit() or not rest[0].isdigit():
            of, words = _class_of(rest)
            yield SupposedPattern(
                "affix", f"^{re.escape(start)}{of}{{{len(rest)}}}$", f"{start}‹{words} {len(rest)}›", start=start
            )
        head, end = label[:-fixed], label[-fixed:]
        if not end[0].isdigit() or not head[-1].isdigit():
            of, words = _class_of(head)
            yield SupposedPattern("affix", f"^{of}{{{len(head)}}}{re.escape(end)}$", f"‹{words} {len(head)}›{end}")


def _class_of(text: str) -> tuple[str, str]:
    if text.isascii() and text.isdigit():
        return "[0-9]", "digits"
    if not text.isascii():
        return r"[^\W_]", "letters"
    return ("[a-z0-9]", "letters-or-digits") if any(letter.isdigit() for letter in text) else ("[a-z]", "letters")


def _alphabet(label: str) -> int:
    return len(_LETTERS) if any(letter.isdigit() for letter in label) else 26
