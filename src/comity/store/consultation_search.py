"""Search in consultations: every word of a thread's subject and texts stands in one indexed table.

The same on SQLite and PostgreSQL, kept by backups, and gone with the text when it is erased.  A search finds threads in
which every word of the question stands, or begins a word; scripts without spaces are found by pairs of their letters.
Words are kept as UTF-8: octets have one order, whatever language a store is set up for.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from comity.store.models import ConsultationThread, ConsultationWord

_WORD: Final = re.compile(r"\w+")
_HAN: Final = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]+")
_LONGEST: Final = 40
_MOST_WORDS: Final = 8  # of a question
_AFTER: Final = b"\xff"  # no octet of UTF-8


def words_of(text: str) -> set[str]:
    """The words of a text as they are compared: case and accents do not matter."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("ё", "е"))
    bare = "".join(letter for letter in decomposed if unicodedata.category(letter) != "Mn")
    plain = unicodedata.normalize("NFC", bare)
    found: set[str] = set()
    for word in _WORD.findall(plain):
        for run in _HAN.findall(word):
            found.update(run[start : start + 2] for start in range(len(run)))
        found.update(part[:_LONGEST] for part in _HAN.sub(" ", word).split())
    return found


def index_thread(thread: ConsultationThread, texts: Iterable[str]) -> None:
    """Keep the words of a thread, and no others."""
    wanted = {word.encode() for text in texts for word in words_of(text)}
    kept = {bytes(word) for word in ConsultationWord.objects.filter(thread=thread).values_list("word", flat=True)}
    gone = sorted(kept - wanted)
    for start in range(0, len(gone), 500):
        ConsultationWord.objects.filter(thread=thread, word__in=gone[start : start + 500]).delete()
    ConsultationWord.objects.bulk_create(
        [ConsultationWord(thread=thread, word=word) for word in sorted(wanted - kept)], batch_size=500
    )


def search_threads(question: str) -> set[int]:
    """The threads in which every word of a question stands or begins a word; none for a question without words."""
    found: set[int] | None = None
    for word in sorted(words_of(question), key=len, reverse=True)[:_MOST_WORDS]:
        rows = ConsultationWord.objects.filter(word__gte=word.encode(), word__lt=word.encode() + _AFTER)
        if found is not None:
            rows = rows.filter(thread_id__in=found)
        found = set(rows.values_list("thread_id", flat=True))
        if not found:
            break
    return found or set()
