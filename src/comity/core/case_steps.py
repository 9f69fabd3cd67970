"""What somebody wants to do to a case, and the guards that answer why not (FIELD C.3, A.6).

A guard looks at facts and at the step and returns reasons: all of them, never only the first, each with a code that
stays (docs/spec/cases.md lists them).  Scores are compared with thresholds that a node may set.  Nobody approves
what they worked on; a hacked site is not held before its host and registrant had their time; a zone is its party's.
"""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import msgspec

from comity.core.categories import DISPOSITIONS
from comity.core.outcomes import is_outcome, suits
from comity.core.roles import Actor

# Customary time to act after a notice (FIELD C.4); a memorandum's own clocks are looked at by the desk's clocks.
_ACT_WITHIN: Final[dict[str, timedelta]] = {
    "critical": timedelta(hours=12),
    "high": timedelta(hours=24),
    "normal": timedelta(hours=96),
}


# What the store's columns and one ledger entry can hold.
_LONGEST: Final[dict[str, int]] = {
    "reason": 60,
    "clause": 20,
    "evidence_hash": 64,
    "note": 4000,
    "collateral": 2000,
    "related": 36,
}
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


class Rules(msgspec.Struct, frozen=True):
    """What a node may set.  Scores are 0–1 by the published rubric (FIELD C.1)."""

    confirm_score: float = 0.6
    hold_score: float = 0.8
    hold_score_critical: float = 0.7
    reopen_within: timedelta = timedelta(days=30)
    appeal_within: timedelta = timedelta(days=30)
    act_within: dict[str, timedelta] = msgspec.field(default_factory=_ACT_WITHIN.copy)


class CaseFacts(msgspec.Struct, frozen=True, gc=False):
    """What the guards look at.  `fold` fills all of it; the row alone suffices for events outside `NEEDS_HISTORY`."""

    state: str
    party: str = ""
    severity: str = "normal"
    protected: str = ""
    disposition: str = ""
    outcome: str = ""
    action: str = ""
    event_count: int = 0
    changed_at: datetime | None = None
    closed_at: datetime | None = None
    score: float | None = None
    noticed_at: datetime | None = None
    analysts: frozenset[str] = frozenset()
    approvers: frozenset[str] = frozenset()
    approvals: frozenset[str] = frozenset()


class Step(msgspec.Struct, frozen=True, gc=False):
    """What somebody wants to do to a case."""

    event: str
    actor: Actor
    disposition: str = ""
    outcome: str = ""
    action: str = ""
    score: float | None = None
    collateral: str = ""
    reason: str = ""
    clause: str = ""
    evidence_hash: str = ""
    note: str = ""
    related: str = ""


class Reason(msgspec.Struct, frozen=True):
    """One reason why not: a stable code and a sentence."""

    code: str
    message: str


class Refusal(msgspec.Struct, frozen=True):
    """Every reason why a step may not be taken."""

    reasons: tuple[Reason, ...]


def why_not(facts: CaseFacts, step: Step, role: str, *, at: datetime, rules: Rules) -> list[Reason]:
    """Answer every guard that stands against a step whose event the state admits and whose role is settled."""
    reasons = _same_person(facts, role, step.actor.name) + _why_not_words(step)
    if step.disposition and step.disposition not in DISPOSITIONS:
        reasons.append(Reason("disposition-unknown", f"a disposition is one of {', '.join(DISPOSITIONS)}"))
    guard = _GUARDS.get(step.event)
    return reasons + guard(facts, step, at, rules) if guard else reasons


def _why_not_words(step: Step) -> list[Reason]:
    """Answer which texts of a step are too long or cannot be stored."""
    reasons = []
    for field, longest in _LONGEST.items():
        text = getattr(step, field)
        if len(text) > longest:
            reasons.append(Reason("text-too-long", f"{field} has {len(text)} characters; at most {longest}"))
        if "\x00" in text or (not text.isascii() and not _is_text(text)):
            reasons.append(Reason("text-not-storable", f"{field} holds a NUL or half a character"))
    if step.evidence_hash and not _SHA256.fullmatch(step.evidence_hash):
        reasons.append(Reason("hash-malformed", "an evidence hash is a SHA-256 in 64 hexadecimal digits"))
    return reasons


def _is_text(text: str) -> bool:
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


