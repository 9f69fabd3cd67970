"""IODEF documents (RFC 7970, and RFC 5070 before it) read as reports (docs/spec/iodef.md §4).

A node that is a source of the abuse, or whose role says what it was used for, is a claim; targets, victims and sensors
are never accused.  Its category is what its role says, then the event's and the incident's IncidentCategory; where none
does, a person must.  Contacts are personal data and are left; everything left is named.  The octets are bounded before
they are read, there is no document type, no entity but those of XML itself, no network, and the tree is bounded in
depth and size.
"""

import re
from collections import Counter
from datetime import UTC, datetime
from typing import Final
from uuid import uuid5

import msgspec
from lxml import etree

from comity.core.categories import Category
from comity.core.errors import InputError, TooLargeError
from comity.core.markings import TLPS, Tlp
from comity.core.reports import NARRATIVE_LETTERS, REPORT_NAMESPACE, TEXT_LETTERS, Evidence, Problem, Record, Report
from comity.core.reports import find_problems as find_report_problems
from comity.wire.documents import MAX_NAMED, Document, NotUnderstood
from comity.wire.iodef import ADDITIONAL, FAMILY
from comity.wire.iodef_words import (
    NAMESPACE,
    NAMESPACE_V1,
    PAPS,
    category_of_role,
    category_of_word,
    confidence_of,
    disposition_of,
    tlp_of,
)
from comity.wire.out_of_scope import must_not_be_kept, refuse_category

MAX_BYTES: Final = 16 << 20
MAX_DEPTH: Final = 40
MAX_ELEMENTS: Final = 400_000
_RAW_LETTERS: Final = 65_536
_FIELDS: Final = {name: field for field, name in ADDITIONAL.items()}
_NEVER_ACCUSED: Final = frozenset(("target", "sensor", "infrastructure"))
_READ_OF_INCIDENT: Final = frozenset((
    "IncidentID", "EventData", "Assessment", "Method", "Description", "DetectTime", "StartTime", "EndTime",
    "ReportTime", "GenerationTime", "RecoveryTime",
))  # fmt: skip
_READ_OF_EVENT: Final = frozenset((
    "Description", "DetectTime", "StartTime", "EndTime", "ReportTime", "RecoveryTime", "Assessment", "Method", "Flow",
    "EventData", "Expectation", "AdditionalData",
))  # fmt: skip
_WHY_LEFT: Final[dict[str, str]] = {
    "Contact": "contacts are personal data",
    "IndicatorData": "indicators that only refer to what is read, or stand without an event",
}
_BREAKS: Final = re.compile(r"[\r\n\t]+")


def is_iodef(head: bytes) -> bool:
    """Whether the first octets are for certain those of an IODEF document."""
    return b"<IODEF-Document" in head[:4096] or b":IODEF-Document" in head[:4096]


def read_iodef(data: bytes) -> Document:
    """Read an IODEF document.  Raises `InputError` where the whole cannot be read."""
    root = _parse(data)
    reader = _Reader(root)
    for number, incident in enumerate(root.iterchildren(reader.tag("Incident")), 1):
        reader.read(incident, number)
    if not reader.incidents:
        raise InputError("holds no Incident", item="IODEF")
    return reader.document()


