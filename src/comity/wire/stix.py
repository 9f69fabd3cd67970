"""Ledger payloads: STIX 2.1 objects in canonical form, with one extension for what STIX lacks (docs/spec/entries.md).

A report is an `indicator`; what happens to a case is an `incident`.  Everything that a registry needs and STIX has no
place for stands in the property extension `comity` (extension-definition below): the report as it may be told, the case
it belongs to, the clause and the memorandum by which it left.  Identifiers are deterministic (UUIDv5), times are UTC
with milliseconds (STIX 2.1 §3.2), every object carries one TLP 2.0 marking.  A `salt` stands beside them (32
hexadecimal digits, from an edge), so that the SHA-256 that is left of an erased payload tells nothing to somebody who
guesses it.

Reading is strict and bounded: the whole payload is one bundle of one object; anything else is a `PayloadProblem` that
says why.  A kind of entry that this version does not know is not an error here: see `flows.apply_entry`.
"""

from datetime import UTC, datetime
from typing import Any, Final
from uuid import NAMESPACE_URL, UUID, uuid5

import msgspec

from comity.core.categories import Category
from comity.core.markings import STIX_MARKING, Tlp
from comity.core.reports import Report, find_problems
from comity.core.targets import MAX_INPUT
from comity.wire.canonical import canonical

EXTENSION: Final = "extension-definition--8f3a5c0e-6d0b-5a41-9d43-0c5f2b6a1e77"
NAMESPACE: Final = uuid5(NAMESPACE_URL, "urn:comity:stix")
REFUSED: Final = "refused"
MAX_PAYLOAD_BYTES: Final = 65_535  # C2SP tlog-tiles: an entry's length is a uint16
REPORT_KINDS: Final = frozenset({"report", "early-warning"})

# Longest words of a report (docs/spec/entries.md §2) and of a case event (§3).
_LETTERS_OF_REPORT: Final[dict[str, int]] = {"target": MAX_INPUT, "clause": 20, "memorandum": 71}
_LETTERS: Final[dict[str, int]] = {
    "event": 30, "registrable": MAX_INPUT, "clause": 20, "memorandum": 71, "outcome": 60, "action": 40,
    "disposition": 14, "reason": 60, "note": 4_000,
}  # fmt: skip
# Times outside these years are no times of ours, and arithmetic with them leaves what a datetime can hold.
_YEARS: Final = range(2000, 2200)

_INDICATOR_TYPES: Final[dict[Category, list[str]]] = {
    "phishing": ["malicious-activity"],
    "malware": ["malicious-activity"],
    "botnet-c2": ["malicious-activity"],
    "unauthorized-access": ["compromised"],
    "spam-vector": ["malicious-activity"],
}

EXTENSION_DEFINITION: Final[dict[str, Any]] = {
    "type": "extension-definition",
    "spec_version": "2.1",
    "id": EXTENSION,
    "created_by_ref": f"identity--{uuid5(NAMESPACE, 'comity')}",
    "created": "2026-11-23T00:00:00.000Z",
    "modified": "2026-11-23T00:00:00.000Z",
    "name": "Comity: reports and case events between registries",
    "description": "What a memorandum of cooperation needs beside STIX: report fields, case, clause, outcome.",
    "schema": "docs/spec/entries.md",
    "version": "1.0.0",
    "extension_types": ["property-extension"],
}


class ReportPayload(msgspec.Struct, frozen=True, kw_only=True):
    """A report as the partner may know it."""

    report_id: UUID
    case: UUID  # the sender's case
    kind: str  # report | early-warning
    target: str  # canonical URL, or host where no URL is known
    report: Report
    clause: str
    memorandum: str
    decided_at: datetime


