"""What an entry says, whatever its kind: the payload as a value, and the files that it names by hash.

For whoever reads entries without applying them (an evidence package, an account of a case).  A kind that this version
does not know is a `PayloadProblem` like a payload that cannot be read: such an entry is proven all the same.
"""

from collections.abc import Callable
from typing import Final

from comity.wire.notices import (
    ErasedPayload,
    ErasurePayload,
    MarkingPayload,
    parse_erased,
    parse_erasure,
    parse_marking,
)
from comity.wire.stix import CaseEventPayload, PayloadProblem, ReportPayload, parse_case_event, parse_report

Said = ReportPayload | CaseEventPayload | MarkingPayload | ErasurePayload | ErasedPayload

SAMPLE: Final = "sample"  # the file that `sha256` of a report names

_READERS: Final[dict[str, Callable[[bytes], Said | PayloadProblem]]] = {
    "report": parse_report,
    "correction": parse_report,
    "case-event": parse_case_event,
    "marking": parse_marking,
    "erasure": parse_erasure,
    "erased": parse_erased,
}


def read_said(kind: str, payload: bytes) -> Said | PayloadProblem:
    """Read what an entry says (docs/spec/entries.md)."""
    reader = _READERS.get(kind)
    return PayloadProblem("unknown-kind", kind) if reader is None else reader(payload)


def name_attachments(said: Said | PayloadProblem) -> tuple[tuple[str, str], ...]:
    """List the files that a report or its correction names by hash: (what it is, SHA-256), each once."""
    if not isinstance(said, ReportPayload):
        return ()
    named: list[tuple[str, str]] = [(piece.kind, piece.sha256) for piece in said.report.evidence if piece.sha256]
    if said.report.sha256:
        named.append((SAMPLE, said.report.sha256))
    return tuple(dict.fromkeys(named))
