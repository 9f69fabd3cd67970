"""Memoranda: which there are, the texts that were signed, what they answer, and what another text would answer."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from comity.core.disclosure import TraceStep
from comity.wire.api.parts import Host, Key

Language = Literal["en", "ru", "be", "vi", "zh-hans"]


class MemorandumDocument(msgspec.Struct, frozen=True):
    """One version of a memorandum."""

    urn: str
    version: int
    digest: str
    partner: str
    status: str
    changed_at: datetime


class MemorandaDocument(msgspec.Struct, frozen=True):
    """All versions of all memoranda."""

    memoranda: tuple[MemorandumDocument, ...]


class MemorandumTextDocument(msgspec.Struct, frozen=True):
    """One version with its text; `body` is exactly what was hashed and signed, and `signatures` who signed it."""

    urn: str
    version: int
    digest: str
    partner: str
    status: str
    changed_at: datetime
    body: msgspec.Raw
    signatures: msgspec.Raw


class ExplainBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What would be decided now about this report (comity-report/1)?  `partner` empty: the party of the name's zone."""

    report: dict[str, Any]
    partner: Host = ""
    kind: Key = ""
    language: Language = "en"


class ExplanationDocument(msgspec.Struct, frozen=True):
    """An answer of a memorandum with every clause visited, also in words."""

    partner: str
    kind: str
    name: str
    verdict: str
    clause: str
    reason: str
    redacted: tuple[str, ...]
    hold_for: str
    lines: tuple[str, ...]
    trace: tuple[TraceStep, ...]


class PreviewQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many reports are shown one by one."""

    limit: Annotated[int, Meta(ge=0, le=500)] = 20


class TotalDocument(msgspec.Struct, frozen=True):
    """How many reports get one answer."""

    verdict: str
    clause: str
    reason: str
    reports: int


class PreviewedDocument(msgspec.Struct, frozen=True):
    """One report as the memorandum would answer it, and what the partner would read (null: nothing)."""

    report: str
    ref: str
    registrable: str
    kind: str
    verdict: str
    clause: str
    reason: str
    partner_reads: dict[str, Any] | None


class PreviewDocument(msgspec.Struct, frozen=True):
    """What a partner would see of our open cases.  Nothing is stored or sent."""

    partner: str
    totals: tuple[TotalDocument, ...]
    reports: tuple[PreviewedDocument, ...]


class CompareBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Another text (`draft`: a memorandum as YAML or JSON, or a signed document), and for how many days back."""

    draft: Annotated[str, Meta(min_length=1, max_length=500_000)]
    days: Annotated[int, Meta(ge=1, le=366)] = 30
    limit: Annotated[int, Meta(ge=0, le=500)] = 50


class ComparedRow(msgspec.Struct, frozen=True):
    """How many items get one answer now, and how many then."""

    verdict: str
    clause: str
    reason: str
    now: int
    then: int


class ComparedItem(msgspec.Struct, frozen=True):
    """An item that the other text would answer differently."""

    registrable: str
    ref: str
    category: str
    kind: str
    at: datetime
    verdict_now: str
    clause_now: str
    verdict_then: str
    clause_then: str


class ComparisonDocument(msgspec.Struct, frozen=True):
    """The comparison; `in_force` is the digest of the text in force, empty where there is none."""

    partner: str
    in_force: str
    days: int
    items: int
    cut: bool
    rows: tuple[ComparedRow, ...]
    would_change: int
    changed: tuple[ComparedItem, ...]
