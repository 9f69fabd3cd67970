"""What a registry keeps beside its cases: zones, registrars, reporters, statistics."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from comity.core.registrars import Language, Registrar
from comity.wire.api.parts import Host, Key, Limit, VerdictDocument

_PeriodName = Annotated[
    str, Meta(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2]|H[12])$", description="A month (2026-11) or a half-year (2026-H2).")
]


class ZonesDocument(msgspec.Struct, frozen=True):
    """Zone → the authority profile that holds for it."""

    zones: dict[str, str]


class ZoneDocument(msgspec.Struct, frozen=True):
    """Who may do what in a zone; `unknown_for_hold` names what must be known before a hold can be planned."""

    zone: str
    profile: dict[str, Any]
    basis: str
    unknown_for_hold: tuple[str, ...]


class RegistrarBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A row of the directory; a handle that is there already is changed."""

    handle: Annotated[str, Meta(min_length=1, max_length=80)]
    name: Annotated[str, Meta(min_length=1, max_length=200)]
    email: Annotated[str, Meta(min_length=3, max_length=300)]
    language: Language
    iana_id: Annotated[str, Meta(max_length=20)] = ""
    zones: Annotated[tuple[str, ...], Meta(max_length=50)] = ()


class RegistrarsDocument(msgspec.Struct, frozen=True):
    """The directory of registrars."""

    registrars: tuple[Registrar, ...]


class RegistrarPutDocument(msgspec.Struct, frozen=True):
    """The row as it is kept."""

    registrar: Registrar
    is_new: bool


class RegistrarRemovedDocument(msgspec.Struct, frozen=True):
    """The handle that was taken out."""

    handle: str


class FiguresDocument(msgspec.Struct, frozen=True):
    """How good reports were found; `precision` is null where too few were decided."""

    confirmed: int
    dismissed: int
    reversed: int
    withdrawn: int
    open: int
    not_counted: int
    precision: float | None
    precision_low: float | None
    precision_high: float | None


class ReporterDocument(msgspec.Struct, frozen=True):
    """A reporter: of the last 90 days and of all."""

    number: int
    key: str
    name: str
    kind: str
    standing: str
    recent: FiguresDocument
    all: FiguresDocument


class ReportersDocument(msgspec.Struct, frozen=True):
    """A page of reporters in the order in which they came; `next` is empty on the last page."""

    reporters: tuple[ReporterDocument, ...]
    next: str


class JudgementDocument(msgspec.Struct, frozen=True):
    """What a supervisor decided about a reporter."""

    verb: str
    actor: str
    reason: str
    until: datetime | None
    at: datetime


class ReporterWholeDocument(msgspec.Struct, frozen=True):
    """A reporter, and what people decided."""

    reporter: ReporterDocument
    decisions: tuple[JudgementDocument, ...]


class JudgeBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why; the reporter is shown it.  `until` empty: until somebody decides otherwise."""

    reason: Annotated[str, Meta(min_length=1, max_length=4000, pattern=r"\S")]
    until: datetime | None = None


class StatementDocument(msgspec.Struct, frozen=True):
    """What one party stated to the other about a period, and how it stands."""

    digest: str
    period: str
    partner: str
    reporter: str
    answerer: str
    stated_by: str
    state: str
    why: str
    paths: tuple[str, ...]
    stated_at: datetime
    answered_at: datetime | None


class StatementsDocument(msgspec.Struct, frozen=True):
    """Statements."""

    statements: tuple[StatementDocument, ...]


class StatementsQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which statements."""

    partner: Host = ""
    period: Key = ""
    limit: Limit = 100


class StatementWholeDocument(msgspec.Struct, frozen=True):
    """A statement with the document that was signed (null: erased)."""

    statement: StatementDocument
    document: dict[str, Any] | None


class OwnFiguresDocument(msgspec.Struct, frozen=True):
    """This node's own figures of a period (docs/spec/statistics.md)."""

    period: str
    figures: dict[str, Any]


class ProposeFiguresBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """About which period, to which partner."""

    partner: Annotated[str, Meta(min_length=1, max_length=253)]
    period: _PeriodName


class ProposedDocument(msgspec.Struct, frozen=True):
    """The statement that was signed, and whether the memorandum let it go."""

    digest: str
    decision: VerdictDocument


class CosignedDocument(msgspec.Struct, frozen=True):
    """What the recount found: `agreed`, `differs` or `waits`; where it differs and why."""

    digest: str
    state: str
    why: str
    paths: tuple[str, ...]


class ReleaseBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """About which period; `confirm` false: it is only shown."""

    period: _PeriodName
    confirm: bool = False


class ReleaseDocument(msgspec.Struct, frozen=True):
    """What the public reads; `released` is its digest, empty where it was only shown."""

    released: str
    document: dict[str, Any]
