"""What was put to the memorandum about a partner in the last days, read again as it was then: reports and case events.

The index of decisions is walked from the newest back, a bounded number of rows; what was erased since cannot be asked
again and is left out.  A protected name counts as agreed to by two where it was let go at the time.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

import msgspec

from comity.core.disclosure import DUAL_CONTROL, KINDS, VERDICTS, Kind
from comity.core.reports import Report
from comity.store.models import Decision

_decode: Final = msgspec.json.Decoder(Report).decode


class PastItem(msgspec.Struct, frozen=True):
    """One item as it was asked about; `report` is None for what happened to a case."""

    pk: int
    registrable: str
    zone: str
    category: str
    case_ref: str
    kind: Kind
    at: datetime
    protected: str
    approvals: int
    report: Report | None


def read_past_items(partner: str, *, since: datetime, most: int) -> tuple[list[PastItem], bool]:
    """Give the newest items since a time, oldest first, at most `most`; and whether there were more."""
    found: list[tuple[datetime, int]] = []
    for verdict in VERDICTS:  # the index goes on with the time only where the verdict is known
        rows = Decision.objects.filter(partner=partner, direction="out", verdict=verdict, at__gte=since)
        found += rows.order_by("-at", "-pk").values_list("at", "pk")[: most + 1]
    newest = sorted(found, reverse=True)[: most + 1]
    pks = [pk for _at, pk in newest[:most]]
    items = [item for start in range(0, len(pks), 500) for item in _read(pks[start : start + 500])]
    return sorted(items, key=lambda item: (item.at, item.pk)), len(newest) > most


def _read(pks: list[int]) -> list[PastItem]:
    rows: Iterable[tuple[Any, ...]] = (
        Decision.objects.filter(pk__in=pks, kind__in=KINDS)
        .order_by("at", "pk")
        .values_list(
            "pk", "kind", "at", "verdict", "report__registrable", "report__zone", "report__body", "case__registrable",
            "case__zone", "case__category", "case__ref", "case__protected",
        )
    )  # fmt: skip
    items = []
    for pk, kind, at, verdict, name, zone, body, case_name, case_zone, category, ref, protected in rows:
        if body is None and case_name is None:
            continue
        report = None if body is None else _decode(bytes(body))
        let_go = bool(protected) and verdict in {"send", "send-redacted"}
        items.append(
            PastItem(
                pk=pk, registrable=name or case_name, zone=zone or case_zone,
                category=report.category if report else category, case_ref=ref or "", kind=kind, at=at,
                protected=protected or "", approvals=DUAL_CONTROL if let_go else 0, report=report,
            )
        )  # fmt: skip
    return items
