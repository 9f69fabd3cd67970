"""Which documents hold these words?  Asked of SQLite's FTS5 or of PostgreSQL, with the same answer.

Words are cut by `core.search_words` and indexed as they are, so neither database's idea of a language matters.  A title
counts more than a text.  First all words must be there; where nothing holds all of them, any will do.  A word of three
letters or more stands for every word that begins so.  Every query has an answer, if an empty one: what people type is
never part of a statement.  Writing is done inside the caller's transaction.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from math import log1p
from typing import Final

import msgspec
from django.db import connection

from comity.core.search_words import Word, encode, query_words, words_of
from comity.store.models import SearchDocument

MOST_FOUND: Final = 100
_BEGINNING: Final = 3  # letters from which a word stands for what begins so
_BEFORE: Final = 60  # characters of an excerpt before its first hit
_EXCERPT: Final = 240
_TITLE_WEIGHT: Final = 8

_FTS5: Final = """
SELECT d.kind, d.key, d.language, d.title, d.body FROM search_index
JOIN search_document d ON d.id = search_index.rowid
WHERE search_index MATCH %s AND d.kind IN ({kinds}) AND d.language = %s
ORDER BY bm25(search_index, 8.0, 1.0), d.id LIMIT %s"""
_VECTOR: Final = (
    "(setweight(to_tsvector('simple'::regconfig, title_words), 'A') || "
    "setweight(to_tsvector('simple'::regconfig, body_words), 'C'))"
)
_TSVECTOR: Final = (
    "SELECT kind, key, language, title, body FROM search_document "  # noqa: S608 — our own words
    f"WHERE {_VECTOR} @@ %s::tsquery AND kind IN ({{kinds}}) AND language = %s "
    f"ORDER BY ts_rank({_VECTOR}, %s::tsquery, 1) DESC, id LIMIT %s"
)


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """Something to be found: what kind of thing it is, its key, and its words as plain text."""

    kind: str
    key: str
    language: str
    title: str
    body: str


class Piece(msgspec.Struct, frozen=True):
    """A stretch of an excerpt, and whether it is one of the words that were asked for."""

    text: str
    hit: bool


class Found(msgspec.Struct, frozen=True):
    """A document that was found, best first, with the words around the first hit."""

    kind: str
    key: str
    language: str
    title: str
    excerpt: tuple[Piece, ...]


def put_document(document: Document) -> None:
    """Let a document be found by its words, in place of what was known of it in that language."""
    SearchDocument.objects.update_or_create(
        kind=document.kind,
        key=document.key,
        language=document.language,
        defaults={
            "title": document.title,
            "body": document.body,
            "title_words": _indexed(document.title, document.language),
            "body_words": _indexed(document.body, document.language),
        },
    )


def remove_documents(kind: str, key: str, *, language: str = "", leave_nothing: bool = False) -> None:
    """Let something be found no more, in one language or in all.

    `leave_nothing`: for an erasure.  FTS5 keeps the words of what was removed until its parts are merged, so it is made
    anew.
    """
    rows = SearchDocument.objects.filter(kind=kind, key=key)
    (rows.filter(language=language) if language else rows).delete()
    if leave_nothing and connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO search_index(search_index) VALUES ('rebuild')")


def find_document(kind: str, key: str) -> Document | None:
    """Find what is searched of one thing, in whichever language it is."""
    row = SearchDocument.objects.filter(kind=kind, key=key).order_by("pk").first()
    if row is None:
        return None
    return Document(kind=row.kind, key=row.key, language=row.language, title=row.title, body=row.body)


def find_documents(query: str, *, kinds: Collection[str], languages: Sequence[str], limit: int = 50) -> list[Found]:
    """Find documents of some kinds in the first of these languages in which there are any."""
    for every in (True, False):
        for language in languages:
            words = query_words(query, language)
            if words and (every or len(words) > 1):
                found = _ask(words, kinds, language, every=every, limit=min(limit, MOST_FOUND))
                if found:
                    return found
    return []


def excerpt_of(body: str, stand: Sequence[Word], words: Collection[str]) -> tuple[Piece, ...]:
    """Cut out of a text, in which these words `stand`, what is around the first that is meant, with each apart."""
    hits = [word for word in stand if any(_is_meant(word.word, asked) for asked in words)]
    start = max(0, hits[0].start - _BEFORE) if hits else 0
    while 0 < start < len(body) and not body[start - 1].isspace() and start > hits[0].start - 2 * _BEFORE:
        start -= 1
    end = min(len(body), start + _EXCERPT)
    pieces: list[Piece] = [Piece("… ", hit=False)] if start else []
    at = start
    for hit in hits:
        if hit.end > end:
            break
        if hit.end <= at:
            continue
        if hit.start > at:
            pieces.append(Piece(body[at : hit.start], hit=False))
        pieces.append(Piece(body[max(at, hit.start) : hit.end], hit=True))
        at = hit.end
    pieces.append(Piece(body[at:end] + ("…" if end < len(body) else ""), hit=False))
    return tuple(piece for piece in pieces if piece.text)


def _ask(words: Sequence[str], kinds: Collection[str], language: str, *, every: bool, limit: int) -> list[Found]:
    marks = ", ".join(["%s"] * len(kinds))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            asked = (" & " if every else " | ").join(f"'{encode(word)}'{':*' * _is_beginning(word)}" for word in words)
            cursor.execute(_TSVECTOR.format(kinds=marks), [asked, *kinds, language, asked, limit])
        else:
            asked = (" AND " if every else " OR ").join(
                f'"{encode(word)}"{"*" * _is_beginning(word)}' for word in words
            )
            cursor.execute(_FTS5.format(kinds=marks), [asked, *kinds, language, limit])
        rows = cursor.fetchall()
    weighed: list[tuple[float, Found]] = []
    for kind, key, written, title, body in rows:
        stand = words_of(body, written)
        found = Found(kind, key, written, title, excerpt_of(body, stand, words))
        weighed.append((_weigh(words_of(title, written), stand, words), found))
    weighed.sort(key=lambda one: (-one[0], one[1].title, one[1].key))
    return [found for _weight, found in weighed]


def _weigh(title: Sequence[Word], body: Sequence[Word], asked: Sequence[str]) -> float:
    """How well a document answers: how often each word stands in it, whole words twice, those of the title most.

    The two databases rank by measures of their own; this one is the same on both.
    """
    counts = Counter(word.word for word in body)
    for word in title:
        counts[word.word] += _TITLE_WEIGHT
    weight = 0.0
    for meant in asked:
        begun = sum(count for word, count in counts.items() if _is_meant(word, meant))
        weight += log1p(begun + counts[meant])
    return round(weight, 6)


def _indexed(text: str, language: str) -> str:
    return " ".join(encode(word.word) for word in words_of(text, language))


def _is_beginning(word: str) -> bool:
    """Whether a word also stands for what begins so: one of three letters, or a single Han character."""
    return len(word) >= _BEGINNING or (len(word) == 1 and not word.isascii())


def _is_meant(word: str, asked: str) -> bool:
    return word.startswith(asked) if _is_beginning(asked) else word == asked
