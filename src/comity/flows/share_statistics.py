"""Share statistics: a statement of ours about a period, or our answer to a partner's.

A file of the verb `share`: each is put to the memorandum as kind `statistics`, the decision is stored, and only what
may go becomes an entry.  It is about no name and no person, so nothing is taken out of it.  Called inside the caller's
transaction, under the lock of the outgoing ledger.
"""

from datetime import datetime
from typing import Final

import msgspec

from comity.core.disclosure import Decision, Item, decide
from comity.core.exchange import OutgoingEntry
from comity.edges.home import Home
from comity.edges.salt import new_salt
from comity.flows.share import count_today
from comity.store.decisions import DecisionRow, add_decisions
from comity.store.links import find_link
from comity.store.memoranda import StoredMemorandum, find_governing
from comity.store.outgoing import append_outgoing, lock_outgoing
from comity.wire.statistics_entries import StatisticsPayload, kind_of, render_statement, subject_of

KIND: Final = "statistics"
SENT: Final = frozenset(("send", "send-redacted"))


def hold_outgoing(partner: str) -> None:
    """Lock the ledger that a statement will be written to, before any row of it: all take locks in this order."""
    lock_outgoing(partner)


def decide_statistics(
    home: Home, partner: str, stored: StoredMemorandum | None, *, sent_today: int = 0, at: datetime
) -> Decision:
    """Answer whether statistics may go to a partner; touches nothing."""
    item = Item(kind=KIND, sender=home.party, recipient=partner, sent_today=sent_today)
    if stored is None:
        return decide(item, None, at=at)
    item = msgspec.structs.replace(item, tlp=stored.memorandum.marking.tlp_default)
    return decide(item, stored.memorandum, at=at, status=stored.status)


def share_statistics(home: Home, partner: str, payload: StatisticsPayload, *, at: datetime) -> Decision:
    """Put a statement or an answer to the memorandum, and send it if it may go."""
    stored = find_governing(partner, at=at)
    sent = count_today(partner, stored, (KIND,), at=at)[KIND]
    decision = decide_statistics(home, partner, stored, sent_today=sent, at=at)
    if decision.verdict in SENT and find_link(partner) is None:
        decision = msgspec.structs.replace(decision, verdict="hold", reason="no-link")
    row = DecisionRow(
        report_pk=None, case_pk=None, partner=partner, direction="out", kind=KIND,
        memorandum=stored.digest if stored else "", decision=decision,
    )  # fmt: skip
    add_decisions([row], at=at)
    if stored is not None and decision.verdict in SENT:
        told = msgspec.structs.replace(payload, clause=decision.clause, memorandum=stored.digest, decided_at=at)
        tlp = stored.memorandum.marking.tlp_default
        data = render_statement(told, sender=home.party, tlp=tlp, salt=new_salt())
        append_outgoing(partner, [OutgoingEntry(kind_of(told), subject_of(told.digest), data)], at=at)
    return decision
