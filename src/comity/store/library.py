"""The library of experience as this node keeps it: articles, their versions, what happened to them, and remarks.

Everything that writes is called inside the caller's transaction, and puts the newest text of each language where it is
searched (`store.full_text`).  A state is computed (`core.articles.state_of`) and kept beside the article for lists.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final, cast

import msgspec
from django.db.models import Q, QuerySet

from comity.core.articles import (
    ArticleKind,
    ArticleState,
    Language,
    Source,
    Tags,
    VersionFacts,
    Words,
    newest_of,
    state_of,
)
from comity.core.categories import Category
from comity.core.errors import NotFoundError
from comity.core.markings import Tlp
from comity.core.told_items import article_subject
from comity.store.article_events import agreed_versions
from comity.store.full_text import Document, put_document, remove_documents
from comity.store.models import Article, ArticleVersion
from comity.store.releases import forget_told
from comity.wire.markdown_page import plain_text

SEARCHED_AS: Final = "article"
SHORTEST_PREFIX: Final = 8  # characters by which an article may be named


class ArticleRow(msgspec.Struct, frozen=True, kw_only=True):
    """One article without its words."""

    pk: int
    uuid: str
    origin: str
    tags: Tags
    language: Language
    version: int
    state: ArticleState
    source: Source | None
    replaced_by: str
    created_at: datetime
    changed_at: datetime
    withdrawn_at: datetime | None


class VersionRow(msgspec.Struct, frozen=True, kw_only=True):
    """One version with its words; of an erased one they are empty."""

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

    @property
    def words(self) -> Words:
        return Words(language=self.language, title=self.title, body=self.body)


class ArticleFilter(msgspec.Struct, frozen=True, kw_only=True):
    """What a list of articles is narrowed to; empty: not narrowed.  `tlps`: the markings that the reader may see."""

    kind: str = ""
    category: str = ""
    technique: str = ""
    language: str = ""
    origin: str = ""
    state: str = ""
    tlps: tuple[str, ...] = ()


def create_article(
    uuid: str, origin: str, tags: Tags, *, language: str, source: Source | None = None, at: datetime
) -> ArticleRow:
    """Keep an article that has no text yet."""
    row = Article.objects.create(
        uuid=uuid, origin=origin, kind=tags.kind, categories=_joined(tags.categories),
        techniques=_joined(tags.techniques), tlp=tags.tlp, language=language, version=0, state="draft",
        source_origin=source.origin if source else "", source_uuid=str(source.article) if source else "",
        source_version=source.version if source else 0, created_at=at, changed_at=at,
    )  # fmt: skip
    return _row(row)


def find_article(uuid: str) -> ArticleRow | None:
    """Find an article by its identifier."""
    row = Article.objects.filter(uuid=uuid).first()
    return None if row is None else _row(row)


def get_article(uuid: str, *, lock: bool = False) -> ArticleRow:
    """Get an article, locked until the transaction ends if it is about to change.  Raises `NotFoundError`."""
    rows = Article.objects.select_for_update() if lock else Article.objects
    row = rows.filter(uuid=uuid).first()
    if row is None:
        raise NotFoundError("no such article", item=uuid)
    return _row(row)


def get_article_by_prefix(prefix: str) -> ArticleRow:
    """Get the article whose identifier begins so.  Raises `NotFoundError` for none and for several."""
    rows = list(Article.objects.filter(uuid__startswith=prefix.lower())[:2]) if len(prefix) >= SHORTEST_PREFIX else []
    if len(rows) != 1:
        raise NotFoundError("no such article" if not rows else "more than one article begins so", item=prefix)
    return _row(rows[0])


def list_articles(wanted: ArticleFilter, *, uuids: Collection[str] | None = None) -> list[ArticleRow]:
    """List articles, the last changed first; `uuids` narrows to these."""
    rows: QuerySet[Article] = Article.objects.all()
    for field in ("kind", "origin", "state"):
        if value := getattr(wanted, field):
            rows = rows.filter(**{field: value})
    if wanted.category:
        rows = rows.filter(categories__contains=f" {wanted.category} ")
    if wanted.technique:
        rows = rows.filter(techniques__contains=f" {wanted.technique} ")
    if wanted.language:
        rows = rows.filter(pk__in=ArticleVersion.objects.filter(language=wanted.language).values("article_id"))
    if wanted.tlps:
        rows = rows.filter(tlp__in=wanted.tlps)
    if uuids is not None:
        rows = rows.filter(uuid__in=list(uuids))
    return [_row(row) for row in rows.order_by("-changed_at", "pk")]


def list_origins() -> list[str]:
    """List whose articles there are."""
    return sorted(Article.objects.values_list("origin", flat=True).distinct())


def count_articles(origin: str) -> int:
    """Count the articles of one origin."""
    return Article.objects.filter(origin=origin).count()


def find_copies(uuid: str) -> list[ArticleRow]:
    """Find the copies that were made here of an article."""
    return [_row(row) for row in Article.objects.filter(source_uuid=uuid).order_by("pk")]


def set_tags(pk: int, tags: Tags, *, at: datetime) -> None:
    """File an article under other tags."""
    Article.objects.filter(pk=pk).update(
        kind=tags.kind, categories=_joined(tags.categories), techniques=_joined(tags.techniques), tlp=tags.tlp,
        changed_at=at,
    )  # fmt: skip


def set_source_version(pk: int, version: int) -> None:
    """Note that a copy has taken over what its source says by now."""
    Article.objects.filter(pk=pk).update(source_version=version)


def set_withdrawn(pk: int, *, replaced_by: str, at: datetime) -> None:
    """Note that an article is no more."""
    Article.objects.filter(pk=pk).update(withdrawn_at=at, replaced_by=replaced_by, state="superseded", changed_at=at)


def add_version(row: ArticleRow, version: VersionRow, *, at: datetime) -> None:
    """Append a version, and let its language be searched by it if it is the newest there."""
    ArticleVersion.objects.create(
        article_id=row.pk, language=version.language, number=version.number, translates=version.translates,
        title=version.title, body=version.body, party=version.party, author=version.author, note=version.note,
        at=version.at,
    )  # fmt: skip
    if version.language == row.language:
        Article.objects.filter(pk=row.pk, version__lt=version.number).update(version=version.number)
    Article.objects.filter(pk=row.pk).update(changed_at=at)
    index_article(row.pk, row.uuid, version.language)
    refresh_state(row.pk)


def index_article(pk: int, uuid: str, language: str, *, leave_nothing: bool = False) -> None:
    """Let the newest text in a language that was not erased be what is searched."""
    newest = ArticleVersion.objects.filter(article_id=pk, language=language, erased_at=None).order_by("-number").first()
    if newest is None or leave_nothing:
        remove_documents(SEARCHED_AS, uuid, language=language, leave_nothing=leave_nothing)
    if newest is not None:
        body = plain_text(newest.body)
        put_document(Document(kind=SEARCHED_AS, key=uuid, language=language, title=newest.title, body=body))


def refresh_state(pk: int) -> None:
    """Compute an article's state from its versions and who adopted which."""
    row = Article.objects.get(pk=pk)
    state = state_of(row.version, agreed_versions(pk), withdrawn=row.withdrawn_at is not None)
    if state != row.state:
        Article.objects.filter(pk=pk).update(state=state)


