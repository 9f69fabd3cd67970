"""IODEF documents (RFC 7970, and RFC 5070 before it) read as reports (docs/spec/iodef.md §4).

A node that is a source of the abuse, or whose role says what it was used for, is a claim; targets, victims and sensors
are never accused.  Its category is what its role says, then the event's and the incident's IncidentCategory; where none
does, a person must.  Contacts are personal data and are left; everything left is named.  What is read as XML at all is
bounded by `wire.iodef_xml`.
"""

import re
from collections import Counter
from datetime import UTC, datetime
from typing import Final
from uuid import uuid5

import msgspec
from lxml import etree

from comity.core.categories import Category
from comity.core.errors import InputError
from comity.core.markings import TLPS, Tlp
from comity.core.reports import NARRATIVE_LETTERS, REPORT_NAMESPACE, TEXT_LETTERS, Evidence, Problem, Record, Report
from comity.core.reports import find_problems as find_report_problems
from comity.wire.documents import MAX_DOCUMENT_BYTES, MAX_NAMED, Document, NotUnderstood
from comity.wire.iodef import ADDITIONAL, FAMILY
from comity.wire.iodef_words import (
    PAPS,
    category_of_role,
    category_of_word,
    confidence_of,
    disposition_of,
    tlp_of,
)
from comity.wire.iodef_xml import parse_bounded
from comity.wire.out_of_scope import HOTLINE, must_not_be_kept, refuse_category

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
    root = parse_bounded(data)
    reader = _Reader(root)
    for number, incident in enumerate(root.iterchildren(reader.tag("Incident")), 1):
        reader.read(incident, number)
    if not reader.incidents:
        raise InputError("holds no Incident", item="IODEF")
    return reader.document()


class _Level(msgspec.Struct):
    """An incident or event, read once: what it says of everything in it, and how it is kept with a record."""

    opening: str = ""
    kept: str = ""
    closing: str = ""
    reference: str = ""
    words: list[str] = []
    texts: list[str] = []
    methods: list[str] = []
    times: dict[str, str] = {}
    extra: dict[str, str] = {}
    confidence: float | None = None
    expected: str = ""


