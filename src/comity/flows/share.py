"""Share: ask the memorandum about each item, keep the answer, and let what may go leave as a ledger entry.

The only flow besides `publish` that makes entries which leave the node.  Nothing leaves without a clause: every item
is put to `decide`, every decision is stored with the memorandum's digest and its trace, and only `send` and
`send-redacted` become entries.  All functions are called inside the caller's transaction, so that state, audit entry,
decision and outgoing entry are kept together or not at all; the courier carries them later.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from comity.core.cases import CLOSED, INITIAL, CaseChange
from comity.core.categories import Category
from comity.core.disclosure import Decision, Item, Kind, decide
from comity.core.exchange import MisuseError, OutgoingEntry
from comity.core.items import build_item
from comity.core.labels import MAX_HOST
from comity.core.personal_data import mask
from comity.core.quotas import day_of
from comity.core.redaction import redact, redact_target
from comity.core.reports import SharedReport
from comity.edges.home import Home
from comity.edges.salt import new_salt
from comity.flows.keep_clocks import keep_clocks_of
from comity.store.case_peers import Peer, find_peers
from comity.store.case_writes import append_events
from comity.store.cases import CaseRow, change_of, count_approvals, find_cases_by_pk, read_entries
from comity.store.decisions import DecisionRow, add_decisions, count_sent
from comity.store.memoranda import StoredMemorandum, find_governing, find_in_force
from comity.store.outgoing import append_outgoing, lock_outgoing
from comity.wire.stix import (
    MAX_PAYLOAD_BYTES,
    REFUSED,
    REPORT_KINDS,
    CaseEventPayload,
    ReportPayload,
    render_case_event,
    render_report,
)

_SENT: Final = frozenset(("send", "send-redacted"))
_CASES_TOLD_AT_ONCE: Final = 500

# What a partner hears of an entry of our case: (event on the wire, kind of exchange the memorandum is asked about).
_TOLD: Final[dict[str, tuple[str, Kind]]] = {
    "start_triage": ("accepted", "outcome"),
    "ask_reporter": ("asked", "inquiry"),
    "info_sent": ("info", "inquiry"),
    "withdrawal_sent": ("withdrawn", "retraction"),
    "retract": ("retracted", "retraction"),
    "clock_paused": ("paused", "outcome"),
    "clock_resumed": ("resumed", "outcome"),
    "info_supplied": ("resumed", "outcome"),
}
# What stops and starts a clock that we owe: of a case about a partner's name there is nothing to tell.
_OF_OUR_CLOCKS: Final = frozenset(("paused", "resumed"))
_CLOSES: Final[tuple[str, Kind]] = ("outcome", "outcome")
# Outcomes by which we take back what we said; of a case about a partner's name that is all they can mean.
_TAKES_BACK: Final = frozenset(("withdrawn", "false_positive"))

# What a node says of itself alone, under clause 1 (the parties and their keys): no name, no case, no person is in it.
NOTICES: Final = frozenset(("key-revocation",))


def share_reports(home: Home, partner: str, shared: Sequence[SharedReport], *, at: datetime) -> Counter[str]:
    """Put new reports about a partner's names to the memorandum; send what it allows; refer the cases that were sent.

    Returns how many reports got which verdict.
    """
    memorandum = find_governing(partner, at=at)
    terms = memorandum.memorandum if memorandum else None
    if terms is not None and REPORT_KINDS & terms.terms.caps.keys():
        lock_outgoing(partner)
    cases = {case.pk: case for case in find_cases_by_pk(list({one.case_pk for one in shared}))}
    approvals = count_approvals([case for case in cases.values() if case.protected])
    sent_today = count_today(partner, memorandum, REPORT_KINDS, at=at)
    rows: list[DecisionRow] = []
    entries: list[OutgoingEntry] = []
    clause_of_case: dict[int, str] = {}
    for one in shared:
        kind: Kind = "early-warning" if one.report.machine_only else "report"
        item = build_item(
            one.report,
            kind=kind,
            sender=home.party,
            recipient=partner,
            zone=one.name.zone,
            memorandum=terms,
            protected=cases[one.case_pk].protected,
            approvals=approvals.get(one.case_pk, 0),
            sent_today=sent_today[kind],
            at=at,
        )
        decision = _decide(item, memorandum, at=at)
        if memorandum is not None and decision.verdict in _SENT:
            payload = ReportPayload(
                report_id=UUID(one.report_uuid),
                case=UUID(one.case_uuid),
                kind=kind,
                target=redact_target(one.target, decision),
                report=redact(one.report, decision),
                clause=decision.clause,
                memorandum=memorandum.digest,
                decided_at=at,
            )
            data = render_report(payload, sender=home.party, salt=new_salt())
            if len(data) > MAX_PAYLOAD_BYTES:  # no ledger can carry it; it must not stop the others
                decision = msgspec.structs.replace(decision, verdict="refuse", reason="too-large-to-send")
            else:
                sent_today[kind] += 1
                entries.append(OutgoingEntry("report", one.report_uuid, data))
                clause_of_case.setdefault(one.case_pk, decision.clause)
        rows.append(_row(decision, partner, kind, memorandum, report_pk=one.report_pk, case_pk=one.case_pk))
    add_decisions(rows, at=at)
    if entries:
        append_outgoing(partner, entries, at=at)
        append_events(refer_sent(home.party, cases, clause_of_case), at=at)
        keep_clocks_of(home, clause_of_case.keys(), known=cases)
    return Counter(row.decision.verdict for row in rows)


def refer_sent(party: str, cases: Mapping[int, CaseRow], clause_of_case: Mapping[int, str]) -> list[CaseChange]:
    """A case whose report was sent is the partner's to decide: received → referred, with the clause that let it go."""
    return [
        CaseChange(
            case_pk=case.pk, case_uuid=case.uuid, ref=case.ref, registrable=case.registrable, zone=case.zone,
            category=case.category, seq=case.event_count + 1, event="refer_out_of_zone", from_state=case.state,
            to_state="referred", party=party, actor=party, role="system", reason="sent-to-partner",
            clause=clause_of_case[case.pk],
        )
        for case in (cases[pk] for pk in clause_of_case)
        if case.state in {"received", "triage"}
    ]  # fmt: skip