def _parse(data: bytes) -> etree._Element:
    if len(data) > MAX_BYTES:
        raise TooLargeError(f"{len(data)} bytes; at most {MAX_BYTES}", item="IODEF")
    if not data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") or b"\0" in data[:4]:
        raise InputError("is not XML in UTF-8", item="IODEF")
    if b"<!DOCTYPE" in data:
        raise InputError("has a document type; none is read", item="IODEF")
    parser = etree.XMLPullParser(
        ("start", "end"), resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False,
        huge_tree=False, remove_comments=True, remove_pis=True,
    )  # fmt: skip
    root: etree._Element | None = None
    depth = count = 0
    try:
        for start in range(0, len(data), 65_536):
            parser.feed(data[start : start + 65_536])
            for event, element in parser.read_events():
                if event == "end":
                    depth -= 1
                    continue
                depth, count = depth + 1, count + 1
                if root is None:
                    root = element
                    _check_root(root)
                if depth > MAX_DEPTH:
                    raise InputError(
                        f"line {element.sourceline}: nested deeper than {MAX_DEPTH} elements", item="IODEF"
                    )
                if count > MAX_ELEMENTS:
                    raise TooLargeError(f"more than {MAX_ELEMENTS} elements", item="IODEF")
        whole = parser.close()
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        raise InputError(f"is not XML: {error}", item="IODEF") from None
    if root is None:
        _check_root(whole)
    return whole


def _check_root(root: etree._Element) -> None:
    if root.getroottree().docinfo.doctype or root.getroottree().docinfo.internalDTD is not None:
        raise InputError("has a document type; none is read", item="IODEF")
    name = etree.QName(root)
    if name.localname != "IODEF-Document" or name.namespace not in {NAMESPACE, NAMESPACE_V1}:
        raise InputError(f"the root is {name.text[:200]}; IODEF-Document of {NAMESPACE} is read", item="IODEF")


