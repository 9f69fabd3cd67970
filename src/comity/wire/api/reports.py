"""Reports and names: filed, where they stand, those that opened no case, and what a name folds to."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from comity.core.categories import Category
from comity.wire.api.parts import Cursor, Host, Limit, ReasonDocument


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


class WaitingQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which reports that opened no case."""

    standing: Literal["held", "foreign"] = "held"
    zone: Host = ""
    category: Category | Literal[""] = ""
    cursor: Cursor = ""
    limit: Limit = 100


class NamesBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Names to fold."""

    names: Annotated[tuple[str, ...], Meta(min_length=1, max_length=1000)]


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


class LookBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A domain, a host or a URL, defanged or not."""

    name: Annotated[str, Meta(min_length=1, max_length=2000)]


class LookDocument(msgspec.Struct, frozen=True):
    """One look: what was learned (as RDAP or the DNS said it), or the code of what went wrong."""

    kind: str
    at: datetime
    error: str
    value: dict[str, Any] | None


class LooksDocument(msgspec.Struct, frozen=True):
    """What was looked at now; it is kept with the name."""

    name: str
    looks: tuple[LookDocument, ...]
