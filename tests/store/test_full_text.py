"""Searching in five languages, with the same answer on either database, and an answer to whatever is typed."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comity.core.search_words import MAX_QUERY_WORDS, encode, query_words, words_of
from comity.edges.starter_articles import load_starter_articles
from comity.flows.stock_library import stock_library
from comity.store.full_text import Document, find_document, find_documents, put_document, remove_documents
from comity.store.library import SEARCHED_AS

pytestmark = pytest.mark.django_db

LANGUAGES = ("en", "ru", "be", "vi", "zh")
HOSTILE = (
    "", " ", '"', "'", "*", "a*", "NEAR(a b)", "a AND", "title_words:x", "-x", "(", "^", "{a}", "\\", "%s", "%", ";--",
    "' | 'a", "a:*", "!a", "<->", "\x00", "\ud800", "a" * 10_000, "字" * 10_000, "x OR y NOT z", "\u202e", "🦆", "ﬁ",
)  # fmt: skip
# What somebody at a desk types, and the article that must come first.
ASKED = (
    ("en", "hacked websites", "phishing-hacked-cms"),
    ("en", "botnet controllers", "fast-flux-c2"),
    ("en", "silent registrar", "silent-registrar"),
    ("en", "restoring a name after cure", "restore-and-watch"),
    ("en", "bank look-alike", "look-alike-bank"),
    ("en", "mooo.com", "malware-shared-host"),
    ("ru", "взломанных сайтов", "phishing-hacked-cms"),
    ("ru", "регистратор не отвечает", "silent-registrar"),
    ("ru", "массовые регистрации", "bulk-registrations"),
    ("ru", "обжалования", "appeal"),
    ("be", "абскарджанні", "appeal"),
    ("be", "узламаных сайтаў", "phishing-hacked-cms"),
    ("vi", "khiếu nại", "appeal"),
    ("vi", "khieu nai", "appeal"),
    ("vi", "bằng chứng", "evidence"),
    ("zh", "申诉", "appeal"),
    ("zh", "钓鱼", "phishing-hacked-cms"),
    ("zh", "证", "evidence"),
)


@pytest.fixture
def stocked(db: None) -> dict[str, str]:
    """The program's articles, by their identifiers."""
    stock_library(None, at=datetime(2026, 11, 25, tzinfo=UTC))  # type: ignore[arg-type]  # asks nothing of its node
    return {str(article.uuid): article.name for article in load_starter_articles()}


def test_the_right_article_comes_first(stocked: dict[str, str]) -> None:
    found = [find_documents(query, kinds=(SEARCHED_AS,), languages=(language,)) for language, query, _name in ASKED]
    firsts = [stocked[one[0].key] if one else "" for one in found]
    assert list(zip(ASKED, firsts, strict=True)) == [(asked, asked[2]) for asked in ASKED]


def test_an_excerpt_shows_what_was_asked_for_and_is_a_part_of_the_text(stocked: dict[str, str]) -> None:
    for language, query, _name in ASKED:
        for one in find_documents(query, kinds=(SEARCHED_AS,), languages=(language,)):
            document = find_document(SEARCHED_AS, one.key)
            assert document is not None
            words = query_words(query, language)
            for piece in one.excerpt:
                if piece.hit:
                    hits = [word.word for word in words_of(piece.text, language)]
                    assert any(hit.startswith(asked) for hit in hits for asked in words)
            assert len("".join(piece.text for piece in one.excerpt)) < 300


@pytest.mark.parametrize("query", HOSTILE)
def test_no_query_is_an_error(query: str) -> None:
    put_document(Document(kind="article", key="1", language="en", title="A title", body="one two"))
    for language in LANGUAGES:
        assert len(find_documents(query, kinds=("article",), languages=(language,))) <= 1


@given(st.text(max_size=60), st.text(max_size=30), st.sampled_from(LANGUAGES))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_text_is_found_by_each_of_its_words(title: str, query: str, language: str) -> None:
    title = title.replace("\0", "")
    put_document(Document(kind="note", key="k", language=language, title=title, body=""))
    for word in words_of(title, language):
        asked = title[word.start : word.end]
        if query_words(asked, language):
            assert [one.key for one in find_documents(asked, kinds=("note",), languages=(language,))] == ["k"]
    assert len(find_documents(query, kinds=("note", "article"), languages=LANGUAGES)) <= 1


@given(st.text(max_size=200), st.sampled_from(LANGUAGES))
def test_words_are_ascii_in_the_index_and_a_beginning_stays_one(text: str, language: str) -> None:
    for word in words_of(text, language):
        written = encode(word.word)
        assert written.isascii()
        assert written.isalnum()
        assert written == written.lower()
        if len(word.word) > 1 and word.word.isascii() == word.word[:-1].isascii():
            assert written.startswith(encode(word.word[:-1]))
    assert len(query_words(text, language)) <= MAX_QUERY_WORDS


def test_kinds_and_languages_are_kept_apart() -> None:
    for kind, language in (("article", "en"), ("consultation", "en"), ("article", "ru")):
        put_document(Document(kind=kind, key=f"{kind}-{language}", language=language, title="flux", body=""))
    assert [one.key for one in find_documents("flux", kinds=("article",), languages=("en",))] == ["article-en"]
    assert [one.key for one in find_documents("flux", kinds=("article",), languages=("vi", "ru"))] == ["article-ru"]
    assert len(find_documents("flux", kinds=("article", "consultation"), languages=("en",))) == 2


def test_all_words_come_before_any_word() -> None:
    put_document(Document(kind="a", key="both", language="en", title="", body="red blue"))
    put_document(Document(kind="a", key="one", language="en", title="red", body=""))
    assert [one.key for one in find_documents("red blue", kinds=("a",), languages=("en",))] == ["both"]
    assert [one.key for one in find_documents("red green", kinds=("a",), languages=("en",))] == ["one", "both"]


def test_a_newer_text_takes_the_place_of_the_older_and_a_removed_one_leaves_no_word() -> None:
    for body in ("zimovka", "pelikan"):
        put_document(Document(kind="a", key="k", language="en", title="t", body=body))
    assert find_documents("zimovka", kinds=("a",), languages=("en",)) == []
    assert len(find_documents("pelikan", kinds=("a",), languages=("en",))) == 1
    remove_documents("a", "k", leave_nothing=True)
    assert find_documents("pelikan", kinds=("a",), languages=("en",)) == []
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("SELECT block FROM search_index_data")
            assert not any(b"pelikan" in bytes(block) for (block,) in cursor.fetchall())
