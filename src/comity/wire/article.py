"""Entries of the library of experience: an article's text in one language, a remark on one, its adoption, its end.

Each is a STIX 2.1 `note` (docs/spec/library.md §3).  Words stand once, where any STIX software reads them: the title in
`abstract`, the text or remark in `content`, its language in `lang`; what the memorandum and the library need stands in
the comity extension.  One entry holds one version in one language, so a text has at most 30,000 bytes.  Reading is
strict and bounded, as in `wire.stix`: what is not of this page is a `PayloadProblem` that says why.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, TypeVar
from uuid import UUID, uuid5

import msgspec
from msgspec import Meta

from comity.core.articles import (
    MAX_TITLE,
    ArticleKind,
    Language,
    Source,
    WithdrawalReason,
    Words,
    faults_of_annotation,
    faults_of_words,
    is_printable,
)
from comity.core.categories import Category
from comity.core.markings import STIX_MARKING, Tlp
from comity.wire.stix import (
    EXTENSION,
    MAX_PAYLOAD_BYTES,
    NAMESPACE,
    PayloadProblem,
    bundle_of,
    extension_of,
    identity,
    is_time,
    stix_time,
)

Number = Annotated[int, Meta(ge=0, le=1_000_000)]
Origin = Annotated[str, Meta(min_length=1, max_length=120)]
Clause = Annotated[str, Meta(max_length=20)]
Digest = Annotated[str, Meta(max_length=71)]
# A later version may know more techniques than this one: any slug is kept.
Techniques = Annotated[tuple[Annotated[str, Meta(pattern=r"^[a-z0-9-]{1,40}$")], ...], Meta(max_length=32)]
Categories = Annotated[tuple[Category, ...], Meta(max_length=16)]


class WireSource(msgspec.Struct, frozen=True, kw_only=True):
    """What an adopted copy was made of."""

    origin: Origin
    article: UUID
    version: Number


class ArticleFacts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an `article` entry says beside its words."""

    article: UUID
    kind: ArticleKind
    categories: Categories
    techniques: Techniques
    tlp: Tlp
    original: Language  # which language is the original
    language: Language
    version: Number
    clause: Clause
    memorandum: Digest
    decided_at: datetime
    translates: Number = 0  # the original's version of which this is a translation
    adapted_from: WireSource | None = None


class ArticlePayload(msgspec.Struct, frozen=True, kw_only=True):
    """One version of an article in one language."""

    facts: ArticleFacts
    title: str
    body: str


class AnnotationFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What an `article-annotation` entry says beside its words."""

    annotation: UUID
    article: UUID
    language: Language  # of the text that is remarked on
    version: Number
    tlp: Tlp
    clause: Clause
    memorandum: Digest
    decided_at: datetime


class AnnotationPayload(msgspec.Struct, frozen=True, kw_only=True):
    """A party's remark on an article of the recipient's."""

    facts: AnnotationFacts
    text: str


class AdoptedPayload(msgspec.Struct, frozen=True, kw_only=True):
    """The sender works by this version of an article of the recipient's: it is agreed."""

    article: UUID
    version: Number
    clause: Clause
    memorandum: Digest
    decided_at: datetime


