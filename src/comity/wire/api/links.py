"""Links to partners: how each one stands, how long its ledgers are, what waits, and what is wrong."""

from datetime import datetime

import msgspec


class AlarmDocument(msgspec.Struct, frozen=True):
    """An alarm by its code: docs/how-to/doctor.md says what it means and what to do."""

    code: str
    severity: str
    about: str
    detail: str


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
    alarms: tuple[AlarmDocument, ...] = ()


class LinksDocument(msgspec.Struct, frozen=True):
    """All links."""

    links: tuple[LinkDocument, ...]
