"""Weigh consultations: may the partner say this to us, by the memorandum and from the bytes that came?

The memorandum is asked again as of the time that the sender says it asked, in the version that the sender obeyed if it
had force then.  The name that a question is about is folded here.  The cap is counted for that day (`core.quotas`).
"""

from collections import Counter
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Final

import msgspec

from comity.core.consultation_items import message_item
from comity.core.disclosure import Decision, decide
from comity.core.names import NameFolder, NameRefusal
from comity.core.quotas import DECIDED_IN_THE_FUTURE, day_of, is_ahead, is_in_order, refuse_out_of_order
from comity.edges.home import Home, open_home
from comity.edges.suffix_file import load_suffixes
from comity.store.consultations import KIND, TOLD
from comity.store.decisions import DecisionRow, count_sent, find_newest_taken
from comity.store.memoranda import StoredMemorandum, find_former, find_in_force
from comity.wire.consultation import ConsultationPayload

_CAPPED: Final = (KIND,)


class Weighed(msgspec.Struct, frozen=True):
    """What came of weighing: `refused` is "" or why it is not taken, `registrable` the folded name that it is about."""

    refused: str = ""
    clause: str = ""
    reason: str = ""
    decision: Decision | None = None
    registrable: str = ""


class ConsultationScales:
    """Weighs the messages of one batch; `rows` are the decisions to be kept."""

    def __init__(self, home: Home, partner: str, at: datetime) -> None:
        self._home, self._partner, self._at = home, partner, at
        self._in_force = find_in_force(partner, at=at)
        self._newest = find_newest_taken(partner)
        self._taken: dict[date, Counter[str]] = {}
        self.rows: list[DecisionRow] = []

    def weigh(self, payload: ConsultationPayload, *, case_pk: int | None = None) -> Weighed:
        if is_ahead(payload.decided_at, at=self._at):
            return Weighed(DECIDED_IN_THE_FUTURE, reason=DECIDED_IN_THE_FUTURE)
        registrable = self._fold(payload.registrable)
        if isinstance(registrable, NameRefusal):
            return Weighed(f"name:{registrable.code}", reason=f"name-{registrable.code}")
        stored = self._obeyed(payload)
        decision = self._decide(payload, registrable, stored)
        self.rows.append(
            DecisionRow(
                report_pk=None, case_pk=case_pk, partner=self._partner, direction="in", kind=KIND,
                memorandum=stored.digest if stored else "", decision=decision, decided_at=payload.decided_at,
            )
        )  # fmt: skip
        if decision.verdict not in TOLD:
            refused = f"{decision.clause}:{decision.reason}"
            return Weighed(refused, decision.clause, decision.reason, decision)
        self._newest = max(payload.decided_at, self._newest or payload.decided_at)
        return Weighed(decision=decision, registrable=registrable)

    def _decide(self, payload: ConsultationPayload, registrable: str, stored: StoredMemorandum | None) -> Decision:
        terms = stored.memorandum if stored else None
        if terms is not None and not is_in_order(payload.decided_at, self._newest):
            return refuse_out_of_order(terms, self._newest)
        day = day_of(payload.decided_at)
        if day not in self._taken:
            capped = _CAPPED if terms is not None and KIND in terms.terms.caps else ()
            self._taken[day] = count_sent(self._partner, day=day, direction="in", kinds=capped)
        item = message_item(
            sender=self._partner,
            recipient=self._home.party,
            tlp=payload.tlp,
            texts=(payload.subject, payload.text),
            zone=registrable.rpartition(".")[2],
            category=payload.category,
            sent_today=self._taken[day][KIND],
        )
        decision = decide(item, terms, at=payload.decided_at)
        # A hold is the sender's to resolve before it sends; what arrived was approved there, and is redacted here.
        if decision.verdict == "hold":
            decision = msgspec.structs.replace(decision, verdict="send-redacted", hold_for="")
        if decision.verdict in TOLD:
            self._taken[day][KIND] += 1
        return decision

    def _fold(self, name: str) -> str | NameRefusal:
        if not name:
            return ""
        target = _folder_at(self._home.path).target(name)
        return target if isinstance(target, NameRefusal) else target.name.registrable

    def _obeyed(self, payload: ConsultationPayload) -> StoredMemorandum | None:
        """The text that the sender asked, if it had force then: a version may have been superseded on the way."""
        now = self._in_force
        if now is None or payload.memorandum == now.digest:
            return now
        former = find_former(self._partner, payload.memorandum, at=self._at)
        if former is None or payload.decided_at < former[0].memorandum.effective:
            return now
        return now if is_ahead(payload.decided_at, at=former[1]) else former[0]


@lru_cache(maxsize=1)
def _folder_at(path: Path) -> NameFolder:
    return NameFolder(load_suffixes(open_home(path)))