def share_events(home: Home, changes: Sequence[CaseChange], *, at: datetime) -> None:
    """Tell partners what they must hear of what happened to cases that they take part in."""
    told = [(change, *_told(home, change)) for change in changes if change.event in _TOLD or _closing(change)]
    told = [one for one in told if one[1] not in _OF_OUR_CLOCKS or one[0].zone in home.zones]
    peers = find_peers({change.case_pk for change, _, _ in told})
    rows: list[DecisionRow] = []
    entries: dict[str, list[OutgoingEntry]] = {}
    asking = _Asking(home, at)
    for change, event, kind in told:
        for peer in peers.get(change.case_pk, ()):
            for part in _in_parts(peer):
                decision, memorandum = asking.ask(peer.partner, kind, change.zone, change.category)
                rows.append(_row(decision, peer.partner, kind, memorandum, report_pk=None, case_pk=change.case_pk))
                if memorandum is not None and decision.verdict in _SENT:
                    entry = _event_entry(home, change, event, part, decision, memorandum, at=at)
                    entries.setdefault(peer.partner, []).append(entry)
    add_decisions(rows, at=at)
    for partner, batch in sorted(entries.items()):  # two that lock ledgers in another order would wait for each other
        append_outgoing(partner, batch, at=at)


def share_standing(home: Home, partner: str, joined: Collection[tuple[int, str]], *, at: datetime) -> None:
    """Tell a partner how the cases stand that it takes part in now: `joined` is (our case, the partner's case)."""
    rows = {row.pk: row for row in find_cases_by_pk(sorted({pk for pk, _ in joined})) if row.state != INITIAL}
    history = read_entries(list(rows))
    entries: list[OutgoingEntry] = []
    decisions: list[DecisionRow] = []
    asking = _Asking(home, at)
    for pk, remote in sorted(joined):
        changes = [change_of(rows[pk], entry) for entry in history[pk]] if pk in rows else []
        for change in _standing(changes):
            event, kind = _told(home, change)
            decision, memorandum = asking.ask(partner, kind, change.zone, change.category)
            decisions.append(_row(decision, partner, kind, memorandum, report_pk=None, case_pk=pk))
            if memorandum is not None and decision.verdict in _SENT:
                peer = Peer(partner, (remote,), rows[pk].opened_at)
                entries.append(_event_entry(home, change, event, peer, decision, memorandum, at=at))
    add_decisions(decisions, at=at)
    if entries:
        append_outgoing(partner, entries, at=at)


