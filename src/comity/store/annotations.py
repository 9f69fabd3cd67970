"""Remarks on articles of the library: ours on anybody's, and partners' on ours; which of ours their origin knows of.

Called inside the caller's transaction.  Of a remark that was erased only that it was there is left.
"""

from datetime import datetime
from typing import cast

import msgspec

from comity.core.articles import Language
from comity.store.models import ArticleAnnotation


class AnnotationRow(msgspec.Struct, frozen=True, kw_only=True):
    """A remark on an article."""

    uuid: str
    article_uuid: str
    language: Language
    version: int
    party: str
    author: str
    text: str
    at: datetime
    told_at: datetime | None
    erased: bool


def add_annotation(article_pk: int, annotation: AnnotationRow) -> None:
    """Keep a remark."""
    ArticleAnnotation.objects.create(
        uuid=annotation.uuid, article_id=article_pk, language=annotation.language, version=annotation.version,
        party=annotation.party, author=annotation.author, text=annotation.text, at=annotation.at,
        told_at=annotation.told_at,
    )  # fmt: skip


def find_annotation(uuid: str) -> AnnotationRow | None:
    """Find a remark by its identifier."""
    row = ArticleAnnotation.objects.select_related("article").filter(uuid=uuid).first()
    return None if row is None else _annotation(row)


def list_annotations(pk: int) -> list[AnnotationRow]:
    """List the remarks on an article, the oldest first."""
    rows = ArticleAnnotation.objects.select_related("article").filter(article_id=pk).order_by("at", "pk")
    return [_annotation(row) for row in rows]


def untold_annotations(partner: str, ours: str) -> list[AnnotationRow]:
    """Remarks of ours on a partner's articles of which it was not told."""
    rows = ArticleAnnotation.objects.select_related("article").filter(
        party=ours, article__origin=partner, told_at=None, erased_at=None
    )
    return [_annotation(row) for row in rows.order_by("pk")]


def set_annotation_told(uuid: str, *, at: datetime) -> None:
    """Note that the article's origin was told of a remark."""
    ArticleAnnotation.objects.filter(uuid=uuid).update(told_at=at)


def erase_annotations(article_pk: int, *, uuid: str = "", party: str = "", at: datetime) -> None:
    """Empty one remark, or those of a party, on an article."""
    rows = ArticleAnnotation.objects.filter(article_id=article_pk)
    rows = rows.filter(uuid=uuid) if uuid else rows
    (rows.filter(party=party) if party else rows).update(text="", erased_at=at)


def _annotation(row: ArticleAnnotation) -> AnnotationRow:
    return AnnotationRow(
        uuid=row.uuid, article_uuid=row.article.uuid, language=cast("Language", row.language), version=row.version,
        party=row.party, author=row.author, text=row.text, at=row.at, told_at=row.told_at,
        erased=row.erased_at is not None,
    )  # fmt: skip
