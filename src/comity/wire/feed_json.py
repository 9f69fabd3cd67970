"""Feeds that are one JSON text: ThreatFox's export and CERT Polska's warning list.

    ThreatFox     {"1846750": [{"ioc_value": …, "ioc_type": "domain", "threat_type": …, "first_seen_utc": …}], …}
    CERT Polska   [{"DomainAddress": …, "InsertDate": …, "DeleteDate": null}, …]

The whole is refused where it is no JSON, names a member twice or nests without end; a row that is not as its source
promises is that row's reason and the rest goes on.  An indicator that names no host (a hash) accuses no name; an entry
that was taken off the list accuses nobody.  Members that are not modelled are told once each, with how often.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, Final

from comity.core.categories import Category
from comity.core.errors import InputError, TooLargeError
from comity.core.reports import LIST_ITEMS, Problem, Record, Report, find_problems
from comity.wire.canonical import CanonicalError, parse_json
from comity.wire.documents import MAX_DOCUMENT_BYTES, MAX_NAMED, Document, NotUnderstood
from comity.wire.out_of_scope import find_category, must_not_be_kept, refuse_category

THREATFOX: Final = "threatfox-json"
CERT_PL: Final = "cert-pl-json"

MAX_ROWS: Final = 1_000_000
_SHOWN: Final = 80
_HASHES: Final = frozenset(("md5_hash", "sha1_hash", "sha256_hash", "sha3_384_hash", "imphash", "ssdeep", "tlsh"))
_NAMING: Final = frozenset(("domain", "url", "ip:port"))
_THREATS: Final[dict[str, Category]] = {
    "botnet_cc": "botnet-c2",
    "payload_delivery": "malware",
    "payload": "malware",
    "phishing": "phishing",
    "cc_skimming": "malware",
}
_THREATFOX_READ: Final = frozenset(
    ("ioc_value", "ioc_type", "threat_type", "malware_printable", "first_seen_utc", "confidence_level",
     "is_compromised", "reference", "tags")
)  # fmt: skip
_CERT_PL_READ: Final = frozenset(("DomainAddress", "InsertDate", "DeleteDate"))
_SIGN_THREATFOX: Final = re.compile(rb'\s*\{\s*"[0-9]+"\s*:\s*\[\s*\{\s*"ioc_value"')
_SIGN_CERT_PL: Final = re.compile(rb'\s*\[\s*\{[^}]{0,400}"DomainAddress"')

Row = dict[str, Any]
_ReadRow = Callable[[Row], Report | Problem]


def is_threatfox(head: bytes) -> bool:
    """Answer whether these first octets are of a ThreatFox export."""
    return _SIGN_THREATFOX.match(head) is not None


def is_cert_pl(head: bytes) -> bool:
    """Answer whether these first octets are of CERT Polska's list."""
    return _SIGN_CERT_PL.match(head) is not None


def read_threatfox(data: bytes) -> Document:
    """Read a ThreatFox export.  Raises `InputError` where the whole cannot be read."""
    whole = _read_json(data, THREATFOX)
    if not isinstance(whole, dict):
        raise InputError("is no object of identifiers", item=THREATFOX)

    def rows() -> Iterator[tuple[str, Any, str]]:
        for key, listed in whole.items():
            for row in listed if isinstance(listed, list) else [listed]:
                yield key, row, _line({key: [row]})

    return _document(rows(), _threatfox, "ioc_value", _THREATFOX_READ, "threat_type")


def read_cert_pl(data: bytes) -> Document:
    """Read CERT Polska's warning list.  Raises `InputError` where the whole cannot be read."""
    whole = _read_json(data, CERT_PL)
    if not isinstance(whole, list):
        raise InputError("is no array of entries", item=CERT_PL)
    rows = ((f"[{place}]", row, _line([row])) for place, row in enumerate(whole))
    return _document(rows, _cert_pl, "DomainAddress", _CERT_PL_READ, "")


