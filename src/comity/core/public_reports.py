"""From the public form to a report: what a citizen or an expert typed, judged field by field (FIELD C.1, R16).

Answers a `Filing`, or every field that cannot be taken with its reason, so that nothing typed is lost and the form can
say each beside its field.  The form for citizens asks four things (address, language, day, e-mail); what the form for
experts asks follows from `core.report_guide`.  A text that is no text, is too long, or lies in the future is refused
here, before anything is stored.  Who files is told to nobody: `good_faith` is a statement, not a name.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from typing import Final

import msgspec

from comity.core.categories import DISPOSITIONS, Category
from comity.core.mail_addresses import parse_address
from comity.core.personal_data import holds_address
from comity.core.report_guide import ALREADY_TOLD, fields_for, find_missing
from comity.core.reports import NARRATIVE_LETTERS, Evidence, Problem, Report, find_problems

ADDRESS_LETTERS: Final = 2_048
LANGUAGES: Final = ("", "ru", "be", "vi", "zh", "en", "other")
OLDEST: Final = timedelta(days=365)
_FARTHEST_EAST: Final = timedelta(hours=14)
_NARRATIVE_AT_LEAST: Final = 40
_NOON: Final = time(12, tzinfo=UTC)
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_PORT: Final = re.compile(r"[0-9]{1,5}")
_LONGEST: Final[dict[str, int]] = {
    "name": ADDRESS_LETTERS,
    "narrative": NARRATIVE_LETTERS,
    "message": 4_000,
    "log_extract": 4_000,
    "legal_basis": 500,
}
_LONGEST_WORD: Final = 250


class Filing(msgspec.Struct, frozen=True):
    """A report as it was filed, and where its reporter can be reached."""

    report: Report
    email: str


class FieldProblem(msgspec.Struct, frozen=True):
    """Why a field of the form cannot be taken: a stable code and a sentence."""

    field: str
    code: str
    message: str


def read_filing(
    form: Mapping[str, str], category: Category, *, expert: bool, at: datetime,
    screenshot: Evidence | None = None,
) -> Filing | tuple[FieldProblem, ...]:  # fmt: skip
    """Judge a form.  `screenshot`: the picture that came with it, by hash."""
    asked = {field for field, _need in fields_for(category)} if expert else {"name", "narrative", "impersonated_party"}
    said = {field: form.get(field, "").strip() for field in (*asked, "language", "observed_on", "already_reported_to")}
    problems = _about_texts(said)
    seen = _observed(said["observed_on"], at)
    email = parse_address(form.get("email", ""))
    if isinstance(seen, Problem):
        problems.append(FieldProblem("observed_on", seen.code, seen.message))
    if isinstance(email, Problem):
        problems.append(FieldProblem("email", email.code, email.message))
    if not said["name"]:
        problems.append(FieldProblem("name", "field-missing", "say which address it is about"))
    if form.get("good_faith") != "yes":
        problems.append(FieldProblem("good_faith", "statement-missing", "the statement must be ticked"))
    if expert and 0 < len(said.get("narrative", "")) < _NARRATIVE_AT_LEAST:
        problems.append(FieldProblem("narrative", "narrative-too-short", f"at least {_NARRATIVE_AT_LEAST} characters"))
    if problems or isinstance(seen, Problem) or isinstance(email, Problem):
        return tuple(problems)
    report = _report(said, category, seen, at, screenshot)
    found = [FieldProblem(_field_of(one), one.code, one.message) for one in find_problems(report)]
    if expert:
        found += [FieldProblem(one.message, one.code, "this category needs it") for one in find_missing(report)]
    if not found and holds_address(report) and form.get("keep_addresses") != "yes":
        found.append(FieldProblem("keep_addresses", "address-within", "an e-mail address stands in what you wrote"))
    return tuple(found) or Filing(report, email)


def _report(
    said: Mapping[str, str], category: Category, seen: datetime, at: datetime, screenshot: Evidence | None
) -> Report:  # fmt: skip
    told = said["already_reported_to"]
    disposition = said.get("disposition", "")
    port = said.get("port", "")
    evidence: list[Evidence] = []
    if message := said.get("message"):
        evidence.append(Evidence("message", sha256=sha256(message.encode()).hexdigest(), note=message))
    if log := said.get("log_extract"):
        evidence.append(Evidence("log-extract", sha256=sha256(log.encode()).hexdigest(), note=log))
    if screenshot is not None:
        evidence.append(screenshot)
    return Report(
        name=said["name"],
        category=category,
        observed_at=seen,
        reported_at=at,
        narrative=said.get("narrative", ""),
        language=said["language"] if said["language"] in LANGUAGES else "",
        already_reported_to=told if told in ALREADY_TOLD else "",
        good_faith=True,
        disposition=next((known for known in DISPOSITIONS if known == disposition), None),
        port=int(port) if port else None,
        sha256=said.get("sha256", "").lower(),
        evidence=tuple(evidence),
        impersonated_party=said.get("impersonated_party", ""),
        malware_family=said.get("malware_family", ""),
        protocol=said.get("protocol", ""),
        attack_kind=said.get("attack_kind", ""),
        sandbox_report=said.get("sandbox_report", ""),
        linked_report=said.get("linked_report", ""),
        requested_action=said.get("requested_action", ""),
        legal_basis=said.get("legal_basis", ""),
    )


def _about_texts(said: Mapping[str, str]) -> list[FieldProblem]:
    problems = []
    for field, text in said.items():
        longest = _LONGEST.get(field, _LONGEST_WORD)
        if len(text) > longest:
            problems.append(FieldProblem(field, "text-too-long", f"at most {longest} characters"))
        if "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
            problems.append(FieldProblem(field, "text-not-storable", "it holds a NUL or half a character"))
    if said.get("port") and not _PORT.fullmatch(said["port"]):
        problems.append(FieldProblem("port", "bad-field", "a port is a number from 1 to 65535"))
    return problems


def _observed(text: str, at: datetime) -> datetime | Problem:
    """The moment that a day stands for: now for today (wherever on Earth it is today), noon UTC for a day before."""
    if not text:
        return Problem("field-missing", "say on which day you saw it")
    try:
        day = date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None:
        return Problem("bad-time", "write the day as year-month-day")
    if day > (at + _FARTHEST_EAST).date():
        return Problem("day-ahead", "this day has not come yet")
    if day < (at - OLDEST).date():
        return Problem("day-too-old", "this is more than a year ago")
    return min(at, datetime.combine(day, _NOON)) if day < at.date() else at


def _field_of(problem: Problem) -> str:
    """The field of the form that a problem of the report is about: its message begins with the member's name."""
    word = problem.message.split(" ", 1)[0]
    return word if word in Report.__struct_fields__ else "name"
