"""Patterns of names: what a partner may tell about the names of a campaign, in a little language without surprises.

    shop-{digit:3-6}.ru          pay{letter:5}.com.vn          {bank|login}-{consonant:6-8}{digit:2}.by

A pattern is about one label under one suffix.  It has literal parts, a class of letters so many times (`digit`,
`letter`, `hex`, `consonant`, `alnum`), and choices from a short list of words; nothing else, so no text of a partner
becomes a free regular expression, and what it becomes runs in linear time.  A pattern has one canonical form.
What a pattern would do to a zone is asked of `comity.core.blast`.  docs/spec/name-patterns.md.

What a node only supposes of one name, and counts before it believes it (`comity.core.campaign_patterns`), is none of
these: it is wider than anything that a party may tell, and stays in the node.
"""

import re
from typing import Final

import msgspec

from comity.core.errors import InputError
from comity.core.labels import MAX_LABEL
from comity.core.parties import ZONES

CLASSES: Final[dict[str, str]] = {
    "digit": "0-9",
    "letter": "a-z",
    "hex": "0-9a-f",
    "consonant": "b-df-hj-np-tv-xz",
    "alnum": "0-9a-z",
}
MAX_TEXT: Final = 1_000
MAX_PARTS: Final = 16
MAX_WORDS: Final = 32

_PART: Final = re.compile(r"\{([a-z]+):([0-9]{1,2})(?:-([0-9]{1,2}))?\}|\{([^{}:]*)\}|([a-z0-9-]+)")
_WORD: Final = re.compile("[a-z0-9-]{1,30}").fullmatch
_SUFFIX: Final = re.compile(r"[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){0,2}").fullmatch


class Literal(msgspec.Struct, frozen=True, tag=True):
    """Letters as they are."""

    text: str


class Run(msgspec.Struct, frozen=True, tag=True):
    """Letters of a class, so many at least and at most."""

    letters: str
    least: int
    most: int


class Choice(msgspec.Struct, frozen=True, tag=True):
    """One of some words."""

    words: tuple[str, ...]


Part = Literal | Run | Choice


class NamePattern(msgspec.Struct, frozen=True):
    """A pattern in its canonical form: the parts of a label, and the suffix under which it stands."""

    parts: tuple[Part, ...]
    suffix: str

    @property
    def zone(self) -> str:
        """The zone that it is about."""
        return self.suffix.rpartition(".")[2]

    def matches(self, name: str) -> bool:
        """Answer for one canonical name."""
        return re.fullmatch(render_regex(self), name) is not None


def parse_pattern(text: str) -> NamePattern:
    """Read a pattern as it is told.  Raises `InputError`, which says what is none."""
    if len(text) > MAX_TEXT:
        raise InputError(f"a pattern has at most {MAX_TEXT} letters; this has {len(text)}")
    if not text.isascii():
        raise InputError("a pattern is of the letters of A-labels; write xn--… for others", item=text[:80])
    lower = text.lower()
    label, dot, suffix = lower.partition(".")
    if not dot or not _SUFFIX(suffix) or suffix.rpartition(".")[2] not in ZONES:
        raise InputError(f"must end in a dot and a zone of a party ({', '.join(ZONES)})", item=text[:80])
    parts: list[Part] = []
    at = 0
    while at < len(label):
        found = _PART.match(label, at)
        if found is None:
            raise InputError(
                f"{label[at : at + 20]!r} is no part of a pattern: it has letters, {{class:least-most}}, {{word|word}}",
                item=text[:80],
            )
        parts.append(_parse_part(found, text))
        at = found.end()
    return make_pattern(parts, suffix)


