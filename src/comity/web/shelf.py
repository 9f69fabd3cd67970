"""The library as pages show it: the list that a reader asked for, and one article opened in a language.

What a reader's role may not see by its TLP marking is left out of lists and is no page.  An article is shown in the
page's language where it has a text in it, else in its original; the page says which and how it stands.
"""

from typing import Final, cast

import msgspec
from django.http import Http404, QueryDict

from comity.core.articles import (
    ARTICLE_KINDS,
    ARTICLE_STATES,
    LANGUAGES,
    PROGRAM,
    Language,
    TranslationStatus,
    VersionFacts,
    translation_status,
)
from comity.core.categories import CATEGORIES
from comity.core.markings import TLPS
from comity.core.roles import may_read
from comity.core.techniques import BY_ID
from comity.store.annotations import AnnotationRow, list_annotations
from comity.store.full_text import Piece, find_documents
from comity.store.library import (
    SEARCHED_AS,
    ArticleFilter,
    ArticleRow,
    VersionRow,
    find_article,
    find_copies,
    find_version,
    list_articles,
    newest_titles,
    version_facts,
)
from comity.wire.markdown_page import Page, render_page

# The page's language as the library spells it, and BCP 47 for `lang`.
_OF_PAGE: Final[dict[str, Language]] = {"zh-hans": "zh"}
BCP47: Final = {"zh": "zh-Hans"}
_LONGEST_ORIGIN: Final = 120


class ShelfQuestion(msgspec.Struct, frozen=True):
    """What a reader narrowed the list to, and searched for."""

    wanted: ArticleFilter
    query: str


class LanguageTab(msgspec.Struct, frozen=True):
    """One of the five languages of an article."""

    code: Language
    lang: str
    status: TranslationStatus
    version: int


class ShelfItem(msgspec.Struct, frozen=True):
    """One article of a list."""

    row: ArticleRow
    title: str
    lang: str
    tabs: tuple[LanguageTab, ...]
    excerpt: tuple[Piece, ...] = ()


class OpenedArticle(msgspec.Struct, frozen=True):
    """One article in one language; `source` is what a copy was made of, if it is here."""

    row: ArticleRow
    version: VersionRow | None
    page: Page | None
    lang: str
    tabs: tuple[LanguageTab, ...]
    annotations: tuple[AnnotationRow, ...]
    source: ArticleRow | None
    copy: ArticleRow | None
    replacing: ShelfItem | None
    is_own: bool
    is_newest: bool

    @property
    def status(self) -> TranslationStatus:
        """How the language that is shown stands."""
        shown = self.version.language if self.version else self.row.language
        return next(tab.status for tab in self.tabs if tab.code == shown)

    @property
    def has_moved_on(self) -> bool:
        """Answer whether the source of a copy has a newer version than the one it was made of."""
        copied = self.row.source
        return self.source is not None and copied is not None and self.source.version > copied.version


def language_of_page(code: str) -> Language:
    """The library's language for a page's."""
    return _OF_PAGE.get(code, next((known for known in LANGUAGES if known == code), "en"))


def read_question(asked: QueryDict) -> ShelfQuestion:
    """Read what the list is narrowed to; what is in no list narrows nothing."""
    lists: dict[str, tuple[str, ...]] = {
        "kind": ARTICLE_KINDS, "category": CATEGORIES, "technique": tuple(BY_ID), "language": LANGUAGES,
        "state": ARTICLE_STATES,
    }  # fmt: skip
    chosen = {field: value if (value := asked.get(field, "")) in known else "" for field, known in lists.items()}
    origin = asked.get("origin", "")[:_LONGEST_ORIGIN].replace("\0", "")
    wanted = msgspec.convert({**chosen, "origin": origin}, ArticleFilter)
    return ShelfQuestion(wanted, asked.get("q", "").strip().replace("\0", ""))