def why_not_outcome(event: str, outcome: str) -> list[Reason]:
    """Answer why an event may not close a case with this code."""
    if not outcome:
        return [Reason("outcome-missing", f"{event} closes the case and needs an outcome code")]
    if not is_outcome(outcome):
        return [Reason("outcome-unknown", f"{outcome!r} is not an outcome code")]
    if not suits(outcome, event):
        return [Reason("outcome-not-for-event", f"{event} cannot close with {outcome}")]
    return []


def _same_person(facts: CaseFacts, role: str, name: str) -> list[Reason]:
    if role == "approver":
        barred = facts.analysts
    elif role == "appeals_officer":
        barred = facts.analysts | facts.approvers
    else:
        return []
    if name not in barred:
        return []
    return [Reason("same-person", f"{name} has worked on this case; the {role} must be somebody else")]


def _score(score: float | None, threshold: float) -> list[Reason]:
    if score is None:
        return [Reason("score-missing", "no evidence score was given")]
    if not 0.0 <= score <= 1.0:  # NaN fails this comparison too
        return [Reason("score-out-of-range", "an evidence score lies between 0 and 1")]
    if score < threshold:
        return [Reason("score-too-low", f"evidence scores {score:.2f}; {threshold:.2f} is needed")]
    return []


def _confirm(facts: CaseFacts, step: Step, _at: datetime, rules: Rules) -> list[Reason]:
    reasons = _score(step.score, rules.confirm_score)
    if not step.disposition:
        reasons.append(Reason("disposition-missing", f"say what it is: {', '.join(DISPOSITIONS)}"))
    if not step.collateral.strip():
        reasons.append(Reason("collateral-check-missing", "note what else would fall with the name"))
    if facts.party != step.actor.party:
        reasons.append(Reason("not-our-zone", f"{facts.party} decides about its own zone; refer the case"))
    return reasons


def _propose_hold(facts: CaseFacts, step: Step, at: datetime, rules: Rules) -> list[Reason]:
    critical = facts.severity == "critical"
    scores = [score for score in (facts.score, step.score) if score is not None]
    reasons = _score(max(scores, default=None), rules.hold_score_critical if critical else rules.hold_score)
    if not step.reason:
        reasons.append(Reason("reason-missing", "a hold states its reason"))
    if facts.disposition == "compromised" and not critical and not _overdue(facts, at, rules):
        why = "a hacked site's host and registrant are told first; no hold before the time to act has passed"
        reasons.append(Reason("compromised-site-first", why))
    return reasons


def _deadline(facts: CaseFacts, _step: Step, at: datetime, rules: Rules) -> list[Reason]:
    if _overdue(facts, at, rules):
        return []
    return [Reason("not-yet-due", f"the time to act after a notice is {rules.act_within[facts.severity]}")]


def _overdue(facts: CaseFacts, at: datetime, rules: Rules) -> bool:
    return facts.noticed_at is not None and at >= facts.noticed_at + rules.act_within[facts.severity]


def _refer(facts: CaseFacts, step: Step, _at: datetime, _rules: Rules) -> list[Reason]:
    if facts.party != step.actor.party:
        return []
    return [Reason("our-own-zone", "the zone is ours: nobody else can decide")]


def _merge(_facts: CaseFacts, step: Step, _at: datetime, _rules: Rules) -> list[Reason]:
    return [] if step.related else [Reason("parent-missing", "name the case it repeats")]


def _reopen(facts: CaseFacts, _step: Step, at: datetime, rules: Rules) -> list[Reason]:
    return _within(facts, at, rules.reopen_within, "a case reopens")


def _appeal(facts: CaseFacts, _step: Step, at: datetime, rules: Rules) -> list[Reason]:
    return _within(facts, at, rules.appeal_within, "an appeal is filed")


def _within(facts: CaseFacts, at: datetime, limit: timedelta, what: str) -> list[Reason]:
    if facts.closed_at is None or at - facts.closed_at <= limit:
        return []
    return [Reason("too-late", f"{what} within {limit.days} days of closing")]


_GUARDS: Final[dict[str, Callable[[CaseFacts, Step, datetime, Rules], list[Reason]]]] = {
    "confirm": _confirm,
    "propose_hold": _propose_hold,
    "act_deadline_passed": _deadline,
    "refer_out_of_zone": _refer,
    "merge_duplicate": _merge,
    "reopen": _reopen,
    "appeal_filed": _appeal,
}
