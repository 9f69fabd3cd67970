"""A protected label and a label of a zone made ready to be compared, and what a comparison finds.

A `Form` is made once for each protected label; a `Seen` once for each label that may look like one.  What they are
compared for is in `comity.core.lookalikes`.
"""

from typing import Final

import msgspec

from comity.core.brands import Brand
from comity.core.findings import FindingKind
from comity.core.lookalike_edits import other_layout
from comity.core.lookalike_letters import Reading, decode_label, read_label
from comity.core.lookalike_scores import GUARDED, SCORES, WELL_KNOWN, grade_inside, grade_of, is_mere_word, is_stub
from comity.core.lookalike_sounds import has_cyrillic, is_cyrillic, readings_of, sound_of, sound_starts, spellings_of

SHORTEST: Final = 3  # a protected label of fewer letters is looked for as itself and no more
LEAST_GRADE_EDITED: Final = 2  # of a shorter or ordinary label no slip of the finger is looked for
SHORTEST_SOUND: Final = 5  # of a key that is looked for inside a label
LATIN: Final = "abcdefghijklmnopqrstuvwxyz"
CYRILLIC: Final = "абвгдеёжзийклмнопрстуфхцчшщъыьэюяіў"
LEAST_SCORE: Final = 0.4  # what is less likely than that is no finding
MOST_PATTERNS: Final = 8  # spellings of one protected label that are looked for inside labels


class Lookalike(msgspec.Struct, frozen=True):
    """That a label looks like a protected one.  `parts` are what the sentence of `reason` needs (`REASONS`)."""

    kind: FindingKind
    reason: str
    parts: tuple[str, ...]
    score: float


class Form(msgspec.Struct, frozen=True):
    """A protected label made ready to be compared with."""

    label: str  # canonical
    text: str  # decoded
    skeleton: str
    grade: int  # how much it proves by itself as a whole label: 0 short or ordinary … 3 long
    grade_inside: int  # and inside another
    is_well_known: bool  # many names are its owner's own
    is_guarded: bool  # more than one is: an owner who guards a label holds it in several zones
    is_stub: bool  # a few letters beside a word
    letters: str  # with which a finger may slip; empty: of no such label is a slip looked for
    layout: str  # as its keys give it on the other keyboard; empty: no label
    sounds: frozenset[str]  # of a Latin label: the keys that a Cyrillic one would have
    spellings: frozenset[str]  # of a Cyrillic label: how it is written in Latin letters
    inside: tuple[str, ...]  # skeletons that are looked for inside skeletons
    inside_sounds: tuple[str, ...]  # keys that are looked for inside keys


class Seen(msgspec.Struct, frozen=True):
    """A label made ready to be compared with: decoded, its skeleton, and its key where it is Cyrillic."""

    label: str
    reading: Reading
    sound: Reading | None

    @property
    def text(self) -> str:
        """The label with its own letters."""
        return self.reading.text


def prepare_form(brand: Brand, *, is_mirror: bool = False) -> Form:
    """Make a protected label ready.  `is_mirror`: it is a look-alike of another protected one (`find_mirrors`)."""
    text = decode_label(brand.label)
    skeleton = read_label(text).skeleton
    layout = other_layout(text)
    grade = grade_of(text, len(brand.own))
    grade_beside = grade_inside(text, len(brand.own))
    latin = text.isascii()
    cyrillic = is_cyrillic(text)
    sounds = readings_of(text) if latin and len(text) >= SHORTEST else ()
    spellings = spellings_of(text) if cyrillic and len(text) >= SHORTEST else ()
    inside = [skeleton, *(read_label(one).skeleton for one in spellings)] if len(text) >= SHORTEST else []
    if is_mirror or is_mere_word(text):
        inside = []
    keys: tuple[str, ...] = () if not inside else sounds if latin else (sound_of(text),) if cyrillic else ()
    return Form(
        label=brand.label,
        text=text,
        skeleton=skeleton,
        grade=grade,
        grade_inside=grade_beside,
        is_well_known=len(brand.own) >= WELL_KNOWN,
        is_guarded=len(brand.own) >= GUARDED,
        is_stub=is_stub(text),
        letters="" if is_mirror or grade < LEAST_GRADE_EDITED else LATIN if latin else CYRILLIC if cyrillic else "",
        layout=layout if (cyrillic or latin) and layout != text and _is_label(layout) else "",
        sounds=frozenset(sounds),
        spellings=frozenset(spellings),
        inside=tuple(dict.fromkeys(inside))[:MOST_PATTERNS],
        inside_sounds=tuple(dict.fromkeys(key for key in keys if len(key) >= SHORTEST_SOUND))[:MOST_PATTERNS],
    )


def see_label(label: str) -> Seen:
    """Make a label ready."""
    text = decode_label(label)
    sound = Reading(text, sound_of(text), sound_starts(text)) if has_cyrillic(text) else None
    return Seen(label, read_label(text), sound)


def score_reason(kind: FindingKind, reason: str, parts: tuple[str, ...], grade: int, *, weaker: int = 0) -> Lookalike:
    """Score a reason by a grade of the protected label; `weaker`: by so many grades less."""
    return Lookalike(kind, reason, parts, SCORES[reason][max(grade - weaker, 0)])


def _is_label(text: str) -> bool:
    return all(letter.isalnum() or letter == "-" for letter in text) and not text.startswith("-")
