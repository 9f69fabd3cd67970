"""The same word in the other script: Latin spellings and Cyrillic ones brought to one key of sounds.

A Cyrillic label has one key; a Latin label may be read in several ways (`c` as ц, к or с; `ia` as я or as и and а), and
has a key for each.  Where one of them is the key of a Cyrillic label, one is the other transliterated.  The other way
round, a Cyrillic label is written in Latin letters by the usual systems and their mixtures (х: h, kh, x; ц: c, ts; щ:
shch, sch; й: y, i, j; ю, я, ж, ч, ш likewise; і and ў of Belarusian).  docs/spec/lookalikes.md §4.
"""

import re
from functools import lru_cache
from itertools import islice
from typing import Final

# A key has small Latin letters for what Latin has, and capitals for what it has not.
_SOUND: Final = {
    "а": "a", "б": "b", "в": "v", "г": "g", "ґ": "g", "д": "d", "е": "e", "ё": "e", "є": "e", "ж": "J", "з": "z",
    "и": "i", "і": "i", "ї": "i", "й": "i", "ы": "i", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p",
    "р": "r", "с": "s", "т": "t", "у": "u", "ў": "u", "ф": "f", "х": "h", "ц": "c", "ч": "C", "ш": "S", "щ": "W",
    "ъ": "", "ь": "", "э": "e", "ю": "U", "я": "A", "ђ": "d", "ј": "i",
}  # fmt: skip
# Longest first: how a Latin piece may be read.
_READ: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("shch", ("W", "SC")), ("sch", ("W", "sC", "S")), ("tsch", ("C",)), ("zh", ("J",)), ("kh", ("h",)), ("ch", ("C",)),
    ("sh", ("S",)), ("ts", ("c", "ts")), ("tz", ("c", "tz")), ("yu", ("U", "iu")), ("ju", ("U", "Ju", "iu")),
    ("iu", ("U", "iu")), ("ya", ("A", "ia")), ("ja", ("A", "Ja", "ia")), ("ia", ("ia", "A")), ("yo", ("e", "io")),
    ("jo", ("e", "Jo")), ("ye", ("e",)), ("ck", ("k",)), ("ph", ("f",)), ("oo", ("u", "oo")), ("ee", ("i", "ee")),
    ("x", ("ks", "h")), ("c", ("k", "c", "s")), ("h", ("h", "g")), ("j", ("i", "J", "dJ")), ("w", ("v", "u")),
    ("q", ("k",)), ("y", ("i", "u")),
)  # fmt: skip
_PLAIN: Final = {**{letter: (letter,) for letter in "abdefgiklmnoprstuvz0123456789-"}, **dict(_READ)}
_PIECE: Final = re.compile("|".join(piece for piece, _ in _READ) + "|.", re.DOTALL)
# How a Cyrillic letter is written in Latin ones, the most usual first.
_WRITE: Final = {
    "а": ("a",), "б": ("b",), "в": ("v", "w"), "г": ("g", "h"), "ґ": ("g",), "д": ("d",), "е": ("e", "ye", "ie"),
    "ё": ("e", "yo", "io", "jo"), "є": ("e", "ye", "ie"), "ж": ("zh", "j", "z"), "з": ("z",), "и": ("i", "y"),
    "і": ("i",), "ї": ("i", "yi"), "й": ("y", "i", "j"), "к": ("k", "c"), "л": ("l",), "м": ("m",), "н": ("n",),
    "о": ("o",), "п": ("p",), "р": ("r",), "с": ("s",), "т": ("t",), "у": ("u", "oo"), "ў": ("u", "w", "v"),
    "ф": ("f", "ph"), "х": ("h", "kh", "x"), "ц": ("ts", "c", "tz"), "ч": ("ch",), "ш": ("sh",),
    "щ": ("shch", "sch", "sh"), "ъ": ("",), "ы": ("y", "i"), "ь": ("", "j"), "э": ("e",), "ю": ("yu", "ju", "iu"),
    "я": ("ya", "ja", "ia"),
}  # fmt: skip
_CYRILLIC: Final = re.compile("[\u0400-\u04ff]").search
MOST_READINGS: Final = 96


def has_cyrillic(text: str) -> bool:
    """Has it any Cyrillic letter?"""
    return _CYRILLIC(text) is not None


def is_cyrillic(text: str) -> bool:
    """Is it a word in Cyrillic letters, with digits and hyphens at most beside them?"""
    return has_cyrillic(text) and all(letter in _SOUND or letter in "0123456789-" for letter in text)


def sound_of(text: str) -> str:
    """The key of a Cyrillic label."""
    return "".join(_SOUND.get(letter, letter) for letter in text)


def sound_starts(text: str) -> tuple[int, ...]:
    """For each letter of the key where it begins in the text; the last is the end of the text."""
    return (*(place for place, letter in enumerate(text) for _ in _SOUND.get(letter, letter)), len(text))


@lru_cache(maxsize=1 << 14)
def readings_of(text: str) -> tuple[str, ...]:
    """The keys that a Latin label may have, the most usual first; `MOST_READINGS` at most, none twice."""
    return _products([_PLAIN.get(piece, (piece,)) for piece in _PIECE.findall(text)])


@lru_cache(maxsize=1 << 14)
def spellings_of(text: str) -> tuple[str, ...]:
    """A Cyrillic label in Latin letters, the most usual spelling first; `MOST_READINGS` at most, none twice."""
    return _products([_WRITE.get(letter, (letter,)) for letter in text])


def _products(choices: list[tuple[str, ...]]) -> tuple[str, ...]:
    """Combine choices so that few unusual ones come before many: all usual, one unusual each, then two, then three.

    A choice is made for a piece wherever it stands: who writes х as kh does so throughout.
    """
    open_ones = sorted({choice for choice in choices if len(choice) > 1}, key=choices.index)
    made: dict[str, None] = {}
    picks: list[dict[tuple[str, ...], str]] = [{}]
    for _ in range(3):
        for pick in picks:
            made.setdefault("".join(pick.get(choice, choice[0]) for choice in choices))
        if len(made) > MOST_READINGS:
            break
        picks = [
            {**pick, choice: other}
            for pick in picks
            for choice in open_ones
            if choice not in pick
            for other in choice[1:]
        ][: 4 * MOST_READINGS]
    for pick in picks:
        made.setdefault("".join(pick.get(choice, choice[0]) for choice in choices))
    for place, choice in enumerate(choices):  # the same piece in two ways: one place only
        for other in choice[1:]:
            made.setdefault(
                "".join([one[0] for one in choices[:place]] + [other] + [one[0] for one in choices[place + 1 :]])
            )
    return tuple(islice(made, MOST_READINGS))
