"""Looks at names, newest first: written once, never changed."""

from datetime import datetime
from typing import Final

import msgspec

from comity.core.observations import ObservationKind, Observed, Registration, Resolution
from comity.store.models import Observation
from comity.wire.canonical import canonical

_VALUE: Final[dict[str, type[Registration] | type[Resolution]]] = {
    "rdap": Registration,
    "epp": Registration,
    "dns": Resolution,
}


def add_observation(
    registrable: str, kind: ObservationKind, value: Registration | Resolution | None, *, at: datetime, error: str = ""
) -> None:
    """Keep one look.  `error` is the code of what went wrong where there is no value."""
    body = canonical(msgspec.to_builtins(value)) if value is not None else b""
    Observation.objects.create(registrable=registrable, kind=kind, error=error, body=body, at=at)


def newest(registrable: str, kind: ObservationKind) -> Observed | None:
    """Find the newest look of a kind that learned something, or the newest that failed where none ever did."""
    rows = Observation.objects.filter(registrable=registrable, kind=kind).order_by("-id")
    row = rows.filter(error="").first() or rows.first()
    if row is None:
        return None
    value = msgspec.json.decode(row.body, type=_VALUE[kind]) if row.body else None
    return Observed(kind, row.at, value, row.error)