def _in_parts(peer: Peer) -> list[Peer]:
    """A partner with very many cases of one matter is told in several entries: each must fit into a ledger."""
    cases = peer.remote_cases
    return [
        msgspec.structs.replace(peer, remote_cases=cases[start : start + _CASES_TOLD_AT_ONCE])
        for start in range(0, max(len(cases), 1), _CASES_TOLD_AT_ONCE)
    ]


def _standing(changes: Sequence[CaseChange]) -> list[CaseChange]:
    """What somebody who comes late must hear: that the case is worked on, and its outcome when it is closed."""
    accepted = [change for change in changes if change.event == "start_triage"][-1:]
    closed = [change for change in changes if _closing(change)][-1:]
    return accepted + (closed if changes and changes[-1].to_state == CLOSED else [])


class Refused(msgspec.Struct, frozen=True):
    """A partner's report that is not taken: why, and what can be told to the partner."""

    answer: str
    payload: ReportPayload | None = None
    decision: Decision | None = None


def refuse_reports(home: Home, partner: str, refused: Sequence[Refused], *, at: datetime) -> None:
    """Tell the partner which of its reports were not taken, with the clause or the reason."""
    memorandum = find_in_force(partner, at=at)
    if memorandum is None or not refused:
        return  # with nothing in force nothing may be said either; the refusal stands beside the entry in our ledger
    entries = []
    for one in refused:
        if one.payload is None:
            continue  # unreadable: no case is known that could be told
        event = CaseEventPayload(
            case=one.payload.case,
            peer_cases=(one.payload.case,),
            event=REFUSED,
            registrable=one.payload.target[:MAX_HOST],  # it may be anything: the answer must fit into an entry
            category=one.payload.report.category,
            clause=one.decision.clause if one.decision else memorandum.memorandum.scope.clause,
            memorandum=memorandum.digest,
            decided_at=at,
            reason=one.decision.reason if one.decision else one.answer.replace(":", "-"),
        )
        tlp = memorandum.memorandum.marking.tlp_default
        payload = render_case_event(
            event, sender=home.party, tlp=tlp, opened_at=one.payload.decided_at, salt=new_salt()
        )
        entries.append(OutgoingEntry("case-event", str(one.payload.case), payload))
    if entries:
        append_outgoing(partner, entries, at=at)


def share_notice(partner: str, kind: str, subject: str, payload: bytes, *, at: datetime) -> None:
    """Tell a partner something about this node itself.

    `decide` is not asked: its questions are about a name and what is known of it, and a notice is about neither.  So
    that this is no way around the clauses, only the kinds of `NOTICES` pass, each with a payload that its own file in
    `wire` writes.  It is written down while a memorandum is suspended, too, and carried when it is in force again.
    """
    if kind not in NOTICES:
        raise MisuseError("is not a kind of notice; what is about a name goes through the clauses", item=kind)
    append_outgoing(partner, [OutgoingEntry(kind, subject, payload)], at=at)


