"""Findings of sweeps as the API tells them, the verbs that end an enquiry, and the sweeps themselves."""

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from comity.core.categories import Category
from comity.core.enquiries import LONGEST_NOTE, MOST_AT_ONCE, Dismissal
from comity.core.findings import EnquiryState, FindingKind
from comity.wire.api.parts import Host, Key, ReasonDocument, Score

_Page = Annotated[int, Meta(ge=1, le=10_000)]
_Number = Annotated[int, Meta(ge=1, le=2**62)]
_Numbers = Annotated[
    tuple[_Number, ...], Meta(min_length=1, max_length=MOST_AT_ONCE, description="Numbers of findings.")
]
_Note = Annotated[str, Meta(max_length=LONGEST_NOTE)]


class FindingsQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which findings; an empty word asks for nothing.  `score`: at least so high."""

    zone: Host = ""
    kind: FindingKind | Literal[""] = ""
    state: EnquiryState | Literal["all"] = "open"
    name: Host = ""
    subject: Key = ""
    score: Score = 0.0
    page: _Page = 1


class FindingDocument(msgspec.Struct, frozen=True):
    """One finding and its enquiry.  `explanation` is English; `case`: a reference, empty where there is none.

    `first_sweep`, `last_sweep`: runs; empty where it was found beside them, by a partner's warning or as a sibling.
    """

    finding: int
    zone: str
    name: str
    kind: str
    subject: str
    reason: str
    detail: tuple[str, ...]
    explanation: str
    score: float
    state: str
    found_at: datetime
    seen_at: datetime
    first_sweep: str
    last_sweep: str
    ended_at: datetime | None
    ended_by: str
    why: str
    reopened: str
    former_why: str
    case: str


class FindingsDocument(msgspec.Struct, frozen=True):
    """A page of findings, the highest score first; `next` is 0 on the last page.  `total` is counted to 10,000."""

    findings: tuple[FindingDocument, ...]
    next: int
    total: int


class EnquiryEntryDocument(msgspec.Struct, frozen=True):
    """What happened to an enquiry."""

    event: str
    actor: str
    role: str
    reason: str
    note: str
    score: float
    at: datetime


class FindingWholeDocument(msgspec.Struct, frozen=True):
    """A finding with what happened to it, in order."""

    finding: FindingDocument
    entries: tuple[EnquiryEntryDocument, ...]


class DismissFindingsBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Findings that are nothing to pursue, and why."""

    findings: _Numbers
    reason: Dismissal
    note: _Note = ""


class OpenFindingsBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Findings that are to become reports of a category."""

    findings: _Numbers
    category: Category
    note: _Note = ""


class RefusedFindingDocument(msgspec.Struct, frozen=True):
    """A finding that was left as it is, and every reason why."""

    finding: int
    reasons: tuple[ReasonDocument, ...]


class EndedFindingDocument(msgspec.Struct, frozen=True):
    """A finding whose enquiry was ended; `case` where it has one now."""

    finding: int
    case: str


class FindingsEndedDocument(msgspec.Struct, frozen=True):
    """What a verb did."""

    done: tuple[EndedFindingDocument, ...]
    refused: tuple[RefusedFindingDocument, ...]


class SweptZoneDocument(msgspec.Struct, frozen=True):
    """One zone of a sweep.  `found` by kind, `kept` of these as enquiries, `changes` since the snapshot before."""

    zone: str
    as_of: date
    serial: int
    names: int
    found: dict[str, int]
    kept: dict[str, int]
    changes: dict[str, int]


class SweepDocument(msgspec.Struct, frozen=True):
    """One run that was taken in."""

    sweep: str
    state: str
    engine: str
    plan_hash: str
    begun_at: datetime
    seconds: float
    zones: tuple[SweptZoneDocument, ...]


class SweepsDocument(msgspec.Struct, frozen=True):
    """A page of sweeps, the newest first; `next` is 0 on the last page."""

    sweeps: tuple[SweepDocument, ...]
    next: int


class SweepsQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which page."""

    page: _Page = 1