class CaseEventPayload(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something that happened to a case which the partner takes part in."""

    case: UUID  # the sender's case
    peer_cases: tuple[UUID, ...]  # the recipient's cases
    event: str
    registrable: str
    category: Category
    clause: str
    memorandum: str
    decided_at: datetime
    outcome: str = ""
    action: str = ""
    disposition: str = ""
    reason: str = ""
    note: str = ""


class PayloadProblem(msgspec.Struct, frozen=True):
    """Why a payload cannot be read."""

    code: str
    reason: str


class _Extension(msgspec.Struct, frozen=True):
    extension_type: str
    report: ReportPayload | None = None
    event: CaseEventPayload | None = None


class _Object(msgspec.Struct, frozen=True):
    type: str
    id: str
    extensions: dict[str, msgspec.Raw]


class _Bundle(msgspec.Struct, frozen=True):
    type: str
    objects: tuple[_Object, ...]


_decode_bundle = msgspec.json.Decoder(_Bundle).decode
_decode_extension = msgspec.json.Decoder(_Extension).decode


def render_report(payload: ReportPayload, *, sender: str, salt: str, created: datetime | None = None) -> bytes:
    """Write a report entry, or a correction of one: a bundle of one indicator, canonical JSON.

    `created`: of a correction, when the STIX object was created; a further version must not move it (STIX 2.1 §3.2).
    """
    report = payload.report
    moment = stix_time(payload.decided_at)
    # STIX patterns (§9): a backslash and a quote are escaped by a backslash, nothing else is.
    quoted = payload.target.replace("\\", "\\\\").replace("'", "\\'")
    subject = "url" if "://" in payload.target else "domain-name"
    indicator: dict[str, Any] = {
        "type": "indicator",
        "spec_version": "2.1",
        "id": f"indicator--{payload.report_id}",
        "created_by_ref": identity(sender),
        # A report that is sent again is the same object: what it was created at must not move (STIX 2.1 §3.2).
        "created": stix_time(min(created or report.observed_at or payload.decided_at, payload.decided_at)),
        "modified": moment,
        "name": f"{report.category}: {payload.target[:200]}",
        "indicator_types": _INDICATOR_TYPES[report.category],
        "pattern": f"[{subject}:value = '{quoted}']",
        "pattern_type": "stix",
        "valid_from": stix_time(report.observed_at or payload.decided_at),
        "labels": [report.category],
        "object_marking_refs": [STIX_MARKING[report.tlp]],
        "extensions": {EXTENSION: extension_of("report", payload, salt)},
    }
    if report.confidence is not None:
        indicator["confidence"] = round(report.confidence * 100)
    return bundle_of(indicator, f"bundle--{uuid5(NAMESPACE, str(payload.report_id))}")


def render_case_event(payload: CaseEventPayload, *, sender: str, tlp: Tlp, opened_at: datetime, salt: str) -> bytes:
    """Write a case event entry: a bundle of one version of an incident, canonical JSON.

    `opened_at`: when the sender's case was opened; for `refused`, when the partner decided to send the report.
    """
    moment = stix_time(payload.decided_at)
    # A refusal is about the partner's case, and the partner's own incident bears that id.
    incident_id = uuid5(NAMESPACE, f"{sender}/{payload.case}") if payload.event == REFUSED else payload.case
    incident: dict[str, Any] = {
        "type": "incident",
        "spec_version": "2.1",
        "id": f"incident--{incident_id}",
        "created_by_ref": identity(sender),
        "created": stix_time(min(opened_at, payload.decided_at)),
        "modified": moment,
        "name": f"{payload.category}: {payload.registrable}",
        "labels": [payload.category, payload.event],
        "object_marking_refs": [STIX_MARKING[tlp]],
        "extensions": {EXTENSION: extension_of("event", payload, salt)},
    }
    return bundle_of(incident, f"bundle--{uuid5(NAMESPACE, f'{payload.case}/{payload.event}/{moment}')}")


def parse_report(data: bytes) -> ReportPayload | PayloadProblem:
    """Read a report entry."""
    extension = _read(data, "indicator")
    if isinstance(extension, PayloadProblem):
        return extension
    if extension.report is None:
        return PayloadProblem("no-report", "the indicator's comity extension has no report")
    return _problem_of_report(extension.report) or extension.report


def parse_case_event(data: bytes) -> CaseEventPayload | PayloadProblem:
    """Read a case event entry."""
    extension = _read(data, "incident")
    if isinstance(extension, PayloadProblem):
        return extension
    if extension.event is None:
        return PayloadProblem("no-event", "the incident's comity extension has no event")
    return _problem_of_event(extension.event) or extension.event


def identity(party: str) -> str:
    """The STIX identity of a party: the same on every node."""
    return f"identity--{uuid5(NAMESPACE, party)}"


def read_extension(data: bytes, kind: str) -> msgspec.Raw | PayloadProblem:
    """Read the comity extension of the one object of a payload, which must be of that STIX type."""
    if len(data) > MAX_PAYLOAD_BYTES:
        return PayloadProblem("too-large", f"{len(data)} bytes; at most {MAX_PAYLOAD_BYTES}")
    try:
        bundle = _decode_bundle(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return PayloadProblem("malformed", str(error))
    if bundle.type != "bundle" or len(bundle.objects) != 1 or bundle.objects[0].type != kind:
        return PayloadProblem("not-one-object", f"a bundle of exactly one {kind} is expected")
    raw = bundle.objects[0].extensions.get(EXTENSION)
    return PayloadProblem("no-extension", f"the {kind} has no comity extension") if raw is None else raw


def _read(data: bytes, kind: str) -> _Extension | PayloadProblem:
    raw = read_extension(data, kind)
    if isinstance(raw, PayloadProblem):
        return raw
    try:
        return _decode_extension(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return PayloadProblem("malformed", str(error))


def _problem_of_report(payload: ReportPayload) -> PayloadProblem | None:
    """Say what of a well-formed report cannot be true or kept: one bad entry must never stop the ones after it."""
    report = payload.report
    if payload.kind not in REPORT_KINDS:
        return PayloadProblem("bad-value", "kind is report or early-warning")
    times = [payload.decided_at, report.observed_at, report.verified_at, report.reported_at]
    times += [piece.captured_at for piece in report.evidence]
    if not all(map(is_time, times)):
        return PayloadProblem("bad-time", "a time has no zone or lies outside the years 2000 to 2199")
    found = next((PayloadProblem("bad-value", problem.message) for problem in find_problems(report)), None)
    return found or _problem_of_texts(payload, _LETTERS_OF_REPORT)


def _problem_of_event(payload: CaseEventPayload) -> PayloadProblem | None:
    if not is_time(payload.decided_at):
        return PayloadProblem("bad-time", "a time has no zone or lies outside the years 2000 to 2199")
    return _problem_of_texts(payload, _LETTERS)


def _problem_of_texts(payload: ReportPayload | CaseEventPayload, longest: dict[str, int]) -> PayloadProblem | None:
    for field, letters in longest.items():
        text: str = getattr(payload, field)
        if len(text) > letters or "\0" in text:
            return PayloadProblem("bad-value", f"{field} has at most {letters} characters, none of them NUL")
    return None


def is_time(at: datetime | None) -> bool:
    """Answer whether a time has a zone and lies in years that a store can hold."""
    return at is None or (at.tzinfo is not None and at.year in _YEARS)


def extension_of(key: str, payload: msgspec.Struct, salt: str) -> dict[str, Any]:
    """What stands in an object's comity extension: the payload under its key, and the salt."""
    salted = {"salt": salt} if salt else {}
    return {"extension_type": "property-extension", key: msgspec.to_builtins(payload), **salted}


def bundle_of(stix_object: dict[str, Any], bundle_id: str) -> bytes:
    """A bundle of one object, canonical JSON."""
    return canonical({"type": "bundle", "id": bundle_id, "objects": [stix_object]})


def stix_time(at: datetime) -> str:
    """A time as STIX writes it: UTC with milliseconds (STIX 2.1 §3.2)."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def stix_moment(at: datetime) -> str:
    """A time other than `created` and `modified`: its fraction without zeros at the end, as stix2 writes it again."""
    whole, _, fraction = stix_time(at).removesuffix("Z").partition(".")
    fraction = fraction.rstrip("0")
    return f"{whole}.{fraction}Z" if fraction else f"{whole}Z"
