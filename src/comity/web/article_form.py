"""The editor's form: what was typed, read into tags and words, with each fault beside its field.

Nothing that was typed is lost: a form that cannot be saved is shown again as it was.
"""

from typing import Any, Final, cast

import msgspec
from django.http import QueryDict
from django.utils.translation import gettext as _

from comity.core.articles import (
    ARTICLE_KINDS,
    LANGUAGES,
    MAX_NOTE,
    ArticleKind,
    Fault,
    Language,
    Tags,
    Words,
    clean,
    find_faults,
)
from comity.core.categories import CATEGORIES, Category
from comity.core.markings import TLPS, Tlp
from comity.core.techniques import BY_ID
from comity.store.library import ArticleRow, VersionRow
from comity.web.library_labels import ARTICLE_FAULT

_MOST_DIGITS: Final = 6


class ArticleForm(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in the editor."""

    kind: str = "playbook"
    categories: tuple[str, ...] = ()
    techniques: tuple[str, ...] = ()
    tlp: str = "TLP:AMBER"
    language: str = "en"
    title: str = ""
    body: str = ""
    note: str = ""
    base: int = 0
    translates: int = 0

    def tags(self) -> Tags:
        """The tags, of a form without faults."""
        return Tags(
            kind=cast("ArticleKind", self.kind), categories=cast("tuple[Category, ...]", self.categories),
            techniques=self.techniques, tlp=cast("Tlp", self.tlp),
        )  # fmt: skip

    def words(self) -> Words:
        """The words, of a form without faults."""
        return Words(language=cast("Language", self.language), title=self.title.strip(), body=clean(self.body))


def read_form(typed: QueryDict) -> ArticleForm:
    """Read what was typed, whatever it is."""
    return ArticleForm(
        kind=typed.get("kind", ""), categories=tuple(typed.getlist("categories")),
        techniques=tuple(typed.getlist("techniques")), tlp=typed.get("tlp", ""), language=typed.get("language", ""),
        title=typed.get("title", ""), body=typed.get("body", "").replace("\r\n", "\n"),
        note=typed.get("note", "")[:MAX_NOTE], base=_number(typed.get("base", "")),
        translates=_number(typed.get("translates", "")),
    )  # fmt: skip


def form_of(row: ArticleRow, version: VersionRow | None, original: VersionRow | None, language: str) -> ArticleForm:
    """What the editor begins with: the newest text in the language, or the original for whoever translates it."""
    begin = version or original
    return ArticleForm(
        kind=row.tags.kind, categories=row.tags.categories, techniques=row.tags.techniques, tlp=row.tags.tlp,
        language=language, title=begin.title if begin else "", body=begin.body if begin else "",
        base=version.number if version else 0, translates=row.version if language != row.language else 0,
    )  # fmt: skip


def faults_of(form: ArticleForm) -> dict[str, str]:
    """Say what is wrong, by field, in the reader's language."""
    faults = [
        Fault(field, "not-in-list", "")
        for field, known in (("kind", ARTICLE_KINDS), ("tlp", TLPS), ("language", LANGUAGES))
        if getattr(form, field) not in known
    ]
    for field, options in (("categories", CATEGORIES), ("techniques", tuple(BY_ID))):
        if not set(getattr(form, field)) <= set(options):
            faults.append(Fault(field, "not-in-list", ""))
    faults += find_faults(Tags(kind="playbook"), form.words())
    return say_faults(faults)


def say_faults(faults: list[Fault]) -> dict[str, str]:
    """Say each field's first fault."""
    said: dict[str, str] = {}
    for fault in faults:
        sentence: Any = ARTICLE_FAULT.get(f"{fault.field}:{fault.code}")
        said.setdefault(fault.field, str(sentence) if sentence else _("This cannot be kept."))
    return said


def _number(typed: str) -> int:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= _MOST_DIGITS else 0
