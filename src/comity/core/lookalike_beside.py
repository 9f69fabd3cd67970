"""A protected label inside another: what stands beside it, and what that makes of it.

What stands before and behind is cut into words; whether the label stands apart (between hyphens) or is joined, and to
what, is the reason.  Where whole words account for the piece across the label's edges, it stands there by chance.
docs/spec/lookalikes.md §5.
"""

from collections.abc import Iterable
from typing import Final

import msgspec

from comity.core.findings import FindingKind
from comity.core.lookalike_forms import LEAST_SCORE, Form, Lookalike, Seen, score_reason
from comity.core.lookalike_words import ACCESS, Words, kind_of_word, split_words

FEW: Final = 3  # letters that may stand joined beside a long label and are no word


def find_inside(seen: Seen, form: Form) -> Iterable[Lookalike]:
    """The protected label stands in the label beside something else."""
    for reading, patterns in ((seen.reading, form.inside), (seen.sound, form.inside_sounds)):
        if reading is None:
            continue
        for pattern in patterns:
            place = reading.skeleton.find(pattern)
            while place >= 0:
                begin, end = reading.starts[place], reading.starts[place + len(pattern)]
                if end - begin < len(reading.text) and (found := _beside(reading.text, begin, end, form)):
                    yield found
                place = reading.skeleton.find(pattern, place + 1)


def _beside(text: str, begin: int, end: int, form: Form) -> Lookalike | None:
    """Judge what stands before and behind text[begin:end], which is read as the protected label."""
    written, before, after = text[begin:end], text[:begin], text[end:]
    is_apart = (not before or before.endswith("-")) and (not after or after.startswith("-"))
    is_clean = written == form.text
    grade = form.grade_inside
    if grade == 0 and not (is_clean and is_apart):
        return None
    left, right = _split_side(before, at_end=True), _split_side(after, at_end=False)
    rest = (before.strip("-"), after.strip("-"))
    what = _judge(left, right, rest, written, is_apart=is_apart)
    if what is None:
        return None
    kind, reason, words = what
    if form.is_stub and reason == "few-letters-joined":
        return None
    if grade == 0 and ACCESS.isdisjoint(words):
        return None
    # What only reads like the label proves less, and so does what lures nobody beside a label that may be any word.
    is_weak = not reason.startswith("lure") or (grade == 1 and not is_apart)
    weaker = int(not is_clean) + int(is_weak and not form.is_guarded)
    found = score_reason(kind, reason, (written, ", ".join(words)), grade, weaker=weaker)
    if found.score < LEAST_SCORE or (not is_apart and _is_by_chance(text, begin, end)):
        return None
    return found


def _split_side(side: str, *, at_end: bool) -> Words:
    """Cut what stands beside a label; `at_end`: the label follows.  One or two letters joined to it are no word."""
    words = split_words(side)
    piece = side.rpartition("-")[2] if at_end else side.partition("-")[0]
    if not 0 < len(piece) <= _SHORT_PIECE or kind_of_word(piece) not in _LURING:
        return words
    others = split_words(side[: len(side) - len(piece)] if at_end else side[len(piece) :])
    return msgspec.structs.replace(others, unknown=(*others.unknown, piece))


_SHORT_PIECE: Final = 2  # letters
_LURING: Final = frozenset(("lure", "trade", "plain"))


def _judge(
    left: Words, right: Words, rest: tuple[str, str], written: str, *, is_apart: bool
) -> tuple[FindingKind, str, tuple[str, ...]] | None:
    """Say what the words beside a label make of it; None: nothing."""
    if {one.replace("-", "") for one in rest if one} == {written}:
        return "affix", "repeated", ()
    unknown = left.unknown + right.unknown
    lures = left.lures + right.lures
    parts, plain, digits = left.parts + right.parts, left.plain + right.plain, left.digits + right.digits
    joined = "apart" if is_apart else "joined"
    if not unknown:
        if lures:
            return "combination", f"lure-word-{joined}", lures
        if left.trade or right.trade:
            return "combination", f"trade-word-{joined}", left.trade + right.trade
        if plain:
            return "combination", f"whole-word-{joined}", plain
        if parts:
            return "affix", f"domain-part-{joined}", parts
        return "combination", f"digits-{joined}", digits
    if is_apart:
        return (
            "combination",
            "lure-and-other-apart" if lures else "other-words-apart",
            tuple(one for one in rest if one),
        )
    letters = sum(map(len, unknown))
    if letters <= FEW and not (left.unknown and right.unknown) and len(written) >= 2 * letters:
        return "combination", "few-letters-joined", unknown
    if 2 * len(written) >= sum(map(len, rest)) + len(written):
        return "combination", "other-letters-joined", tuple(one for one in rest if one)
    return None


def _is_by_chance(text: str, begin: int, end: int) -> bool:
    """Do whole words account for the piece in which a label stands, across the label's edges?  `pineapple`, `bestmall`.

    The piece is what stands between hyphens.  Words that respect both edges are what `_judge` is about.
    """
    first = text.rfind("-", 0, begin) + 1
    last = text.find("-", end)
    piece = text[first : last if last >= 0 else len(text)]
    words = split_words(piece)
    if not words.is_known:
        return False
    edges = {first}
    for word in _in_order(piece):
        edges.add(max(edges) + len(word))
    return begin not in edges or end not in edges


def _in_order(piece: str) -> list[str]:
    words = split_words(piece)
    left = list(words.lures + words.trade + words.parts + words.plain + words.digits)
    made: list[str] = []
    place = 0
    while place < len(piece):
        word = next((one for one in sorted(left, key=len, reverse=True) if piece.startswith(one, place)), "")
        if not word:
            return [piece]
        left.remove(word)
        made.append(word)
        place += len(word)
    return made
