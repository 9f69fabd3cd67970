"""XARF reports in JSON: v4 (schemas 4.2.0) and v3, one object or a list of them (docs/spec/xarf.md).

What the schema demands for an accusation is demanded: a category and type, a time, and a name in the field where that
type has it.  Fields that nobody knows are named and stop nothing, for the official samples have them.  A name is never
guessed: content is accused by its `url`, a control server by `c2_server`, everything else by `source_identifier` where
that is a name.  A `domain` that is not the domain of the `url` is a contradiction, and nobody is accused.
"""

from typing import Any, Final
from uuid import UUID

from comity.core.categories import DISPOSITIONS, Category
from comity.core.errors import InputError
from comity.core.labels import Host, HostProblem, fold_host
from comity.core.reports import LIST_ITEMS, NARRATIVE_LETTERS, Evidence, Problem, Record, Report, find_problems
from comity.core.targets import find_place
from comity.wire.canonical import canonical, parse_json
from comity.wire.documents import MAX_NAMED, Document, Enclosed, NotUnderstood
from comity.wire.enclosed_files import Claimed, check_enclosed
from comity.wire.out_of_scope import HOTLINE, must_not_be_kept
from comity.wire.xarf_fields import (
    XarfFault,
    read_confidence,
    read_port,
    read_sample_hash,
    read_text,
    read_texts,
    read_time,
)
from comity.wire.xarf_types import find_v3, find_v4

MAX_XARF_BYTES: Final = 32 << 20
MAX_XARF_DEPTH: Final = 24
MAX_REPORTS: Final = 10_000
MAX_EVIDENCE: Final = 50
_RAW_BYTES: Final = 256 * 1024
_TEXT: Final = 400
_C2: Final = "botnet-c2"
_NOT_XARF: Final = "it says neither xarf_version (v4) nor Version 3 with a Report"
# Fields that are read into the report, or that say nothing of the abuse.
_KNOWN_V4: Final = frozenset((
    "xarf_version", "report_id", "timestamp", "source_identifier", "source_port", "category", "type", "evidence",
    "tags", "confidence", "description", "url", "domain", "target_brand", "malware_family", "file_hashes", "file_hash",
    "verified_at", "c2_server", "c2_protocol", "protocol", "compromise_method", "compromise_evidence", "legacy_version",
    "language",
))  # fmt: skip
_KNOWN_V3: Final = frozenset((
    "ReportClass", "ReportType", "Date", "Source", "SourceUrl", "SourcePort", "Samples", "Attachment", "MalwareName",
    "AdditionalInfo",
))  # fmt: skip


class _Left:
    """What is not understood of one document, named up to a bound and then counted."""

    def __init__(self) -> None:
        self.named: list[NotUnderstood] = []
        self._more = 0

    def add(self, item: str, reason: str) -> None:
        if len(self.named) < MAX_NAMED:
            self.named.append(NotUnderstood(item[:200], reason))
        else:
            self._more += 1

    def whole(self) -> tuple[NotUnderstood, ...]:
        more = (NotUnderstood("and more", f"{self._more} further things were not understood"),) if self._more else ()
        return (*self.named, *more)