def _closing(change: CaseChange) -> bool:
    return change.to_state == CLOSED and change.from_state != CLOSED


def _told(home: Home, change: CaseChange) -> tuple[str, Kind]:
    if _closing(change) and change.outcome in _TAKES_BACK and change.zone not in home.zones:
        return _TOLD["withdrawal_sent"]
    return _TOLD.get(change.event, _CLOSES)


def count_today(
    partner: str, memorandum: StoredMemorandum | None, kinds: Collection[str], *, at: datetime
) -> Counter[str]:
    """How many items of those of these kinds that have a cap went to a partner on the UTC day of `at`."""
    caps = memorandum.memorandum.terms.caps if memorandum else {}
    return count_sent(partner, day=day_of(at), direction="out", kinds=caps.keys() & set(kinds))


class _Asking:
    """Asks the memoranda about many case events; each one that may go counts against its kind's cap."""

    def __init__(self, home: Home, at: datetime) -> None:
        self._home, self._at = home, at
        self._memoranda: dict[str, StoredMemorandum | None] = {}
        self._sent: dict[str, Counter[str]] = {}
        self._answers: dict[tuple[str, Kind, str, str], Decision] = {}

    def ask(self, partner: str, kind: Kind, zone: str, category: str) -> tuple[Decision, StoredMemorandum | None]:
        if partner not in self._memoranda:
            self._memoranda[partner] = find_governing(partner, at=self._at)
        memorandum = self._memoranda[partner]
        caps = memorandum.memorandum.terms.caps if memorandum else {}
        capped = kind in caps
        question = (partner, kind, zone, category)
        if question in self._answers and not capped:
            return self._answers[question], memorandum
        if capped and partner not in self._sent:
            lock_outgoing(partner)
            self._sent[partner] = count_today(partner, memorandum, caps, at=self._at)
        sent = self._sent.get(partner, Counter())
        item = Item(
            kind=kind, sender=self._home.party, recipient=partner, zone=zone, category=category, sent_today=sent[kind]
        )
        decision = self._answers[question] = _decide(item, memorandum, at=self._at)
        if decision.verdict in _SENT:
            sent[kind] += 1
        return decision, memorandum


def _decide(item: Item, memorandum: StoredMemorandum | None, *, at: datetime) -> Decision:
    if memorandum is None:
        return decide(item, None, at=at)
    return decide(item, memorandum.memorandum, at=at, status=memorandum.status)


def _event_entry(
    home: Home,
    change: CaseChange,
    event: str,
    peer: Peer,
    decision: Decision,
    memorandum: StoredMemorandum,
    *,
    at: datetime,
) -> OutgoingEntry:
    payload = CaseEventPayload(
        case=UUID(change.case_uuid),
        peer_cases=tuple(UUID(case) for case in peer.remote_cases),
        event=event,
        registrable=change.registrable,
        category=msgspec.convert(change.category, Category),
        clause=decision.clause,
        memorandum=memorandum.digest,
        decided_at=at,
        outcome=change.outcome,
        action=change.action,
        disposition=change.disposition,
        reason=change.reason,
        note=mask(change.note) if event in {"asked", "info", "withdrawn", "retracted"} else "",
    )
    tlp = memorandum.memorandum.marking.tlp_default
    data = render_case_event(payload, sender=home.party, tlp=tlp, opened_at=peer.opened_at, salt=new_salt())
    return OutgoingEntry("case-event", change.case_uuid, data)


def _row(
    decision: Decision,
    partner: str,
    kind: str,
    memorandum: StoredMemorandum | None,
    *,
    report_pk: int | None,
    case_pk: int | None,
) -> DecisionRow:
    return DecisionRow(
        report_pk=report_pk,
        case_pk=case_pk,
        partner=partner,
        direction="out",
        kind=kind,
        memorandum=memorandum.digest if memorandum else "",
        decision=decision,
    )
