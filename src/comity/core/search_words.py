"""Which words does a text have, for searching in five languages alike on either database?

Databases cut and fold words each in their own way, and none of ours does it for all five languages.  So it is done
here: letters are folded (NFKC, case, ё to е; accents go, for Vietnamese is often typed without), endings of English,
Russian and Belarusian are cut lightly, and Han, which has no spaces, is cut into overlapping pairs.  `encode` writes a
word in ASCII, so that no database's idea of a letter matters; a beginning stays a beginning.  Every text has words,
and no query is wrong: what is no word is left out.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final, NamedTuple

MAX_QUERY: Final = 200  # characters of a query that are looked at
MAX_QUERY_WORDS: Final = 12
MAX_WORD: Final = 40

_HAN: Final = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUN: Final = re.compile(rf"[{_HAN}]+|[^\W_{_HAN}]+")
_IS_HAN: Final = re.compile(rf"[{_HAN}]")
_LEAST: Final = 4  # letters that an ending must leave

# Longest first: the first that leaves enough of the word is cut.
_ENDINGS: Final[dict[str, tuple[str, ...]]] = {
    "en": ("ations", "ation", "ings", "ing", "ions", "ion", "ers", "er", "ies", "ied", "es", "ed", "e", "s", "y"),
    "ru": (
        "иваться", "ываться", "иями", "ями", "ами", "иям", "иях", "ого", "его", "ому", "ему", "ыми", "ими", "ость",
        "ости", "ться", "тся", "ешь", "ать", "ять", "ить", "еть", "ает", "яет", "ают", "яют", "ая", "яя", "ое", "ее",
        "ые", "ие", "ый", "ий", "ой", "ую", "юю", "ым", "им", "ом", "ем", "ам", "ям", "ах", "ях", "ов", "ев", "ей",
        "ию", "ия", "ии", "ью", "ет", "ит", "ут", "ют", "ат", "ят", "ть", "а", "я", "о", "е", "ы", "и", "у", "ю", "ь",
        "й",
    ),
    "be": (
        "аваць", "яваць", "ямі", "амі", "ага", "яга", "аму", "яму", "ымі", "імі", "асць", "асці", "цца", "аць", "яць",
        "іць", "ыць", "ае", "яе", "ая", "яя", "ое", "ыя", "ія", "ый", "ую", "юю", "ым", "ім", "ом", "ем", "ам", "ям",
        "ах", "ях", "аў", "яў", "оў", "ёў", "ей", "ай", "ой", "ці", "ць", "а", "я", "о", "е", "ы", "і", "у", "ю", "ь",
        "й",
    ),
}  # fmt: skip


class Word(NamedTuple):
    """A word of a text as it is searched, and where it stood."""

    word: str
    start: int
    end: int


def words_of(text: str, language: str) -> list[Word]:
    """Cut a text into its words, in order, folded; of Han each pair of neighbours, and a lone one by itself."""
    found: list[Word] = []
    for run in _RUN.finditer(text):
        if _IS_HAN.match(run[0]):
            start, end = run.span()
            pairs = [Word(text[at : at + 2], at, at + 2) for at in range(start, end - 1)]
            found += pairs or [Word(run[0], start, end)]
            continue
        folded = _as_searched(run[0][: 2 * MAX_WORD], language)
        if folded:
            found.append(Word(folded, *run.span()))
    return found


def query_words(query: str, language: str) -> list[str]:
    """Give the words of a query, each once; none where it holds none."""
    found = [word.word for word in words_of(query[:MAX_QUERY], language)]
    return list(dict.fromkeys(found))[:MAX_QUERY_WORDS]


@lru_cache(maxsize=32_768)  # a text says the same words again and again
def _as_searched(word: str, language: str) -> str:
    return stem(fold(word), language)[:MAX_WORD]


def fold(word: str) -> str:
    """Fold a word: compatibility forms, case and accents go; й stays a letter of its own, ё becomes е, đ becomes d."""
    lowered = unicodedata.normalize("NFKC", word).casefold().replace("ё", "е").replace("đ", "d")
    kept = lowered.replace("й", "\ue000").replace("ў", "\ue001").replace("ї", "\ue002")
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", kept) if not unicodedata.combining(letter))
    restored = plain.replace("\ue000", "й").replace("\ue001", "ў").replace("\ue002", "ї")
    return "".join(letter for letter in restored if letter.isalnum())


def stem(word: str, language: str) -> str:
    """Cut the ending of a folded word where its language has endings; words with digits are names and stay whole."""
    endings = _ENDINGS.get(_language_of(word, language), ())
    if any(letter.isdigit() for letter in word):
        return word
    for ending in endings:
        if word.endswith(ending) and len(word) - len(ending) >= _LEAST:
            return word[: -len(ending)]
    return word


def encode(word: str) -> str:
    """Write a word in lower-case ASCII letters and digits; a beginning of a word is a beginning of what is written."""
    return f"w{word}" if word.isascii() else f"x{word.encode().hex()}"


def _language_of(word: str, language: str) -> str:
    """English words stand in texts of every language, and are cut as English there; Cyrillic ones never are."""
    if word.isascii():
        return "" if language == "vi" else "en"
    return language if language in {"ru", "be"} else ""
