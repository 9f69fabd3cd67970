"""A memorandum as its page shows it: each clause of the document beside what it did here.

The document is shown as it was signed: its keys and values are the document's own words and are not translated.
What each
clause did is counted from the decisions that were made under this very version (the digest), in both directions.
"""

from collections.abc import Iterator
from typing import Any, Final

import msgspec
from django.db.models import Count

from comity.store.models import Decision, Memorandum, MemorandumEvent
from comity.web.labels import SECTION

_VERDICTS: Final = ("send", "send-redacted", "hold", "refuse")


class Line(msgspec.Struct, frozen=True):
    """One value of the document with the path that leads to it."""

    path: str
    value: str


class Tally(msgspec.Struct, frozen=True):
    """How often one clause gave one answer, and to whom."""

    clause: str
    direction: str
    sent: int
    redacted: int
    held: int
    refused: int


class Section(msgspec.Struct, frozen=True):
    """One numbered part of the document and what it did."""

    key: str
    clause: str
    lines: list[Line]
    tallies: list[Tally]


class Opened(msgspec.Struct, frozen=True):
    """One memorandum, opened."""

    row: Memorandum
    title: str
    title_language: str
    document: dict[str, Any]
    sections: list[Section]
    elsewhere: list[Tally]
    signatures: list[dict[str, Any]]
    events: list[MemorandumEvent]


def open_memorandum(row: Memorandum, language: str) -> Opened:
    """Read one version: the document, its signatures, its life, and what each clause did."""
    document = msgspec.json.decode(row.body)
    tallies = _tallies(row)
    sections = [
        Section(key, str(part.get("clause", "")), list(_lines(part)), _of_clause(tallies, str(part.get("clause", ""))))
        for key in SECTION_KEYS
        if isinstance(part := document.get(key), dict)
    ]
    counted = {id(tally) for section in sections for tally in section.tallies}
    title, title_language = title_in(document, language)
    return Opened(
        row=row,
        title=title,
        title_language=title_language,
        document=document,
        sections=sections,
        elsewhere=[tally for tally in tallies if id(tally) not in counted],
        signatures=msgspec.json.decode(row.signatures),
        events=list(MemorandumEvent.objects.filter(memorandum=row).order_by("pk")),
    )


# The document's order; a key of the document is spelled with `_`.
SECTION_KEYS: Final = tuple(key.replace("-", "_") for key in SECTION)


def title_in(document: dict[str, Any], language: str) -> tuple[str, str]:
    """The document's title in the reader's language, else in English, else in whichever it has; and that language."""
    titles = document.get("title") or {}
    for code in (language, language.partition("-")[0], "en", *titles):
        if code in titles:
            return str(titles[code]), code
    return str(document.get("id", "")), "en"


def _tallies(row: Memorandum) -> list[Tally]:
    counted: dict[tuple[str, str], dict[str, int]] = {}
    rows = (
        Decision.objects.filter(partner=row.partner, memorandum=row.digest)
        .values("clause", "direction", "verdict")
        .annotate(n=Count("pk"))
        .order_by("clause", "direction", "verdict")
    )
    for found in rows:
        counted.setdefault((found["clause"], found["direction"]), dict.fromkeys(_VERDICTS, 0))[found["verdict"]] = (
            found["n"]
        )
    return [
        Tally(clause, direction, by["send"], by["send-redacted"], by["hold"], by["refuse"])
        for (clause, direction), by in counted.items()
    ]


def _of_clause(tallies: list[Tally], clause: str) -> list[Tally]:
    return (
        [tally for tally in tallies if tally.clause == clause or tally.clause.startswith(clause + ".")]
        if clause
        else []
    )


def _lines(value: Any, path: str = "") -> Iterator[Line]:
    """Flatten a part of the document: one line a value, lists of plain values on one line."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if not (path == "" and key == "clause"):
                yield from _lines(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list) and any(isinstance(inner, (dict, list)) for inner in value):
        for number, inner in enumerate(value, start=1):
            yield from _lines(inner, f"{path}.{number}" if path else str(number))
    elif isinstance(value, list):
        yield Line(path, ", ".join(str(inner) for inner in value))
    else:
        yield Line(path, _plain(value))


def _plain(value: Any) -> str:
    if value is None:
        return "—"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
