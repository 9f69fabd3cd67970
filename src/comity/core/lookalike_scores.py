"""What each reason is worth, and how much a protected label proves by itself.

One table: a row for each reason, a column for each grade of protected label.  Rows fall from right to left: a shorter
or more ordinary label never scores higher for the same reason.  The figures are a judgement that was
set against labelled names (docs/accuracy.md says which, and where it falls short); 0 means that no finding is made.
docs/spec/lookalikes.md §6.
"""

from typing import Final

import msgspec

from comity.core.lookalike_sounds import is_cyrillic, spellings_of
from comity.core.lookalike_syllables import is_pinyin
from comity.core.lookalike_words import LURES, PARTS, TRADE, is_word, split_words
from comity.core.ordinary_words import ORDINARY


class Reason(msgspec.Struct, frozen=True):
    """What a reason means: the sentence, and the parts of `detail` in their order, which the sentence names."""

    sentence: str
    parts: tuple[str, ...] = ()


REASONS: Final[dict[str, Reason]] = {
    "same-label": Reason("It is {subject} itself, in another zone."),
    "looks-alike": Reason("It reads like {subject}: {pairs}.", ("pairs",)),
    "other-layout": Reason("{written} is {subject} typed in the other keyboard layout.", ("written",)),
    "same-word-other-script": Reason("{written} is {subject} in another script.", ("written",)),
    "hyphen-added": Reason("{written} is {subject} with a hyphen.", ("written",)),
    "hyphen-left-out": Reason("{written} is {subject} without its hyphen.", ("written",)),
    "letter-doubled": Reason("{subject} with the letter {typed} doubled.", ("meant", "typed")),
    "letter-added": Reason("{subject} with the letter {typed} added.", ("meant", "typed")),
    "letter-left-out": Reason("{subject} with the letter {meant} left out.", ("meant", "typed")),
    "letter-replaced": Reason("{subject} with {typed} in place of {meant}.", ("meant", "typed")),
    "neighbouring-key": Reason(
        "{subject} with {typed} in place of {meant}; the keys are neighbours.", ("meant", "typed")
    ),
    "letters-swapped": Reason("{subject} with {meant} swapped to {typed}.", ("meant", "typed")),
    "lure-word-apart": Reason("{written} stands for {subject}; beside it, apart, what lures: {words}.", ("written", "words")),  # noqa: E501 — a table reads better a row a line
    "lure-word-joined": Reason("{written} stands for {subject}; joined to it, what lures: {words}.", ("written", "words")),  # noqa: E501 — a table reads better a row a line
    "trade-word-apart": Reason("{written} stands for {subject}; beside it, apart, words of trade: {words}.", ("written", "words")),  # noqa: E501 — a table reads better a row a line
    "trade-word-joined": Reason("{written} stands for {subject}; joined to it, words of trade: {words}.", ("written", "words")),  # noqa: E501 — a table reads better a row a line
    "lure-and-other-apart": Reason(
        "{written} stands for {subject}; beside it, apart, what lures among other things: {words}.", ("written", "words")  # noqa: E501 — a table reads better a row a line
    ),
    "domain-part-apart": Reason(
        "{written} stands for {subject}; beside it, apart, parts of an address: {words}.", ("written", "words")
    ),
    "domain-part-joined": Reason(
        "{written} stands for {subject}; joined to it, parts of an address: {words}.", ("written", "words")
    ),
    "digits-apart": Reason("{written} stands for {subject}; beside it, apart, digits: {words}.", ("written", "words")),
    "digits-joined": Reason("{written} stands for {subject}; joined to it, digits: {words}.", ("written", "words")),
    "repeated": Reason("{written} stands for {subject}, more than once.", ("written", "words")),
    "whole-word-apart": Reason("{written} stands for {subject}; beside it, apart: {words}.", ("written", "words")),
    "whole-word-joined": Reason("{written} stands for {subject}; joined to it: {words}.", ("written", "words")),
    "other-words-apart": Reason(
        "{written} stands for {subject}; beside it, apart, what is in no list: {words}.", ("written", "words")
    ),
    "few-letters-joined": Reason(
        "{written} stands for {subject}; joined to it, a few letters: {words}.", ("written", "words")
    ),
    "other-letters-joined": Reason(
        "{written} stands in it, which may be chance; {subject} is protected. The rest: {words}.", ("written", "words")
    ),
}  # fmt: skip

