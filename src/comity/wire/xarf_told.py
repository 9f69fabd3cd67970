"""What a subscriber was told, as XARF v4 reports (`wire.xarf`): one for each report, or one for a case without any.

A XARF report's identifier is a UUID of version 4; where ours is none, it is made from ours and stays the same.
"""

from datetime import datetime
from hashlib import sha256
from typing import Final
from uuid import UUID

from comity.core.reports import Report
from comity.core.told_items import ToldCase, ToldReport
from comity.wire.xarf import XarfFacts, render_xarf

_VERSION: Final = 4


def xarf_id(ours: UUID) -> UUID:
    """The identifier under which an item of ours is a XARF report."""
    if ours.version == _VERSION:
        return ours
    return UUID(bytes=sha256(b"comity-xarf\0" + ours.bytes).digest()[:16], version=_VERSION)


def render_told_report(told: ToldReport, *, party: str, contact: str, at: datetime) -> bytes | None:
    """Write a report; None where XARF has no type that would be true."""
    return render_xarf(
        XarfFacts(
            report_id=str(xarf_id(told.report_id)), party=party, organisation=party, contact=contact, at=at,
            host=told.host, category=told.report.category, disposition=told.report.disposition or "",
            report=told.report, target=told.target, score=told.report.confidence,
        )
    )  # fmt: skip


def render_told_case(told: ToldCase, *, party: str, contact: str) -> bytes | None:
    """Write a case that no told report stands for; None where XARF has no type that would be true."""
    report = Report(
        name=told.registrable, category=told.category, observed_at=told.last_seen or told.opened_at,
        malware_family=told.malware_family, impersonated_party=told.impersonated_party,
    )  # fmt: skip
    return render_xarf(
        XarfFacts(
            report_id=str(xarf_id(told.case)), party=party, organisation=party, contact=contact, at=told.opened_at,
            host=told.registrable, category=told.category, disposition=told.disposition or "", report=report,
            target=next(iter(told.targets), ""),
        )
    )  # fmt: skip
