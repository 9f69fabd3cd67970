"""Take a step on many cases at once: the one way in which a person or the node's own clock changes a case.

In one durable transaction: the cases are read, `core.cases.advance` answers for each, the entries and rows are written,
and what partners must hear is put into their ledgers.  A case that refuses does not stop the others; it comes back with
all its reasons.  A case that somebody else changed meanwhile makes the whole batch look again.  Into a decision goes
what the rubric gave at that moment, and into a confirmation the collateral check (`flows.weigh_cases`); what follows a
case that closes is closed with it.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec
from django.db import transaction

from comity.core.case_merges import Standing, why_not_follow
from comity.core.case_score import DECIDING, FrozenScore
from comity.core.case_steps import CaseFacts, Reason, Refusal, Rules, Step
from comity.core.cases import NEEDS_HISTORY, Advance, CaseChange, advance
from comity.core.collateral import Finding, render_check, settle
from comity.core.durations import parse_parts
from comity.core.errors import ConflictError
from comity.core.roles import Actor
from comity.edges.home import Home
from comity.flows.close_followers import close_followers
from comity.flows.keep_clocks import clock_facts, keep_clocks
from comity.flows.share import share_events
from comity.flows.weigh_cases import read_lists, weigh_collateral, weigh_with_sources
from comity.store.case_merges import find_followers, keep_merges, lock_cases
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
    if any(step.event == "confirm" for step in steps.values()):
        read_lists(home)
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
        merging = _Merging(steps)
        rows = find_cases(list(steps))
        weighed = _Weighed(home, rows, steps, at)
        for ref, step in steps.items():
            row = rows.get(ref)
            if row is None:
                refused[ref] = (Reason("not-found", "no such case"),)
            elif row.pk in touched:
                refused[ref] = (Reason("named-twice", "the same case was named twice in one request"),)
            else:
                facts = weighed.facts(row)
                answer = advance(facts, step, at=at, rules=rules)
                reasons = answer.reasons if isinstance(answer, Refusal) else ()
                if step.event == "merge_duplicate" and step.related:
                    reasons = (*reasons, *merging.why_not(row, step.related))
                if reasons or isinstance(answer, Refusal):
                    refused[ref] = reasons
                    continue
                touched.add(row.pk)
                change = _change(row, facts, step, answer, weighed)
                merging.take(change)
                changes.append(change)
                done.append(ref)
        written = close_followers(home, changes)
        append_events(written, at=at)
        merging.keep()
        keep_clocks(home, written)
        share_events(home, written, at=at)
        if home.settings.dns.server or home.settings.rdap.bootstrap or home.settings.rdap.servers:
            begin_watches(written, at=at)
        if also is not None:
            also(written)
    return VerbOutcome(tuple(done), refused)


class _Weighed:
    """What is looked at beside the rows: history, evidence and surroundings, read only for the steps that need them."""

    def __init__(self, home: Home, rows: Mapping[str, CaseRow], steps: Mapping[str, Step], at: datetime) -> None:
        def of(events: Collection[str]) -> list[CaseRow]:
            wanted = [rows[ref] for ref, step in steps.items() if step.event in events and ref in rows]
            return list({row.pk: row for row in wanted}.values())

        self._history = facts_with_history(of(NEEDS_HISTORY))
        sources = weigh_with_sources(of(DECIDING), at=at)
        self.evidence: Mapping[int, FrozenScore] = {pk: frozen for pk, (frozen, _) in sources.items() if frozen}
        self._by_machines = frozenset(pk for pk, (_, alone) in sources.items() if alone)
        appealed = of(("appeal_filed",))
        self._terms = clock_facts(home, appealed) if appealed else {}
        self.collateral: Mapping[int, tuple[Finding, ...]] = weigh_collateral(home, of(("confirm",)))

    def facts(self, row: CaseRow) -> CaseFacts:
        """What the guards look at."""
        facts = self._history.get(row.pk) or row.facts()
        if row.pk in self._terms:
            within = parse_parts(self._terms[row.pk].basis.terms.file_within).span
            facts = msgspec.structs.replace(facts, appeal_within=within)
        frozen = self.evidence.get(row.pk)
        if row.pk in self._by_machines:
            facts = msgspec.structs.replace(facts, machines_alone=True)
        return facts if frozen is None else msgspec.structs.replace(facts, computed=frozen.total)


class _Merging:
    """Who follows whom, as it is while the steps of one batch are taken; the rows are locked before they are read."""

    def __init__(self, steps: Mapping[str, Step]) -> None:
        merges = {ref: step.related for ref, step in steps.items() if step.event == "merge_duplicate"}
        self._parents: dict[str, CaseRow] = {}
        self._followed: set[int] = set()
        self._merged: dict[int, int] = {}
        self._ended: set[int] = set()
        if merges:
            lock_cases({row.pk for row in find_cases([*merges, *merges.values()]).values()})
            found = find_cases([*merges, *merges.values()])
            self._parents = {related: found[related] for related in merges.values() if related in found}
            self._followed = set(find_followers([row.pk for row in found.values()]))

    def why_not(self, row: CaseRow, related: str) -> list[Reason]:
        """Answer why a case may not follow the one that is named."""
        parent = self._parents.get(related)
        return why_not_follow(self._standing(row), self._standing(parent) if parent else None)

    def _standing(self, row: CaseRow) -> Standing:
        state = "merged" if row.pk in self._merged else row.state
        return Standing(row.uuid, state, row.party, row.pk in self._followed)

    def take(self, change: CaseChange) -> None:
        """Remember what a change does to who follows whom."""
        if change.event == "merge_duplicate":
            parent = self._parents[change.related].pk
            self._merged[change.case_pk] = parent
            self._followed.add(parent)
        elif change.event in {"unmerge", "reopen"}:
            self._ended.add(change.case_pk)

    def keep(self) -> None:
        """Write it down."""
        if self._merged or self._ended:
            keep_merges(self._merged.items(), self._ended)


def _change(row: CaseRow, facts: CaseFacts, step: Step, answer: Advance, weighed: _Weighed) -> CaseChange:
    check = settle(weighed.collateral[row.pk], step.check) if answer.event == "confirm" else ()
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
        collateral=step.collateral.strip() or (render_check(check) if check else step.collateral),
        related=step.related,
        evidence=weighed.evidence.get(row.pk) if answer.event in DECIDING else None,
        check=check,
        told=step.told,
    )
