"""Which names of an algorithm are dangerous to act on: they may be somebody's, or will be.

An algorithm knows no dictionary of what people register.  What it makes may be a word, a short name, a name that is
known under another ending, a name in people's own script.  A danger is a reason for a person to look; it never says
that a name is harmless, and no danger never says that a name is nobody's.
"""

from collections.abc import Iterable
from typing import Final, Literal, get_args

import msgspec

from comity.core.guards import Guard

Danger = Literal["protected", "short", "known-elsewhere", "known-words", "idn"]
DANGERS: Final[tuple[Danger, ...]] = get_args(Danger)

_SHORT: Final = 5
_WORD: Final = 4  # letters of the shortest word that counts


class Known(msgspec.Struct, frozen=True):
    """The guard lists, and the labels that names of theirs begin with."""

    guard: Guard
    labels: frozenset[str]


def know(guard: Guard) -> Known:
    """Gather the labels of guarded names, those of letters that are long enough to mean something."""
    return Known(guard, frozenset(_labels((*guard.names, *guard.trees))))


def find_dangers(host: str, known: Known) -> tuple[Danger, ...]:
    """Give all the reasons for which a registrable domain (A-labels) is not acted upon unseen."""
    label = host.partition(".")[0]
    found: list[Danger] = []
    if known.guard.find(host, host):
        found.append("protected")
    elif label in known.labels:
        found.append("known-elsewhere")
    elif _is_two_words(label, known.labels):
        found.append("known-words")
    if len(label) < _SHORT:
        found.append("short")
    if label.startswith("xn--"):
        found.append("idn")
    return tuple(found)


def _labels(names: Iterable[str]) -> Iterable[str]:
    for name in names:
        label = name.partition(".")[0]
        if len(label) >= _WORD and label.isalpha() and "." in name:
            yield label


def _is_two_words(label: str, words: frozenset[str]) -> bool:
    """Two known labels, one after the other, with or without a hyphen between them."""
    return any(
        label[:cut] in words and label[cut:].removeprefix("-") in words for cut in range(_WORD, len(label) - _WORD + 1)
    )
