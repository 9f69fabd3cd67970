"""IODEF v2 documents (RFC 7970): what a subscriber was told of a case and its reports, an Incident for each case.

The incident's identifier is the case's; each report is an EventData of its own with its own restriction, and the case
is one too.  The party is the creator and the only contact: whoever reported is in no field.  Pages and names that are
confirmed to be bad are indicators as well, by reference to where they stand.  What IODEF has no class for stands in
AdditionalData under names of our own (docs/spec/iodef.md §3).
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec
from lxml import etree

from comity.core.categories import Category, Disposition
from comity.core.markings import TLPS, Tlp
from comity.core.reports import Report
from comity.core.told_items import ToldCase, ToldReport
from comity.wire.iodef_words import (
    DOMAIN_STATUS,
    NAMESPACE,
    NODE_ROLE,
    RESTRICTION,
    SEVERITY,
    STATUS,
    SYSTEM_STATUS,
)

_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
# What XML 1.0 has no way to write.
_UNWRITABLE: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_CONFIRMED: Final = frozenset(("confirmed", "notified", "hold_proposed", "on_hold"))
# Fields of a report that stand in AdditionalData, by its name there.
ADDITIONAL: Final[dict[str, str]] = {
    "pap": "pap",
    "impersonated_party": "impersonated-party",
    "sha256": "sha256",
    "protocol": "protocol",
    "attack_kind": "attack-kind",
    "legal_basis": "legal-basis",
}
FAMILY: Final = "malware family: "

HEADER: Final = (
    f'<?xml version="1.0" encoding="UTF-8"?>\n<IODEF-Document version="2.00" xml:lang="en" xmlns="{NAMESPACE}">\n'
).encode()
FOOTER: Final = b"</IODEF-Document>\n"


class Marked(msgspec.Struct, frozen=True):
    """A told item with its marking."""

    told: ToldCase | ToldReport
    tlp: Tlp


def render_incident(party: str, items: Sequence[Marked], *, at: datetime) -> bytes:
    """Write what was told of one case, at least one item, as one Incident."""
    case = next((item.told for item in items if isinstance(item.told, ToldCase)), None)
    reports = [item.told for item in items if isinstance(item.told, ToldReport)]
    first = items[0].told
    strictest = max((item.tlp for item in items), key=TLPS.index)
    status = STATUS.get(case.state, "in-progress") if case is not None else "new"
    incident = etree.Element(
        f"{{{NAMESPACE}}}Incident", {"purpose": "reporting", "status": status, _LANG: "en", **_restriction(strictest)},
        nsmap={None: NAMESPACE},
    )  # fmt: skip
    _add(incident, "IncidentID", str(first.case), name=party)
    if case is not None:
        _time(incident, "StartTime", case.first_seen)
        _time(incident, "EndTime", case.closed_at)
        _time(incident, "ReportTime", case.opened_at)
    _time(incident, "GenerationTime", at)
    _add(incident, "Description", _about(case) if case is not None else first.registrable)
    severity = SEVERITY[case.severity] if case is not None else ""
    for category in dict.fromkeys([*([case.category] if case else []), *(one.report.category for one in reports)]):
        _assessment(incident, category, severity, None)
    contact = _add(incident, "Contact", role="creator", type="organization")
    _add(contact, "ContactName", party)
    confirmed: list[str] = []
    for number, item in enumerate(items, 1):
        if isinstance(item.told, ToldReport):
            _report(incident, item.told, item.tlp)
        else:
            confirmed += _case(incident, item.told, item.tlp, number)
    if confirmed:
        data = _add(incident, "IndicatorData")
        for reference in confirmed:
            indicator = _add(data, "Indicator", **_restriction(strictest))
            _add(indicator, "IndicatorID", f"i-{reference}", name=party, version="1")
            _add(indicator, "ObservableReference", **{"uid-ref": reference})
    written: bytes = etree.tostring(incident, encoding="UTF-8", xml_declaration=False)
    return written + b"\n"


def _about(case: ToldCase) -> str:
    said = (case.registrable, case.category, case.state, case.outcome, case.action, f"{case.report_count} reports")
    return "; ".join(filter(None, said))


def _report(incident: etree._Element, told: ToldReport, tlp: Tlp) -> None:
    report = told.report
    event = _add(incident, "EventData", **_restriction(tlp))
    if report.narrative:
        _add(event, "Description", report.narrative)
    _time(event, "DetectTime", report.observed_at)
    _time(event, "ReportTime", report.reported_at)
    _assessment(event, report.category, "", report.confidence)
    _method(event, report.malware_family)
    url = told.target if "://" in told.target else ""
    _system(event, report.category, report.disposition, url=url, name=told.host, checked=report.verified_at,
            port=report.port)  # fmt: skip
    if report.requested_action:
        _add(_add(event, "Expectation", action="other"), "Description", report.requested_action)
    _additional(event, report)


def _case(incident: etree._Element, case: ToldCase, tlp: Tlp, number: int) -> list[str]:
    """The case's own event; answers the identifiers of what in it is confirmed to be bad."""
    event = _add(incident, "EventData", **_restriction(tlp))
    _add(event, "Description", f"case: {_about(case)}")
    _time(event, "StartTime", case.first_seen)
    _time(event, "EndTime", case.last_seen)
    _method(event, case.malware_family)
    status = DOMAIN_STATUS.get(case.action, "unknown")
    named = [(f"o-{case.case}-{number}-0", "", case.registrable, case.is_blockable)]
    for place, target in enumerate(case.targets, 1):
        is_page = "://" in target
        reference = f"o-{case.case}-{number}-{place}"
        if is_page:
            named.append((reference, target, "", case.state in _CONFIRMED))
        elif target != case.registrable:
            named.append((reference, "", target, case.is_blockable))
    for reference, url, name, _bad in named:
        _system(event, case.category, case.disposition, url=url, name=name, domain_status=status, reference=reference)
    return [reference for reference, _url, _name, is_bad in named if is_bad]