def version_facts(pks: Sequence[int]) -> dict[int, tuple[VersionFacts, ...]]:
    """The versions of articles without their words, by article; erased ones are left out."""
    facts: dict[int, list[VersionFacts]] = {pk: [] for pk in pks}
    rows = ArticleVersion.objects.filter(article_id__in=list(pks), erased_at=None).order_by("language", "number")
    for pk, language, number, translates in rows.values_list("article_id", "language", "number", "translates"):
        facts[pk].append(VersionFacts(language, number, translates))
    return {pk: tuple(found) for pk, found in facts.items()}


def newest_titles(pks: Sequence[int]) -> dict[tuple[int, str], str]:
    """The newest title of articles in each language."""
    rows = ArticleVersion.objects.filter(article_id__in=list(pks), erased_at=None).order_by("number")
    return {(pk, language): title for pk, language, title in rows.values_list("article_id", "language", "title")}


def list_article_versions(pk: int, language: str = "") -> list[VersionRow]:
    """List the versions of an article, the newest first."""
    rows = ArticleVersion.objects.filter(article_id=pk)
    return [_version(row) for row in (rows.filter(language=language) if language else rows).order_by("-at", "-pk")]


def find_version(pk: int, language: str, number: int = 0) -> VersionRow | None:
    """Find one version in a language; without a number the newest."""
    rows = ArticleVersion.objects.filter(article_id=pk, language=language)
    row = (rows.filter(number=number) if number else rows).order_by("-number").first()
    return None if row is None else _version(row)


def newest_versions(pk: int) -> list[VersionRow]:
    """The newest version in each language that was not erased, in order of language."""
    newest = newest_of(version_facts([pk])[pk])
    asked = Q(pk__in=[])
    for one in newest.values():
        asked |= Q(language=one.language, number=one.number)
    return [_version(row) for row in ArticleVersion.objects.filter(asked, article_id=pk).order_by("language")]


def erase_versions(row: ArticleRow, versions: Collection[tuple[str, int]] | None, *, at: datetime) -> None:
    """Empty versions (language, number), or all of them, and let nothing of them be searched."""
    rows = ArticleVersion.objects.filter(article_id=row.pk, erased_at=None)
    if versions is not None:
        asked = Q(pk__in=[])
        for language, number in versions:
            asked |= Q(language=language, number=number)
        rows = rows.filter(asked)
    languages = sorted(set(rows.values_list("language", flat=True)))
    forget_told([article_subject(row.uuid, language) for language in languages])
    rows.update(title="", body="", note="", erased_at=at)
    for language in languages:
        index_article(row.pk, row.uuid, language, leave_nothing=True)


def _joined(words: Sequence[str]) -> str:
    return f" {' '.join(words)} "


def _row(row: Article) -> ArticleRow:
    source = None
    if row.source_uuid:
        source = msgspec.convert(
            {"origin": row.source_origin, "article": row.source_uuid, "version": row.source_version}, Source
        )
    return ArticleRow(
        pk=row.pk, uuid=row.uuid, origin=row.origin,
        tags=Tags(
            kind=cast("ArticleKind", row.kind), categories=cast("tuple[Category, ...]", tuple(row.categories.split())),
            techniques=tuple(row.techniques.split()), tlp=cast("Tlp", row.tlp),
        ),
        language=cast("Language", row.language), version=row.version, state=cast("ArticleState", row.state),
        source=source, replaced_by=row.replaced_by, created_at=row.created_at, changed_at=row.changed_at,
        withdrawn_at=row.withdrawn_at,
    )  # fmt: skip


def _version(row: ArticleVersion) -> VersionRow:
    return VersionRow(
        language=cast("Language", row.language), number=row.number, translates=row.translates, title=row.title,
        body=row.body, party=row.party, author=row.author, note=row.note, at=row.at, erased=row.erased_at is not None,
    )  # fmt: skip