class WithdrawnPayload(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An article of the sender's is no more: taken back, or another one has taken its place."""

    article: UUID
    reason: WithdrawalReason
    clause: Clause
    memorandum: Digest
    decided_at: datetime
    by: UUID | None = None


class _Extension(msgspec.Struct, frozen=True):
    extension_type: str
    article: ArticleFacts | None = None
    annotation: AnnotationFacts | None = None
    adopted: AdoptedPayload | None = None
    withdrawn: WithdrawnPayload | None = None


class _Note(msgspec.Struct, frozen=True):
    type: str
    content: str
    extensions: dict[str, msgspec.Raw]
    abstract: str = ""


class _Bundle(msgspec.Struct, frozen=True):
    type: str
    objects: tuple[_Note, ...]


_decode_bundle = msgspec.json.Decoder(_Bundle).decode
_decode_extension = msgspec.json.Decoder(_Extension).decode
_T = TypeVar("_T")


def render_article(payload: ArticlePayload, *, sender: str, salt: str) -> bytes:
    """Write an `article` entry: a bundle of one note, canonical JSON."""
    facts = payload.facts
    note = _note(
        "article", facts, f"{facts.article}/{facts.language}", sender=sender, tlp=facts.tlp, salt=salt,
        content=payload.body, at=facts.decided_at,
    )  # fmt: skip
    note |= {"abstract": payload.title, "lang": facts.language}
    note["labels"] = [facts.kind, *facts.categories, *facts.techniques]
    return bundle_of(note, _bundle_id(note))


def render_annotation(payload: AnnotationPayload, *, sender: str, salt: str) -> bytes:
    """Write an `article-annotation` entry."""
    facts = payload.facts
    note = _note(
        "annotation", facts, f"{facts.annotation}", sender=sender, tlp=facts.tlp, salt=salt, content=payload.text,
        at=facts.decided_at,
    )  # fmt: skip
    return bundle_of(note, _bundle_id(note))


def render_adopted(payload: AdoptedPayload, *, sender: str, tlp: Tlp, salt: str) -> bytes:
    """Write an `article-adopted` entry."""
    says = f"{sender} works by version {payload.version} of this article."
    note = _note(
        "adopted", payload, f"{payload.article}/{payload.version}", sender=sender, tlp=tlp, salt=salt, content=says,
        at=payload.decided_at,
    )  # fmt: skip
    return bundle_of(note, _bundle_id(note))


def render_withdrawn(payload: WithdrawnPayload, *, sender: str, tlp: Tlp, salt: str) -> bytes:
    """Write an `article-withdrawn` entry."""
    note = _note(
        "withdrawn", payload, f"{payload.article}", sender=sender, tlp=tlp, salt=salt,
        content=f"This article is {payload.reason}.", at=payload.decided_at,
    )  # fmt: skip
    return bundle_of(note, _bundle_id(note))


def parse_article(data: bytes) -> ArticlePayload | PayloadProblem:
    """Read an `article` entry."""
    read = _read(data, lambda said: said.article)
    if isinstance(read, PayloadProblem):
        return read
    note, facts = read
    words = Words(language=facts.language, title=note.abstract, body=note.content)
    if faults := faults_of_words(words):
        return PayloadProblem("bad-value", f"{faults[0].field}: {faults[0].sentence}")
    if facts.version == 0 or (facts.translates == 0) != (facts.language == facts.original):
        return PayloadProblem("bad-value", "versions count from 1, and a translation says of which version it is one")
    if facts.adapted_from is not None and not is_printable(facts.adapted_from.origin, lines=False):
        return PayloadProblem("bad-value", "the origin of what was adopted cannot be a party")
    return ArticlePayload(facts=facts, title=note.abstract, body=note.content)


def parse_annotation(data: bytes) -> AnnotationPayload | PayloadProblem:
    """Read an `article-annotation` entry."""
    read = _read(data, lambda said: said.annotation)
    if isinstance(read, PayloadProblem):
        return read
    note, facts = read
    if faults := faults_of_annotation(note.content):
        return PayloadProblem("bad-value", f"{faults[0].field}: {faults[0].sentence}")
    return AnnotationPayload(facts=facts, text=note.content)


def parse_adopted(data: bytes) -> AdoptedPayload | PayloadProblem:
    """Read an `article-adopted` entry."""
    read = _read(data, lambda said: said.adopted)
    return read if isinstance(read, PayloadProblem) else read[1]


def parse_withdrawn(data: bytes) -> WithdrawnPayload | PayloadProblem:
    """Read an `article-withdrawn` entry."""
    read = _read(data, lambda said: said.withdrawn)
    return read if isinstance(read, PayloadProblem) else read[1]


def source_of(facts: ArticleFacts) -> Source | None:
    """Tell what an article was adapted from, as the library knows it."""
    said = facts.adapted_from
    return None if said is None else Source(origin=said.origin, article=said.article, version=said.version)


def _note(
    key: str, facts: msgspec.Struct, about: str, *, sender: str, tlp: Tlp, salt: str, content: str, at: datetime
) -> dict[str, Any]:
    """Make the object.  Its id is the same for every version of a text, as STIX has it; `modified` tells them apart."""
    moment = stix_time(at)
    return {
        "type": "note",
        "spec_version": "2.1",
        "id": f"note--{uuid5(NAMESPACE, f'{sender}/{key}/{about}')}",
        "created_by_ref": identity(sender),
        "created": moment,
        "modified": moment,
        "content": content,
        "object_refs": [identity(sender)],
        "labels": [key],
        "object_marking_refs": [STIX_MARKING[tlp]],
        "extensions": {EXTENSION: extension_of(key, facts, salt)},
    }


def _bundle_id(note: dict[str, Any]) -> str:
    return f"bundle--{uuid5(NAMESPACE, note['id'] + note['modified'])}"


def _read(data: bytes, choose: Callable[[_Extension], _T | None]) -> tuple[_Note, _T] | PayloadProblem:
    if len(data) > MAX_PAYLOAD_BYTES:
        return PayloadProblem("too-large", f"{len(data)} bytes; at most {MAX_PAYLOAD_BYTES}")
    try:
        bundle = _decode_bundle(data)
        if bundle.type != "bundle" or len(bundle.objects) != 1 or bundle.objects[0].type != "note":
            return PayloadProblem("not-one-object", "a bundle of exactly one note is expected")
        note = bundle.objects[0]
        raw = note.extensions.get(EXTENSION)
        if raw is None:
            return PayloadProblem("no-extension", "the note has no comity extension")
        facts = choose(_decode_extension(raw))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return PayloadProblem("malformed", str(error))
    if facts is None:
        return PayloadProblem("malformed", "the note's comity extension says something else")
    return _checked(note, facts)


def _checked(note: _Note, facts: _T) -> tuple[_Note, _T] | PayloadProblem:
    if not is_time(getattr(facts, "decided_at", None)):
        return PayloadProblem("bad-time", "a time has no zone or lies outside the years 2000 to 2199")
    texts = [getattr(facts, "clause", ""), getattr(facts, "memorandum", ""), note.abstract]
    if len(note.abstract) > MAX_TITLE or not all(is_printable(text, lines=False) for text in texts):
        return PayloadProblem("bad-value", "a text is too long or holds a control character")
    return note, facts
