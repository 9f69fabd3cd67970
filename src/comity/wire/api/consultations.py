"""Consultations with partners, and the experts whom one may ask."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from comity.core.categories import Category
from comity.core.markings import Tlp
from comity.wire.api.parts import Host, Key, Limit, VerdictDocument

_Text = Annotated[str, Meta(max_length=20_000)]
_Topic = Literal[
    "phishing", "malware", "botnet-c2", "unauthorized-access", "spam-vector", "techniques", "evidence", "dns",
    "registration", "tooling", "law", "personal-data", "appeals", "statistics",
]  # fmt: skip
_Language = Literal["en", "ru", "be", "vi", "zh"]
_ErasureReason = Literal["data-subject-request", "legal-order", "sent-by-mistake", "retention-ended"]


class FileBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A picture, PDF or plain text of at most 2 MB; `data` in Base64."""

    name: Annotated[str, Meta(min_length=1, max_length=200)]
    data: Annotated[bytes, Meta(min_length=1, max_length=2_000_000)]


class SayBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is said.  `partner`: to whom, where several take part.  `redact`: addresses in it may be taken out."""

    text: _Text = ""
    partner: Host = ""
    tlp: Tlp | Literal[""] = ""
    language: _Language | Literal[""] = ""
    files: Annotated[tuple[FileBody, ...], Meta(max_length=5)] = ()
    redact: bool = False


class ReplyBody(SayBody, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An answer: something must be said."""

    text: Annotated[str, Meta(min_length=1, max_length=20_000, pattern=r"\S")]


class ConsultBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A question to partners.  `case`: the case it is about; its name and category go along."""

    partners: Annotated[tuple[Host, ...], Meta(min_length=1, max_length=50)]
    subject: Annotated[str, Meta(min_length=1, max_length=200, pattern=r"\S")]
    text: Annotated[str, Meta(min_length=1, max_length=20_000, pattern=r"\S")]
    category: Category | Literal[""] = ""
    topic: _Topic | Literal[""] = ""
    case: Key = ""
    due_at: datetime | None = None
    names_others: bool = False
    tlp: Tlp | Literal[""] = ""
    language: _Language | Literal[""] = ""
    files: Annotated[tuple[FileBody, ...], Meta(max_length=5)] = ()
    redact: bool = False


class SaidDocument(msgspec.Struct, frozen=True):
    """What became of a message with one partner."""

    partner: str
    message: str
    decision: VerdictDocument


class ConsultedDocument(msgspec.Struct, frozen=True):
    """The consultation, and what became of what was said."""

    consultation: str
    said: tuple[SaidDocument, ...]


class EraseMessageBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why it must go.  `again`: ask partners once more who have not confirmed."""

    reason: _ErasureReason
    again: bool = False


class ErasedEntry(msgspec.Struct, frozen=True):
    """An entry that a partner was asked to erase."""

    partner: str
    position: int


class MessageErasedDocument(msgspec.Struct, frozen=True):
    """What came of it: what partners were asked to erase, and what a memorandum withheld."""

    asked: tuple[ErasedEntry, ...]
    withheld: dict[str, VerdictDocument]
    overwritten: bool


class ThreadInShort(msgspec.Struct, frozen=True):
    """One thread of a consultation: with one partner."""

    consultation: str
    thread: str
    partner: str
    asker: str
    subject: str
    state: str
    waiting_for: str
    due_at: datetime | None
    due_rule: str
    due_clause: str
    answered_at: datetime | None
    overdue: bool
    changed_at: datetime


class ConsultationsDocument(msgspec.Struct, frozen=True):
    """Threads, the last changed first."""

    consultations: tuple[ThreadInShort, ...]


class ConsultationsQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which threads; `words`: only those in which all these words stand."""

    box: Literal["open", "waiting-for-us", "waiting-for-them", "ours", "closed", "withheld", "all"] = "open"
    words: Annotated[str, Meta(max_length=200)] = ""
    limit: Limit = 100


class ConsultationFileDocument(msgspec.Struct, frozen=True):
    """A file that goes with a message.  `state`: `whole`, `arriving`, or what is wrong with it."""

    uuid: str
    name: str
    sha256: str
    size: int
    media_type: str
    state: str


class MessageDocument(msgspec.Struct, frozen=True):
    """One message as it was said, and what the memorandum answered; without its words where it is not `readable`."""

    message: str
    readable: bool
    event: str
    party: str
    actor: str
    at: datetime
    tlp: str
    text: str
    verdict: str
    clause: str
    reason: str
    redacted: tuple[str, ...]
    after_close: bool
    erased_at: datetime | None
    files: tuple[ConsultationFileDocument, ...]


class ThreadDocument(msgspec.Struct, frozen=True):
    """A thread whole."""

    summary: ThreadInShort
    others: tuple[str, ...]
    messages: tuple[MessageDocument, ...]


class ConsultationDocument(msgspec.Struct, frozen=True):
    """A consultation whole."""

    consultation: str
    asker: str
    subject: str
    category: str
    topic: str
    language: str
    tlp: str
    registrable: str
    case: str
    threads: tuple[ThreadDocument, ...]


class ExpertBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom one may ask.  A person's `name` needs `consent`: who agreed, when, in what form."""

    role: Annotated[str, Meta(min_length=1, max_length=200)]
    topics: Annotated[tuple[_Topic, ...], Meta(min_length=1, max_length=14)]
    languages: Annotated[tuple[_Language, ...], Meta(min_length=1, max_length=5)]
    contact: Key = ""
    name: Key = ""
    consent: Key = ""
    tlp: Tlp = "TLP:AMBER"


class ExpertDocument(msgspec.Struct, frozen=True):
    """Whom one may ask, here or at a partner."""

    expert: str
    party: str
    role: str
    name: str
    contact: str
    languages: tuple[str, ...]
    topics: tuple[str, ...]
    tlp: str


class ExpertsDocument(msgspec.Struct, frozen=True):
    """The directory."""

    experts: tuple[ExpertDocument, ...]


class ExpertsQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which of them."""

    party: Host = ""
    topic: Key = ""
    language: Key = ""


class ExpertToldDocument(msgspec.Struct, frozen=True):
    """Who it is, and what each memorandum said to telling its partner."""

    expert: str
    told: dict[str, VerdictDocument]
