"""What may happen to a case, by whom and on what conditions: the one table, its guards and its fold.

`TRANSITIONS` is the whole state machine (FIELD C.3); `NOTES` are entries that say something and change no state.
`advance` answers what a step would do, or every reason why not: it touches nothing.  `fold` computes a case from its
entries; the stored row is a cache of it.  The diagram in docs/spec/cases.md is rendered from the table.  States, events
and outcome codes keep the field's own spelling; a word is appended here, never re-used.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final, NamedTuple

import msgspec

from comity.core.case_score import FrozenScore
from comity.core.case_steps import CaseFacts, Reason, Refusal, Rules, Step, why_not, why_not_outcome
from comity.core.collateral import Finding
from comity.core.errors import ConflictError
from comity.core.outcomes import only_outcome


class Transition(NamedTuple):
    """One row of the table: from a state, by an event, to a state; and who may cause it."""

    from_state: str
    event: str
    to_state: str
    roles: tuple[str, ...]


INITIAL: Final = "received"
CLOSED: Final = "closed"

_PARTIES = ("registrant", "registrar", "host")

TRANSITIONS: Final[tuple[Transition, ...]] = (
    Transition("received", "start_triage", "triage", ("analyst", "system")),
    Transition("received", "merge_duplicate", "merged", ("analyst", "system")),
    Transition("received", "refer_out_of_zone", "referred", ("analyst", "system")),
    Transition("received", "auto_reject_malformed", "closed", ("system",)),
    Transition("triage", "confirm", "confirmed", ("analyst",)),
    Transition("triage", "dismiss", "closed", ("analyst",)),
    Transition("triage", "ask_reporter", "needs_info", ("analyst",)),
    Transition("triage", "merge_duplicate", "merged", ("analyst",)),
    Transition("triage", "refer_out_of_zone", "referred", ("analyst",)),
    Transition("needs_info", "info_supplied", "triage", ("reporter", "partner", "system")),
    Transition("needs_info", "info_timeout", "closed", ("system",)),
    Transition("confirmed", "send_notice", "notified", ("analyst",)),
    Transition("confirmed", "propose_hold", "hold_proposed", ("analyst",)),
    Transition("confirmed", "unconfirm", "triage", ("analyst", "approver")),
    Transition("notified", "registrar_acted", "mitigated", ("analyst", "registrar")),
    Transition("notified", "host_or_registrant_cured", "mitigated", ("analyst", "registrar", "registrant")),
    Transition("notified", "registrar_refused", "confirmed", ("registrar",)),
    Transition("notified", "act_deadline_passed", "hold_proposed", ("analyst", "system")),
    Transition("hold_proposed", "approve_hold", "on_hold", ("approver",)),
    Transition("hold_proposed", "refuse_hold", "confirmed", ("approver",)),
    Transition("on_hold", "cured", "restoring", ("analyst",)),
    Transition("on_hold", "appeal_filed", "appeal", _PARTIES),
    Transition("on_hold", "close", "closed", ("analyst",)),
    Transition("mitigated", "recurrence_seen", "confirmed", ("analyst", "system")),
    Transition("mitigated", "appeal_filed", "appeal", _PARTIES),
    Transition("mitigated", "close", "closed", ("analyst", "system")),
    Transition("appeal", "granted", "restoring", ("appeals_officer",)),
    Transition("appeal", "upheld", "closed", ("appeals_officer",)),
    Transition("appeal", "interim_restore", "appeal", ("appeals_officer",)),
    Transition("restoring", "restored", "closed", ("registrar", "system")),
    Transition("referred", "partner_accepted", "referred", ("partner",)),
    Transition("referred", "partner_outcome", "closed", ("partner",)),
    Transition("referred", "partner_refused", "triage", ("partner",)),
    Transition("referred", "no_receipt_timeout", "triage", ("system",)),
    Transition("merged", "unmerge", "triage", ("analyst",)),
    Transition("merged", "parent_closed", "closed", ("system",)),
    Transition("closed", "reopen", "triage", ("analyst", "approver")),
    Transition("closed", "appeal_filed", "appeal", _PARTIES),
    Transition("closed", "retract", "closed", ("approver",)),
)

STATES: Final[tuple[str, ...]] = tuple(dict.fromkeys([INITIAL, *(row.to_state for row in TRANSITIONS)]))
EVENTS: Final[tuple[str, ...]] = tuple(dict.fromkeys(row.event for row in TRANSITIONS))

# The first entry of every case, from no state; whoever opens a case writes it, no step leads to it.
OPENED: Final = "opened"

# Entries that change no state: (who may write them, in which states; no states: in any).
NOTES: Final[dict[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "report_joined": (("system", "reporter", "partner", "analyst", "approver"), ()),
    "note": (("analyst", "approver", "appeals_officer", "system", "partner"), ()),
    "approval_noted": (("approver",), ("hold_proposed",)),  # the first of two approvers of a protected name
    "withdrawal_sent": (("analyst", "approver"), ("referred",)),
    "withdrawal_received": (("partner",), ()),
    "partner_asked": (("partner",), ("referred",)),
    "info_sent": (("analyst", "reporter", "system"), ("referred",)),
    "clock_paused": (("analyst", "approver", "partner"), ()),
    "clock_resumed": (("analyst", "approver", "system", "partner"), ()),
    "clock_warned": (("system",), ()),
    "clock_breached": (("system",), ()),
    "clock_escalated": (("system",), ()),
    "identity_asked": (("analyst", "approver"), ("triage", "confirmed", "notified", "hold_proposed", "on_hold")),
    "identity_answered": (("analyst", "approver", "registrar", "registrant"), ()),
    "answered": (("registrar", "registrant", "host", "reporter"), ()),
    "attached": (
        ("analyst", "approver", "appeals_officer", "system", "reporter", "registrar", "registrant", "host"),
        (),
    ),
    "action_planned": (("analyst", "approver"), ()),
    "action_carried_out": (("system",), ()),
    "action_failed": (("system",), ()),
    "hold_expired": (("system",), ()),
    "observed": (("analyst", "approver", "system"), ()),
    "assigned": (("analyst", "approver"), ()),  # to whom is the entry's note; nobody: an empty one
}

ACTIONS: Final = (
    "registrar-notice", "server-hold", "delegation-ended", "delegation-restored", "sinkhole", "cleaned", "none",
)  # fmt: skip

# Which actions an event may record; the first is meant when none is named.
ACTIONS_OF_EVENT: Final[dict[str, tuple[str, ...]]] = {
    "send_notice": ("registrar-notice",),
    "registrar_acted": ("delegation-ended", "sinkhole"),
    "host_or_registrant_cured": ("cleaned",),
    "approve_hold": ("server-hold", "sinkhole"),
    "interim_restore": ("delegation-restored",),
    "restored": ("delegation-restored",),
    "partner_outcome": ("", *ACTIONS),
}

_ROW: Final[dict[tuple[str, str], Transition]] = {(row.from_state, row.event): row for row in TRANSITIONS}
# Entries by which somebody says what they saw at the place of the abuse; of some only where they say it.
_LOOKED: Final = frozenset(("observed", "recurrence_seen"))
_LOOKED_WITH_WORDS: Final = frozenset(("propose_hold", "act_deadline_passed"))
_SCORED: Final = frozenset(("confirm", "propose_hold", "act_deadline_passed"))

_HOLDERS: Final = frozenset(("approver", "appeals_officer"))

# Events whose guards look at who acted before or how good the evidence was: the whole case has to be read for them.
NEEDS_HISTORY: Final[frozenset[str]] = frozenset(
    {row.event for row in TRANSITIONS if _HOLDERS & set(row.roles)}
    | {"propose_hold", "act_deadline_passed", "approval_noted"}
)


class Advance(msgspec.Struct, frozen=True, gc=False):
    """What a step does: the entry to write."""

    event: str
    from_state: str
    to_state: str
    role: str
    outcome: str
    action: str


class CaseChange(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One entry about one case, ready to be stored and to be told to partners.

    On the row: `disposition` and `action` overwrite when they are not empty; `outcome` is set when the entry ends in
    `closed` and names one, and cleared whenever it ends elsewhere; `closed_at` is set when a case enters `closed`, kept
    while it stays there and cleared when it leaves.
    """

    case_pk: int
    case_uuid: str
    ref: str
    registrable: str
    zone: str
    category: str
    seq: int
    event: str
    from_state: str
    to_state: str
    party: str
    actor: str
    role: str
    reason: str = ""
    clause: str = ""
    evidence_hash: str = ""
    note: str = ""
    disposition: str = ""
    outcome: str = ""
    action: str = ""
    score: float | None = None
    collateral: str = ""
    related: str = ""
    evidence: FrozenScore | None = None
    check: tuple[Finding, ...] = ()
    told: tuple[str, ...] = ()
    clock: str = ""
    said: str = ""
    said_at: datetime | None = None

    def detail(self) -> dict[str, Any]:
        """What the entry's canonical JSON column holds: only what was said."""
        said: dict[str, Any] = {
            name: value
            for name, value in (
                ("action", self.action),
                ("clock", self.clock),
                ("collateral", self.collateral),
                ("disposition", self.disposition),
                ("outcome", self.outcome),
                ("related", self.related),
                ("said", self.said),
                ("said_at", self.said_at.isoformat() if self.said_at else ""),
            )
            if value
        }
        if self.score is not None:
            said["score"] = self.score
        if self.evidence is not None:
            said["evidence"] = msgspec.to_builtins(self.evidence)
        if self.check:
            said["check"] = msgspec.to_builtins(self.check)
        if self.told:
            said["told"] = list(self.told)
        return said


class CaseEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One stored entry of a case, as its time line shows it and `fold` reads it.

    `clock` names the clock and the percentage that a warning is about; `said` and `said_at` are a partner's own word
    and the moment at which the partner decided it.
    """

    seq: int
    event: str
    from_state: str
    to_state: str
    at: datetime
    party: str = ""
    actor: str = ""
    role: str = ""
    reason: str = ""
    clause: str = ""
    evidence_hash: str = ""
    note: str = ""
    disposition: str = ""
    outcome: str = ""
    action: str = ""
    score: float | None = None
    collateral: str = ""
    related: str = ""
    evidence: FrozenScore | None = None
    check: tuple[Finding, ...] = ()
    told: tuple[str, ...] = ()
    clock: str = ""
    said: str = ""
    said_at: datetime | None = None


def advance(facts: CaseFacts, step: Step, *, at: datetime, rules: Rules) -> Advance | Refusal:
    """Answer what a step would do to a case, or every reason why it may not be taken."""
    row = _ROW.get((facts.state, step.event))
    if row is None:
        return _note(facts, step, at, rules)
    role = next((role for role in row.roles if role in step.actor.case_roles), "")
    reasons = _wrong_role(step, row.roles) if not role else []
    reasons += why_not(facts, step, role, at=at, rules=rules)
    outcome = (step.outcome or only_outcome(step.event)) if row.to_state == CLOSED else step.outcome
    if row.to_state == CLOSED:
        reasons += why_not_outcome(step.event, outcome)
    elif outcome and step.event != "partner_refused":
        reasons.append(Reason("outcome-not-for-event", f"{step.event} does not close the case"))
    actions = ACTIONS_OF_EVENT.get(step.event, ("",))
    action = step.action or actions[0]
    if action not in actions:
        reasons.append(Reason("action-not-for-event", f"{step.event} cannot record the action {action!r}"))
    if step.event == "approve_hold" and facts.protected and not reasons:
        if not facts.approvals:
            return Advance("approval_noted", facts.state, facts.state, role, "", "")
        if step.actor.name in facts.approvals:
            reasons.append(Reason("second-approver-needed", "a protected name needs two approvers; you are the first"))
    if reasons:
        return Refusal(tuple(reasons))
    return Advance(step.event, row.from_state, row.to_state, role, outcome, action)


def _note(facts: CaseFacts, step: Step, at: datetime, rules: Rules) -> Advance | Refusal:
    if step.event not in NOTES:
        known = step.event in EVENTS
        code, why = ("wrong-state", f"the case is {facts.state}") if known else ("no-such-event", "no such event")
        return Refusal((Reason(code, f"{step.event}: {why}"),))
    roles, states = NOTES[step.event]
    role = next((role for role in roles if role in step.actor.case_roles), "")
    reasons = _wrong_role(step, roles) if not role else []
    reasons += why_not(facts, step, role, at=at, rules=rules)
    if states and facts.state not in states:
        reasons.append(Reason("wrong-state", f"{step.event}: the case is {facts.state}"))
    if reasons:
        return Refusal(tuple(reasons))
    return Advance(step.event, facts.state, facts.state, role, "", "")


def _wrong_role(step: Step, roles: tuple[str, ...]) -> list[Reason]:
    return [Reason("wrong-role", f"{step.event} is for {', '.join(roles)}; not for {step.actor.role}")]


def fold(entries: Iterable[CaseEntry], *, party: str = "", severity: str = "normal", protected: str = "") -> CaseFacts:
    """Compute a case from its entries.  Raises `ConflictError` where they do not follow one another."""
    facts = CaseFacts(state=INITIAL, party=party, severity=severity, protected=protected)
    for entry in entries:
        facts = fold_one(facts, entry)
    return facts


def fold_one(facts: CaseFacts, entry: CaseEntry) -> CaseFacts:
    """Add one entry to what is known of a case."""
    start = "" if entry.event == OPENED else facts.state
    if entry.seq != facts.event_count + 1 or entry.from_state != start:
        raise ConflictError(f"entry {entry.seq} ({entry.event}) does not follow the one before it", item="case")
    closed = entry.to_state == CLOSED
    approving = entry.event in {"approval_noted", "approve_hold"}
    kept = facts.approvals if entry.to_state == entry.from_state else frozenset[str]()
    return msgspec.structs.replace(
        facts,
        state=entry.to_state,
        disposition=entry.disposition or facts.disposition,
        outcome=(entry.outcome or facts.outcome) if closed else "",
        action=entry.action or facts.action,
        event_count=entry.seq,
        changed_at=entry.at,
        closed_at=(facts.closed_at or entry.at) if closed else None,
        score=_score_after(facts, entry),
        noticed_at=entry.at if entry.event == "send_notice" else facts.noticed_at,
        told=frozenset(entry.told) if entry.event == "send_notice" else facts.told,
        looked_at=entry.at if _has_looked(entry) else facts.looked_at,
        analysts=facts.analysts | {entry.actor} if entry.role == "analyst" else facts.analysts,
        approvers=facts.approvers | {entry.actor} if entry.role == "approver" else facts.approvers,
        approvals=kept | {entry.actor} if approving else kept,
    )


def _score_after(facts: CaseFacts, entry: CaseEntry) -> float | None:
    if entry.event == "confirm":
        return entry.score
    return entry.score if entry.event in _SCORED and entry.score is not None else facts.score


def _has_looked(entry: CaseEntry) -> bool:
    if entry.event == "attached":
        return entry.reason == "live-check"
    said = bool(entry.note.strip() or entry.evidence_hash)
    return entry.event in _LOOKED or (entry.event in _LOOKED_WITH_WORDS and said)
