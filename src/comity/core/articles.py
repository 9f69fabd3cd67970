"""What is an article of the library of experience, who may do what to it, and how does each of its texts stand?

An article is a playbook or a case study of one origin: a party, or the program itself.  Its text exists in one or more
of five languages, each an append-only row of numbered versions; one language is the original, the others say of which
version of it they are a translation.  A version of the original is agreed when its origin has published it and another
party has adopted it; what was agreed before it is superseded (docs/spec/library.md).  What is not in the closed lists,
too long, or unreadable is refused with every reason.
"""

from collections.abc import Collection, Iterable
from difflib import SequenceMatcher
from typing import Final, Literal, get_args
from uuid import UUID

import msgspec

from comity.core.categories import Category
from comity.core.markings import TLPS, Tlp, is_within
from comity.core.techniques import BY_ID

ArticleKind = Literal["playbook", "case-study"]
ArticleState = Literal["draft", "agreed", "superseded"]
Language = Literal["en", "ru", "be", "vi", "zh"]
# How the text in one language stands beside the original.
TranslationStatus = Literal["original", "current", "outdated", "missing"]
WithdrawalReason = Literal["withdrawn", "superseded"]

ARTICLE_KINDS: Final[tuple[ArticleKind, ...]] = get_args(ArticleKind)
ARTICLE_STATES: Final[tuple[ArticleState, ...]] = get_args(ArticleState)
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)
WITHDRAWAL_REASONS: Final[tuple[WithdrawalReason, ...]] = get_args(WithdrawalReason)

PROGRAM: Final = "comity"  # the origin of the articles that the program brings; no party's name, for it has no dot
MAX_TITLE: Final = 200  # characters
MAX_BODY_BYTES: Final = 30_000  # UTF-8: escaped as JSON and with all its facts it fits into one entry
MAX_ANNOTATION_BYTES: Final = 8_000
MAX_NOTE: Final = 500
MAX_LINES: Final = 1_500

# Roles of accounts (`core.roles`).  What leaves the node, or binds the desk, is for those who answer for it.
WRITERS: Final = frozenset({"analyst", "supervisor", "policy-officer"})
EDITORS: Final = frozenset({"supervisor", "policy-officer"})


class Tags(msgspec.Struct, frozen=True, kw_only=True):
    """What an article is filed under."""

    kind: ArticleKind
    categories: tuple[Category, ...] = ()
    techniques: tuple[str, ...] = ()
    tlp: Tlp = "TLP:AMBER"


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """A text in one language: a title and a body in Markdown."""

    language: Language
    title: str
    body: str


class VersionFacts(msgspec.Struct, frozen=True):
    """One version without its words.  `translates` is the original's version; 0 for the original itself."""

    language: str
    number: int
    translates: int = 0


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """Of which article of whom an adopted copy was made, and of which version of its original."""

    origin: str
    article: UUID
    version: int


class Fault(msgspec.Struct, frozen=True):
    """Something that an article cannot have: the field, a stable code, and a sentence in English."""

    field: str
    code: str
    sentence: str


class Change(msgspec.Struct, frozen=True):
    """Lines of a difference: kept, taken out, or put in."""

    kind: Literal["kept", "out", "in"]
    lines: tuple[str, ...]


def find_faults(tags: Tags, words: Words) -> tuple[Fault, ...]:
    """List all that is wrong with what somebody wants to write."""
    faults: list[Fault] = []
    if tags.tlp not in TLPS:
        faults.append(Fault("tlp", "not-in-list", "the marking is none of TLP 2.0"))
    if len(set(tags.categories)) != len(tags.categories):
        faults.append(Fault("categories", "twice", "a category stands twice"))
    if unknown := [one for one in tags.techniques if one not in BY_ID]:
        faults.append(Fault("techniques", "not-in-list", f"no such technique: {', '.join(unknown)[:80]}"))
    return (*faults, *faults_of_words(words))


