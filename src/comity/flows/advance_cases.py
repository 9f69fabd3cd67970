"""Take a step on many cases at once: the one way in which a person or the node's own clock changes a case.

In one durable transaction: the cases are read, `core.cases.advance` answers for each, the entries and rows are written,
and what partners must hear is put into their ledgers.  A case that refuses does not stop the others; it comes back with
all its reasons.  A case that somebody else changed meanwhile makes the whole batch look again.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec
from django.db import transaction

from comity.core.case_steps import CaseFacts, Reason, Refusal, Rules, Step
from comity.core.cases import NEEDS_HISTORY, Advance, CaseChange, advance
from comity.core.errors import ConflictError
from comity.core.roles import Actor
from comity.edges.home import Home
from comity.flows.share import share_events
from comity.store.case_writes import append_events
from comity.store.cases import CaseRow, facts_with_history, find_cases
from comity.store.watches import begin_watches

_TRIES: Final = 5


class VerbOutcome(msgspec.Struct, frozen=True):
    """What a verb did: references in the order asked, and for every other one all its reasons."""

    done: tuple[str, ...]
    refused: dict[str, tuple[Reason, ...]]


class Grounds(msgspec.Struct, frozen=True, kw_only=True):
    """Why a step is taken: a reason code, the clause it rests on, the hash of what was looked at, and words."""

    reason: str = ""
    clause: str = ""
    evidence_hash: str = ""
    note: str = ""


NO_GROUNDS: Final = Grounds()
Also = Callable[[Sequence[CaseChange]], None]


def advance_cases(home: Home, steps: Mapping[str, Step], *, at: datetime, also: Also | None = None) -> VerbOutcome:
    """Take each step on its case (`steps`: reference or identifier → step); `also` is done in the same transaction."""
    for _try in range(_TRIES - 1):
        try:
            return _advance_once(home, steps, at, also)
        except ConflictError:
            continue  # somebody was faster: read again and answer from what is true now
    return _advance_once(home, steps, at, also)


def step_of(event: str, actor: Actor, grounds: Grounds = NO_GROUNDS) -> Step:
    """Make the step that needs nothing but its grounds."""
    return Step(
        event=event,
        actor=actor,
        reason=grounds.reason,
        clause=grounds.clause,
        evidence_hash=grounds.evidence_hash,
        note=grounds.note,
    )


def same_step(refs: Sequence[str], step: Step) -> dict[str, Step]:
    """The same step for many cases; a reference named twice counts once."""
    return dict.fromkeys(refs, step)


def rules_of(home: Home) -> Rules:
    """The node's thresholds as the guards read them."""
    desk = home.settings.desk
    return Rules(
        confirm_score=desk.confirm_score, hold_score=desk.hold_score, hold_score_critical=desk.hold_score_critical
    )


def _advance_once(home: Home, steps: Mapping[str, Step], at: datetime, also: Also | None) -> VerbOutcome:
    rules = rules_of(home)
    done: list[str] = []
    refused: dict[str, tuple[Reason, ...]] = {}
    changes: list[CaseChange] = []
    touched: set[int] = set()
    with transaction.atomic():
        rows = find_cases(list(steps))
        history = facts_with_history(
            [rows[ref] for ref, step in steps.items() if step.event in NEEDS_HISTORY and ref in rows]
        )
        for ref, step in steps.items():
            row = rows.get(ref)
            if row is None:
                refused[ref] = (Reason("not-found", "no such case"),)
            elif row.pk in touched:
                refused[ref] = (Reason("named-twice", "the same case was named twice in one request"),)
            else:
                facts = history.get(row.pk) or row.facts()
                answer = advance(facts, step, at=at, rules=rules)
                if isinstance(answer, Refusal):
                    refused[ref] = answer.reasons
                    continue
                touched.add(row.pk)
                changes.append(_change(row, facts, step, answer))
                done.append(ref)
        append_events(changes, at=at)
        share_events(home, changes, at=at)
        if home.settings.dns.server or home.settings.rdap.bootstrap or home.settings.rdap.servers:
            begin_watches(changes, at=at)
        if also is not None:
            also(changes)
    return VerbOutcome(tuple(done), refused)


def _change(row: CaseRow, facts: CaseFacts, step: Step, answer: Advance) -> CaseChange:
    return CaseChange(
        case_pk=row.pk,
        case_uuid=row.uuid,
        ref=row.ref,
        registrable=row.registrable,
        zone=row.zone,
        category=row.category,
        seq=facts.event_count + 1,
        event=answer.event,
        from_state=answer.from_state,
        to_state=answer.to_state,
        party=step.actor.party,
        actor=step.actor.name,
        role=answer.role,
        reason=step.reason,
        clause=step.clause,
        evidence_hash=step.evidence_hash,
        note=step.note,
        disposition=step.disposition,
        outcome=answer.outcome,
        action=answer.action,
        score=step.score,
        collateral=step.collateral,
        related=step.related,
    )
