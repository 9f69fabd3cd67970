"""Told items for tests of outputs: a subscriber, and what it was told of invented names."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction

from comity.core.categories import Category
from comity.core.markings import Tlp
from comity.core.reports import REPORT_NAMESPACE, Report
from comity.core.told_items import Told, ToldCase, ToldReport
from comity.store.subscribers import SubscriberRow, add_subscriber
from comity.store.told_items import NewTold, append_told


def some_uuid(name: str) -> UUID:
    return uuid5(REPORT_NAMESPACE, name)


def subscriber(
    key: str = "cert-demo", *, kind: Any = "cert", ceiling: Tlp = "TLP:GREEN", at: datetime
) -> SubscriberRow:
    return add_subscriber(key, name="Demo", kind=kind, ceiling=ceiling, clause="demo §1", actor="anna", at=at)


def told_report(
    registrable: str, *, category: Category = "phishing", url: str = "", host: str = "", at: datetime, **more: Any
) -> ToldReport:
    host = host or registrable
    report = Report(name=url or host, category=category, url=url, host=host, observed_at=at, **more)
    return ToldReport(
        report_id=some_uuid(f"report {registrable} {url}"), case=some_uuid(f"case {registrable}"), party="oac.by",
        registrable=registrable, host=host, zone=registrable.rpartition(".")[2], target=url or host, report=report,
    )  # fmt: skip


def told_case(registrable: str, *, state: str = "confirmed", at: datetime, **more: Any) -> ToldCase:
    more = {"category": "phishing", "disposition": "malicious", "is_blockable": state == "confirmed", **more}
    return ToldCase(
        case=some_uuid(f"case {registrable}"), party="oac.by", registrable=registrable,
        zone=registrable.rpartition(".")[2], state=state, severity="high", opened_at=at, changed_at=at,
        first_seen=at - timedelta(hours=1), last_seen=at, report_count=1, **more,
    )  # fmt: skip


def new_told(told: Told, *, tlp: Tlp = "TLP:GREEN", is_withdrawn: bool = False) -> NewTold:
    if isinstance(told, ToldReport):
        kind, subject, category = "report", str(told.report_id), told.report.category
    elif isinstance(told, ToldCase):
        kind, subject, category = "case", str(told.case), told.category
    else:
        kind, subject, category = "sighting", str(getattr(told, "sighting", "")), ""
    return NewTold(
        kind=kind, subject=subject, tlp=tlp, clause="demo §1", told=told, category=category,  # type: ignore[arg-type]
        registrable=getattr(told, "registrable", ""), zone=getattr(told, "zone", ""), is_withdrawn=is_withdrawn,
    )  # fmt: skip


def tell(row: SubscriberRow, *items: Told, at: datetime, tlp: Tlp = "TLP:GREEN", is_withdrawn: bool = False) -> None:
    tell_new(row, [new_told(item, tlp=tlp, is_withdrawn=is_withdrawn) for item in items], at=at)


def tell_new(row: SubscriberRow, items: Sequence[NewTold], *, at: datetime) -> None:
    with transaction.atomic():
        append_told(row.pk, items, at=at)
