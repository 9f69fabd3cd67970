"""Does a label look like a protected one, in which way, and how likely would a person call that right?

`explain` answers for one label and one protected label: kind, reason, the parts of a sentence, a score from 0 to 1; or
None.  It is the reference: what `comity.sweep` finds over columns is what this says.  It refuses to accuse where the
sign is weak: short and ordinary labels need more (`grade`), a label of one zone more than one that its owner guards in
several, an ordinary or protected name is nobody's misspelling, and a label that stands in a longer word by chance is
none.  docs/spec/lookalikes.md.
"""

from collections.abc import Collection, Iterable
from typing import Final

from comity.core.findings import FindingKind
from comity.core.lookalike_beside import find_inside
from comity.core.lookalike_edits import find_edit
from comity.core.lookalike_forms import LEAST_SCORE, SHORTEST, Form, Lookalike, Seen, score_reason
from comity.core.lookalike_letters import decode_label, list_stand_ins
from comity.core.lookalike_scores import MOST_STUB, REASONS
from comity.core.lookalike_sounds import is_cyrillic
from comity.core.lookalike_syllables import is_of_one_tongue
from comity.core.lookalike_words import is_word, split_words

LONG_EDITED: Final = 9  # of fewer letters a name one letter away is often another firm's


def explain(seen: Seen, form: Form, known: Collection[str] = ()) -> Lookalike | None:
    """Say how a label looks like a protected one, by the strongest reason; None: it does not.

    `known` are labels that are widely known or protected themselves: those are look-alikes of no other.
    """
    text = seen.text
    if text == form.text:
        # It may be its owner's: it counts least of all.
        same = score_reason("exact", "same-label", (), form.grade)
        return same if same.score >= LEAST_SCORE else None
    if text in known or seen.label in known:
        return None
    found = list(_whole(seen, form))
    if not found and text.isascii() and is_word(text):
        return None
    if form.letters and abs(len(text) - len(form.text)) <= 1:
        found += _edited(text, form)
    found += find_inside(seen, form)
    best = max(found, key=lambda one: (one.score, one.reason, one.parts), default=None)
    return best if best is not None and best.score >= LEAST_SCORE else None


def _whole(seen: Seen, form: Form) -> Iterable[Lookalike]:
    """The whole label stands for the whole protected one."""
    text = seen.text
    if len(form.text) < SHORTEST:
        return
    # What is protected with letters of several scripts is an imitation itself: the plain label does not imitate it.
    is_plain = text.isascii() and not form.text.isascii() and not is_cyrillic(form.text)
    if seen.reading.skeleton == form.skeleton and not is_plain:
        pairs = list_stand_ins(text, form.text)
        # Strokes alone, as i for l, are often another word; and ci is not drawn as d, only like cl.
        only_strokes = all(pair in {"i=l", "l=i"} for pair in pairs)
        weaker = int(only_strokes) + int(only_strokes and form.grade < _LONG and not form.is_guarded)
        weaker += 2 * int(any(pair.partition("=")[0] in _LIKE_PAIRS for pair in pairs))
        weaker += 2 * int(_is_of_words(text.strip(_DIGITS)))
        # Nobody writes d to be read as cl, or l to be read as 1.
        if not any(len(meant) > 1 or meant.isdecimal() for meant in (pair.partition("=")[2] for pair in pairs)):
            yield score_reason("confusable", "looks-alike", (", ".join(pairs),), form.grade, weaker=weaker)
    if text == form.layout:
        yield score_reason("keyboard", "other-layout", (text,), form.grade)
    if seen.sound is not None and seen.sound.skeleton in form.sounds:
        yield score_reason("transliteration", "same-word-other-script", (text,), form.grade)
    if text in form.spellings:
        yield score_reason("transliteration", "same-word-other-script", (text,), form.grade)
    if ("-" in text or "-" in form.text) and text.replace("-", "") == form.text.replace("-", ""):
        longer = text if len(text) > len(form.text) else form.text
        # Two words with a hyphen or without are anybody's.
        is_anybodys = not form.is_guarded and _is_of_words(text.replace("-", ""))
        if not is_anybodys and not _is_short_beside_word(longer):
            reason = "hyphen-added" if longer is text else "hyphen-left-out"
            yield score_reason("edit", reason, (text,), form.grade, weaker=int(not form.is_guarded))


