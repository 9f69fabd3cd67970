"""Looks at names, newest first: written once, never changed."""

from datetime import datetime
from typing import Final, cast

import msgspec

from comity.core.observations import NOT_REGISTERED, ObservationKind, Observed, Registration, Resolution
from comity.store.models import Observation
from comity.wire.canonical import canonical

_VALUE: Final[dict[ObservationKind, type[Registration] | type[Resolution]]] = {
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
    row = rows.filter(error__in=("", NOT_REGISTERED)).first() or rows.first()
    if row is None:
        return None
    return _observed(row)


def newest_looks(registrable: str) -> list[tuple[Observed, Observed | None]]:
    """For each kind that was asked: the newest look, and if it failed, the newest one that learned something."""
    found = []
    for kind in _VALUE:
        row = Observation.objects.filter(registrable=registrable, kind=kind).order_by("-id").first()
        if row is not None:
            look = _observed(row)
            learned = newest(registrable, kind) if look.value is None else None
            found.append((look, learned if learned is not None and learned.value is not None else None))
    return found


def _observed(row: Observation) -> Observed:
    kind = cast("ObservationKind", row.kind)
    value = msgspec.json.decode(row.body, type=_VALUE[kind]) if row.body else None
    return Observed(kind, row.at, value, row.error)
