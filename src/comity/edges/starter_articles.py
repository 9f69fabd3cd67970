"""The articles that the program brings: a file for each procedure and language, beside this module.

`<name>.<language>.md` begins with lines `key: value` (title, version; of a translation `translates`; of the original
its kind, categories and techniques) up to a line of three dashes; what follows is Markdown.  The original is English.
The identifier of an article follows from its name, so it is the same on every node.  A file that is not as this says is
a fault of the program, and raises `SettingError`.
"""

from functools import lru_cache
from importlib import resources
from typing import Final
from uuid import UUID, uuid5

import msgspec

from comity.core.articles import LANGUAGES, Language, Tags, Words
from comity.core.errors import SettingError
from comity.wire.stix import NAMESPACE

ORIGINAL: Final[Language] = "en"
_FOLDER: Final = "starter"


class StarterText(msgspec.Struct, frozen=True):
    """One language of an article; `translates` is 0 for the original."""

    words: Words
    version: int
    translates: int


class StarterArticle(msgspec.Struct, frozen=True):
    """One article with its texts, the original first."""

    name: str
    uuid: UUID
    tags: Tags
    texts: tuple[StarterText, ...]


class _Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    title: str
    version: int
    translates: int = 0
    kind: str = ""
    categories: str = ""
    techniques: str = ""


@lru_cache(maxsize=1)
def load_starter_articles() -> tuple[StarterArticle, ...]:
    """Read them all, by name."""
    folder = resources.files("comity.edges") / _FOLDER
    files = {file.name: file.read_text(encoding="utf-8") for file in folder.iterdir() if file.name.endswith(".md")}
    names = sorted(file.removesuffix(f".{ORIGINAL}.md") for file in files if file.endswith(f".{ORIGINAL}.md"))
    return tuple(_article(name, files) for name in names)


def _article(name: str, files: dict[str, str]) -> StarterArticle:
    texts: list[StarterText] = []
    tags: Tags | None = None
    for language in (ORIGINAL, *(one for one in LANGUAGES if one != ORIGINAL)):
        file = f"{name}.{language}.md"
        if file not in files:
            continue
        head, body = _read(file, files[file])
        words = Words(language=language, title=head.title, body=body)
        texts.append(StarterText(words, head.version, head.translates))
        if language == ORIGINAL:
            tags = _tags(file, head)
    if tags is None:
        raise SettingError("an article of the program has no original", item=name)
    return StarterArticle(name, uuid5(NAMESPACE, f"article/{name}"), tags, tuple(texts))


def _read(file: str, text: str) -> tuple[_Head, str]:
    top, dashes, body = text.partition("\n---\n")
    pairs = (line.partition(":") for line in top.splitlines())
    try:
        head = msgspec.convert({key.strip(): value.strip() for key, _, value in pairs}, _Head, strict=False)
    except msgspec.ValidationError as error:
        raise SettingError(f"the head of an article cannot be read: {error}", item=file) from error
    if not dashes or not body.strip():
        raise SettingError("an article has no text", item=file)
    return head, body.strip()


def _tags(file: str, head: _Head) -> Tags:
    said = {
        "kind": head.kind,
        "categories": head.categories.split(),
        "techniques": head.techniques.split(),
        "tlp": "TLP:CLEAR",
    }
    try:
        return msgspec.convert(said, Tags)
    except msgspec.ValidationError as error:
        raise SettingError(f"an article cannot be filed: {error}", item=file) from error
