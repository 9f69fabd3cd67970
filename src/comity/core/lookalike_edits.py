"""What one slip of the finger is: which letter was added, left out, replaced or swapped, and whether keys are
neighbours.

`find_edit` answers for two spellings whether one Damerau edit (optimal string alignment) leads from one to the other,
and which.  `other_layout` writes a text as the same keys give it on the other keyboard.  docs/spec/lookalikes.md §2.
"""

from typing import Final

import msgspec

_LATIN_ROWS: Final = ("1234567890-", "qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,.")
_CYRILLIC_ROWS: Final = ("1234567890-", "йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю")
_KEYS: Final = dict(zip("".join(_LATIN_ROWS[1:]), "".join(_CYRILLIC_ROWS[1:]), strict=True))
_TO_CYRILLIC: Final = str.maketrans(_KEYS)
_TO_LATIN: Final = str.maketrans({value: key for key, value in _KEYS.items()})


def _neighbours(rows: tuple[str, ...]) -> frozenset[str]:
    """Two keys are neighbours where they touch: beside each other, or one row apart and half a key aside."""
    found: set[str] = set()
    for number, row in enumerate(rows):
        for place, key in enumerate(row):
            near = row[place + 1 : place + 2]
            if number + 1 < len(rows):
                near += rows[number + 1][max(place - 1, 0) : place + 1]
            for other in near:
                found |= {key + other, other + key}
    return frozenset(found)


NEIGHBOURS: Final = _neighbours(_LATIN_ROWS) | _neighbours(_CYRILLIC_ROWS)


class Edit(msgspec.Struct, frozen=True):
    """One edit: its reason code, the letter of the protected label and the letter of the label, either may be empty."""

    reason: str
    meant: str
    typed: str


def find_edit(typed: str, meant: str) -> Edit | None:
    """Find the one edit that leads from what was meant to what is typed; None where it takes none or more."""
    difference = len(typed) - len(meant)
    if typed == meant or abs(difference) > 1:
        return None
    start = 0
    while start < len(meant) and start < len(typed) and typed[start] == meant[start]:
        start += 1
    if difference == 1:
        if typed[start + 1 :] != meant[start:]:
            return None
        added = typed[start]
        if added == "-":
            return Edit("hyphen-added", "", "-")
        # The first letter that differs is behind the doubled one: both stand before it.
        return Edit("letter-doubled" if start and typed[start - 1] == added else "letter-added", "", added)
    if difference == -1:
        return Edit("letter-left-out", meant[start], "") if typed[start:] == meant[start + 1 :] else None
    if typed[start + 1 :] == meant[start + 1 :]:
        pair = meant[start] + typed[start]
        return Edit("neighbouring-key" if pair in NEIGHBOURS else "letter-replaced", meant[start], typed[start])
    if typed[start : start + 2] == meant[start : start + 2][::-1] and typed[start + 2 :] == meant[start + 2 :]:
        return Edit("letters-swapped", meant[start : start + 2], typed[start : start + 2])
    return None


def other_layout(text: str) -> str:
    """Write a text as its keys give it on the other keyboard: `sberbank` as `ыиукифтл`, and back."""
    return text.translate(_TO_CYRILLIC) if text.isascii() else text.translate(_TO_LATIN)