class _Reader:
    """Collects what incidents hold."""

    def __init__(self, root: etree._Element) -> None:
        self._namespace = etree.QName(root).namespace or ""
        self._opening, self._closing = _tags(root, self._namespace)
        self._records: list[Record] = []
        self._named: list[NotUnderstood] = []
        self._counted: Counter[str] = Counter()
        self._raw_left = MAX_DOCUMENT_BYTES
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
        level = self._level(incident, _READ_OF_INCIDENT, place)
        for count, event in enumerate(incident.iterchildren(self.tag("EventData")), 1):
            self._event(event, [level], tlp, f"{place}.EventData[{count}]")

    def _event(self, event: etree._Element, above: list[_Level], tlp: Tlp, place: str) -> None:
        tlp = self._tlp(event, tlp)
        levels = [*above, self._level(event, _READ_OF_EVENT, place)]
        for number, system in enumerate(event.iterfind(f"{self.tag('Flow')}/{self.tag('System')}"), 1):
            self._system(system, levels, tlp, f"{place}.System[{number}]")
        for number, inner in enumerate(event.iterchildren(self.tag("EventData")), 1):
            self._event(inner, levels, tlp, f"{place}.EventData[{number}]")

    def _level(self, node: etree._Element, read: frozenset[str], place: str) -> _Level:
        """Read what a node says itself, each of its children once."""
        opening, closing = _tags(node, self._namespace)
        level = _Level(opening, closing=closing)
        kept: list[str] = []
        for child in node.iterchildren():
            name = etree.QName(child)
            tag = name.localname if name.namespace == self._namespace else ""
            if tag not in read:
                self._leave(f"{place}.{name.localname[:60]}", _WHY_LEFT.get(tag, "is not read"))
                continue
            if tag in {"EventData", "Flow"}:
                continue
            kept.append(etree.tostring(child, encoding="unicode", with_tail=False))
            self._say(level, tag, child, place)
        level.kept = "".join(kept)
        return level

    def _say(self, level: _Level, tag: str, child: etree._Element, place: str) -> None:
        text = _text(child)
        if tag == "IncidentID":
            level.reference = f"{child.get('name', '')}/{text}"
        elif tag == "Description":
            level.texts.append(text)
        elif tag == "Method":
            level.methods += [_text(found) for found in child.iterchildren(self.tag("Description"))]
        elif tag == "Assessment":
            level.words += [word for one in child.iterchildren(self.tag("IncidentCategory")) if (word := _text(one))]
            confidence = child.find(self.tag("Confidence"))
            if confidence is not None:
                level.confidence = confidence_of(confidence.get("rating", ""), _text(confidence))
        elif tag == "Expectation":
            level.expected = _text(child.find(self.tag("Description")))
        elif tag == "AdditionalData":
            field = _FIELDS.get(child.get("name", ""))
            if field is None:
                self._leave(f"{place}.AdditionalData", f"{(child.get('name') or 'no name')[:60]}: is not known here")
            else:
                level.extra[field] = text[:TEXT_LETTERS]
        else:
            level.times.setdefault(tag, text)

    def _system(self, system: etree._Element, levels: list[_Level], tlp: Tlp, place: str) -> None:
        tlp = self._tlp(system, tlp)
        names, addresses, involvement = self._names(system, place)
        if not names:
            self._leave(place, "names no domain")
        elif system.get("category") in _NEVER_ACCUSED:
            self._leave(place, f"{system.get('category')}: not what did it")
        else:
            for name in names:
                self._records.append(self._record(name, addresses, involvement, system, levels, tlp))

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
        self, name: str, addresses: list[str], involvement: str, system: etree._Element, levels: list[_Level],
        tlp: Tlp,
    ) -> Record:  # fmt: skip
        line, raw = len(self._records) + 1, self._raw(system, levels)
        found = self._category(system, levels)
        if isinstance(found, Problem):
            return Record(line, None if found == HOTLINE else raw, name, None, found)
        try:
            report = self._report(name, found, addresses, involvement, system, levels, tlp)
        except _TimeError as error:
            return Record(line, raw, name, None, Problem("bad-time", str(error)))
        problem = next(iter(find_report_problems(report)), None)
        return Record(line, raw, name, None if problem else report, problem)

    def _category(self, system: etree._Element, levels: list[_Level]) -> Category | Problem:
        """What the nearest says: the node's role, the event's category, the incident's."""
        words = [word for level in reversed(levels) for word in level.words]
        grave = next((word for word in words if must_not_be_kept(word)), "")
        if grave:
            return refuse_category(grave)
        roles = [role.get("category", "") for role in system.iterchildren(self.tag("NodeRole"))]
        said = dict.fromkeys(category for role in roles if (category := category_of_role(role)))
        for level in reversed(levels):
            said = said or dict.fromkeys(category for word in level.words if (category := category_of_word(word)))
        if len(said) > 1:
            return Problem("category-unclear", f"it is said to be {' and '.join(said)}; leave one")
        if said:
            return next(iter(said))
        if words:
            return refuse_category(words[0])
        return Problem("category-unknown", "neither a NodeRole nor an IncidentCategory says what it is reported for")

    def _report(
        self, name: str, category: Category, addresses: list[str], involvement: str, system: etree._Element,
        levels: list[_Level], tlp: Tlp,
    ) -> Report:  # fmt: skip
        event, reference = levels[-1], levels[0].reference
        own = [_text(found) for found in system.iterchildren(self.tag("Description"))]
        texts = [*event.texts, *own, *levels[0].texts]
        methods = [method for level in levels for method in level.methods]
        port = _text(system.find(f"{self.tag('Service')}/{self.tag('Port')}"))
        checked = system.find(f"{self.tag('Node')}/{self.tag('DomainData')}/{self.tag('DateDomainWasChecked')}")
        report = Report(
            name=name, category=category, report_id=uuid5(REPORT_NAMESPACE, f"iodef/{reference}/{category}/{name}"),
            observed_at=_nearest(levels, "DetectTime") or _nearest(levels, "StartTime"),
            reported_at=_nearest(levels, "ReportTime"), verified_at=_moment(_text(checked)),
            narrative=next((text for text in texts if text), "")[:NARRATIVE_LETTERS], tlp=tlp,
            confidence=event.confidence, disposition=disposition_of(involvement),
            malware_family=_family(methods)[:TEXT_LETTERS],
            port=int(port) if port.isascii() and port.isdigit() and len(port) < 6 else None,
            source_ref=reference[:TEXT_LETTERS], requested_action=event.expected[:TEXT_LETTERS],
            evidence=tuple(Evidence(kind="note", note=f"address {one[:50]}") for one in addresses[:20]),
        )  # fmt: skip
        extra = dict(event.extra)
        if extra.get("pap", "PAP:RED") not in PAPS:
            extra["pap"] = "PAP:RED"  # what cannot be read is the strictest
        return msgspec.structs.replace(report, **extra)

    def _tlp(self, node: etree._Element, above: Tlp) -> Tlp:
        """The stricter of what a node says and what stands above it."""
        given = node.get("restriction", "")
        return max(above, tlp_of(given, node.get("ext-restriction", "")), key=TLPS.index) if given else above

    def _leave(self, item: str, reason: str) -> None:
        if len(self._named) < MAX_NAMED:
            self._named.append(NotUnderstood(item, reason))
        else:
            self._counted[reason] += 1

    def _raw(self, system: etree._Element, levels: list[_Level]) -> str | None:
        """The claim as a document of its own on one line; None where it, or all of them, would be too long to keep."""
        heads = [part for level in levels for part in (level.opening, level.kept)]
        if sum(map(len, heads)) > _RAW_LETTERS:
            return None
        own = etree.tostring(system, encoding="unicode", with_tail=False)
        closings = [level.closing for level in reversed(levels)]
        parts = [self._opening, *heads, "<Flow>", own, "</Flow>", *closings, self._closing]
        text = _BREAKS.sub(" ", "".join(parts))
        if len(text) > min(_RAW_LETTERS, self._raw_left):
            return None
        self._raw_left -= len(text)
        return text


class _TimeError(Exception):
    """A time that cannot be read."""


def _tags(node: etree._Element, namespace: str) -> tuple[str, str]:
    """The opening and the closing tag of an element, in the document's own namespace."""
    name = etree.QName(node).localname
    bare = etree.Element(f"{{{namespace}}}{name}", dict(node.attrib), nsmap={None: namespace})
    return etree.tostring(bare, encoding="unicode").removesuffix("/>") + ">", f"</{name}>"


def _nearest(levels: list[_Level], tag: str) -> datetime | None:
    """The nearest time of a kind."""
    return _moment(next((text for level in reversed(levels) if (text := level.times.get(tag, ""))), ""))


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
        raise _TimeError(f"{text[:40]!r} is no time") from None
    if not 1 < at.year < 9999:
        raise _TimeError(f"{text[:40]!r} is no time")
    return at