def _system(
    event: etree._Element, category: Category, disposition: Disposition | None, *, url: str, name: str,
    checked: datetime | None = None, port: int | None = None, domain_status: str = "unknown", reference: str = "",
) -> None:  # fmt: skip
    """The node that is the source of the abuse: its page, and its name."""
    system = _add(_add(event, "Flow"), "System", category="source")
    node = _add(system, "Node")
    mark = {"observable-id": reference} if reference else {}
    if name:
        involvement = SYSTEM_STATUS.get(disposition, "unknown") if disposition is not None else "unknown"
        domain = _add(node, "DomainData", **{"system-status": involvement, "domain-status": domain_status},
                      **({} if url else mark))  # fmt: skip
        _add(domain, "Name", name)
        _time(domain, "DateDomainWasChecked", checked)
    if url:
        _add(node, "Address", url, category="site-uri", **mark)
    if category in NODE_ROLE:
        _add(system, "NodeRole", category=NODE_ROLE[category])
    if port is not None:
        _add(_add(system, "Service"), "Port", str(port))


def _assessment(parent: etree._Element, category: Category, severity: str, confidence: float | None) -> None:
    assessment = _add(parent, "Assessment")
    _add(assessment, "IncidentCategory", category)
    _add(assessment, "SystemImpact", type="unknown", **({"severity": severity} if severity else {}))
    if confidence is not None:
        _add(assessment, "Confidence", repr(confidence), rating="numeric")


def _method(event: etree._Element, family: str) -> None:
    if family:
        _add(_add(event, "Method"), "Description", f"{FAMILY}{family}")


def _additional(event: etree._Element, report: Report) -> None:
    for field, name in ADDITIONAL.items():
        if value := getattr(report, field):
            _add(event, "AdditionalData", value, name=name, dtype="string")


def _restriction(tlp: Tlp) -> dict[str, str]:
    if tlp in RESTRICTION:
        return {"restriction": RESTRICTION[tlp]}
    return {"restriction": "ext-value", "ext-restriction": tlp}


def _time(parent: etree._Element, tag: str, at: datetime | None) -> None:
    if at is not None:
        _add(parent, tag, at.isoformat())


def _add(parent: etree._Element, tag: str, text: str = "", **attributes: str) -> etree._Element:
    child = etree.SubElement(parent, f"{{{NAMESPACE}}}{tag}", attributes)
    if text:
        child.text = _UNWRITABLE.sub("\ufffd", text)
    return child
