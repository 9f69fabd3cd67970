"""How strong a report's evidence is, by a published rubric that explains itself (FIELD C.1; docs/spec/disclosure.md
§5).

Two answers about one report: which evidence fields it has (a clause may require them), and its score from 0 to 1.
Both are functions of the report alone (and of the time), so that sender and receiver find the same.  The rubric is
data and has a version: a decision record that names the version can be checked years later.

What no field of a report says is said by its tags: `trusted-notifier`, `registered-under-30-days`,
`not-reproducible`. The node that took the report in sets them; a partner's node reads them.
"""

from datetime import datetime, timedelta
from typing import Final, Literal, get_args

import msgspec

from comity.core.reports import Report

NARRATIVE_AT_LEAST: Final = 40
RUBRIC_VERSION: Final = "comity-evidence-score/1"

Fact = Literal[
    "live-check",
    "screenshot",
    "second-source",
    "technical-proof",
    "impersonated-party",
    "newly-registered",
    "trusted-notifier",
    "single-blocklist",
    "machine-only",
    "not-reproducible",
    "older-than-limit",
]
FACTS: Final[tuple[Fact, ...]] = get_args(Fact)

# Hundredths, so that sums are exact on every machine.
RUBRIC: Final[dict[Fact, int]] = {
    "live-check": 30,
    "screenshot": 15,
    "second-source": 20,
    "technical-proof": 20,
    "impersonated-party": 15,
    "newly-registered": 10,
    "trusted-notifier": 20,
    "single-blocklist": 10,
    "machine-only": -20,
    "not-reproducible": -30,
    "older-than-limit": -30,
}

# Every version that was ever published, so that a frozen score can be added up again.  A weight never changes under its
# version: a new one is a new line here.
RUBRICS: Final[dict[str, dict[Fact, int]]] = {RUBRIC_VERSION: RUBRIC}

# Why a fact weighs what it weighs.
WHY: Final[dict[Fact, str]] = {
    "live-check": "somebody of this desk saw it themselves",
    "screenshot": "the page can be seen with its address",
    "second-source": "a source that does not depend on the first says the same",
    "technical-proof": "a hash, a sandbox or traffic shows it, whoever looks",
    "impersonated-party": "it is said whom it pretends to be, and they can be asked",
    "newly-registered": "names made for abuse are mostly younger than 30 days",
    "trusted-notifier": "fewer than one in a hundred of this notifier's reports was reversed",
    "single-blocklist": "one list alone names it",
    "machine-only": "no person looked at it",
    "not-reproducible": "who looked did not find it",
    "older-than-limit": "it was last seen longer ago than the category allows",
}

_TAG_FACTS: Final[tuple[tuple[str, Fact], ...]] = (
    ("registered-under-30-days", "newly-registered"),
    ("trusted-notifier", "trusted-notifier"),
    ("not-reproducible", "not-reproducible"),
)

NODE_TAGS: Final = frozenset(tag for tag, _ in _TAG_FACTS)
"""Tags that only the node which took a report in may set: a source that says them of itself is not believed."""


class ScorePart(msgspec.Struct, frozen=True):
    """One line of the sum.  `fact` is one of `FACTS`, or of a rubric that this program no longer computes."""

    fact: str
    weight: float


class Score(msgspec.Struct, frozen=True):
    """The score and how it came about."""

    value: float
    parts: tuple[ScorePart, ...]
    rubric: str = RUBRIC_VERSION


_PARTS: Final[dict[Fact, ScorePart]] = {fact: ScorePart(fact, weight / 100) for fact, weight in RUBRIC.items()}
_TECHNICAL: Final = frozenset({"sandbox-report", "file-hash", "traffic"})


def score(facts: tuple[Fact, ...]) -> Score:
    """Add up the facts, cut to 0…1.  A fact counts once however often it is named."""
    counted = dict.fromkeys(facts)
    return Score(value=_clamp(sum(RUBRIC[fact] for fact in counted)), parts=tuple(_PARTS[fact] for fact in counted))


def score_value(facts: tuple[Fact, ...]) -> float:
    """The number alone, for the many."""
    return _clamp(sum([RUBRIC[fact] for fact in facts]))


def facts_of(report: Report, *, at: datetime, max_age: timedelta | None) -> tuple[Fact, ...]:
    """What the rubric counts in a report as of a time; `max_age` is the category's limit, None where there is none."""
    facts: list[Fact] = []
    kinds = {piece.kind for piece in report.evidence} if report.evidence else frozenset()
    if "live-check" in kinds:
        facts.append("live-check")
    if "screenshot" in kinds:
        facts.append("screenshot")
    if "second-source" in kinds:
        facts.append("second-source")
    if report.sha256 or report.sandbox_report or not _TECHNICAL.isdisjoint(kinds):
        facts.append("technical-proof")
    if report.impersonated_party:
        facts.append("impersonated-party")
    if report.tags:
        facts.extend(fact for tag, fact in _TAG_FACTS if tag in report.tags)
    if report.machine_only:
        facts.append("machine-only")
        if "second-source" not in kinds:
            facts.append("single-blocklist")
    if max_age is not None and is_older(report.verified_at or report.observed_at, max_age, at=at):
        facts.append("older-than-limit")
    return tuple(facts)


def is_older(verified_at: datetime | None, max_age: timedelta, *, at: datetime) -> bool:
    """Answer whether something was last verified too long ago.  Never, or at a time without zone, is too long."""
    if verified_at is None or verified_at.tzinfo is None or at.tzinfo is None:
        return True
    return at - verified_at > max_age


def fields_present(report: Report) -> frozenset[str]:
    """Name the evidence fields that a report has, in the words of a memorandum's `evidence.required`."""
    return frozenset(_fields(report))


def _fields(report: Report) -> list[str]:  # noqa: C901 — one line for each field; a table of lambdas costs three times as much
    found = []
    if report.url:
        found.append("url")
    if report.host or report.url:
        found.append("host")
    if report.observed_at is not None:
        found.append("observed_at")
    if report.verified_at is not None:
        found.append("verified_at")
    if report.impersonated_party:
        found.append("impersonated_party")
    if len(report.narrative) >= NARRATIVE_AT_LEAST:
        found.append("narrative")
    if report.malware_family:
        found += ("malware_family", "malware_family_or_verdict")
    if report.protocol or report.port is not None:
        found.append("protocol_or_port")
    if report.attack_kind:
        found.append("attack_kind")
    if report.linked_report:
        found.append("linked_report")
    if report.sha256:
        found.append("sha256_or_sandbox_report")
    if report.sandbox_report:
        found += ("sha256_or_sandbox_report", "sandbox_or_traffic_proof", "malware_family_or_verdict")
    for piece in report.evidence:
        found += _FIELDS_OF_EVIDENCE[piece.kind]
    return found


_FIELDS_OF_EVIDENCE: Final[dict[str, tuple[str, ...]]] = {
    "screenshot": ("screenshot",),
    "message": ("message_with_headers",),
    "sandbox-report": ("sha256_or_sandbox_report", "sandbox_or_traffic_proof", "malware_family_or_verdict"),
    "file-hash": ("sha256_or_sandbox_report",),
    "traffic": ("sandbox_or_traffic_proof",),
    "log-extract": ("log_extract",),
    "second-source": ("second_source",),
    "live-check": (),
    "note": (),
}


def _clamp(hundredths: int) -> float:
    return min(max(hundredths, 0), 100) / 100
