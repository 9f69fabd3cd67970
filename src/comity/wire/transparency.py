"""What the public reads about a period: the document `comity-transparency/1`, as JSON and as CSV.

It holds what a person released and nothing that is computed when somebody reads it.  A count that is left out says why:
`null` is a small count that could point to a person, or a measure that clause 8 of no memorandum names.
"""

import csv
import io
from datetime import datetime
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from comity.core.errors import InputError
from comity.core.statistics_figures import Count, Part
from comity.core.zone_figures import ZoneFigures
from comity.wire.canonical import canonical
from comity.wire.statistics import Digest, Party, PeriodPart

TRANSPARENCY: Final = "comity-transparency/1"
_FIRST_LETTERS: Final = frozenset("=+-@\t\r")


class AgreedPart(Part, frozen=True):
    """Statistics that both sides of a link signed: the digest by which anybody can name them."""

    reporter: Party
    answerer: Party
    period: str
    digest: Digest


class TransparencyDocument(Part, frozen=True, kw_only=True):
    """One period of one registry."""

    format: Literal["comity-transparency/1"] = TRANSPARENCY
    party: Party
    zones: tuple[str, ...]
    period: PeriodPart
    counted_at: datetime
    threshold: Count
    publish: Annotated[tuple[str, ...], Meta(max_length=40)]
    figures: ZoneFigures
    agreed: tuple[AgreedPart, ...]


_decode = msgspec.json.Decoder(TransparencyDocument).decode


def render_transparency(document: TransparencyDocument) -> bytes:
    """Write the document: canonical JSON."""
    return canonical(msgspec.to_builtins(document))


def parse_transparency(data: bytes) -> TransparencyDocument:
    """Read a document that was released.  Raises `InputError`."""
    try:
        return _decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"is no comity-transparency/1: {error}", item="transparency") from error


def render_csv(document: TransparencyDocument) -> str:
    """Write the figures as rows of measure, key, value (RFC 4180); an empty value is one that is left out."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(("period", "measure", "key", "value"))
    for measure, key, value in flat(document):
        writer.writerow((document.period.name, measure, _cell(key), "" if value is None else value))
    return out.getvalue()


def flat(document: TransparencyDocument) -> list[tuple[str, str, int | None]]:
    """Every figure with its measure and key, in a fixed order."""
    figures = document.figures
    rows: list[tuple[str, str, int | None]] = [
        ("cases", "", figures.cases), ("reports", "", figures.reports), ("open", "", figures.open),
        ("closed", "", figures.closed),
    ]  # fmt: skip
    rows += [("cases-by-category", row.key, row.cases) for row in figures.by_category]
    rows += [("reports-by-category", row.key, row.reports) for row in figures.by_category]
    if figures.public_lines is not None:
        rows += [("public-line", key, value) for key, value in msgspec.structs.asdict(figures.public_lines).items()]
    rows += [("refused-by-reason", row.key, row.cases) for row in figures.refusals]
    for name, times in (("acknowledge", figures.acknowledge), ("outcome", figures.outcome)):
        said = msgspec.structs.asdict(times) if times is not None else {"count": None}
        rows += [(f"{name}-time", key, value) for key, value in said.items()]
    rows += [
        ("appeals", "", figures.appeals), ("reversed", "", figures.reversed), ("retracted", "", figures.retracted),
        ("protected-name-hits", "", figures.protected_name_hits),
        ("personal-data-requests", "", figures.personal_data_requests),
        ("personal-data-looks", "", figures.personal_data_looks),
    ]  # fmt: skip
    return rows


def _cell(text: str) -> str:
    """A text that a spreadsheet must not take for a formula."""
    return "'" + text if text[:1] in _FIRST_LETTERS else text
