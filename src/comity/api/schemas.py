"""What the HTTP API takes and gives: one struct for each body, answer and query (docs/reference/api.md).

The OpenAPI document is made from these structs, so it cannot say anything else than the program.  A member that is
not declared is refused with its path.  Times are RFC 3339 in UTC; references are those that people use.
"""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from comity.core.case_score import FrozenScore
from comity.core.categories import Category, Disposition
from comity.core.collateral import Finding

Refs = Annotated[tuple[str, ...], Meta(min_length=1, max_length=1000, description="References of cases.")]
Score = Annotated[float, Meta(ge=0, le=1)]
Limit = Annotated[int, Meta(ge=1, le=1000)]
Words = Annotated[str, Meta(min_length=1, max_length=4000, pattern=r"\S")]
Cursor = Annotated[
    str, Meta(pattern="^[0-9]{0,18}$", description="`next` of the page before; empty for the first one.")
]
Host = Annotated[str, Meta(pattern="^[a-z0-9.-]{0,253}$", description="A name in A-labels.")]


class VerbBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every verb takes: the cases, and why."""

    refs: Refs
    reason: str = ""
    clause: str = ""
    evidence_hash: str = ""
    note: str = ""


class AskBody(VerbBody, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A question to the reporter."""

    question: Words


class InfoBody(VerbBody, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An answer to a question."""

    answer: Words


class ConfirmBody(VerbBody, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A confirmation."""

    disposition: Disposition
    score: Score
    collateral: Annotated[str, Meta(min_length=1, max_length=2000)]
    check: dict[str, str] = {}  # question → `answer` or `answer:source` (docs/spec/cases.md §9)


class AddresseeBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody who is written to; without a language in that of the zone."""

    role: Literal["registrar", "host", "registrant"]
    address: str
    language: str = ""


class NoticeBody(VerbBody, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A notice: `to` names addresses that are not in the directory; `told` whom one given by other means went to."""

    told: tuple[Literal["registrar", "host", "registrant"], ...] = ()
    to: tuple[AddresseeBody, ...] = ()
    by_other_means: bool = False


class OutcomeBody(VerbBody, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An outcome code (docs/spec/cases.md)."""

    outcome: str


class WithdrawBody(VerbBody, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A withdrawal."""

    outcome: str = "withdrawn"


class ActionBody(VerbBody, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An action."""

    action: Literal["delegation-ended", "sinkhole", "cleaned"]


class HoldBody(VerbBody, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A proposal to hold; `registrant` is where the holder of the name is told of it, for one case."""

    score: Score | None = None
    registrant: str = ""
    registrant_language: str = ""


class MergeBody(VerbBody, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The case that others follow."""

    into: str


class DecisionBody(VerbBody, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The decision of an appeal."""

    decision: Literal["granted", "upheld", "interim_restore"]


class OpenHeldBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Protected names whose held reports become cases."""

    names: Annotated[tuple[str, ...], Meta(min_length=1, max_length=100)]
    category: Category | None = None
    reason: str = ""
    note: str = ""


class NamesBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Names to fold."""

    names: Annotated[tuple[str, ...], Meta(min_length=1, max_length=1000)]


class ReasonDocument(msgspec.Struct, frozen=True):
    """One reason why not."""

    code: str
    message: str


class VerbDocument(msgspec.Struct, frozen=True):
    """What a verb did, and for each case it did not touch all the reasons."""

    done: tuple[str, ...]
    refused: dict[str, tuple[ReasonDocument, ...]]


class CaseDocument(msgspec.Struct, frozen=True):
    """A case."""

    uuid: str
    ref: str
    registrable: str
    category: str
    episode: int
    zone: str
    party: str
    state: str
    severity: str
    disposition: str
    outcome: str
    action: str
    protected: str
    report_count: int
    event_count: int
    opened_at: datetime
    changed_at: datetime
    closed_at: datetime | None


class CasesDocument(msgspec.Struct, frozen=True):
    """A page of cases in the order in which they were opened; `next` is empty on the last page."""

    cases: tuple[CaseDocument, ...]
    next: str


class EntryDocument(msgspec.Struct, frozen=True):
    """One entry of a case."""

    seq: int
    event: str
    from_state: str
    to_state: str
    at: datetime
    party: str
    actor: str
    role: str
    reason: str
    clause: str
    evidence_hash: str
    note: str
    disposition: str
    outcome: str
    action: str
    score: float | None
    collateral: str
    related: str
    evidence: FrozenScore | None
    check: tuple[Finding, ...]
    told: tuple[str, ...]


class EntriesDocument(msgspec.Struct, frozen=True):
    """The time line of a case."""

    entries: tuple[EntryDocument, ...]


class DecisionDocument(msgspec.Struct, frozen=True):
    """What a memorandum answered."""

    partner: str
    direction: str
    kind: str
    memorandum: str
    verdict: str
    clause: str
    reason: str
    report: str
    redacted: tuple[str, ...]
    at: datetime


class DecisionsDocument(msgspec.Struct, frozen=True):
    """Every decision about a case."""

    decisions: tuple[DecisionDocument, ...]


class ReportDocument(msgspec.Struct, frozen=True):
    """A stored report; `report` is comity-report/1 (docs/spec/report.md)."""

    report_id: str
    standing: str
    registrable: str
    host: str
    zone: str
    category: str
    reporter_kind: str
    received_at: datetime
    report: dict[str, Any]


class ReportsDocument(msgspec.Struct, frozen=True):
    """A page of reports in the order in which they were stored; `next` is empty on the last page."""

    reports: tuple[ReportDocument, ...]
    next: str


class FiledDocument(msgspec.Struct, frozen=True):
    """What came of reports: every one is accepted, a duplicate, foreign, held or rejected with all reasons, by line."""

    read: int
    accepted: int
    duplicate: int
    foreign: int
    held: int
    cases_opened: int
    rejected: dict[str, tuple[ReasonDocument, ...]]
    status_token: str


class ReportStateDocument(msgspec.Struct, frozen=True):
    """Where a report stands."""

    report_id: str
    name: str
    category: str
    state: str
    outcome: str
    public_line: str | None
    party: str
    reported_at: datetime
    changed_at: datetime
    closed_at: datetime | None


class StatusDocument(msgspec.Struct, frozen=True):
    """A reporter's own reports, the newest first."""

    reports: tuple[ReportStateDocument, ...]


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


class LedgerDocument(msgspec.Struct, frozen=True):
    """One direction of a link."""

    direction: str
    origin: str
    size: int
    receipt_size: int
    root: str


class LinkDocument(msgspec.Struct, frozen=True):
    """A link; `lag_entries` is how many entries the partner has not acknowledged yet."""

    partner: str
    url: str
    state: str
    reason: str
    lag_entries: int
    last_try_at: datetime | None
    last_receipt_at: datetime | None
    last_error: str
    ledgers: tuple[LedgerDocument, ...]


class LinksDocument(msgspec.Struct, frozen=True):
    """All links."""

    links: tuple[LinkDocument, ...]


class NameDocument(msgspec.Struct, frozen=True):
    """What a text folds to, or why it does not."""

    input: str
    name: str
    unicode: str
    registrable: str
    suffix: str
    zone: str
    party: str
    error: str
    message: str


class NamesDocument(msgspec.Struct, frozen=True):
    """Names in the order asked, and the version of the Public Suffix List used."""

    names: tuple[NameDocument, ...]
    psl_version: str


class CasesQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which cases."""

    state: Annotated[str, Meta(pattern="^[a-z_]{0,16}$")] = ""
    zone: Host = ""
    category: Category | Literal[""] = ""
    party: Host = ""
    registrable: Host = ""
    protected: bool = False
    cursor: Cursor = ""
    limit: Limit = 100


class PageQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which page."""

    cursor: Cursor = ""
    limit: Limit = 100


class WaitingQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which reports that opened no case."""

    standing: Literal["held", "foreign"] = "held"
    zone: Host = ""
    category: Category | Literal[""] = ""
    cursor: Cursor = ""
    limit: Limit = 100


class NoQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Nothing is asked."""


class ProblemDocument(msgspec.Struct, frozen=True):
    """An error (RFC 9457); `code` is stable."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    item: str = ""
