"""Plans of action: what is to be done to which names, who agreed, and how far it has come (docs/spec/plans.md)."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from comity.core.plans import Plan
from comity.wire.api.parts import Limit, Note, ReasonDocument, Refs


class MakePlanBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The cases whose names are to be held."""

    refs: Refs


class RestoreNamesBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The cases whose names come back, and why."""

    refs: Refs
    why: Literal["cure", "appeal", "interim"]


class ApproveBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`bulk`: so many names are meant."""

    bulk: bool = False
    note: Note = ""


class RefuseBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why the plan is refused, as a code and in words."""

    reason: Annotated[str, Meta(min_length=1, max_length=300)]
    note: Note = ""


class CarryOutBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`confirm` is the word `really`: names go out of the zone."""

    confirm: Literal["really"]


class PlanMadeDocument(msgspec.Struct, frozen=True):
    """A plan, or for each case all the reasons why there is none.  `state`: `shown`, `proposed`, or empty."""

    hash: str
    state: str
    plan: Plan | None
    refused: dict[str, tuple[ReasonDocument, ...]]


class PlanInShort(msgspec.Struct, frozen=True):
    """A plan without its steps."""

    hash: str
    state: str
    kind: str
    proposer: str
    names: tuple[str, ...]
    approvals: int
    bulk: bool
    made_at: datetime
    changed_at: datetime


class PlansDocument(msgspec.Struct, frozen=True):
    """Plans, the newest first."""

    plans: tuple[PlanInShort, ...]


class PlansQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which plans."""

    state: Literal["", "proposed", "approved", "carrying-out", "done", "failed-partly", "refused", "expired"] = ""
    limit: Limit = 100


class VoteDocument(msgspec.Struct, frozen=True):
    """What one person said about a plan."""

    actor: str
    vote: str
    bulk: bool
    note: str
    at: datetime


class PlanStepDocument(msgspec.Struct, frozen=True):
    """How far one name of a plan has come."""

    name: str
    state: str
    code: str
    message: str


class PlanDocument(msgspec.Struct, frozen=True):
    """A plan whole, who said what about it, and how far it has come."""

    hash: str
    state: str
    changed_at: datetime
    plan: Plan
    votes: tuple[VoteDocument, ...]
    steps: tuple[PlanStepDocument, ...]


class PlanAnswerDocument(msgspec.Struct, frozen=True):
    """Where the plan stands now; `reasons` say why it was not changed."""

    hash: str
    state: str
    reasons: tuple[ReasonDocument, ...]
