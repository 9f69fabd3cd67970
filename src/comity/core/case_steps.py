"""What somebody wants to do to a case, and the guards that answer why not (FIELD C.3, A.6).

A guard looks at facts and at the step and returns reasons: all of them, never only the first, each with a code that
stays (docs/spec/cases.md lists them).  Scores are compared with thresholds that a node may set.  Nobody approves
what they worked on; nothing harsher than a notice happens to a name of which nobody said what it is
(`why_not_harsher`); a hacked site is not held before its host and registrant had their time and somebody looked again;
a zone is its party's.
"""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import msgspec

from comity.core.categories import DISPOSITIONS
from comity.core.collateral import Finding
from comity.core.outcomes import is_outcome, suits
from comity.core.roles import Actor

# Customary time to act after a notice (FIELD C.4), where the case has no clock of its own.
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

# Whom a notice goes to: a hacked site's host and holder first, and the registrar always.
RECIPIENTS: Final = ("registrar", "host", "registrant")
_OWNERS: Final = frozenset(("host", "registrant"))
_ROUNDING: Final = 0.005  # scores are shown and typed with two digits

_SHA256: Final = re.compile(r"[0-9a-f]{64}")


class Rules(msgspec.Struct, frozen=True):
    """What a node may set.  Scores are 0–1 by the published rubric (FIELD C.1)."""

    confirm_score: float = 0.6
    hold_score: float = 0.8
    hold_score_critical: float = 0.7
    reopen_within: timedelta = timedelta(days=30)
    appeal_within: timedelta = timedelta(days=30)
    act_within: dict[str, timedelta] = msgspec.field(default_factory=_ACT_WITHIN.copy)
    quiet_before_closing: timedelta = timedelta(hours=72)


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
    act_due_at: datetime | None = None  # when the clock of that notice is due; None: by the rules
    appeal_within: timedelta | None = None  # how long after closing an appeal may be filed; None: by the rules
    looked_at: datetime | None = None  # when somebody last said what they saw after the case was opened
    told: frozenset[str] = frozenset()  # who got the last notice
    computed: float | None = None  # what the rubric gives now; None: nothing to compute from
    machines_alone: bool = False  # whatever is known came from feeds and other machines; nobody found anything
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
    check: tuple[Finding, ...] = ()  # what the analyst answered about collateral
    told: tuple[str, ...] = ()  # whom a notice went to, of `RECIPIENTS`; empty: nobody said


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


def _machines_alone(facts: CaseFacts, step: Step) -> list[Reason]:
    """Feeds open an enquiry and never an action: a person finds something of their own first, and attaches it."""
    if not facts.machines_alone or step.evidence_hash:
        return []
    why = "only feeds say so: attach what you saw yourself (a live check, a screenshot), or name its hash"
    return [Reason("feed-alone", why)]


def _confirm(facts: CaseFacts, step: Step, _at: datetime, rules: Rules) -> list[Reason]:
    reasons = _score(step.score, rules.confirm_score) + _machines_alone(facts, step)
    reasons += _raised(facts, step.score, why=step.reason.strip() or step.note.strip())
    if not step.disposition:
        reasons.append(Reason("disposition-missing", f"say what it is: {', '.join(DISPOSITIONS)}"))
    if not step.collateral.strip() and not step.check:
        reasons.append(Reason("collateral-check-missing", "note what else would fall with the name"))
    if facts.party != step.actor.party:
        reasons.append(Reason("not-our-zone", f"{facts.party} decides about its own zone; refer the case"))
    return reasons


def _raised(facts: CaseFacts, score: float | None, *, why: str) -> list[Reason]:
    """An analyst may go below the rubric at will, and above it only with words that stay in the entry."""
    if score is None or facts.computed is None or score <= facts.computed + _ROUNDING or why:
        return []
    return [Reason("score-raised", f"the rubric gives {facts.computed:.2f}; say why you give {score:.2f}")]


def _notice(facts: CaseFacts, step: Step, _at: datetime, _rules: Rules) -> list[Reason]:
    reasons = []
    strange = sorted(set(step.told) - set(RECIPIENTS))
    if strange:
        reasons.append(
            Reason("recipient-unknown", f"a notice goes to {', '.join(RECIPIENTS)}; not to {strange[0][:60]}")
        )
    if facts.disposition == "compromised" and step.told and not set(step.told) >= _OWNERS:
        why = "the host and the holder of a hacked site are told, beside the registrar"
        reasons.append(Reason("owner-not-told", why))
    return reasons


def recipients_of(disposition: str) -> tuple[str, ...]:
    """Whom a notice should go to: of a hacked site the host and the holder as well."""
    return RECIPIENTS if disposition == "compromised" else RECIPIENTS[:1]


