"""What stays of a report when it is erased, and what must not be quoted any more (docs/spec/entries.md §8).

A case must stay understandable: which name, which category, when seen, how strong the evidence was by its kinds.  All
words that people wrote go, with the address beyond its host, the hashes of evidence, and every class of personal data.
The name itself stays: the case is about it.  Pure values; who asks for an erasure and who is told is a flow's matter.
"""

from collections.abc import Iterable
from typing import Final

import msgspec

from comity.core.personal_data import MASK, addresses_in
from comity.core.reports import Evidence, Report

ERASED: Final = "erased"  # the tag that says so where a report is shown
_SHORTEST: Final = 4  # shorter texts stand by chance in other words
_WRITTEN: Final = (
    "name", "url", "narrative", "requested_action", "legal_basis", "already_reported_to", "sandbox_report",
    "linked_report", "source_ref",
)  # fmt: skip


def reduce_report(report: Report, *, host: str) -> Report:
    """Give what stays of a report about a host (an A-label)."""
    return Report(
        name=host,
        host=host,
        category=report.category,
        report_id=report.report_id,
        observed_at=report.observed_at,
        verified_at=report.verified_at,
        reported_at=report.reported_at,
        tlp=report.tlp,
        confidence=report.confidence,
        disposition=report.disposition,
        good_faith=report.good_faith,
        machine_only=report.machine_only,
        tags=(ERASED,),
        evidence=tuple(Evidence(kind=piece.kind, captured_at=piece.captured_at) for piece in report.evidence),
    )


def is_reduced(report: Report, *, host: str) -> bool:
    """Answer whether a report is erased already: there is nothing left to take out."""
    return report == reduce_report(report, host=host)


def erased_texts(report: Report, *, host: str, also: Iterable[str] = ()) -> tuple[str, ...]:
    """List the texts that an erasure takes out, the longest first; `also` are words that the person who erases adds."""
    written = [getattr(report, field) for field in _WRITTEN]
    written += [piece.note for piece in report.evidence]
    written += report.personal_data.values()
    written += [line for text in written for line in text.splitlines()]
    found = {text.strip() for text in written} | {one for text in written for one in addresses_in(text)}
    found = {text for text in found if len(text) >= _SHORTEST and text.casefold() not in host}
    return tuple(sorted(found | {text for text in also if text}, key=lambda text: (-len(text), text)))


def mask_quotes(text: str, texts: Iterable[str]) -> str:
    """Put a word in place of everything in a text that an erasure takes out; `texts` are the longest first."""
    for erased in texts:
        text = text.replace(erased, MASK)
    return text


def quotes(payload: msgspec.Struct, texts: Iterable[str]) -> bool:
    """Answer whether a text of a payload quotes what is erased."""
    values = [value for value in msgspec.structs.astuple(payload) if isinstance(value, str)]
    return any(mask_quotes(value, texts) != value for value in values)
