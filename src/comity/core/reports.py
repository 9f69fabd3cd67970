"""A report: one reporter's claim about one name with evidence (FIELD C.1).

`Report` is what every reader (`wire`) produces and everything after it works on.  Its JSON form is `comity-report/1`,
published as JSON Schema (docs/spec/report.md).  Times are aware UTC.  The reporter's identity never leaves the node.
`find_problems` gives every reason why a report is not one, not the first.  `report_key` makes intake idempotent: the
same claim within an episode has the same key, and a report that carries its own identifier is known by it alone.
"""

from collections.abc import Sequence
from datetime import MAXYEAR, MINYEAR, datetime
from hashlib import sha1, sha256
from typing import Final, Literal
from uuid import NAMESPACE_URL, UUID, uuid5

import msgspec

from comity.core.categories import Category, Disposition
from comity.core.markings import Tlp
from comity.core.names import Name

ReporterKind = Literal["trusted-notifier", "public", "feed", "partner", "node"]

EvidenceKind = Literal[
    "screenshot",
    "message",
    "sandbox-report",
    "file-hash",
    "traffic",
    "log-extract",
    "second-source",
    "live-check",
    "note",
]

Standing = Literal["accepted", "duplicate", "held", "foreign"]

NARRATIVE_LETTERS: Final = 2_000
TEXT_LETTERS: Final = 4_096
LIST_ITEMS: Final = 200

REPORT_NAMESPACE: Final = uuid5(NAMESPACE_URL, "urn:comity:report")
_NAMESPACE_BYTES: Final = REPORT_NAMESPACE.bytes
_VARIANT: Final = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}
_KEY_BYTES: Final = 16
_SHA256_LETTERS: Final = 64
_HEX: Final = frozenset("0123456789abcdef")
_PORTS: Final = 65_536
_EDGES: Final = frozenset({MINYEAR, MAXYEAR})  # a time in them may have no UTC that a datetime can hold


