"""A memorandum as its page shows it: each clause of the document beside what it did here.

Each clause is said in the reader's language with the document's own path beside it (`web.clause_text`); the bytes that
were signed are one click away.  What each clause did is counted from the decisions that were made under this very
version (the digest), in both directions.
"""

from typing import Any, Final

import msgspec
from django.db.models import Count

from comity.core.disclosure import IDENTITY_CLAUSE
from comity.store.models import Decision, Memorandum, MemorandumEvent
from comity.web.clause_text import Line, lines_of, part_name
from comity.wire.clause_form import PARTS

_VERDICTS: Final = ("send", "send-redacted", "hold", "refuse")


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
    name: str
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
        Section(part, clause, part_name(part), lines_of(document, part), _of_clause(tallies, clause))
        for part in PARTS
        if (clause := clause_of(document, part)) or part in document
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


def clause_of(document: dict[str, Any], part: str) -> str:
    """The number of a part: what is before the numbered clauses is the first."""
    return IDENTITY_CLAUSE if part in {"head", "parties"} else str((document.get(part) or {}).get("clause", ""))


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
        way = "in" if found["direction"] == "in" else "out"  # to the partner, by its link or as a subscriber
        counted.setdefault((found["clause"], way), dict.fromkeys(_VERDICTS, 0))[found["verdict"]] += found["n"]
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
