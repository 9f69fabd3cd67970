"""Which protected labels are themselves look-alikes of another protected label.

Owners register the misspellings of their names before others do, and lists of their names have them (`facebock`,
`paypa1`).  What is one letter away from such a label is two away from the name that is meant, or another firm's.  A
mirror is therefore found as itself and as what reads like it, and in no other way.  Of two labels one edit apart, or
read alike, one is the mirror where the other is well known (`WELL_KNOWN` names of its owner) and it is not.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from comity.core.brands import Brand
from comity.core.lookalike_edits import find_edit
from comity.core.lookalike_letters import decode_label, read_label
from comity.core.lookalike_scores import WELL_KNOWN


def find_mirrors(brands: Sequence[Brand]) -> frozenset[str]:
    """Find the labels that are look-alikes of a well-known one."""
    by_key: dict[str, list[str]] = {}
    for brand in brands:
        if len(brand.own) >= WELL_KNOWN:
            text = decode_label(brand.label)
            for key in _keys(text):
                by_key.setdefault(key, []).append(text)
    if not by_key:
        return frozenset()
    others = ((brand.label, decode_label(brand.label)) for brand in brands if len(brand.own) < WELL_KNOWN)
    return frozenset(
        label
        for label, text in others
        if any(_is_like(text, meant) for key in _keys(text) for meant in by_key.get(key, ()))
    )


_SHORT: Final = 4  # letters; of two such labels one edit apart nothing follows


def _keys(text: str) -> Iterable[str]:
    """What two texts share where they are one edit apart, or read alike: the text, one letter less, the skeleton."""
    if len(text) <= _SHORT:
        return ()
    return {text, read_label(text).skeleton, *(text[:place] + text[place + 1 :] for place in range(len(text)))}


def _is_like(text: str, meant: str) -> bool:
    return find_edit(text, meant) is not None or read_label(text).skeleton == read_label(meant).skeleton