def make_pattern(parts: list[Part], suffix: str) -> NamePattern:
    """Put parts in their canonical form.  Raises `InputError` where they are none that a label can have."""
    joined = _join(parts)
    pattern = NamePattern(tuple(joined), suffix)
    item = render_pattern(pattern)[:80]
    if not joined:
        raise InputError("has no part before the dot", item=item)
    if len(joined) > MAX_PARTS:
        raise InputError(f"has {len(joined)} parts; {MAX_PARTS} are the most", item=item)
    least, most = length_of(pattern)
    if not most or least > MAX_LABEL:
        raise InputError(f"a label has 1 to {MAX_LABEL} letters; these would be {least} to {most}", item=item)
    if len(render_pattern(pattern)) > MAX_TEXT:
        raise InputError(f"a pattern has at most {MAX_TEXT} letters", item=item)
    return pattern


def render_pattern(pattern: NamePattern) -> str:
    """Write a pattern as it is told."""
    return "".join(map(_render_part, pattern.parts)) + "." + pattern.suffix


def render_regex(pattern: NamePattern) -> str:
    """The regular expression that says the same of a whole name, for engines that take linear time."""
    label = "".join(map(_regex_of, pattern.parts))
    return "^" + label + re.escape("." + pattern.suffix) + "$"


def length_of(pattern: NamePattern) -> tuple[int, int]:
    """The least and the most letters that a label of it has."""
    least = most = 0
    for part in pattern.parts:
        low, high = _length_of_part(part)
        least, most = least + low, most + high
    return least, most


def _parse_part(found: re.Match[str], text: str) -> Part:
    letters, least, most, words, literal = found.groups()
    if literal is not None:
        return Literal(literal)
    if words is not None:
        listed = words.split("|")
        if len(listed) > MAX_WORDS or not all(map(_WORD, listed)):
            raise InputError(
                f"a choice has 1 to {MAX_WORDS} words of 1 to 30 letters, digits and hyphens, with | between",
                item=text[:80],
            )
        if words in CLASSES:
            raise InputError(f"{{{words}}} does not say how many; write {{{words}:1}}", item=text[:80])
        return Choice(tuple(listed))
    if letters not in CLASSES:
        raise InputError(f"{letters[:20]!r} is no class; there are {', '.join(CLASSES)}", item=text[:80])
    run = Run(letters, int(least), int(most or least))
    if run.least > run.most or run.most > MAX_LABEL:
        raise InputError(f"{least}-{most or least} must rise and be at most {MAX_LABEL}", item=text[:80])
    return run


def _join(parts: list[Part]) -> list[Part]:
    """Words in order and once, a choice of one as a literal, neighbours of one kind as one, nothing that is empty."""
    joined: list[Part] = []
    for part in parts:
        new: Part = part
        if isinstance(new, Choice):
            words = tuple(sorted(set(new.words)))
            new = Literal(words[0]) if len(words) == 1 else Choice(words)
        if (isinstance(new, Literal) and not new.text) or (isinstance(new, Run) and not new.most):
            continue
        last = joined[-1] if joined else None
        if isinstance(last, Literal) and isinstance(new, Literal):
            joined[-1] = Literal(last.text + new.text)
        elif isinstance(last, Run) and isinstance(new, Run) and last.letters == new.letters:
            most = min(last.most + new.most, MAX_LABEL)
            joined[-1] = Run(new.letters, last.least + new.least, max(most, last.least + new.least))
        else:
            joined.append(new)
    return joined


def _render_part(part: Part) -> str:
    if isinstance(part, Literal):
        return part.text
    if isinstance(part, Choice):
        return "{" + "|".join(part.words) + "}"
    most = "" if part.least == part.most else f"-{part.most}"
    return f"{{{part.letters}:{part.least}{most}}}"


def _regex_of(part: Part) -> str:
    if isinstance(part, Literal):
        return re.escape(part.text)
    if isinstance(part, Choice):
        return "(?:" + "|".join(map(re.escape, part.words)) + ")"
    return f"[{CLASSES[part.letters]}]{{{part.least},{part.most}}}"


def _length_of_part(part: Part) -> tuple[int, int]:
    if isinstance(part, Literal):
        return len(part.text), len(part.text)
    if isinstance(part, Choice):
        return min(map(len, part.words)), max(map(len, part.words))
    return part.least, part.most