# For grades 0 (short or ordinary), 1 (five letters, or little beside a common word), 2 (six or seven letters),
# 3 (eight and more).
SCORES: Final[dict[str, tuple[float, float, float, float]]] = {
    "looks-alike": (0.00, 0.70, 0.93, 0.98),
    "letter-doubled": (0.00, 0.00, 0.60, 0.95),
    "letters-swapped": (0.00, 0.00, 0.60, 0.94),
    "neighbouring-key": (0.00, 0.00, 0.60, 0.90),
    "letter-replaced": (0.00, 0.00, 0.55, 0.88),
    "letter-added": (0.00, 0.00, 0.60, 0.90),
    "letter-left-out": (0.00, 0.00, 0.55, 0.87),
    "hyphen-added": (0.00, 0.00, 0.40, 0.55),
    "hyphen-left-out": (0.00, 0.00, 0.40, 0.55),
    "other-layout": (0.00, 0.60, 0.85, 0.93),
    "same-word-other-script": (0.00, 0.55, 0.80, 0.90),
    "same-label": (0.00, 0.40, 0.40, 0.41),
    "lure-word-apart": (0.45, 0.85, 0.94, 0.96),
    "lure-word-joined": (0.00, 0.55, 0.85, 0.92),
    "trade-word-apart": (0.00, 0.50, 0.80, 0.89),
    "trade-word-joined": (0.00, 0.00, 0.60, 0.77),
    "lure-and-other-apart": (0.00, 0.60, 0.78, 0.83),
    "domain-part-apart": (0.00, 0.70, 0.84, 0.90),
    "domain-part-joined": (0.00, 0.40, 0.74, 0.86),
    "repeated": (0.00, 0.45, 0.70, 0.85),
    "digits-apart": (0.00, 0.40, 0.60, 0.75),
    "digits-joined": (0.00, 0.00, 0.55, 0.70),
    "whole-word-apart": (0.00, 0.00, 0.50, 0.75),
    "whole-word-joined": (0.00, 0.00, 0.00, 0.00),
    "other-words-apart": (0.00, 0.00, 0.45, 0.55),
    "few-letters-joined": (0.00, 0.00, 0.00, 0.45),
    "other-letters-joined": (0.00, 0.00, 0.00, 0.00),
}

# Lures that are somebody's name before they are words.
_NAMES_FIRST: Final = frozenset(
    ("gosuslugi", "госуслуги", "dichvucong", "icloud", "osago", "тинькофф", "iphone", "macbook",
     "tiki")
)  # fmt: skip
_ENDS: Final = ("bank", "post", "pay", "mail", "shop", "market", "media", "telecom", "online", "банк", "почта", "group",
                "card", "store", "mobile", "travel")  # fmt: skip
_BEGINS: Final = ("bank", "china", "online", "банк")
_LEAST_BESIDE_END: Final = 4
_SHORT_WORD: Final = 4
_SHORT_COMPOUND: Final = 10  # letters of a label that is made of words alone: others make the same
_MIDDLE: Final = 6  # letters
_LONGER: Final = 7
_FULL: Final = 3


MOST_STUB: Final = 3  # letters that tell one firm of a trade from another
GUARDED: Final = 2  # names of its own with which an owner guards a label
WELL_KNOWN: Final = 10  # names of its own that a well-known owner holds


def is_mere_word(text: str) -> bool:
    """Is a protected label (decoded) a mere word, which proves nothing inside a name: a lure, or a short word?"""
    if text in _NAMES_FIRST:
        return False
    return text in LURES or text in TRADE or text in PARTS or (text in ORDINARY and len(text) <= _SHORT_WORD)


def is_stub(text: str) -> bool:
    """Is a protected label a few letters beside a word (`doservice`, `t-access`)?  What is joined to it hides them."""
    return any(
        is_word(text[place:].lstrip("-")) or is_word(text[:-place].rstrip("-"))
        for place in range(1, min(MOST_STUB, len(text) - 4) + 1)
    )


def grade_of(text: str, names: int = 0) -> int:
    """Grade a protected label (decoded) as a whole by its letters: what is short or ordinary proves little.

    `names` that are its owner's own: who holds many is well-known, and his short or ordinary label proves a little.
    """
    grade = _grade_of(text)
    if names < WELL_KNOWN or grade == _FULL:
        return grade
    return max(grade, 1 if len(text) < _MIDDLE or is_word(text) else _grade_of_letters(len(text)))


def grade_inside(text: str, names: int = 0) -> int:
    """Grade a protected label (decoded) inside another: what others may make of words or syllables proves less."""
    grade = grade_of(text, names)
    if grade < _FULL - 1 or names >= WELL_KNOWN or text in _NAMES_FIRST:
        return grade
    if len(text) <= _LONGER and is_pinyin(text):
        return 1
    words = split_words(text)
    is_short_compound = len(text) <= _SHORT_COMPOUND and words.is_known and not words.digits
    return grade - 1 if is_short_compound else grade


def _grade_of(text: str) -> int:
    letters = len(text)
    if text in _NAMES_FIRST:
        return _grade_of_letters(letters)
    if letters <= _SHORT_WORD or is_word(text):
        return 0
    if is_cyrillic(text) and any(map(is_word, spellings_of(text))):
        return 0
    beside = min([len(text.removesuffix(end)) for end in _ENDS] + [len(text.removeprefix(begin)) for begin in _BEGINS])
    if beside < _LEAST_BESIDE_END:
        return 1 if beside == _LEAST_BESIDE_END - 1 else 0
    return _grade_of_letters(letters)


def _grade_of_letters(letters: int) -> int:
    return 0 if letters <= _SHORT_WORD else 1 if letters < _MIDDLE else 2 if letters <= _LONGER else _FULL