def is_xarf(head: bytes) -> bool:
    """Answer whether a document begins as a XARF report, v4 or v3, for certain."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not start.startswith((b"{", b"[")):
        return False
    return b'"xarf_version"' in head or (b'"ReporterInfo"' in head and b'"ReportClass"' in head)


def read_xarf_document(data: bytes) -> Document:
    """Read XARF.  Raises `InputError` where it is no JSON, or no object that says which XARF it is."""
    value = parse_json(data.removeprefix(b"\xef\xbb\xbf"), max_bytes=MAX_XARF_BYTES, max_depth=MAX_XARF_DEPTH)
    reports = value if isinstance(value, list) else [value]
    if len(reports) > MAX_REPORTS:
        raise InputError(f"{len(reports)} reports; at most {MAX_REPORTS} in one document")
    if not reports:
        raise InputError("an empty list; a XARF report is an object")
    left, enclosed = _Left(), list[Enclosed]()
    records = tuple(
        _read_one(one, place, "" if value is one else f"[{place}].", left, enclosed)
        for place, one in enumerate(reports)
    )
    if not isinstance(value, list) and records[0].problem is not None and records[0].problem.code == "not-xarf":
        raise InputError(records[0].problem.message)
    return Document(records=records, not_understood=left.whole(), enclosed=tuple(enclosed))


def _read_one(one: Any, place: int, at: str, left: _Left, enclosed: list[Enclosed]) -> Record:
    if not isinstance(one, dict):
        return Record(place + 1, None, "", None, Problem("not-xarf", "a XARF report is a JSON object"))
    raw: str | None = None
    found: list[Enclosed] = []
    name = ""
    try:
        if isinstance(one.get("xarf_version"), str):
            is_unkeepable = any(must_not_be_kept(str(one.get(field, ""))) for field in ("category", "type"))
        elif "Report" in one or str(one.get("Version", "")).startswith("3"):
            inner = one.get("Report")
            inner = inner if isinstance(inner, dict) else {}
            is_unkeepable = any(must_not_be_kept(str(inner.get(field, ""))) for field in ("ReportClass", "ReportType"))
        else:
            return Record(place + 1, None, "", None, Problem("not-xarf", _NOT_XARF))
        if is_unkeepable:
            return Record(place + 1, None, "", None, HOTLINE)
        raw = _raw(one)
        if "xarf_version" in one:
            report = _read_v4(one, place, at, left, found)
        else:
            report = _read_v3(one, place, at, left, found)
        name = report.name
        if problems := find_problems(report):
            return Record(place + 1, raw, name, None, problems[0])
    except XarfFault as wrong:
        return Record(place + 1, raw, name, None, wrong.problem)
    enclosed += found
    return Record(place + 1, raw, name, report)


def _read_v4(one: dict[str, Any], place: int, at: str, left: _Left, enclosed: list[Enclosed]) -> Report:
    if not read_text(one, "xarf_version").startswith("4."):
        raise XarfFault("bad-field", f"xarf_version {read_text(one, 'xarf_version')[:20]!r}; 4.x and 3 are read")
    category = find_v4(read_text(one, "category"), read_text(one, "type"))
    if isinstance(category, Problem):
        raise XarfFault(category.code, category.message)
    name = _accused_v4(one, category, at, left)
    items = one.get("evidence", [])
    evidence = _evidence(items, "evidence", at, place, left, enclosed, _claim_v4)
    tags = tuple(tag for tag in read_texts(one, "tags") if not tag.startswith(("comity:", "disposition:")))
    said = next((tag.partition(":")[2] for tag in read_texts(one, "tags") if tag.startswith("disposition:")), "")
    for field in one:
        if field in ("reporter", "sender"):
            left.add(f"{at}{field}", "who reports is known from whoever hands it in; contacts are not copied")
        elif field not in _KNOWN_V4:
            left.add(f"{at}{field}", "not modelled")
    return Report(
        name=name,
        category=category,
        report_id=_uuid(one, at, left),
        url=name if "://" in name else "",
        observed_at=read_time(one, "timestamp", required=True),
        verified_at=read_time(one, "verified_at"),
        narrative=_narrative(read_text(one, "description", required=False), f"{at}description", left),
        language=read_text(one, "language", required=False)[:20],
        confidence=read_confidence(one),
        disposition=next((each for each in DISPOSITIONS if each == said), None),
        impersonated_party=read_text(one, "target_brand", required=False)[:_TEXT],
        malware_family=read_text(one, "malware_family", required=False)[:_TEXT],
        sha256=read_sample_hash(one),
        protocol=(read_text(one, "c2_protocol", required=False) or read_text(one, "protocol", required=False))[:_TEXT],
        port=read_port(one, "source_port"),
        attack_kind=read_text(one, "compromise_method", required=False)[:_TEXT],
        tags=tags[:LIST_ITEMS],
        evidence=evidence,
    )


def _accused_v4(one: dict[str, Any], category: Category, at: str, left: _Left) -> str:
    """The text that names who is accused, from the field where this type has it."""
    source = read_text(one, "source_identifier").strip()
    if not source:
        raise XarfFault("no-name", "source_identifier is empty")
    if one.get("category") == "content":
        url = read_text(one, "url").strip()
        _check_domain(read_text(one, "domain", required=False).strip(), url)
        _note_other_source(source, url, at, left)
        return url
    if category == _C2:
        server = read_text(one, "c2_server", required=False).strip()
        if not server:
            raise XarfFault("no-name", "it names an infected host and no c2_server; tell the host's provider")
        _note_other_source(source, server, at, left)
        return server
    return source


def _check_domain(domain: str, url: str) -> None:
    if not domain:
        return
    place, said = find_place(url), fold_host(domain)
    if isinstance(place, HostProblem):
        return  # folding the name will say so
    if isinstance(said, HostProblem):
        raise XarfFault("bad-field", f"domain: {said.reason}")
    host = place.host.ascii
    if host != said.ascii and not host.endswith(f".{said.ascii}"):
        raise XarfFault("contradiction", f"domain says {said.ascii} and url is at {host}; nobody is accused")


def _note_other_source(source: str, named: str, at: str, left: _Left) -> None:
    place, other = find_place(named), fold_host(source)
    host = place.host.ascii if not isinstance(place, HostProblem) else ""
    if not isinstance(other, Host) or other.ascii != host:
        left.add(f"{at}source_identifier", "an address or another host than the accused one; it is not accused")


def _read_v3(one: dict[str, Any], place: int, at: str, left: _Left, enclosed: list[Enclosed]) -> Report:
    inner = one.get("Report")
    if not isinstance(inner, dict):
        raise XarfFault("missing", "Report must be an object")
    if not str(one.get("Version", "")).startswith("3"):
        raise XarfFault("bad-field", "Version must be 3")
    if not isinstance(one.get("ReporterInfo"), dict):
        raise XarfFault("missing", "ReporterInfo must be an object")
    category = find_v3(read_text(inner, "ReportClass"), read_text(inner, "ReportType"))
    if isinstance(category, Problem):
        raise XarfFault(category.code, category.message)
    source = inner.get("Source")
    url = read_text(inner, "SourceUrl", required=False).strip()
    if not url and isinstance(source, dict):
        url = read_text(source, "URL", required=False).strip()
    if not url:
        raise XarfFault("no-name", "it names an address and no URL; tell whoever announces the address")
    more = inner.get("AdditionalInfo")
    more = more if isinstance(more, dict) else {}
    evidence: tuple[Evidence, ...] = ()
    for field in ("Samples", "Attachment"):
        evidence += _evidence(inner.get(field, []), f"Report.{field}", at, place, left, enclosed, _claim_v3)
    for field in one:
        if field not in ("Version", "Report"):
            left.add(f"{at}{field}", "not copied: who reports is known from whoever hands it in")
    for field in inner:
        if field not in _KNOWN_V3:
            left.add(f"{at}Report.{field}", "not modelled")
    return Report(
        name=url,
        category=category,
        url=url,
        observed_at=read_time(inner, "Date", required=True),
        impersonated_party=read_text(more, "TargetBrand", required=False)[:_TEXT],
        language=read_text(more, "ContentLanguage", required=False)[:20],
        malware_family=read_text(inner, "MalwareName", required=False)[:_TEXT],
        port=read_port(inner, "SourcePort"),
        evidence=evidence[:LIST_ITEMS],
    )


def _evidence(
    items: Any, field: str, at: str, record: int, left: _Left, enclosed: list[Enclosed], claim: Any
) -> tuple[Evidence, ...]:
    if not isinstance(items, list):
        raise XarfFault("bad-field", f"{field} must be a list")
    kept: list[Evidence] = []
    if len(items) > MAX_EVIDENCE:
        left.add(f"{at}{field}", f"{len(items)} files; the first {MAX_EVIDENCE} are looked at")
    for number, item in enumerate(items[:MAX_EVIDENCE]):
        where = f"{at}{field}[{number}]"
        claimed = claim(item, where) if isinstance(item, dict) else None
        if claimed is None:
            left.add(where, "is no enclosed file")
            continue
        checked = check_enclosed(claimed, record=record)
        if checked.fault is not None:
            left.add(checked.fault.item, checked.fault.reason)
        if checked.evidence is not None:
            kept.append(checked.evidence)
        if checked.enclosed is not None:
            enclosed.append(checked.enclosed)
    return tuple(kept)


def _claim_v4(item: dict[str, Any], where: str) -> Claimed | None:
    payload, media_type, size = item.get("payload"), item.get("content_type"), item.get("size")
    if not isinstance(payload, str) or not isinstance(media_type, str):
        return None
    digest, note = item.get("hash", ""), item.get("description", "")
    return Claimed(
        place=where, media_type=media_type, payload=payload, note=note if isinstance(note, str) else "",
        digest=digest if isinstance(digest, str) else "unreadable",
        size=size if isinstance(size, int) and not isinstance(size, bool) else None,
    )  # fmt: skip


def _claim_v3(item: dict[str, Any], where: str) -> Claimed | None:
    payload, media_type = item.get("Payload", item.get("Data")), item.get("ContentType")
    is_base64 = item.get("Base64Encoded", True)
    if not isinstance(payload, str) or not isinstance(media_type, str) or not isinstance(is_base64, bool):
        return None
    note = item.get("Description", "")
    return Claimed(
        place=where, media_type=media_type, payload=payload, note=note if isinstance(note, str) else "",
        is_base64=is_base64,
    )  # fmt: skip


def _uuid(one: dict[str, Any], at: str, left: _Left) -> UUID | None:
    text = read_text(one, "report_id")
    try:
        return UUID(text)
    except ValueError:
        left.add(f"{at}report_id", "is no UUID; the report is known by what it says")
        return None


def _narrative(text: str, where: str, left: _Left) -> str:
    if len(text) > NARRATIVE_LETTERS:
        left.add(where, f"only the first {NARRATIVE_LETTERS} characters are kept")
    return text[:NARRATIVE_LETTERS]


def _raw(one: dict[str, Any]) -> str | None:
    try:
        line = canonical(one)
    except InputError:
        return None
    return line.decode() if len(line) <= _RAW_BYTES else None