class _Reader:
    """Collects what incidents hold."""

    def __init__(self, root: etree._Element) -> None:
        self._namespace = etree.QName(root).namespace or ""
        self._root = root
        self._records: list[Record] = []
        self._named: list[NotUnderstood] = []
        self._counted: Counter[str] = Counter()
        self.incidents = 0

    def document(self) -> Document:
        more = [NotUnderstood(f"{count} more", reason) for reason, count in sorted(self._counted.items())]
        return Document(records=tuple(self._records), not_understood=(*self._named, *more))

    def tag(self, name: str) -> str:
        return f"{{{self._namespace}}}{name}"

    def read(self, incident: etree._Element, number: int) -> None:
        """Read one incident."""
        self.incidents += 1
        place = f"Incident[{number}]"
        tlp = tlp_of(incident.get("restriction", "private"), incident.get("ext-restriction", ""))  # RFC 7970 §3.2
        self._leave_others(incident, _READ_OF_INCIDENT, place)
        for count, event in enumerate(incident.iterchildren(self.tag("EventData")), 1):
            self._event(event, [incident], tlp, f"{place}.EventData[{count}]")

    def _event(self, event: etree._Element, above: list[etree._Element], tlp: Tlp, place: str) -> None:
        tlp = self._tlp(event, tlp)
        self._leave_others(event, _READ_OF_EVENT, place)
        for extra in event.iterchildren(self.tag("AdditionalData")):
            if extra.get("name") not in _FIELDS:
                self._leave(f"{place}.AdditionalData", f"{(extra.get('name') or 'no name')[:60]}: is not known here")
        for number, system in enumerate(event.iterfind(f"{self.tag('Flow')}/{self.tag('System')}"), 1):
            self._system(system, [*above, event], tlp, f"{place}.System[{number}]")
        for number, inner in enumerate(event.iterchildren(self.tag("EventData")), 1):
            self._event(inner, [*above, event], tlp, f"{place}.EventData[{number}]")

    def _system(self, system: etree._Element, above: list[etree._Element], tlp: Tlp, place: str) -> None:
        tlp = self._tlp(system, tlp)
        names, addresses, involvement = self._names(system, place)
        if not names:
            self._leave(place, "names no domain")
        elif system.get("category") in _NEVER_ACCUSED:
            self._leave(place, f"{system.get('category')}: not what did it")
        else:
            for name in names:
                self._records.append(self._record(name, addresses, involvement, system, above, tlp))

    def _names(self, system: etree._Element, place: str) -> tuple[list[str], list[str], str]:
        """Pages, or names where no page of them is there; addresses; and how the name is involved."""
        pages, hosts, addresses, involvement = [], [], [], ""
        for address in system.iterfind(f"{self.tag('Node')}/{self.tag('Address')}"):
            kind, text = address.get("category", ""), _text(address)
            if kind == "site-uri" and text:
                pages.append(text)
            elif kind in {"ipv4-addr", "ipv6-addr"} and text:
                addresses.append(text)
            else:
                self._leave(f"{place}.Address", f"{kind[:40] or 'no category'}: names no domain")
        for domain in system.iterfind(f"{self.tag('Node')}/{self.tag('DomainData')}"):
            hosts.append(_text(domain.find(self.tag("Name"))))
            involvement = involvement or domain.get("system-status", "")
        hosts += [_text(name) for name in system.iterfind(f"{self.tag('Node')}/{self.tag('NodeName')}")]
        alone = [host for host in hosts if host and not any(host.lower() in page.lower() for page in pages)]
        return [*pages, *alone], addresses, involvement

    def _record(
        self, name: str, addresses: list[str], involvement: str, system: etree._Element,
        above: list[etree._Element], tlp: Tlp,
    ) -> Record:  # fmt: skip
        line, raw = len(self._records) + 1, self._raw(system, above)
        found = self._category(system, above)
        if isinstance(found, Problem):
            kept = raw if not must_not_be_kept(self._words(above)) else None
            return Record(line, kept, name, None, found)
        try:
            report = self._report(name, found, addresses, involvement, system, above, tlp)
        except ValueError as error:
            return Record(line, raw, name, None, Problem("bad-time", str(error)))
        problem = next(iter(find_report_problems(report)), None)
        return Record(line, raw, name, None if problem else report, problem)

    def _words(self, above: list[etree._Element]) -> str:
        return " ".join(_text(word) for node in above for word in node.iterfind(f"{self.tag('Assessment')}/*"))

    def _category(self, system: etree._Element, above: list[etree._Element]) -> Category | Problem:
        """What the nearest says: the node's role, the event's category, the incident's."""
        roles = [role.get("category", "") for role in system.iterchildren(self.tag("NodeRole"))]
        said = dict.fromkeys(category for role in roles if (category := category_of_role(role)))
        words: list[str] = []
        for node in reversed(above):
            here = [_text(word) for word in node.iterfind(f"{self.tag('Assessment')}/{self.tag('IncidentCategory')}")]
            words += [word for word in here if word]
            said = said or dict.fromkeys(category for word in here if (category := category_of_word(word)))
        if any(must_not_be_kept(word) for word in words):
            return refuse_category(next(word for word in words if must_not_be_kept(word)))
        if len(said) > 1:
            return Problem("category-unclear", f"it is said to be {' and '.join(said)}; leave one")
        if said:
            return next(iter(said))
        if words:
            return refuse_category(words[0])
        return Problem("category-unknown", "neither a NodeRole nor an IncidentCategory says what it is reported for")

    def _report(
        self, name: str, category: Category, addresses: list[str], involvement: str, system: etree._Element,
        above: list[etree._Element], tlp: Tlp,
    ) -> Report:  # fmt: skip
        incident, event = above[0], above[-1]
        own = incident.find(self.tag("IncidentID"))
        reference = f"{own.get('name', '') if own is not None else ''}/{_text(own)}"
        texts = [
            _text(found) for node in (event, system, incident) for found in node.iterchildren(self.tag("Description"))
        ]
        methods = [
            _text(found) for node in above for found in node.iterfind(f"{self.tag('Method')}/{self.tag('Description')}")
        ]
        extra = {
            _FIELDS[found.get("name", "")]: _text(found)[:TEXT_LETTERS]
            for found in event.iterchildren(self.tag("AdditionalData")) if found.get("name") in _FIELDS
        }  # fmt: skip
        confidence = event.find(f"{self.tag('Assessment')}/{self.tag('Confidence')}")
        port = _text(system.find(f"{self.tag('Service')}/{self.tag('Port')}"))
        expected = event.find(f"{self.tag('Expectation')}/{self.tag('Description')}")
        checked = system.find(f"{self.tag('Node')}/{self.tag('DomainData')}/{self.tag('DateDomainWasChecked')}")
        report = Report(
            name=name, category=category, report_id=uuid5(REPORT_NAMESPACE, f"iodef/{reference}/{category}/{name}"),
            observed_at=self._time(above, "DetectTime") or self._time(above, "StartTime"),
            reported_at=self._time(above, "ReportTime"), verified_at=_moment(_text(checked)),
            narrative=next((text for text in texts if text), "")[:NARRATIVE_LETTERS], tlp=tlp,
            confidence=None if confidence is None else confidence_of(confidence.get("rating", ""), _text(confidence)),
            disposition=disposition_of(involvement), malware_family=_family(methods)[:TEXT_LETTERS],
            port=int(port) if port.isascii() and port.isdigit() and len(port) < 6 else None,
            source_ref=reference[:TEXT_LETTERS], requested_action=_text(expected)[:TEXT_LETTERS],
            evidence=tuple(Evidence(kind="note", note=f"address {one[:50]}") for one in addresses[:20]),
        )  # fmt: skip
        if extra.get("pap", "PAP:RED") not in PAPS:
            extra["pap"] = "PAP:RED"  # what cannot be read is the strictest
        return msgspec.structs.replace(report, **extra)

    def _time(self, above: list[etree._Element], tag: str) -> datetime | None:
        """The nearest time of a kind."""
        for node in reversed(above):
            if text := _text(node.find(self.tag(tag))):
                return _moment(text)
        return None

    def _tlp(self, node: etree._Element, above: Tlp) -> Tlp:
        """The stricter of what a node says and what stands above it."""
        given = node.get("restriction", "")
        return max(above, tlp_of(given, node.get("ext-restriction", "")), key=TLPS.index) if given else above

    def _leave_others(self, node: etree._Element, read: frozenset[str], place: str) -> None:
        for child in node.iterchildren():
            name = etree.QName(child)
            if name.namespace != self._namespace or name.localname not in read:
                self._leave(f"{place}.{name.localname[:60]}", _WHY_LEFT.get(name.localname, "is not read"))

    def _leave(self, item: str, reason: str) -> None:
        if len(self._named) < MAX_NAMED:
            self._named.append(NotUnderstood(item, reason))
        else:
            self._counted[reason] += 1

    def _raw(self, system: etree._Element, above: list[etree._Element]) -> str | None:
        """The claim as a document of its own on one line; None where it is too long to keep."""
        document = etree.Element(self._root.tag, dict(self._root.attrib), nsmap={None: self._namespace})
        parent = document
        for node in above:
            parent = etree.SubElement(parent, node.tag, dict(node.attrib))
            for child in node.iterchildren():
                kept = etree.QName(child).localname
                if kept not in {"EventData", "Flow", "Contact", "IndicatorData", "History", "Record"}:
                    parent.append(etree.fromstring(etree.tostring(child, with_tail=False)))
        flow = etree.SubElement(parent, self.tag("Flow"))
        flow.append(etree.fromstring(etree.tostring(system, with_tail=False)))
        text = _BREAKS.sub(" ", etree.tostring(document, encoding="unicode", with_tail=False))
        return text if len(text) <= _RAW_LETTERS else None


def _family(methods: list[str]) -> str:
    """The family of malware that a description of the method names in our own words."""
    return next((text.removeprefix(FAMILY) for text in methods if text.startswith(FAMILY)), "")


def _text(node: etree._Element | None) -> str:
    """The text of an element, without what stands in elements within it."""
    return (node.text or "").strip() if node is not None else ""


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"{text[:40]!r} is no time") from None
    if not 1 < at.year < 9999:
        raise ValueError(f"{text[:40]!r} is no time")
    return at
