"""Apply a partner's word about cases that it takes part in.

It goes through the same table as everybody's (`core.cases.advance`), in the role `partner`, so that a partner can cause
only what a partner may.  What the table does not admit any more (it came too late, the case was reopened) is kept on
the case as a note: nothing a partner said is lost.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from comity.core.case_steps import Refusal, Rules, Step
from comity.core.cases import Advance, CaseChange, advance
from comity.core.exchange import IncomingEntry
from comity.core.roles import Actor
from comity.edges.home import Home
from comity.flows.close_followers import close_followers
from comity.flows.keep_clocks import keep_clocks
from comity.flows.weigh_events import EventScales
from comity.store.case_peers import add_peers, cases_of_peer
from comity.store.case_writes import append_events
from comity.store.cases import CaseRow, find_cases
from comity.store.decisions import add_decisions
from comity.wire.stix import CaseEventPayload, PayloadProblem, parse_case_event

# What a partner's word is on our side: the event of the table.
_EVENT: Final[dict[str, str]] = {
    "accepted": "partner_accepted",
    "asked": "partner_asked",
    "outcome": "partner_outcome",
    "refused": "partner_refused",
    "info": "info_supplied",
    "withdrawn": "withdrawal_received",
    "retracted": "withdrawal_received",
    "paused": "clock_paused",
    "resumed": "clock_resumed",
}


def apply_events(home: Home, partner: str, entries: Sequence[IncomingEntry], *, at: datetime) -> list[str]:
    """Apply events in their order; answer for each "" or why it was refused."""
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
    weigh = EventScales(home, partner, at)
    for entry, payload in zip(entries, payloads, strict=True):
        if isinstance(payload, PayloadProblem):
            refusals.append(f"payload:{payload.code}")
            continue
        if entry.subject != str(payload.case):
            refusals.append("subject-mismatch")
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
        over = weigh.refuse(payload, ours[0])
        if over:
            refusals.append(over)
            continue
        for row in ours:
            change = _change(row, payload, actor, at)
            changes.append(change)
            current[row.uuid] = _after(row, change, at)
            if payload.event != "refused":  # a refusal names no case of the partner's: there is none
                peers.add((row.pk, partner, str(payload.case)))
        refusals.append("")
    written = close_followers(home, changes)
    append_events(written, at=at)
    keep_clocks(home, written)
    add_peers(peers)
    add_decisions(weigh.rows, at=at)
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
        action=answer.action, said=payload.event, said_at=payload.decided_at,
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
