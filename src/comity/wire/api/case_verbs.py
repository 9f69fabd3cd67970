"""The verbs of the desk: what each takes beside the cases, and what all of them answer (docs/spec/cases.md)."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from comity.core.categories import Category, Disposition
from comity.wire.api.parts import Key, Note, ReasonDocument, Refs, Score, Words


class VerbBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every verb takes: the cases, and why."""

    refs: Refs
    reason: Key = ""
    clause: Key = ""
    evidence_hash: Key = ""
    note: Note = ""


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
    reason: Key = ""
    note: Note = ""


class VerbDocument(msgspec.Struct, frozen=True):
    """What a verb did, and for each case it did not touch all the reasons."""

    done: tuple[str, ...]
    refused: dict[str, tuple[ReasonDocument, ...]]


class AssignBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who works on cases: `to` names an account of the desk; empty: nobody."""

    refs: Refs
    to: Annotated[str, Meta(max_length=150)] = ""


class NoteBody(VerbBody, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Words beside a case."""

    note: Words


class PauseBody(VerbBody, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Clocks that stand still; `awaited` says what is waited for."""

    awaited: Literal["awaiting_reporter", "awaiting_partner", "court_order_pending"]


class StepBody(VerbBody, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A step of the table that has no verb of its own."""

    event: Literal["recurrence_seen", "act_deadline_passed"]
    outcome: Key = ""


class NothingBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Nothing is said beside the address: `{}`."""