def why_not_harsher(
    facts: CaseFacts, *, at: datetime, rules: Rules, disposition: str = "", looked_again: bool = False
) -> list[Reason]:
    """Answer why nothing harsher than a notice may happen to a name: a hold proposed, approved, planned or carried out.

    `facts` are folded from the case's entries.  `disposition` is one that is said now; `looked_again`: it is said now
    what somebody saw.
    """
    found = disposition or facts.disposition
    if not found:
        return [Reason("disposition-missing", f"say what it is: {', '.join(DISPOSITIONS)}")]
    if found == "undetermined":
        why = (
            "nobody knows yet whether it was registered for abuse or hacked; no more than a notice until somebody does"
        )
        return [Reason("disposition-undetermined", why)]
    if found != "compromised" or facts.severity == "critical":
        return []
    if not is_overdue(facts, at, rules):
        why = "a hacked site's host and registrant are told first; no hold before the time to act has passed"
        return [Reason("compromised-site-first", why)]
    reasons = []
    if not facts.told >= _OWNERS:
        reasons.append(Reason("owner-not-told", "no notice says that it went to the host and the holder as well"))
    if not looked_again and not _looked_since(facts, rules):
        why = "the owner may have cured it: look again, and say in a note or by a hash what you saw"
        reasons.append(Reason("recheck-missing", why))
    return reasons


def _looked_since(facts: CaseFacts, rules: Rules) -> bool:
    due = act_due(facts, rules)
    return due is not None and facts.looked_at is not None and facts.looked_at >= due


def _propose_hold(facts: CaseFacts, step: Step, at: datetime, rules: Rules) -> list[Reason]:
    score = facts.score if step.score is None else step.score
    reasons = _score(score, hold_threshold(facts, rules)) + _machines_alone(facts, step)
    reasons += _raised(facts, step.score, why=step.note.strip())
    if not step.reason:
        reasons.append(Reason("reason-missing", "a hold states its reason"))
    return reasons + _harsher(facts, step, at, rules)


def _approve_hold(facts: CaseFacts, _step: Step, at: datetime, rules: Rules) -> list[Reason]:
    reasons = _score(facts.score, hold_threshold(facts, rules))
    return reasons + why_not_harsher(facts, at=at, rules=rules)


def hold_threshold(facts: CaseFacts, rules: Rules) -> float:
    """The score that a hold needs."""
    return rules.hold_score_critical if facts.severity == "critical" else rules.hold_score


def _deadline(facts: CaseFacts, step: Step, at: datetime, rules: Rules) -> list[Reason]:
    reasons = _raised(facts, step.score, why=step.note.strip()) + _machines_alone(facts, step)
    if not is_overdue(facts, at, rules):
        due = act_due(facts, rules)
        until = f"ends {due:%Y-%m-%d %H:%M} UTC" if due else f"is {rules.act_within[facts.severity]}"
        reasons.append(Reason("not-yet-due", f"the time to act after a notice {until}"))
        if (step.disposition or facts.disposition) == "compromised":
            return reasons  # that its owner has time is the same reason
    return reasons + _harsher(facts, step, at, rules)


def _harsher(facts: CaseFacts, step: Step, at: datetime, rules: Rules) -> list[Reason]:
    looked = bool(step.note.strip() or step.evidence_hash)
    return why_not_harsher(facts, at=at, rules=rules, disposition=step.disposition, looked_again=looked)


def is_overdue(facts: CaseFacts, at: datetime, rules: Rules) -> bool:
    """Answer whether the time to act after the notice has passed."""
    due = act_due(facts, rules)
    return due is not None and at >= due


def act_due(facts: CaseFacts, rules: Rules) -> datetime | None:
    """When the time to act after the notice ends: by the case's own clock, which the notice named; None: no notice."""
    if facts.noticed_at is None:
        return None
    return facts.act_due_at or facts.noticed_at + rules.act_within[facts.severity]


def _refer(facts: CaseFacts, step: Step, _at: datetime, _rules: Rules) -> list[Reason]:
    if facts.party != step.actor.party:
        return []
    return [Reason("our-own-zone", "the zone is ours: nobody else can decide")]


def _merge(_facts: CaseFacts, step: Step, _at: datetime, _rules: Rules) -> list[Reason]:
    return [] if step.related else [Reason("parent-missing", "name the case it repeats")]


def _reopen(facts: CaseFacts, _step: Step, at: datetime, rules: Rules) -> list[Reason]:
    return _within(facts, at, rules.reopen_within, "a case reopens")


def _appeal(facts: CaseFacts, _step: Step, at: datetime, rules: Rules) -> list[Reason]:
    return _within(facts, at, facts.appeal_within or rules.appeal_within, "an appeal is filed")


def _within(facts: CaseFacts, at: datetime, limit: timedelta, what: str) -> list[Reason]:
    if facts.closed_at is None or at - facts.closed_at <= limit:
        return []
    return [Reason("too-late", f"{what} within {limit.days} days of closing")]


_GUARDS: Final[dict[str, Callable[[CaseFacts, Step, datetime, Rules], list[Reason]]]] = {
    "confirm": _confirm,
    "send_notice": _notice,
    "propose_hold": _propose_hold,
    "approve_hold": _approve_hold,
    "approval_noted": _approve_hold,
    "act_deadline_passed": _deadline,
    "refer_out_of_zone": _refer,
    "merge_duplicate": _merge,
    "reopen": _reopen,
    "appeal_filed": _appeal,
}
