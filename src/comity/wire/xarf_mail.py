"""X-ARF in mails: v0.2 as a part of `Name: value` lines with a Report-ID, v3 and v4 as a JSON attachment.

The part of v0.2 is YAML in name only: real ones are header lines, some with blanks where YAML has none, so they are
read as such and no YAML is.  Who is accused stands in `Source` when `Source-Type` is a URI or a domain; an address
accuses no name.
"""

import re
from datetime import UTC, datetime
from typing import Final

from comity.core.errors import InputError
from comity.core.reports import Problem, Report
from comity.wire.documents import Enclosed, NotUnderstood
from comity.wire.mail_claims import MailClaims
from comity.wire.mail_head import parse_mail_date
from comity.wire.mail_parts import MailParts, Part
from comity.wire.out_of_scope import HOTLINE
from comity.wire.xarf_document import is_xarf, read_xarf_document
from comity.wire.xarf_types import find_v02

MOST_REPORTS: Final = 200
_LINE: Final = re.compile(r"([A-Za-z][A-Za-z-]{1,40})[ \t]*:[ \t]*(.*)")
_NEEDED: Final = frozenset(("report-type", "source", "source-type", "report-id"))
_MOST_LINES: Final = 200
_NAMING: Final = frozenset(("uri", "url", "domain", "domain-name", "fqdn"))
_KNOWN: Final = frozenset((
    "reported-from", "category", "report-type", "service", "version", "user-agent", "date", "source-type", "source",
    "port", "report-id", "schema-url", "attachment", "domain", "occurrences", "tlp",
))  # fmt: skip


def read_xarf_mail(mail: MailParts) -> MailClaims | None:
    """Read the X-ARF part of a mail; None where it has none."""
    found = [_read_json(part) for part in mail.parts if is_xarf(part.data[:65_536])]
    fields = [_fields(part) for part in mail.parts if part.media_type.startswith("text/")]
    found += [_read_lines(said) for said in fields if said.keys() >= _NEEDED]
    if any(HOTLINE in claims.problems for claims in found):  # one such part, and nothing of the mail is kept
        return MailClaims(problems=(HOTLINE,))
    return next((claims for claims in found if claims.reports), found[0]) if found else None


def _read_json(part: Part) -> MailClaims:
    try:
        document = read_xarf_document(part.data)
    except InputError as error:
        return MailClaims(problems=(Problem("malformed", f"the XARF part {part.path}: {error}"),))
    if any(record.problem == HOTLINE for record in document.records):
        return MailClaims(problems=(HOTLINE,))
    places: dict[int, int] = {}
    reports: list[Report] = []
    problems: list[Problem] = []
    for place, record in enumerate(document.records[:MOST_REPORTS]):
        if record.report is not None:
            places[place] = len(reports)
            reports.append(record.report)
        elif record.problem is not None:
            problems.append(record.problem)
    left = list(document.not_understood)
    if len(document.records) > MOST_REPORTS:
        left.append(NotUnderstood(part.path, f"{len(document.records)} reports; the first {MOST_REPORTS} are read"))
    enclosed = tuple(
        Enclosed(places[file.record], file.name, file.media_type, file.data, file.kind)
        for file in document.enclosed
        if file.record in places
    )
    return MailClaims(reports=tuple(reports), problems=tuple(problems), not_understood=tuple(left), enclosed=enclosed)


def _fields(part: Part) -> dict[str, str]:
    """The `Name: value` lines of a part; empty where one stands twice, for then nobody knows which holds."""
    said: dict[str, str] = {}
    for line in part.text.split("\n")[:_MOST_LINES]:
        found = _LINE.fullmatch(line.strip().lstrip("\ufeff"))
        if found is None:
            continue
        name = found[1].lower()
        if name in said and name in _NEEDED:
            return {}
        said.setdefault(name, found[2].strip().strip("\"'"))
    return said


def _read_lines(said: dict[str, str]) -> MailClaims:
    category = find_v02(said["report-type"])
    if isinstance(category, Problem):
        return MailClaims(problems=(category,))
    if said["source-type"].lower() not in _NAMING:
        problem = Problem("no-name", "it names an address and no name; tell whoever announces the address")
        return MailClaims(problems=(problem,))
    source = said["source"]
    report = Report(
        name=source,
        category=category,
        url=source if "://" in source else "",
        observed_at=_date(said.get("date", "")),
        source_ref=said["report-id"][:400],
        port=int(said["port"]) if re.fullmatch(r"[1-9][0-9]{0,3}", said.get("port", "")) else None,
    )
    left = tuple(NotUnderstood(f"X-ARF {name}"[:200], "not modelled") for name in said if name not in _KNOWN)
    return MailClaims(reports=(report,), category=category, not_understood=left)


def _date(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return parse_mail_date(text)
    try:
        return at.astimezone(UTC) if at.tzinfo is not None else None
    except OverflowError:
        return None