def _edited(text: str, form: Form) -> Iterable[Lookalike]:
    edit = find_edit(text, form.text)
    if edit is None or edit.reason == "hyphen-added" or edit.typed.strip(form.letters):
        return
    # Beside one number another is no slip, and a hyphen has reasons of its own.
    if edit.meant == "-" or edit.meant.isdecimal():
        return
    is_slip = edit.reason in {"letter-doubled", "letters-swapped"}
    if not is_slip and (is_of_one_tongue(text, form.text) or _is_other_firm(text, form.text)):
        return
    # At the first letter people notice; a label made of ordinary words was meant as it is.
    weaker = int(text[0] != form.text[0])
    # One letter may make another firm's name of it: of a short label, of one made of words, of one nobody guards.
    is_short = len(form.text) < LONG_EDITED and not is_slip and not form.is_well_known
    weaker += int(is_short or form.grade_inside < form.grade or not form.is_guarded)
    weaker += 2 * int(_is_of_words(text))
    kind: FindingKind = "keyboard" if edit.reason == "neighbouring-key" else "edit"
    yield score_reason(kind, edit.reason, (edit.meant, edit.typed), form.grade, weaker=weaker)


_LONG: Final = 3  # the grade of long labels
_SHORT_SIDE: Final = 2  # letters
_DIGITS: Final = "0123456789"
_LIKE_PAIRS: Final = ("ci",)


def _is_short_beside_word(text: str) -> bool:
    """Is it one or two letters and a word, with a hyphen between: the name of any firm (`do-service`)?"""
    first, _, last = text.partition("-")
    return (len(first) <= _SHORT_SIDE and is_word(last)) or (len(last) <= _SHORT_SIDE and is_word(first))


def _is_of_words(text: str) -> bool:
    """Is a label made of words alone?"""
    words = split_words(text)
    return (words.is_known and not words.digits and not words.parts) or is_word(text)


def _is_other_firm(text: str, meant: str) -> bool:
    """Do both end, or begin, with words, and differ in a few letters beside them (`djservice`, `idservice`)?"""
    for size in range(max(len(meant) - MOST_STUB, _LEAST_WORD), len(meant)):
        if meant[-size:] == text[-size:] and _is_of_long_words(meant[-size:]):
            return True
        if meant[:size] == text[:size] and _is_of_long_words(meant[:size]):
            return True
    return False


_LEAST_WORD: Final = 4


def _is_of_long_words(text: str) -> bool:
    words = split_words(text)
    return is_word(text) or (words.is_known and not words.digits and all(len(part) > 2 for part in words.parts))


def choose(found: Iterable[tuple[str, Lookalike]]) -> list[tuple[str, Lookalike]]:
    """Of what one name looks like, by protected label, keep the best; and others only where another label is meant.

    Where one protected label stands in another (`alfa` in `alfabank`), the longer is meant.  Beside the best a second
    stays where both stand in the name whole.
    """
    kept: list[tuple[str, Lookalike]] = []
    for label, one in sorted(found, key=lambda pair: (-pair[1].score, -len(pair[0]), pair[0])):
        if kept and (one.kind not in _BESIDE or kept[0][1].kind not in _BESIDE):
            continue
        if not any(label in other or other in label for other, _ in kept):
            kept.append((label, one))
    return kept


_BESIDE: Final = ("combination", "affix")


def describe(found: Lookalike, subject: str) -> str:
    """Write a reason as an English sentence; the pages have it in five languages."""
    parts = dict(zip(REASONS[found.reason].parts, found.parts, strict=True))
    return REASONS[found.reason].sentence.format(subject=decode_label(subject), **parts)
