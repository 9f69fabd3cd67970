"""Stock the library with the articles that the program brings; done whenever a node starts to serve.

They are of the origin `comity`, TLP:CLEAR, and nobody's to change here: a desk that wants another text adopts one and
changes its copy.  So a newer version of the program appends its newer versions and overwrites nothing.  Where all of it
is there already, nothing is written.
"""

from datetime import datetime

from django.db import transaction

from comity.core.articles import PROGRAM
from comity.edges.home import Home
from comity.edges.starter_articles import ORIGINAL, StarterArticle, load_starter_articles
from comity.store.article_events import Happened, add_event
from comity.store.library import (
    ArticleRow,
    VersionRow,
    add_version,
    create_article,
    find_article,
    find_copies,
    set_tags,
    version_facts,
)


def stock_library(home: Home, *, at: datetime) -> int:  # noqa: ARG001 — every flow knows its node
    """Append what is not there; tells how many texts were new."""
    articles = load_starter_articles()
    if not any(_missing(article) for article in articles):
        return 0
    with transaction.atomic():
        return sum(_stock(article, at) for article in articles)


def _missing(article: StarterArticle) -> list[int]:
    """Which of an article's texts are newer than what is here."""
    row = find_article(str(article.uuid))
    if row is None:
        return list(range(len(article.texts)))
    known = {(one.language, one.number) for one in version_facts([row.pk])[row.pk]}
    return [place for place, text in enumerate(article.texts) if (text.words.language, text.version) not in known]


def _stock(article: StarterArticle, at: datetime) -> int:
    missing = _missing(article)
    if not missing:
        return 0
    row = find_article(str(article.uuid)) or create_article(
        str(article.uuid), PROGRAM, article.tags, language=ORIGINAL, at=at
    )
    if row.tags != article.tags:
        set_tags(row.pk, article.tags, at=at)
    for place in missing:
        text = article.texts[place]
        version = VersionRow(
            language=text.words.language, number=text.version, translates=text.translates, title=text.words.title,
            body=text.words.body, party=PROGRAM, author=PROGRAM, note="", at=at, erased=False,
        )  # fmt: skip
        add_version(row, version, at=at)
        happened = Happened(
            event="brought", party=PROGRAM, actor=PROGRAM, language=text.words.language, version=text.version
        )
        add_event(row.pk, happened, at=at)
        if not text.translates and row.version < text.version:
            _tell_copies(row, text.version, at)
    return len(missing)


def _tell_copies(row: ArticleRow, version: int, at: datetime) -> None:
    for copy in find_copies(row.uuid):
        if copy.source is not None and copy.source.version < version:
            moved = Happened(event="source-moved-on", party=PROGRAM, actor=PROGRAM, language=ORIGINAL, version=version)
            add_event(copy.pk, moved, at=at)