def _document(
    rows: Iterator[tuple[str, Any, str]], read: _ReadRow, naming: str, known: frozenset[str], category: str
) -> Document:
    records: list[Record] = []
    unknown: Counter[str] = Counter()
    for number, (_where, row, raw) in enumerate(rows, 1):
        if number > MAX_ROWS:
            raise TooLargeError(f"has more than {MAX_ROWS} rows", item=f"row {number}")
        if not isinstance(row, dict):
            records.append(Record(number, raw, "", None, Problem("bad-record", "a row is a JSON object")))
            continue
        unknown.update(key for key in row if key not in known)
        name = row.get(naming)
        named = name.strip() if isinstance(name, str) else ""
        found = read(row)
        if isinstance(found, Problem):
            word = row.get(category) if category else ""
            kept = None if isinstance(word, str) and must_not_be_kept(word) else raw
            records.append(Record(number, kept, named, None, found))
        else:
            records.append(Record(number, raw, named, found))
    left = [
        NotUnderstood(f"member {key[:_SHOWN]!r}", f"is not modelled here; it stood in {count} rows")
        for key, count in unknown.most_common(MAX_NAMED)
    ]
    return Document(records=tuple(records), not_understood=tuple(left))


def _threatfox(row: Row) -> Report | Problem:
    name, kind, threat = row.get("ioc_value"), row.get("ioc_type"), row.get("threat_type")
    if not isinstance(threat, str):
        return Problem("no-category", "threat_type is no text")
    category = find_category(threat, _THREATS)
    if category is None:
        return refuse_category(threat)
    if kind in _HASHES:
        return Problem("no-name", "the indicator is the hash of a file and names no host")
    if kind not in _NAMING:
        return Problem("bad-field", f"ioc_type {str(kind)[:_SHOWN]!r} is not known here")
    if not isinstance(name, str) or not name.strip():
        return Problem("no-name", "ioc_value is no text")
    level = row.get("confidence_level")
    if level is not None and (isinstance(level, bool) or not isinstance(level, int) or not 0 <= level <= 100):
        return Problem("bad-field", "confidence_level is a whole number from 0 to 100")
    seen = _time(row.get("first_seen_utc"), "first_seen_utc")
    if isinstance(seen, Problem):
        return seen
    tags = "" if row.get("tags") is None else row["tags"]
    if not isinstance(tags, str):
        return Problem("bad-field", "tags are a text with commas")
    texts = {field: "" if row.get(field) is None else row[field] for field in ("malware_printable", "reference")}
    if wrong := next((field for field, text in texts.items() if not isinstance(text, str)), ""):
        return Problem("bad-field", f"{wrong} is no text")
    return _sound(Report(
        name=name.strip(), category=category, observed_at=seen,
        malware_family="" if texts["malware_printable"] == "Unknown malware" else texts["malware_printable"],
        source_ref=texts["reference"], confidence=None if level is None else level / 100,
        disposition="compromised" if row.get("is_compromised") is True else None,
        tags=tuple(tag for part in tags.split(",") if (tag := part.strip()))[: LIST_ITEMS + 1], tlp="TLP:CLEAR",
    ))  # fmt: skip


def _cert_pl(row: Row) -> Report | Problem:
    name = row.get("DomainAddress")
    if not isinstance(name, str) or not name.strip():
        return Problem("no-name", "DomainAddress is no text")
    if row.get("DeleteDate") is not None:
        return Problem("delisted", "the entry was taken off the list and accuses nobody")
    entered = _time(row.get("InsertDate"), "InsertDate")
    if isinstance(entered, Problem):
        return entered
    return _sound(Report(name=name.strip(), category="phishing", observed_at=entered, tlp="TLP:CLEAR"))


def _sound(report: Report) -> Report | Problem:
    problems = find_problems(report)
    return problems[0] if problems else report


def _time(value: object, field: str) -> datetime | Problem | None:
    """Read a time that says no zone as UTC."""
    if value is None or value == "":
        return None
    try:
        at = datetime.fromisoformat(str(value).strip()) if isinstance(value, str) else None
        if at is not None:
            return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    return Problem("bad-time", f"{field} cannot be read from {str(value)[:_SHOWN]!r}")


def _read_json(data: bytes, item: str) -> Any:
    try:
        return parse_json(data.removeprefix(b"\xef\xbb\xbf"), max_bytes=MAX_DOCUMENT_BYTES)
    except CanonicalError as error:
        raise InputError(str(error), item=item) from error


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
