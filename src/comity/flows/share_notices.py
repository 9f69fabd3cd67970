"""Share what changed about reports that partners have: a correction, another marking, an erasure, and its confirmation.

The second file of the verb `share`: nothing leaves without a clause here either.  A correction is a report again, so it
is asked about as one, evidence, cap and all.  A marking and an erasure take back what was allowed: they are asked about
as a `retraction`.  The answer to an erasure is a receipt (clause of exchange) and says no more than positions.
All functions are called inside the caller's transaction.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from comity.core.disclosure import Decision, Item, Kind, decide
from comity.core.exchange import OutgoingEntry
from comity.core.items import build_item
from comity.core.redaction import redact, redact_target
from comity.core.reports import SharedReport
from comity.edges.home import Home
from comity.edges.salt import new_salt
from comity.flows.share import count_today
from comity.store.cases import count_approvals, find_cases_by_pk
from comity.store.decisions import DecisionRow, add_decisions
from comity.store.memoranda import StoredMemorandum, find_governing, find_in_force
from comity.store.outgoing import append_outgoing, lock_outgoing
from comity.wire.notices import (
    ErasedPayload,
    ErasurePayload,
    ErasureReason,
    MarkingPayload,
    Notice,
    object_of,
    render_notice,
)
from comity.wire.stix import MAX_PAYLOAD_BYTES, ReportPayload, render_report

_SENT: Final = frozenset(("send", "send-redacted"))
_ERASURE: Final = "erasure"  # the kind of a decision about one that is about no report: it counts for no cap


class Matter(msgspec.Struct, frozen=True):
    """What a notice is about, and what the memorandum must know of it: a report, or an entry of another `kind`."""

    report_pk: int | None
    report_uuid: str
    case_pk: int | None
    zone: str
    category: str
    kind: Kind = "retraction"


class Asked(msgspec.Struct, frozen=True):
    """An entry of our ledger that the partner must erase."""

    position: int
    kind: str
    subject: str
    reason: ErasureReason


def share_correction(home: Home, partner: str, shared: SharedReport, *, created: datetime, at: datetime) -> Decision:
    """Put a corrected report to the memorandum, and send it as it is now.  `created`: of its first STIX version."""
    memorandum = find_governing(partner, at=at)
    kind: Kind = "early-warning" if shared.report.machine_only else "report"
    lock_outgoing(partner)
    cases = find_cases_by_pk([shared.case_pk])
    item = build_item(
        shared.report,
        kind=kind,
        sender=home.party,
        recipient=partner,
        zone=shared.name.zone,
        memorandum=memorandum.memorandum if memorandum else None,
        protected=cases[0].protected,
        approvals=count_approvals(cases).get(shared.case_pk, 0) if cases[0].protected else 0,
        sent_today=count_today(partner, memorandum, (kind,), at=at)[kind],
        at=at,
    )
    decision = _decide(item, memorandum, at=at)
    data = b""
    if memorandum is not None and decision.verdict in _SENT:
        payload = ReportPayload(
            report_id=UUID(shared.report_uuid),
            case=UUID(shared.case_uuid),
            kind=kind,
            target=redact_target(shared.target, decision),
            report=redact(shared.report, decision),
            clause=decision.clause,
            memorandum=memorandum.digest,
            decided_at=at,
        )
        data = render_report(payload, sender=home.party, salt=new_salt(), created=created)
        if len(data) > MAX_PAYLOAD_BYTES:
            decision, data = msgspec.structs.replace(decision, verdict="refuse", reason="too-large-to-send"), b""
    matter = Matter(shared.report_pk, shared.report_uuid, shared.case_pk, shared.name.zone, shared.report.category)
    add_decisions([_row(decision, partner, kind, memorandum, matter)], at=at)
    if data:
        append_outgoing(partner, [OutgoingEntry("correction", shared.report_uuid, data)], at=at)
    return decision


def share_marking(home: Home, partner: str, matter: Matter, payload: MarkingPayload, *, at: datetime) -> Decision:
    """Tell a partner that a report which it has bears another marking now."""
    decision, memorandum = _ask(home, partner, matter, at=at)
    add_decisions([_row(decision, partner, "retraction", memorandum, matter)], at=at)
    if memorandum is not None and decision.verdict in _SENT:
        told = msgspec.structs.replace(payload, clause=decision.clause, memorandum=memorandum.digest)
        entry = _entry(
            home, "marking", matter.report_uuid, told, object_of("report", matter.report_uuid, home.party), memorandum
        )
        append_outgoing(partner, [entry], at=at)
    return decision


def share_erasures(home: Home, partner: str, matter: Matter, asked: Sequence[Asked], *, at: datetime) -> Decision:
    """Ask a partner to erase the payloads of entries that it has from us."""
    decision, memorandum = _ask(home, partner, matter, at=at)
    kept_as = "retraction" if matter.report_pk is not None else _ERASURE
    add_decisions([_row(decision, partner, kept_as, memorandum, matter)], at=at)
    if memorandum is not None and decision.verdict in _SENT:
        entries = []
        for one in asked:
            payload = ErasurePayload(
                position=one.position,
                reason=one.reason,
                clause=decision.clause,
                memorandum=memorandum.digest,
                decided_at=at,
            )
            about = object_of(one.kind, one.subject, home.party)
            entries.append(_entry(home, "erasure", one.subject, payload, about, memorandum))
        append_outgoing(partner, entries, at=at)
    return decision


def answer_erasures(home: Home, partner: str, answers: Sequence[tuple[str, ErasedPayload]], *, at: datetime) -> None:
    """Tell a partner what became of its erasures: (subject of the entry, what became of it)."""
    memorandum = find_in_force(partner, at=at)
    if memorandum is None or not answers:
        return  # nothing is taken while none is in force, so there is nothing to answer either
    entries = [
        _entry(
            home, "erased", subject, msgspec.structs.replace(answer, memorandum=memorandum.digest, decided_at=at),
            object_of("", subject, home.party), memorandum,
        )
        for subject, answer in answers
    ]  # fmt: skip
    append_outgoing(partner, entries, at=at)


def _entry(
    home: Home, kind: str, subject: str, payload: Notice, about: str, memorandum: StoredMemorandum
) -> OutgoingEntry:
    tlp = memorandum.memorandum.marking.tlp_default
    return OutgoingEntry(
        kind, subject, render_notice(payload, sender=home.party, about=about, tlp=tlp, salt=new_salt())
    )


def _ask(home: Home, partner: str, matter: Matter, *, at: datetime) -> tuple[Decision, StoredMemorandum | None]:
    memorandum = find_governing(partner, at=at)
    item = Item(
        kind=matter.kind,
        sender=home.party,
        recipient=partner,
        zone=matter.zone,
        category=matter.category,
    )
    return _decide(item, memorandum, at=at), memorandum


def _decide(item: Item, memorandum: StoredMemorandum | None, *, at: datetime) -> Decision:
    if memorandum is None:
        return decide(item, None, at=at)
    return decide(item, memorandum.memorandum, at=at, status=memorandum.status)


def _row(
    decision: Decision, partner: str, kind: str, memorandum: StoredMemorandum | None, matter: Matter
) -> DecisionRow:
    return DecisionRow(
        report_pk=matter.report_pk,
        case_pk=matter.case_pk,
        partner=partner,
        direction="out",
        kind=kind,
        memorandum=memorandum.digest if memorandum else "",
        decision=decision,
    )
