"""What is said about a record whose category the memoranda do not know (FIELD C.1, C.6 R2).

Content, copyright, trademark and politics are somebody else's matter.  Child sexual abuse material is no category, no
field and no upload: such a record is refused before anything of it is kept, and only the refusal is counted.
"""

from typing import Final

from comity.core.categories import CATEGORIES, Category
from comity.core.reports import Problem

CODE: Final = "category-out-of-scope"

_CSAM: Final = ("csam", "csem", "csea", "child", "paedophil", "pedophil")
_OWN: Final[dict[str, Category]] = {category: category for category in CATEGORIES}

HOTLINE: Final = Problem(
    CODE,
    "child sexual abuse material is never taken in here and nothing of this record was kept; "
    "tell a hotline of the INHOPE network or the police",
)


def find_category(word: str, words: dict[str, Category]) -> Category | None:
    """Fold a source's word to a category: by the declared words, else by our own names in any case."""
    return words.get(word) or _OWN.get(word.strip().lower().replace("_", "-"))


def must_not_be_kept(word: str) -> bool:
    """Answer whether a record of this category may not even be written to the rejects file."""
    folded = word.lower()
    return any(stem in folded for stem in _CSAM)


def refuse_category(word: str) -> Problem:
    """Say why a category is refused."""
    if must_not_be_kept(word):
        return HOTLINE
    shown = word[:60]
    return Problem(CODE, f"{shown!r} is not a matter of the memoranda; they know {', '.join(CATEGORIES)}")
