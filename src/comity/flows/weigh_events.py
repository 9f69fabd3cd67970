"""Weigh events: may the partner say this today, where the memorandum caps what it may say of its cases?

Only kinds of exchange that have a cap are weighed: what a partner says of a case in which it takes part is otherwise
taken by the table of cases alone.  The cap is counted for the UTC day of `decided_at` (`core.quotas`).
"""

from collections import Counter
from datetime import date, datetime
from typing import Final

from comity.core.disclosure import Decision, Item, Kind, decide
from comity.core.memoranda import Memorandum
from comity.core.quotas import DECIDED_IN_THE_FUTURE, day_of, is_ahead, is_in_order, refuse_out_of_order
from comity.edges.home import Home
from comity.store.cases import CaseRow
from comity.store.decisions import DecisionRow, count_sent, find_newest_taken
from comity.store.memoranda import find_in_force
from comity.wire.stix import CaseEventPayload

# Which kind of exchange an event is; a refusal is the receipt of a report and no exchange of its own.
_KIND: Final[dict[str, Kind]] = {
    "accepted": "outcome",
    "outcome": "outcome",
    "asked": "inquiry",
    "info": "inquiry",
    "withdrawn": "retraction",
    "retracted": "retraction",
    "paused": "outcome",
    "resumed": "outcome",
}
_SENT: Final = frozenset(("send", "send-redacted"))


class EventScales:
    """Weighs the events of one batch; `rows` are the decisions to be kept."""

    def __init__(self, home: Home, partner: str, at: datetime) -> None:
        self._home, self._partner, self._at = home, partner, at
        self._stored = find_in_force(partner, at=at)
        self._caps = self._stored.memorandum.terms.caps if self._stored else {}
        self._newest = find_newest_taken(partner) if self._caps else None
        self._taken: dict[date, Counter[str]] = {}
        self.rows: list[DecisionRow] = []

    def refuse(self, payload: CaseEventPayload, case: CaseRow) -> str:
        """Answer "" or `clause:reason` of the refusal, for one entry about a case of ours."""
        kind = _KIND.get(payload.event)
        if self._stored is None or kind is None or kind not in self._caps:
            return ""
        if is_ahead(payload.decided_at, at=self._at):
            return DECIDED_IN_THE_FUTURE
        decision = self._decide(kind, payload, case, self._stored.memorandum)
        self.rows.append(
            DecisionRow(
                report_pk=None, case_pk=case.pk, partner=self._partner, direction="in", kind=kind,
                memorandum=self._stored.digest, decision=decision, decided_at=payload.decided_at,
            )
        )  # fmt: skip
        if decision.verdict not in _SENT:
            return f"{decision.clause}:{decision.reason}"
        self._newest = max(payload.decided_at, self._newest or payload.decided_at)
        return ""

    def _decide(self, kind: Kind, payload: CaseEventPayload, case: CaseRow, memorandum: Memorandum) -> Decision:
        if not is_in_order(payload.decided_at, self._newest):
            return refuse_out_of_order(memorandum, self._newest)
        day = day_of(payload.decided_at)
        if day not in self._taken:
            self._taken[day] = count_sent(self._partner, day=day, direction="in", kinds=self._caps.keys())
        item = Item(
            kind=kind, sender=self._partner, recipient=self._home.party, zone=case.zone, category=case.category,
            sent_today=self._taken[day][kind],
        )  # fmt: skip
        decision = decide(item, memorandum, at=payload.decided_at)
        if decision.verdict in _SENT:
            self._taken[day][kind] += 1
        return decision
