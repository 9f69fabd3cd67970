"""Share the messages of a private set intersection: a request, its answer, or that there will be none.

A file of the verb `share`.  A request is put to the memorandum as an `inquiry` and to the clause of warnings; an answer
is what an admitted inquiry asks for, and is asked about as that inquiry, with the bucket of its own set.  Each decision
is kept.  Called inside the caller's transaction.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final, Literal
from uuid import UUID

import msgspec

from comity.core.disclosure import Decision, Kind
from comity.core.exchange import OutgoingEntry
from comity.core.intersections import POINT_BYTES, Message, Over
from comity.core.warning_terms import SENT, decide_intersection
from comity.edges.home import Home
from comity.edges.salt import new_salt
from comity.flows.share import count_today
from comity.flows.share_warnings import sides_of
from comity.store.decisions import DecisionRow, add_decisions
from comity.store.intersections import add_message, count_runs
from comity.store.links import find_link
from comity.store.memoranda import StoredMemorandum, find_governing
from comity.store.models import IntersectionRun
from comity.store.outgoing import append_outgoing, lock_outgoing
from comity.wire.intersection_entries import (
    ENDED,
    PART,
    EndedPayload,
    PartPayload,
    cut_message,
    render_intersection,
)

KIND: Final[Kind] = "inquiry"


def hold_outgoing(partner: str) -> None:
    """Lock the ledger that will be written to, before any row of a run: all take locks in this order."""
    lock_outgoing(partner)


def decide_asking(home: Home, partner: str, over: str, bucket: int, *, at: datetime) -> Decision:
    """Answer whether we may ask a partner; touches nothing."""
    stored = find_governing(partner, at=at)
    sent = count_today(partner, stored, (KIND,), at=at)[KIND]
    runs = count_runs(home.party, partner, day=at.astimezone(UTC).date())
    decision = decide_intersection(over, bucket, runs, sides_of(home.party, partner, stored, sent=sent), at=at)
    return _linked(partner, decision)


def decide_answering(home: Home, row: IntersectionRun, bucket: int, *, at: datetime) -> Decision:
    """Answer whether a partner that asked may be answered: the cap counted when it asked."""
    stored = find_governing(row.partner, at=at)
    sides = sides_of(row.asker, home.party, stored, sent=0)
    return _linked(row.partner, decide_intersection(row.over, bucket, 0, sides, at=at))


def share_messages(
    home: Home, row: IntersectionRun, messages: Sequence[tuple[Message, bytes]], decision: Decision, *, at: datetime
) -> None:
    """Write messages of a run to the ledger in parts, under a decision that lets them out."""
    stored = _keep(row.partner, decision, at)
    if decision.verdict not in SENT or stored is None:
        return
    entries: list[OutgoingEntry] = []
    for message, data in messages:
        digest, parts = sha256(data).hexdigest(), cut_message(data)
        bucket = len(data) // POINT_BYTES
        for number, part in enumerate(parts):
            payload = PartPayload(
                run=UUID(row.uuid), clause=decision.clause, memorandum=stored.digest, decided_at=at, message=message,
                over=msgspec.convert(row.over, Over), bucket=bucket, sha256=digest, number=number, data=part,
            )  # fmt: skip
            entries.append(_entry(home, row, PART, payload))
        add_message(row, message, sender=home.party, bucket=bucket, sha256=digest, parts_here=len(parts), at=at)
    append_outgoing(row.partner, entries, at=at)


def share_refused_asking(partner: str, decision: Decision, *, at: datetime) -> None:
    """Keep that we were not let ask."""
    _keep(partner, decision, at)


def share_end(home: Home, row: IntersectionRun, why: Literal["declined", "failed"], *, at: datetime) -> None:
    """Tell the other party that this run ends without an answer: a receipt under the clause that let it begin."""
    if find_link(row.partner) is None:
        return
    payload = EndedPayload(
        run=UUID(row.uuid), clause=row.clause, memorandum=row.memorandum, decided_at=at, why=why
    )  # fmt: skip
    append_outgoing(row.partner, [_entry(home, row, ENDED, payload)], at=at)


def _entry(home: Home, row: IntersectionRun, kind: str, payload: PartPayload | EndedPayload) -> OutgoingEntry:
    return OutgoingEntry(kind, row.uuid, render_intersection(payload, sender=home.party, salt=new_salt()))


def _linked(partner: str, decision: Decision) -> Decision:
    if decision.verdict in SENT and find_link(partner) is None:
        return msgspec.structs.replace(decision, verdict="hold", reason="no-link")
    return decision


def _keep(partner: str, decision: Decision, at: datetime) -> StoredMemorandum | None:
    stored = find_governing(partner, at=at)
    row = DecisionRow(
        report_pk=None, case_pk=None, partner=partner, direction="out", kind=KIND,
        memorandum=stored.digest if stored else "", decision=decision,
    )  # fmt: skip
    add_decisions([row], at=at)
    return stored
