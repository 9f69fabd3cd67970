"""`comity-report/1`: reports as JSON, one object a line (NDJSON), and the JSON Schema that says what may stand in it.

A well-formed line is decoded straight into a `Report`.  One that is not is read again member by member, so that its
sender is told every reason at once.  Members that are not known are ignored, so that a later version may add some; a
sender must not rely on them (docs/spec/report.md §3).  Stored and sent, a report is canonical JSON (RFC 8785).
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Final, get_type_hints

import msgspec

from comity.core.categories import CATEGORIES
from comity.core.reports import (
    LIST_ITEMS,
    NARRATIVE_LETTERS,
    TEXT_LETTERS,
    Evidence,
    Problem,
    Record,
    Report,
    find_problems,
)
from comity.wire.canonical import canonical
from comity.wire.out_of_scope import HOTLINE, must_not_be_kept, refuse_category

SCHEMA_ID: Final = "urn:comity:schema:report-1"

_TYPES: Final[dict[str, Any]] = get_type_hints(Report)
_TIMES: Final = ("observed_at", "verified_at", "reported_at")
_decode: Final = msgspec.json.Decoder(Report).decode
_decode_any: Final = msgspec.json.Decoder().decode
_encode: Final = msgspec.json.Encoder(order="sorted").encode


def render_report(report: Report) -> bytes:
    """Write a report as canonical JSON (RFC 8785); members at their default are left out."""
    if report.confidence is None and not report.personal_data:
        return _encode(report)  # our own keys, whole numbers: sorted members are then all that RFC 8785 asks
    return canonical(msgspec.to_builtins(report))


def render_reports(reports: Sequence[Report]) -> list[bytes]:
    """`render_report` of many."""
    return [
        _encode(report) if report.confidence is None and not report.personal_data else render_report(report)
        for report in reports
    ]


def parse_report(data: bytes | str) -> Report | tuple[Problem, ...]:
    """Read one report, or list every reason why it is none."""
    try:
        report = _decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _explain(data)
    problems = find_problems(report)
    return problems or _in_utc(report)


class NdjsonReader:
    """Reads the lines of one source.  `report_id` makes a line known for ever: the same id is the same report."""

    header = ""

    def read(self, lines: Sequence[str], first_line: int) -> Iterable[Record]:
        """Make records of consecutive whole lines; blank lines are none."""
        for number, line in enumerate(lines, first_line):
            if not line or line.isspace():
                continue
            report = parse_report(line)
            if isinstance(report, Report):
                yield Record(number, line, report.name or report.url or report.host, report)
                continue
            codes = sorted({problem.code for problem in report})
            code = codes[0] if len(codes) == 1 else "bad-record"
            kept = None if HOTLINE in report else line
            yield Record(number, kept, _name_in(line), None, Problem(code, "; ".join(one.message for one in report)))


def _in_utc(report: Report) -> Report:
    """Bring times to UTC; the usual report has them so already."""
    elsewhere = {
        field: at.astimezone(UTC)
        for field in _TIMES
        if isinstance(at := getattr(report, field), datetime) and at.tzinfo is not UTC and at.utcoffset()
    }
    evidence = tuple(
        msgspec.structs.replace(one, captured_at=one.captured_at.astimezone(UTC)) if one.captured_at else one
        for one in report.evidence
    )
    if not elsewhere and evidence == report.evidence:
        return report
    return msgspec.structs.replace(report, evidence=evidence, **elsewhere)


def _explain(data: bytes | str) -> tuple[Problem, ...]:
    """Read what could not be decoded member by member, for all its faults."""
    try:
        value = _decode_any(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return (Problem("bad-json", f"not JSON: {error}"),)
    if not isinstance(value, dict):
        return (Problem("bad-json", "a report is a JSON object"),)
    problems: list[Problem] = []
    good: dict[str, Any] = {}
    category = value.get("category")
    if isinstance(category, str) and category not in CATEGORIES:
        problems.append(refuse_category(category))
        if must_not_be_kept(category):
            return (HOTLINE,)
        value = {**value, "category": CATEGORIES[0]}
    for field, kind in _TYPES.items():
        if field not in value:
            continue
        try:
            good[field] = msgspec.convert(value[field], kind, strict=True)
        except msgspec.ValidationError as error:
            problems.append(Problem("bad-time" if field.endswith("_at") else "bad-field", f"{field}: {error}"))
            good.setdefault(field, None)
    problems += [
        Problem("missing-field", f"{field} is missing") for field in ("name", "category") if field not in value
    ]
    sound = {field: given for field, given in good.items() if given is not None}
    if "name" in sound and "category" in sound:
        problems += find_problems(msgspec.convert(sound, Report))
    return tuple(problems) or (Problem("bad-json", "cannot be read as a report"),)


def _name_in(line: str) -> str:
    """What a refused line says it is about: it still counts for its zone."""
    try:
        value = _decode_any(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
    if not isinstance(value, dict):
        return ""
    named = (value.get(field) for field in ("name", "url", "host"))
    return next((text for text in named if isinstance(text, str) and text), "")


def report_schema() -> dict[str, Any]:
    """Make the JSON Schema of comity-report/1 from `Report` itself (JSON Schema 2020-12)."""
    _, parts = msgspec.json.schema_components((Report, Evidence), ref_template="#/$defs/{name}")
    report, evidence = parts["Report"], parts["Evidence"]
    properties = report["properties"]
    for field, declared in properties.items():
        if declared.get("type") == "string" and "format" not in declared and "enum" not in declared:
            declared["maxLength"] = NARRATIVE_LETTERS if field == "narrative" else TEXT_LETTERS
    properties["name"].pop("maxLength", None)
    for field in ("url", "host"):
        properties[field].pop("maxLength", None)
    for field in ("tags", "evidence"):
        properties[field]["maxItems"] = LIST_ITEMS
    properties["personal_data"]["maxProperties"] = LIST_ITEMS
    digest = {"type": "string", "pattern": "^([0-9a-f]{64})?$", "default": ""}
    properties["sha256"] = evidence["properties"]["sha256"] = digest
    _bound(properties["confidence"], "number", minimum=0, maximum=1)
    _bound(properties["port"], "integer", minimum=1, maximum=65_535)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_ID,
        "title": "comity-report/1",
        "description": "One reporter's claim about one name with evidence (docs/spec/report.md).",
        **{key: value for key, value in report.items() if key not in {"title", "description"}},
        "$defs": {"Evidence": evidence},
    }


def _bound(declared: dict[str, Any], kind: str, *, minimum: int, maximum: int) -> None:
    for choice in declared.get("anyOf", [declared]):
        if choice.get("type") == kind:
            choice.update(minimum=minimum, maximum=maximum)