def list_shelf(question: ShelfQuestion, *, role: str, language: Language) -> list[ShelfItem]:
    """List the articles that a role may see, as asked: by best answer where words were searched, else the newest."""
    wanted = msgspec.structs.replace(question.wanted, tlps=readable(role))
    if not question.query:
        return _items(list_articles(wanted), language)
    first = cast("Language", question.wanted.language) if question.wanted.language else language
    searched = (first,) if question.wanted.language else (first, *(one for one in LANGUAGES if one != first))
    found = find_documents(question.query, kinds=(SEARCHED_AS,), languages=searched)
    rows = {row.uuid: row for row in list_articles(wanted, uuids={one.key for one in found})}
    items = {item.row.uuid: item for item in _items(list(rows.values()), language)}
    return [
        msgspec.structs.replace(
            items[one.key], title=one.title, lang=BCP47.get(one.language, one.language), excerpt=one.excerpt
        )
        for one in found
        if one.key in items
    ]


def get_readable(uuid: str, role: str) -> ArticleRow:
    """Get an article that a role may see; otherwise there is no such page."""
    row = find_article(uuid)
    if row is None or row.tags.tlp not in readable(role):
        raise Http404(uuid)
    return row


def open_article(row: ArticleRow, *, role: str, party: str, language: str, number: int = 0) -> OpenedArticle:
    """Open an article in a language: the newest text, or one version of it."""
    facts = version_facts([row.pk])[row.pk]
    there = {one.language for one in facts}
    shown = language if language in there else row.language
    newest = find_version(row.pk, shown)
    version = find_version(row.pk, shown, number) if number else newest
    if number and version is None:
        raise Http404(row.uuid)
    page = render_page(version.body) if version is not None and not version.erased else None
    source = find_article(str(row.source.article)) if row.source else None
    replacing = find_article(row.replaced_by) if row.replaced_by else None
    seen = readable(role)
    return OpenedArticle(
        row=row, version=version, page=page, lang=BCP47.get(shown, shown), tabs=_tabs(row, facts),
        annotations=tuple(list_annotations(row.pk)),
        source=source if source is not None and source.tags.tlp in seen else None,
        copy=next((one for one in find_copies(row.uuid) if one.origin == party), None),
        replacing=_items([replacing], language_of_page(language))[0] if replacing else None,
        is_own=row.origin == party, is_newest=newest is not None and version is not None
        and version.number == newest.number,
    )  # fmt: skip


def playbooks_for(category: str, *, role: str, language: Language, at_most: int = 8) -> list[ShelfItem]:
    """List the playbooks of a category that are not superseded; those of our own and of partners come first."""
    wanted = ArticleFilter(kind="playbook", category=category, tlps=readable(role))
    rows = [row for row in list_articles(wanted) if row.state != "superseded"]
    copied = {str(row.source.article) for row in rows if row.source is not None}
    rows = [row for row in rows if row.uuid not in copied]
    rows.sort(key=lambda row: (row.state != "agreed", row.origin == PROGRAM, len(row.tags.categories)))
    return _items(rows[:at_most], language)


def readable(role: str) -> tuple[str, ...]:
    """The markings that a role may see."""
    return tuple(tlp for tlp in TLPS if may_read(role, tlp))


def _items(rows: list[ArticleRow], language: Language) -> list[ShelfItem]:
    pks = [row.pk for row in rows]
    titles, facts = newest_titles(pks), version_facts(pks)
    items = []
    for row in rows:
        shown = language if (row.pk, language) in titles else row.language
        title = titles.get((row.pk, shown), "")
        items.append(ShelfItem(row, title, BCP47.get(shown, shown), _tabs(row, facts[row.pk])))
    return items


def _tabs(row: ArticleRow, facts: tuple[VersionFacts, ...]) -> tuple[LanguageTab, ...]:
    newest = {one.language: one.number for one in facts}
    return tuple(
        LanguageTab(code, BCP47.get(code, code), translation_status(code, row.language, facts), newest.get(code, 0))
        for code in LANGUAGES
    )
