"""Letters to people without an account: reporters, and whoever answers or appeals (docs/spec/answers.md).

Whatever is filled into a letter is made one line first, so that a line break in it makes no header of a subject and no
paragraph of its own in a text; only reasons stay paragraphs.  Letters that show nothing become visible, and the name
that is accused is defanged: a letter never links to it.
"""

from typing import Final

import msgspec

from comity.core.harmless import defang, show_unseen
from comity.wire.decision_texts import LANGUAGES, Language
from comity.wire.letter_texts import LETTERS
from comity.wire.outcome_sentences import OUTCOME_SENTENCES

_PARAGRAPHS: Final = frozenset(("reasons", "outcome"))


class Written(msgspec.Struct, frozen=True):
    """A letter's subject (one line) and text."""

    subject: str
    text: str


def letter_language(wanted: str) -> Language:
    """Choose the language of a letter: the wanted one if there is one, else English."""
    return next((language for language in LANGUAGES if language == wanted.lower()), "en")


def write_letter(letter: str, language: str, **places: str) -> Written:
    """Write a letter in a language; `places` fills what stands in braces."""
    subject, text = LETTERS[letter][letter_language(language)]
    filled = {place: show_unseen(value) for place, value in places.items()}
    lines = {place: value if place in _PARAGRAPHS else " ".join(value.split()) for place, value in filled.items()}
    if "name" in lines:
        lines["name"] = defang(lines["name"])
    return Written(" ".join(subject.format_map(lines).split()), text.format_map(lines) + "\n")


def outcome_sentence(line: str, language: str) -> str:
    """Say how a case ended in one sentence."""
    return OUTCOME_SENTENCES[line][letter_language(language)]
