"""The library of experience: articles, their texts and remarks, and what partners are told of them."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from comity.core.articles import ArticleKind, Language, Source, Tags, WithdrawalReason
from comity.core.categories import Category
from comity.core.markings import Tlp
from comity.wire.api.parts import Host, Key, VerdictDocument

_Id = Annotated[str, Meta(max_length=36)]
_ErasureReason = Literal["data-subject-request", "legal-order", "sent-by-mistake", "retention-ended"]


class ArticleDocument(msgspec.Struct, frozen=True):
    """An article without its words; `languages` says for each language how its text stands."""

    uuid: str
    origin: str
    title: str
    tags: Tags
    language: Language
    version: int
    state: str
    source: Source | None
    replaced_by: str
    created_at: datetime
    changed_at: datetime
    withdrawn_at: datetime | None
    languages: dict[str, str]


class ArticlesDocument(msgspec.Struct, frozen=True):
    """Articles, the last changed first."""

    articles: tuple[ArticleDocument, ...]


class ArticlesQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which articles; `origin` `comity`: those that the program brings."""

    kind: ArticleKind | Literal[""] = ""
    category: Category | Literal[""] = ""
    technique: Key = ""
    language: Language | Literal[""] = ""
    origin: Host = ""
    state: Key = ""


class ArticleQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which text: in a language (empty: the original's), and of which version (0: the newest)."""

    language: Language | Literal[""] = ""
    number: Annotated[int, Meta(ge=0, le=1_000_000)] = 0


class ArticleTextDocument(msgspec.Struct, frozen=True):
    """One version with its words (Markdown); of an erased one they are empty."""

    language: Language
    number: int
    translates: int
    title: str
    body: str
    party: str
    author: str
    note: str
    at: datetime
    erased: bool


class RemarkDocument(msgspec.Struct, frozen=True):
    """A remark on an article."""

    uuid: str
    language: Language
    version: int
    party: str
    author: str
    text: str
    at: datetime
    told_at: datetime | None
    erased: bool


class ArticleWholeDocument(msgspec.Struct, frozen=True):
    """An article with one of its texts and the remarks on it."""

    article: ArticleDocument
    text: ArticleTextDocument
    remarks: tuple[RemarkDocument, ...]


class FoundQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words that are looked for, in one language or in the first that has any."""

    words: Annotated[str, Meta(min_length=1, max_length=200)]
    language: Language | Literal[""] = ""


class FoundArticle(msgspec.Struct, frozen=True):
    """An article that was found, with the words around the first hit."""

    uuid: str
    language: str
    title: str
    excerpt: str


class FoundArticlesDocument(msgspec.Struct, frozen=True):
    """What was found, the best first."""

    found: tuple[FoundArticle, ...]


class WriteArticleBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new article.  Bounds of the text: docs/spec/library.md."""

    title: Annotated[str, Meta(min_length=1, max_length=200)]
    body: Annotated[str, Meta(min_length=1, max_length=500_000)]
    language: Language = "en"
    kind: ArticleKind = "playbook"
    categories: Annotated[tuple[Category, ...], Meta(max_length=30)] = ()
    techniques: Annotated[tuple[Key, ...], Meta(max_length=50)] = ()
    tlp: Tlp = "TLP:AMBER"
    note: Key = ""


class ReviseArticleBody(WriteArticleBody, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The next version in a language; `base` is the version in this language that lay before its author."""

    base: Annotated[int, Meta(ge=0, le=1_000_000)]


class WrittenDocument(msgspec.Struct, frozen=True):
    """The version that was written."""

    uuid: str
    language: Language
    version: int


class PublishBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """To whom."""

    partners: Annotated[tuple[Host, ...], Meta(min_length=1, max_length=50)]


class OfferDocument(msgspec.Struct, frozen=True):
    """One text for one partner: what the memorandum says; null where the partner has it already."""

    partner: str
    language: str
    version: int
    decision: VerdictDocument | None


class OffersDocument(msgspec.Struct, frozen=True):
    """What each partner would get, or got."""

    uuid: str
    sent: bool
    offers: tuple[OfferDocument, ...]


class AdoptedDocument(msgspec.Struct, frozen=True):
    """Our copy, and what was told of it to the origin."""

    uuid: str
    version: int
    told: VerdictDocument | None


class RemarkBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A remark on the newest text in a language; empty: the original's."""

    text: Annotated[str, Meta(min_length=1, max_length=20_000, pattern=r"\S")]
    language: Language | Literal[""] = ""


class RemarkedDocument(msgspec.Struct, frozen=True):
    """What was told of it to the origin; null: it stays here."""

    uuid: str
    told: VerdictDocument | None


class WithdrawArticleBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why; `by` names the article that takes its place."""

    reason: WithdrawalReason = "withdrawn"
    by: _Id = ""


class ArticleToldDocument(msgspec.Struct, frozen=True):
    """What each memorandum said to telling its partner."""

    uuid: str
    told: dict[str, VerdictDocument]


class EraseArticleBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why it must go.  `again`: ask partners once more who have not confirmed."""

    reason: _ErasureReason
    again: bool = False
