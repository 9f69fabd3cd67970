"""How strong the evidence of a whole case is, as it stood when somebody decided.

A case scores as its best report does (docs/spec/disclosure.md §5), together with what the desk itself found: what it
attached (a screenshot, a live check, a sandbox report) and how old the registration is.  Scores of several reports are
not added up: feeds copy each other, and the rubric has its own fact for a second source.

The result is frozen into the entry of the decision with the rubric's version and every part of the sum, so that it can
be checked years later and never changes when a rubric does.  Beside it stands what the analyst decided on: less at
will, more only with a reason (`core.case_steps`).
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from comity.core.evidence import RUBRIC_VERSION, Fact, ScorePart, facts_of, score
from comity.core.reports import Report

MOST_REPORTS: Final = 200  # the newest of a case: what came before them was scored when it came
NEW_FOR: Final = timedelta(days=30)

# Entries that decide about a case and freeze its score.
DECIDING: Final = frozenset(
    (
        "confirm", "unconfirm", "dismiss", "propose_hold", "act_deadline_passed", "approve_hold", "approval_noted",
        "refuse_hold", "granted", "upheld", "retract",
    )
)  # fmt: skip

_FACT_OF_ATTACHED: Final[dict[str, Fact]] = {
    "screenshot": "screenshot",
    "live-check": "live-check",
    "second-source": "second-source",
    "sandbox-report": "technical-proof",
    "traffic": "technical-proof",
}


class ScoredReport(msgspec.Struct, frozen=True):
    """A report to be scored, and its identifier."""

    uuid: str
    report: Report


class FrozenScore(msgspec.Struct, frozen=True):
    """A case's score as it was computed at a moment: by which rubric, of which parts, from which report."""

    rubric: str
    total: float
    parts: tuple[ScorePart, ...]
    best: str = ""  # the report that scored highest
    reports: int = 0  # how many were looked at


def score_case(
    reports: Sequence[ScoredReport],
    *,
    attached: Collection[str] = (),
    registered_at: datetime | None = None,
    at: datetime,
) -> FrozenScore | None:
    """Score a case from its newest reports and the desk's own findings; None where there is nothing to score.

    `attached`: the kinds of what the desk attached.  Of two reports that score the same the first one is named.
    """
    own: list[Fact] = [_FACT_OF_ATTACHED[kind] for kind in sorted(attached) if kind in _FACT_OF_ATTACHED]
    if registered_at is not None and timedelta(0) <= at - registered_at < NEW_FOR:
        own.append("newly-registered")
    if not reports:
        return _frozen(tuple(own)) if own else None
    scored = [(_facts(one.report, own, at), one.uuid) for one in reports[:MOST_REPORTS]]
    facts, uuid = max(scored, key=lambda one: score(one[0]).value)
    return msgspec.structs.replace(_frozen(facts), best=uuid, reports=len(scored))


def is_machines_alone(reports: Sequence[ScoredReport], attached: Collection[str]) -> bool:
    """Answer whether machines alone speak of a case: every report is a machine's, and the desk found nothing itself."""
    if not reports or not _FACT_OF_ATTACHED.keys().isdisjoint(attached):
        return False
    return all(one.report.machine_only for one in reports)


def _facts(report: Report, own: Sequence[Fact], at: datetime) -> tuple[Fact, ...]:
    found = tuple(dict.fromkeys((*facts_of(report, at=at, max_age=None), *own)))
    # A second source that the desk itself attached makes more than one list of it.
    return tuple(fact for fact in found if fact != "single-blocklist" or "second-source" not in own)


def _frozen(facts: tuple[Fact, ...]) -> FrozenScore:
    found = score(facts)
    return FrozenScore(rubric=RUBRIC_VERSION, total=found.value, parts=found.parts)
