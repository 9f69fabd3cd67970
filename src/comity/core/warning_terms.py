"""May a partner be warned, may it be answered, may it ask for an intersection, and what is withheld?

First `disclosure.decide` is asked, as about anything that leaves: a warning is an `early-warning` about each of its
zones, counts are `statistics`, names an `outcome`, an intersection an `inquiry`.  Then the clause of warnings says
which signs may go, how an answer may be given, and over what an intersection may be.  A memorandum without that clause
lets none of it out; a sign that it does not name stays.  Both sides ask the same (docs/spec/warnings.md §3).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from comity.core.clauses import WarningTerms
from comity.core.disclosure import Decision, Item, Kind, TraceStep, decide
from comity.core.intersections import bucket_of
from comity.core.memoranda import Memorandum, Status
from comity.core.warnings import Warned

REGISTRANT_TOKEN: Final = "registrant_link_token"  # noqa: S105 — the class of personal data, as memoranda name it
SENT: Final = frozenset(("send", "send-redacted"))


class Sides(msgspec.Struct, frozen=True):
    """Who tells whom, under what.  `sent`: how many of the kind went today."""

    sender: str
    recipient: str
    memorandum: Memorandum | None
    status: Status = "in-force"
    sent: int = 0


def decide_warning(warned: Warned, sides: Sides, *, at: datetime) -> Decision:
    """Answer whether a warning may go; `redact` names the kinds of signs that stay."""
    kinds = warned.signs.kinds()
    personal = (REGISTRANT_TOKEN,) if "registrant-token" in kinds else ()
    decision = _refuse_silence()
    for zone in warned.zones:
        decision = _ask(sides, "early-warning", at, zone=zone, category=warned.category, tlp=warned.tlp, data=personal)
        if decision.verdict not in SENT:
            return decision
    terms = sides.memorandum.warnings if sides.memorandum else None
    if terms is None:
        return _object(decision, "", "warning-signs", "no-clause-of-warnings")
    withheld = tuple(
        sign for sign in kinds
        if sign not in terms.signs or (sign == "registrant-token" and REGISTRANT_TOKEN in decision.redact)
    )  # fmt: skip
    if len(withheld) == len(kinds):
        return _object(decision, terms.clause, "warning-signs", "signs-not-allowed", withheld)
    if not withheld:
        return _allow(decision, terms, "warning-signs")
    step = TraceStep(terms.clause, "warning-signs", "signs-withheld", withheld)
    return Decision(
        "send-redacted", terms.clause, "allowed-without-some-signs", withheld, (*decision.trace, step)
    )  # fmt: skip


def decide_answer(warned: Warned, zone: str, sides: Sides, *, names: bool, released: bool, at: datetime) -> Decision:
    """Answer whether counts, or names, may be told of a zone; `released`: a supervisor said so."""
    kind: Kind = "outcome" if names else "statistics"
    asked = {"zone": zone, "category": warned.category} if names else {}
    decision = _ask(sides, kind, at, tlp=warned.tlp, **asked)
    if decision.verdict not in SENT:
        return decision
    terms = sides.memorandum.warnings if sides.memorandum else None
    if terms is None:
        return _object(decision, "", "warning-answer", "no-clause-of-warnings")
    if names and terms.answer != "names":
        return _object(decision, terms.clause, "warning-answer", "names-not-allowed")
    if not released and (names or terms.counts_by == "supervisor"):
        step = TraceStep(terms.clause, "warning-answer", "needs-release")
        return Decision(
            "hold", terms.clause, "needs-release", (), (*decision.trace, step), hold_for="supervisor"
        )  # fmt: skip
    return _allow(decision, terms, "warning-answer")


def decide_intersection(over: str, bucket: int, runs_today: int, sides: Sides, *, at: datetime) -> Decision:
    """Answer whether an intersection may be asked for, and so answered; `sides.sender` asks, `bucket` of a set."""
    data = (REGISTRANT_TOKEN,) if over == "registrants" else ()
    decision = _ask(sides, "inquiry", at, tlp="TLP:AMBER", data=data)
    if decision.verdict not in SENT:
        return decision
    warnings = sides.memorandum.warnings if sides.memorandum else None
    if warnings is None:
        return _object(decision, "", "intersection", "no-clause-of-warnings")
    terms = warnings.intersection
    if terms is None or over not in terms.over or decision.redact:
        return _object(decision, warnings.clause, "intersection", "intersection-not-allowed", (over,))
    if bucket > bucket_of(terms.most_names):
        return _object(decision, warnings.clause, "intersection", "set-too-large", (str(terms.most_names),))
    if runs_today >= terms.runs_per_day:
        return _object(decision, warnings.clause, "intersection", "over-daily-cap", (str(terms.runs_per_day),))
    return _allow(decision, warnings, "intersection")


def _ask(
    sides: Sides, kind: Kind, at: datetime, *, tlp: str, zone: str = "", category: str = "", data: Sequence[str] = ()
) -> Decision:
    if sides.memorandum is None:
        return _refuse_silence()  # a warning of a campaign is no single name: no person's own choice replaces a clause
    item = Item(
        kind=kind, sender=sides.sender, recipient=sides.recipient, zone=zone, category=category, tlp=tlp,
        machine_only=True, observed_at=at, personal_data=tuple(data), sent_today=sides.sent,
    )  # fmt: skip
    decision = decide(item, sides.memorandum, at=at, status=sides.status)
    if decision.verdict == "hold" and decision.reason == "approval-missing" and data:
        # What is held for personal data alone may go without it: the signs that hold it are withheld below.
        return msgspec.structs.replace(decision, verdict="send-redacted", hold_for="")
    return decision


def _refuse_silence() -> Decision:
    return Decision("refuse", "", "no-memorandum", trace=(TraceStep("", "in-force", "no-memorandum"),))


def _object(
    decision: Decision, clause: str, question: str, reason: str, detail: tuple[str, ...] = ()
) -> Decision:  # fmt: skip
    step = TraceStep(clause, question, reason, detail)
    return Decision("refuse", clause, reason, (), (*decision.trace, step))


def _allow(decision: Decision, terms: WarningTerms, question: str) -> Decision:
    step = TraceStep(terms.clause, question, "yes")
    return Decision("send", terms.clause, "allowed", (), (*decision.trace, step))
