"""Apply what a partner's ledger says, inside the transaction that stores it (`flows.receive`).

For every entry the answer is "" (applied) or why it was refused; a refused entry is kept and proven all the same, and
never stops the others.  A report is believed in nothing: its name is folded here, its zone must be ours, and the
memorandum is asked again from the same bytes, as of the time the sender says it asked.  A partner's word about a case
goes through the same table as everybody's (`core.cases.advance`) in the role `partner`, so that it can cause only what
a partner may; what the table does not admit any more is kept on the case as a note.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Final

import msgspec

from comity.core.case_steps import Refusal, Rules, Step
from comity.core.cases import Advance, CaseChange, advance
from comity.core.disclosure import Decision, decide
from comity.core.exchange import IncomingEntry
from comity.core.items import build_item
from comity.core.names import NameFolder, NameRefusal
from comity.core.reports import Claim, report_key
from comity.core.roles import Actor
from comity.edges.guard_lists import load_guard
from comity.edges.home import Home, open_home
from comity.edges.suffix_file import load_suffixes
from comity.flows.share import refuse_reports
from comity.flows.store_batch import store_batch
from comity.store.case_peers import add_peers, cases_of_peer
from comity.store.case_writes import append_events
from comity.store.cases import CaseRow, find_cases
from comity.store.decisions import DecisionRow, add_decisions, count_sent
from comity.store.memoranda import find_in_force
from comity.store.reports import ensure_reporter, find_report_pks
from comity.wire.stix import CaseEventPayload, PayloadProblem, ReportPayload, parse_case_event, parse_report

# Clocks of two registries may disagree; by more than this an entry does not say when it was decided.
_CLOCK_TOLERANCE: Final = timedelta(days=1)

# What a partner's word is on our side: the event of the table.
_EVENT: Final[dict[str, str]] = {
    "accepted": "partner_accepted",
    "asked": "partner_asked",
    "outcome": "partner_outcome",
    "refused": "partner_refused",
    "info": "info_supplied",
    "withdrawn": "withdrawal_received",
    "retracted": "withdrawal_received",
}


def apply_entries(home: Home, partner: str, entries: Sequence[IncomingEntry], *, at: datetime) -> list[str]:
    """Apply a batch in its order; answer for each entry "" or `code` or `clause:reason` of its refusal."""
    refusals: list[str] = []
    for kind, run in groupby(entries, key=lambda entry: entry.kind):
        apply = _APPLY.get(kind)
        batch = list(run)
        refusals += apply(home, partner, batch, at) if apply else ["unknown-kind"] * len(batch)
    return refusals


def _apply_reports(home: Home, partner: str, entries: Sequence[IncomingEntry], at: datetime) -> list[str]:
    memorandum = find_in_force(partner, at=at)
    terms = memorandum.memorandum if memorandum else None
    digest = memorandum.digest if memorandum else ""
    taken_today = count_sent(partner, at=at, direction="in")
    folder = _folder(home)
    refusals: list[str] = []
    claims: list[Claim] = []
    origins: list[tuple[ReportPayload, Decision]] = []
    refused: list[tuple[ReportPayload, Decision]] = []
    for entry in entries:
        payload = parse_report(entry.payload)
        if isinstance(payload, PayloadProblem):
            refusals.append(f"payload:{payload.code}")
            continue
        if payload.decided_at - at > _CLOCK_TOLERANCE:
            refusals.append("decided-in-the-future")
            continue
        target = folder.target(payload.target)
        if isinstance(target, NameRefusal):
            refusals.append(f"name:{target.code}")
            continue
        name = target.name
        item = build_item(
            payload.report,
            kind="early-warning" if payload.kind == "early-warning" else "report",
            sender=partner,
            recipient=home.party,
            zone=name.zone,
            memorandum=terms,
            sent_today=taken_today[payload.kind],
            at=payload.decided_at,
        )
        decision = decide(item, terms, at=payload.decided_at)
        if decision.verdict not in {"send", "send-redacted"}:
            refusals.append(f"{decision.clause}:{decision.reason}")
            refused.append((payload, decision))
            continue
        if name.zone not in home.zones:
            refusals.append("not-our-zone")
            continue
        taken_today[payload.kind] += 1
        refusals.append("")
        report = msgspec.structs.replace(payload.report, report_id=payload.report_id)
        claims.append(Claim(report, name, target.url or name.ascii))
        origins.append((payload, decision))
    rows: list[DecisionRow] = []
    if claims:
        reporter = ensure_reporter(partner, kind="partner", at=at)
        outcome = store_batch(home, claims, reporter=reporter, run=None, at=at, guard=load_guard(home))
        pk_of = find_report_pks([_key(payload) for payload, _ in origins])
        peers: set[tuple[int, str, str]] = set()
        for (payload, decision), case_pk in zip(origins, outcome.case_pks, strict=True):
            if case_pk is not None:
                peers.add((case_pk, partner, str(payload.case)))
            rows.append(_row(partner, payload, decision, digest, pk_of.get(_key(payload)), case_pk))
        add_peers(peers)
    rows += [_row(partner, payload, decision, digest, None, None) for payload, decision in refused]
    add_decisions(rows, at=at)
    refuse_reports(home, partner, refused, at=at)
    return refusals


def _apply_events(_home: Home, partner: str, entries: Sequence[IncomingEntry], at: datetime) -> list[str]:
    payloads = [parse_case_event(entry.payload) for entry in entries]
    known = [payload for payload in payloads if isinstance(payload, CaseEventPayload)]
    cases = find_cases([str(uuid) for payload in known for uuid in payload.peer_cases])
    by_peer = cases_of_peer(partner, [str(payload.case) for payload in known])
    cases |= find_cases([uuid for uuids in by_peer.values() for uuid in uuids])
    current = {row.uuid: row for row in cases.values()}
    changes: list[CaseChange] = []
    peers: set[tuple[int, str, str]] = set()
    refusals: list[str] = []
    actor = Actor(partner, "partner", partner)
    for payload in payloads:
        if isinstance(payload, PayloadProblem):
            refusals.append(f"payload:{payload.code}")
            continue
        meant = {str(uuid) for uuid in payload.peer_cases} | set(by_peer.get(str(payload.case), ()))
        # A partner takes part in a case of ours when the zone is its own, or when its report is in it.
        ours = [
            current[uuid]
            for uuid in sorted(meant)
            if uuid in current and (current[uuid].party == partner or uuid in by_peer.get(str(payload.case), ()))
        ]
        if payload.event not in _EVENT:
            refusals.append("unknown-event")
            continue
        if not ours:
            refusals.append("no-such-case")
            continue
        for row in ours:
            change = _change(row, payload, actor, at)
            changes.append(change)
            current[row.uuid] = _after(row, change, at)
            if payload.event != "refused":  # a refusal names no case of the partner's: there is none
                peers.add((row.pk, partner, str(payload.case)))
        refusals.append("")
    append_events(changes, at=at)
    add_peers(peers)
    return refusals


def _change(row: CaseRow, payload: CaseEventPayload, actor: Actor, at: datetime) -> CaseChange:
    event = _EVENT[payload.event]
    if event == "info_supplied" and row.state != "needs_info":
        event = "note"
    step = Step(
        event=event, actor=actor, disposition=payload.disposition, outcome=payload.outcome, action=payload.action,
        reason=payload.reason, clause=payload.clause, note=payload.note,
    )  # fmt: skip
    answer = advance(row.facts(), step, at=at, rules=Rules())
    note = payload.note
    if isinstance(answer, Refusal):
        # It came too late or does not fit: what the partner said is kept, the case stays as it is.
        said = ", ".join(word for word in (payload.event, payload.outcome, payload.action) if word)
        note = "; ".join(filter(None, (note, said, *(reason.code for reason in answer.reasons))))
        answer = Advance("note", row.state, row.state, "partner", "", "")
    applied = answer.event != "note"
    return CaseChange(
        case_pk=row.pk, case_uuid=row.uuid, ref=row.ref, registrable=row.registrable, zone=row.zone,
        category=row.category, seq=row.event_count + 1, event=answer.event, from_state=answer.from_state,
        to_state=answer.to_state, party=actor.party, actor=actor.name, role=answer.role, reason=payload.reason,
        clause=payload.clause, note=note, disposition=payload.disposition if applied else "", outcome=answer.outcome,
        action=answer.action,
    )  # fmt: skip


def _after(row: CaseRow, change: CaseChange, at: datetime) -> CaseRow:
    """The row as the next entry of the same batch finds it."""
    closed = change.to_state == "closed"
    return msgspec.structs.replace(
        row,
        state=change.to_state,
        outcome=(change.outcome or row.outcome) if closed else "",
        event_count=change.seq,
        closed_at=(row.closed_at or at) if closed else None,
    )


def _row(
    partner: str, payload: ReportPayload, decision: Decision, digest: str, report_pk: int | None, case_pk: int | None
) -> DecisionRow:
    return DecisionRow(
        report_pk=report_pk,
        case_pk=case_pk,
        partner=partner,
        direction="in",
        kind=payload.kind,
        memorandum=digest,
        decision=decision,
    )


def _key(payload: ReportPayload) -> bytes:
    return report_key("", payload.report.category, "", 0, payload.report_id)


def _folder(home: Home) -> NameFolder:
    return _folder_at(home.path)


@lru_cache(maxsize=1)
def _folder_at(path: Path) -> NameFolder:
    return NameFolder(load_suffixes(open_home(path)))


_APPLY: Final[dict[str, Callable[[Home, str, Sequence[IncomingEntry], datetime], list[str]]]] = {
    "report": _apply_reports,
    "case-event": _apply_events,
}
