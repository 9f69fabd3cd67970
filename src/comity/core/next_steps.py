"""Which step is the sensible next one, and why, in a code that pages and commands say in words.

A suggestion and no more: every step of the table stays open, and the guards judge whatever is chosen.  The order is
that of least harm: what is missing is asked for before anything is decided, a notice comes before a hold, a hacked
site's owner before anybody else.  Where it is somebody else's turn the answer is to wait, with whom for.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Final

import msgspec

from comity.core.case_steps import CaseFacts, Rules, is_overdue

WAIT: Final = ""


class NextStep(msgspec.Struct, frozen=True):
    """The step (an event of the table; "" to wait) and the code of the reason."""

    event: str
    why: str


_THEIR_TURN: Final = {
    "referred": "partner-decides",
    "needs_info": "reporter-answers",
    "merged": "follows-another-case",
    "on_hold": "held-until-cured",
}


def plan_next(
    facts: CaseFacts,
    *,
    ours: bool,
    score: float | None,
    missing: Collection[str],
    at: datetime,
    rules: Rules,
) -> NextStep:
    """Suggest what to do; `missing` are required fields of evidence that are not there, `score` as computed now."""
    match facts.state:
        case "received":
            return NextStep("start_triage", "receipt-is-owed")
        case "triage":
            return _triage(ours, score, missing, rules)
        case "confirmed":
            return _confirmed(facts, rules)
        case "notified":
            overdue = is_overdue(facts, at, rules)
            return NextStep("act_deadline_passed", "time-to-act-passed") if overdue else NextStep(WAIT, "others-act")
        case "hold_proposed":
            return NextStep(WAIT, "approver-weighs")
        case "mitigated":
            quiet = facts.changed_at is not None and at - facts.changed_at >= rules.quiet_before_closing
            return NextStep("close", "quiet-long-enough") if quiet else NextStep(WAIT, "watched-for-return")
        case "appeal":
            return NextStep(WAIT, "uninvolved-decides")
        case "restoring":
            return NextStep("restored", "restore-now")
        case "closed":
            return NextStep(WAIT, "nothing-to-do")
        case state:
            return NextStep(WAIT, _THEIR_TURN.get(state, "nothing-to-do"))


def _triage(ours: bool, score: float | None, missing: Collection[str], rules: Rules) -> NextStep:
    if not ours:
        return NextStep("refer_out_of_zone", "their-zone")
    if score is not None and score >= rules.confirm_score:
        return NextStep("confirm", "evidence-suffices")
    return NextStep("ask_reporter", "evidence-missing") if missing else NextStep("dismiss", "evidence-too-weak")


def _confirmed(facts: CaseFacts, rules: Rules) -> NextStep:
    if facts.disposition == "compromised":
        return NextStep("send_notice", "owner-first")
    if facts.noticed_at is None:
        return NextStep("send_notice", "least-harm-first")
    if facts.disposition == "malicious" and (facts.score or 0.0) >= rules.hold_score:
        return NextStep("propose_hold", "notice-had-no-effect")
    return NextStep("send_notice", "evidence-too-weak-for-hold")
