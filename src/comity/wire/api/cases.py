"""Cases as they are read: the case, its time line, its clocks, its files, and what partners were or would be told."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from comity.core.case_score import FrozenScore
from comity.core.categories import Category
from comity.core.collateral import Finding
from comity.core.markings import Tlp
from comity.wire.api.parts import Cursor, Host, Key, Limit, VerdictDocument


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


class CaseInShort(msgspec.Struct, frozen=True):
    """Another case that a case has to do with."""

    ref: str
    registrable: str
    category: str
    episode: int
    state: str
    outcome: str
    opened_at: datetime
    closed_at: datetime | None


class AttachmentDocument(msgspec.Struct, frozen=True):
    """An attached file, without its octets."""

    uuid: str
    sha256: str
    size: int
    media_type: str
    name: str
    kind: str
    tlp: Tlp
    party: str
    actor: str
    role: str
    at: datetime
    erased: bool


class AttachmentsDocument(msgspec.Struct, frozen=True):
    """The files of a case that the caller may read; `unreadable` is how many there are beside them."""

    attachments: tuple[AttachmentDocument, ...]
    unreadable: int


class AttachedDocument(msgspec.Struct, frozen=True):
    """What was kept: its type by its octets, and its hash."""

    uuid: str
    sha256: str
    media_type: str
    size: int


class AttachQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the octets of the body are."""

    name: Annotated[str, Meta(min_length=1, max_length=200)]
    kind: Literal[
        "screenshot", "mail", "sandbox-report", "log", "document", "other", "traffic", "live-check", "second-source"
    ]
    tlp: Tlp = "TLP:AMBER"


class WhyBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why personal data is looked at; it is kept."""

    reason: Annotated[str, Meta(min_length=1, max_length=300, pattern=r"\S")]


class ErasedDocument(msgspec.Struct, frozen=True):
    """Whether the octets are overwritten already (docs/how-to/erase.md)."""

    erased: bool
    overwritten: bool


class WantedDocument(msgspec.Struct, frozen=True):
    """A line of the checklist of evidence."""

    field: str
    need: str
    is_there: bool


class StudyDocument(msgspec.Struct, frozen=True):
    """What was computed about a case: score, checklist, collateral, look-alike, sensible next step, relatives."""

    score: FrozenScore | None
    checklist: tuple[WantedDocument, ...]
    collateral: tuple[Finding, ...]
    reads_like: str
    reads_like_list: str
    next_event: str
    next_why: str
    episodes: tuple[CaseInShort, ...]
    parent: CaseInShort | None
    followers: tuple[CaseInShort, ...]
    confirm_score: float
    hold_score: float


class PauseDocument(msgspec.Struct, frozen=True):
    """A time for which a clock stood still."""

    reason: str
    since: datetime
    until: datetime
    open: bool


class ClockDocument(msgspec.Struct, frozen=True):
    """A clock of a case; spans are seconds of the time that counts."""

    kind: str
    number: int
    by: str
    to: str
    clause: str
    memorandum: str
    limit: str
    state: str
    allowed_seconds: float
    used_seconds: float
    started_at: datetime
    due_at: datetime
    stopped_at: datetime | None
    pauses: tuple[PauseDocument, ...]


class ClocksDocument(msgspec.Struct, frozen=True):
    """The clocks of a case, the oldest first."""

    ref: str
    due_at: datetime | None
    clocks: tuple[ClockDocument, ...]


class DueDocument(msgspec.Struct, frozen=True):
    """A case with a running clock."""

    ref: str
    registrable: str
    category: str
    state: str
    severity: str
    due_at: datetime | None


class DueListDocument(msgspec.Struct, frozen=True):
    """Cases with a running clock, the one that is due first at the top."""

    cases: tuple[DueDocument, ...]


class LimitQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many at most."""

    limit: Limit = 100


class ToldDocument(msgspec.Struct, frozen=True):
    """One entry of our ledger as the partner reads it."""

    partner: str
    at: datetime
    kind: str
    subject: str
    event: str
    state: str
    fields: dict[str, Any]


class WouldTellDocument(msgspec.Struct, frozen=True):
    """One thing that could be told now, and what the memorandum says to it."""

    partner: str
    kind: str
    event: str
    report: str
    decision: VerdictDocument
    fields: dict[str, Any]


class ToldListDocument(msgspec.Struct, frozen=True):
    """What partners were told of a case, the newest first, and what they would be told now."""

    told: tuple[ToldDocument, ...]
    would_tell: tuple[WouldTellDocument, ...]


class EvidenceQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Of what passed between this partner and us alone; empty: of all partners."""

    partner: Host = ""


class AppealDocument(msgspec.Struct, frozen=True):
    """An appeal that waits; who was involved in the case does not decide it."""

    ref: str
    registrable: str
    category: str
    role: str
    filed_at: datetime
    text: str
    involved: tuple[str, ...]


class AppealsDocument(msgspec.Struct, frozen=True):
    """Appeals that wait, the oldest first."""

    appeals: tuple[AppealDocument, ...]


class LetterDocument(msgspec.Struct, frozen=True):
    """A letter to a registrar, host or registrant; `answer` is what the mail server said last."""

    number: int
    ref: str
    recipient: str
    subject: str
    state: str
    tries: int
    answer: str
    queued_at: datetime
    next_try_at: datetime | None
    sent_at: datetime | None


class LettersDocument(msgspec.Struct, frozen=True):
    """Letters, the newest first."""

    letters: tuple[LetterDocument, ...]


class LettersQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which letters."""

    state: Key = ""
    limit: Limit = 100