def faults_of_words(words: Words) -> tuple[Fault, ...]:
    """List what is wrong with a title and a body."""
    faults: list[Fault] = []
    if not words.title.strip():
        faults.append(Fault("title", "missing", "an article needs a title"))
    elif len(words.title) > MAX_TITLE:
        faults.append(Fault("title", "too-long", f"a title has at most {MAX_TITLE} characters"))
    if not is_printable(words.title, lines=False):
        faults.append(Fault("title", "bad-letters", "the title holds a control character or half a character"))
    if not words.body.strip():
        faults.append(Fault("body", "missing", "an article needs a text"))
    elif not fits(words.body, MAX_BODY_BYTES) or words.body.count("\n") >= MAX_LINES:
        faults.append(
            Fault("body", "too-long", f"a text has at most {MAX_BODY_BYTES} bytes of UTF-8 and {MAX_LINES} lines")
        )
    if not is_printable(words.body):
        faults.append(Fault("body", "bad-letters", "the text holds a control character or half a character"))
    return tuple(faults)


def faults_of_annotation(text: str) -> tuple[Fault, ...]:
    """List what is wrong with a remark on an article."""
    if not text.strip():
        return (Fault("text", "missing", "a remark needs words"),)
    if not fits(text, MAX_ANNOTATION_BYTES):
        return (Fault("text", "too-long", f"a remark has at most {MAX_ANNOTATION_BYTES} bytes of UTF-8"),)
    if not is_printable(text):
        return (Fault("text", "bad-letters", "the remark holds a control character or half a character"),)
    return ()


def fits(text: str, most_bytes: int) -> bool:
    """Answer whether a text has at most so many bytes as UTF-8."""
    return len(text) <= most_bytes and len(text.encode("utf-8", "surrogatepass")) <= most_bytes


def is_printable(text: str, *, lines: bool = True) -> bool:
    """Answer whether a text holds no control character but line breaks and tabs, and no half of a character."""
    allowed = "\n\t" if lines else ""
    return not any(
        (letter < " " and letter not in allowed) or "\x7f" <= letter <= "\x9f" or "\ud800" <= letter <= "\udfff"
        for letter in text
    )


def clean(text: str) -> str:
    """Give a text with line breaks of one kind, and none at its end."""
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip()


def newest_of(versions: Iterable[VersionFacts]) -> dict[str, VersionFacts]:
    """The newest version in each language."""
    newest: dict[str, VersionFacts] = {}
    for version in versions:
        if version.language not in newest or newest[version.language].number < version.number:
            newest[version.language] = version
    return newest


def translation_status(language: str, original: str, versions: Collection[VersionFacts]) -> TranslationStatus:
    """Tell how the text in a language stands: the original, a translation of its newest version, of an older, none."""
    newest = newest_of(versions)
    if language not in newest:
        return "missing"
    if language == original:
        return "original"
    moved_on = original in newest and newest[language].translates < newest[original].number
    return "outdated" if moved_on else "current"


def state_of(version: int, agreed: Collection[int], *, withdrawn: bool) -> ArticleState:
    """Tell how a version of the original stands; `agreed` are those that another party has adopted."""
    if withdrawn or any(number > version for number in agreed):
        return "superseded"
    return "agreed" if version in agreed else "draft"


def may_mark(tlp: Tlp, source: Tlp | None) -> bool:
    """Answer whether a copy may bear a marking: no laxer one than the article that it was made of."""
    return source is None or is_within(source, tlp)


def may_pass_on(tlp: Tlp, *, source_origin: str, partner: str) -> bool:
    """Answer whether TLP lets a copy of another's article go to a partner: to its origin, or if GREEN or CLEAR."""
    return source_origin in {"", PROGRAM, partner} or is_within(tlp, "TLP:GREEN")


def compare(old: str, new: str) -> tuple[Change, ...]:
    """Tell the lines that two versions share, that went out and that came in, in reading order."""
    before, after = old.split("\n"), new.split("\n")
    changes: list[Change] = []
    for tag, start, end, begin, stop in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            changes.append(Change("kept", tuple(before[start:end])))
            continue
        if end > start:
            changes.append(Change("out", tuple(before[start:end])))
        if stop > begin:
            changes.append(Change("in", tuple(after[begin:stop])))
    return tuple(changes)
