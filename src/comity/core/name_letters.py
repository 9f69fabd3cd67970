"""Which letters a name is made of: its scripts, their mixture, and what it would be taken for.

Letters that look the same stand in several scripts, and a name is read with the eye.  For each label this says which
script every letter is from, whether scripts are mixed that nobody mixes, and what the label reads like in Latin letters
when each of its letters looks like one.  The pairs are few and strong, so that a warning means something; a look-alike
outside them is not found, so silence proves nothing.  A-labels that do not decode are shown as they are and nothing is
said of them.
"""

import unicodedata
from functools import lru_cache
from typing import Final

import msgspec

from comity.core.labels import HostProblem, fold_host

COMMON: Final = "Common"

_SCRIPT_OF_WORD: Final = {
    "LATIN": "Latin", "CYRILLIC": "Cyrillic", "GREEK": "Greek", "ARMENIAN": "Armenian", "GEORGIAN": "Georgian",
    "HEBREW": "Hebrew", "ARABIC": "Arabic", "CJK": "Han", "HIRAGANA": "Hiragana", "KATAKANA": "Katakana",
    "HANGUL": "Hangul", "THAI": "Thai", "DEVANAGARI": "Devanagari", "FULLWIDTH": "Latin", "BOPOMOFO": "Bopomofo",
    "CHEROKEE": "Cherokee", "LISU": "Lisu", "COPTIC": "Coptic",
}  # fmt: skip
_NO_SCRIPT: Final = frozenset(("DIGIT", "HYPHEN-MINUS", "LOW", "COMBINING", "MIDDLE"))
# Writing systems that do mix scripts within one word (UTS 39 §5.2, highly restrictive).
_USUAL: Final = (
    frozenset(("Latin", "Han", "Hiragana", "Katakana")),
    frozenset(("Latin", "Han", "Bopomofo")),
    frozenset(("Latin", "Han", "Hangul")),
)
# Letters that are drawn as Latin ones (UTS 39, confusables).
_LOOKS_LIKE: Final = str.maketrans({
    "а": "a", "ԁ": "d", "е": "e", "һ": "h", "і": "i", "ј": "j", "ӏ": "l", "о": "o", "р": "p", "ԛ": "q", "ѕ": "s",
    "у": "y", "ү": "y", "х": "x", "с": "c", "ԝ": "w", "ѵ": "v",
    "α": "a", "ο": "o", "ρ": "p", "ν": "v", "υ": "u", "ι": "i", "γ": "y", "σ": "o",
    "օ": "o", "ս": "u", "հ": "h", "ց": "g", "ո": "n", "յ": "j", "զ": "q",
    "ı": "i", "ɡ": "g", "ɑ": "a", "ʏ": "y", "ɩ": "i",
})  # fmt: skip
# Letters that pass for Latin ones only among Latin ones: small ones drawn as Latin capitals, or with a mark more.
_AMONG_LATIN: Final = str.maketrans({
    "в": "b", "к": "k", "м": "m", "н": "h", "т": "t", "г": "r", "ь": "b", "п": "n", "ё": "e", "ѐ": "e", "ї": "i",
    "ў": "y", "ԍ": "g", "κ": "k", "τ": "t", "χ": "x",
})  # fmt: skip


class Letter(msgspec.Struct, frozen=True):
    """One letter of a label: itself, its code point as U+0430, its Unicode name and its script."""

    text: str
    code_point: str
    name: str
    script: str


class Label(msgspec.Struct, frozen=True):
    """One label: as people read it, its letters, its scripts, and what it would be taken for."""

    text: str
    letters: tuple[Letter, ...]
    scripts: tuple[str, ...]
    is_mixed: bool
    reads_like: str


class NameView(msgspec.Struct, frozen=True):
    """A name looked at letter by letter.  `is_mixed`: one of its labels mixes scripts as no writing does."""

    unicode: str
    labels: tuple[Label, ...]

    @property
    def is_mixed(self) -> bool:
        """Is any label mixed of scripts that nobody mixes?"""
        return any(label.is_mixed for label in self.labels)

    @property
    def is_plain(self) -> bool:
        """Is there nothing but ASCII, about which there is nothing to say?"""
        return all(label.text.isascii() for label in self.labels)

    @property
    def reads_like(self) -> str:
        """The ASCII name that it would be taken for, with its own ending; "" where it would be taken for none."""
        if not any(label.reads_like for label in self.labels[:-1]):
            return ""
        return ".".join([label.reads_like or label.text for label in self.labels[:-1]] + [self.labels[-1].text])


@lru_cache(maxsize=4_096)
def view_name(name: str) -> NameView:
    """Look at a stored name (A-labels) letter by letter."""
    folded = fold_host(name)
    shown = name if isinstance(folded, HostProblem) else folded.unicode
    return NameView(shown, tuple(_label(text) for text in shown.split(".")))


def skeleton(label: str, *, among_latin: bool = False) -> str:
    """Write a label with the Latin letters its own look like; what looks like none stays."""
    looks = label.translate(_LOOKS_LIKE)
    return looks.translate(_AMONG_LATIN) if among_latin else looks


def _label(text: str) -> Label:
    letters = tuple(Letter(one, f"U+{ord(one):04X}", unicodedata.name(one, ""), _script(one)) for one in text)
    scripts = tuple(sorted({one.script for one in letters} - {COMMON}))
    is_mixed = len(scripts) > 1 and not any(usual.issuperset(scripts) for usual in _USUAL)
    looks = skeleton(text, among_latin=is_mixed and "Latin" in scripts)
    return Label(
        text=text,
        letters=letters,
        scripts=scripts,
        is_mixed=is_mixed,
        reads_like=looks if looks != text and looks.isascii() else "",
    )


def _script(letter: str) -> str:
    word = unicodedata.name(letter, "").partition(" ")[0]
    if word in _NO_SCRIPT or not word:
        return COMMON
    return _SCRIPT_OF_WORD.get(word, word.capitalize())