class Evidence(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """One piece of evidence, by hash: the bytes themselves never travel in a report."""

    kind: EvidenceKind
    sha256: str = ""
    note: str = ""
    captured_at: datetime | None = None
    media_type: str = ""


class Report(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """One claim.  `name` is the original text (URL, host or name) exactly as it came; what it folds to is a `Name`."""

    name: str
    category: Category
    report_id: UUID | None = None
    url: str = ""
    host: str = ""
    observed_at: datetime | None = None
    verified_at: datetime | None = None
    reported_at: datetime | None = None
    narrative: str = ""
    language: str = ""
    tlp: Tlp = "TLP:AMBER"
    pap: str = "PAP:AMBER"
    confidence: float | None = None
    requested_action: str = ""
    legal_basis: str = ""
    already_reported_to: str = ""
    good_faith: bool = False
    disposition: Disposition | None = None
    impersonated_party: str = ""
    malware_family: str = ""
    sha256: str = ""
    sandbox_report: str = ""
    protocol: str = ""
    port: int | None = None
    attack_kind: str = ""
    linked_report: str = ""
    source_ref: str = ""
    tags: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    personal_data: dict[str, str] = {}
    machine_only: bool = False


class Problem(msgspec.Struct, frozen=True, gc=False):
    """Why a record is not a report: a stable code and a sentence for a person."""

    code: str
    message: str


class Record(msgspec.Struct, frozen=True, gc=False):
    """What a reader made of one record of a source.

    `raw` is the record as it came, for the rejects file; None where it may not be kept (too long, or out of scope by
    law).  `name` is the text that names a host, kept even when the rest is refused; exactly one of `report` and
    `problem` is set.
    """

    line: int
    raw: str | None
    name: str
    report: Report | None
    problem: Problem | None = None


class Claim(msgspec.Struct, frozen=True, gc=False):
    """A report whose name folded.  `target` is its canonical URL, or the canonical host where no URL is known."""

    report: Report
    name: Name
    target: str


class SharedReport(msgspec.Struct, frozen=True, gc=False):
    """A new report about a partner's name, stored, with the case it belongs to."""

    report_pk: int
    report_uuid: str
    target: str
    report: Report
    name: Name
    case_pk: int
    case_uuid: str


def report_key(reporter: str, category: str, target: str, episode: int, report_id: UUID | None = None) -> bytes:
    """Make the 16 bytes by which a claim is known (docs/spec/report.md §5)."""
    if report_id is not None:
        return sha256(b"id\0" + report_id.bytes).digest()[:_KEY_BYTES]
    return sha256(f"{reporter}\0{category}\0{episode}\0{target}".encode("utf-8", "surrogatepass")).digest()[:_KEY_BYTES]


def report_uuid(key: bytes, report_id: UUID | None) -> str:
    """Name a report for machines: its own identifier, else UUIDv5 (RFC 9562 §5.5) of its key in hexadecimal."""
    if report_id is not None:
        return str(report_id)
    # The same text as str(uuid5(REPORT_NAMESPACE, key.hex())), without making the object: this is asked of every row.
    digits = sha1(_NAMESPACE_BYTES + key.hex().encode(), usedforsecurity=False).hexdigest()
    return f"{digits[:8]}-{digits[8:12]}-5{digits[13:16]}-{_VARIANT[digits[16]]}{digits[17:20]}-{digits[20:32]}"


def report_keys(reporter: str, claims: Sequence[Claim], episodes: Sequence[int]) -> list[bytes]:
    """`report_key` of many claims of one reporter."""
    return [
        sha256(f"{reporter}\0{report.category}\0{episode}\0{claim.target}".encode("utf-8", "surrogatepass")).digest()[
            :_KEY_BYTES
        ]
        if (report := claim.report).report_id is None
        else report_key(reporter, report.category, claim.target, episode, report.report_id)
        for claim, episode in zip(claims, episodes, strict=True)
    ]


def report_uuids(keys: Sequence[bytes], claims: Sequence[Claim]) -> list[str]:
    """`report_uuid` of many claims, by their keys."""
    digits = [sha1(_NAMESPACE_BYTES + key.hex().encode(), usedforsecurity=False).hexdigest() for key in keys]
    return [
        f"{one[:8]}-{one[8:12]}-5{one[13:16]}-{_VARIANT[one[16]]}{one[17:20]}-{one[20:32]}"
        if claim.report.report_id is None
        else str(claim.report.report_id)
        for one, claim in zip(digits, claims, strict=True)
    ]


def find_problems(report: Report) -> tuple[Problem, ...]:
    """List every reason why the values of a well-formed report cannot be true or kept; an empty answer means none."""
    found = [*_about_texts(report), *_about_times(report)]
    if not (report.name or report.url or report.host):
        found.append(Problem("no-name", "name, url or host must say what the report is about"))
    if report.confidence is not None and not 0 <= report.confidence <= 1:
        found.append(Problem("bad-field", "confidence must lie between 0 and 1"))
    if report.port is not None and not 0 < report.port < _PORTS:
        found.append(Problem("bad-field", "port must lie between 1 and 65535"))
    hashes = [("sha256", report.sha256)]
    hashes += [(f"evidence[{place}].sha256", one.sha256) for place, one in enumerate(report.evidence)]
    found += [
        Problem("bad-field", f"{field} must be 64 lower-case hexadecimal digits")
        for field, digest in hashes
        if digest and (len(digest) != _SHA256_LETTERS or not _HEX.issuperset(digest))
    ]
    return tuple(found)


def _about_texts(report: Report) -> list[Problem]:
    found = [
        Problem("bad-field", f"{field} is longer than {TEXT_LETTERS} characters")
        for field in ("language", "requested_action", "legal_basis", "already_reported_to", "impersonated_party",
                      "malware_family", "sandbox_report", "protocol", "attack_kind", "linked_report", "source_ref")
        if len(getattr(report, field)) > TEXT_LETTERS
    ]  # fmt: skip
    if len(report.narrative) > NARRATIVE_LETTERS:
        found.append(Problem("bad-field", f"narrative is longer than {NARRATIVE_LETTERS} characters"))
    return found + [
        Problem("bad-field", f"{field} has more than {LIST_ITEMS} items")
        for field in ("tags", "evidence", "personal_data")
        if len(getattr(report, field)) > LIST_ITEMS
    ]


def _about_times(report: Report) -> list[Problem]:
    times = [(field, getattr(report, field)) for field in ("observed_at", "verified_at", "reported_at")]
    times += [(f"evidence[{i}].captured_at", one.captured_at) for i, one in enumerate(report.evidence)]
    found = []
    for field, at in times:
        if at is not None and at.tzinfo is None:
            found.append(Problem("bad-time", f"{field} has no time zone; write UTC, for example 2026-11-23T09:30:00Z"))
        elif at is not None and at.year in _EDGES:
            found.append(Problem("bad-time", f"{field} is in the year {at.year}"))
    return found
