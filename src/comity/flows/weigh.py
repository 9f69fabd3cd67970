"""Weigh: would we have been told this report, by the memorandum and from the bytes that came?

The name is folded here, its zone must be ours, and the memorandum is asked again as of the time the sender says it
asked: the version that had force then, where one was superseded while the report was on its way.  The cap is counted
for that day too, so that an honest sender and its receiver count the same (`core.quotas`).
"""

from collections import Counter
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

import msgspec

from comity.core.disclosure import Decision, decide
from comity.core.exchange import IncomingEntry
from comity.core.items import build_item
from comity.core.memoranda import Memorandum
from comity.core.names import NameFolder, NameRefusal
from comity.core.quotas import DECIDED_IN_THE_FUTURE, day_of, is_ahead, is_in_order, refuse_out_of_order
from comity.core.redaction import redact
from comity.core.reports import Claim, report_key
from comity.edges.home import Home, open_home
from comity.edges.suffix_file import load_suffixes
from comity.flows.share import Refused
from comity.store.decisions import DecisionRow, count_sent, find_newest_taken
from comity.store.memoranda import StoredMemorandum, find_former, find_in_force
from comity.wire.stix import REPORT_KINDS, PayloadProblem, ReportPayload, parse_report


class Admitted(msgspec.Struct, frozen=True):
    """A report that the memorandum admits."""

    payload: ReportPayload
    decision: Decision
    claim: Claim

    def key(self) -> bytes:
        return report_key("", self.payload.report.category, "", 0, self.payload.report_id)

    def about(self) -> tuple[str, str]:
        return self.claim.name.registrable, self.claim.report.category


class Scales:
    """Weighs the reports of one batch under the memorandum in force."""

    def __init__(self, home: Home, partner: str, at: datetime) -> None:
        self._home, self._partner, self._at = home, partner, at
        self._stored = find_in_force(partner, at=at)
        self._formers: dict[str, tuple[StoredMemorandum, datetime] | None] = {}
        self._newest = find_newest_taken(partner)
        self._taken: dict[date, Counter[str]] = {}
        self._folder = _folder_at(home.path)

    def weigh(self, entry: IncomingEntry) -> Admitted | Refused:
        payload = parse_report(entry.payload)
        if isinstance(payload, PayloadProblem):
            return Refused(f"payload:{payload.code}")
        if entry.subject != str(payload.report_id):
            return Refused("subject-mismatch", payload)
        if is_ahead(payload.decided_at, at=self._at):
            return Refused(DECIDED_IN_THE_FUTURE, payload)
        if self._stored is not None and not is_in_order(payload.decided_at, self._newest):
            decision = refuse_out_of_order(self._stored.memorandum, self._newest)
            return Refused(f"{decision.clause}:{decision.reason}", payload, decision)
        target = self._folder.target(payload.target)
        if isinstance(target, NameRefusal):
            return Refused(f"name:{target.code}", payload)
        name = target.name
        stored = self._cited(payload)
        terms = stored.memorandum if stored else None
        taken = self._taken_on(payload.decided_at, terms)
        item = build_item(
            payload.report,
            kind="early-warning" if payload.kind == "early-warning" else "report",
            sender=self._partner,
            recipient=self._home.party,
            zone=name.zone,
            memorandum=terms,
            sent_today=taken[payload.kind],
            at=payload.decided_at,
        )
        decision = decide(item, terms, at=payload.decided_at)
        if decision.verdict not in {"send", "send-redacted"}:
            return Refused(f"{decision.clause}:{decision.reason}", payload, decision)
        if name.zone not in self._home.zones:
            return Refused("not-our-zone", payload)
        taken[payload.kind] += 1
        self._newest = max(payload.decided_at, self._newest or payload.decided_at)
        # What the sender ought to have taken out is not kept here either.
        report = msgspec.structs.replace(redact(payload.report, decision), report_id=payload.report_id)
        return Admitted(payload, decision, Claim(report, name, target.url or name.ascii))

    def _taken_on(self, decided_at: datetime, terms: Memorandum | None) -> Counter[str]:
        """What was taken from the partner of each kind that has a cap, for the day on which it decided."""
        day = day_of(decided_at)
        if day not in self._taken:
            kinds = terms.terms.caps.keys() & REPORT_KINDS if terms else ()
            self._taken[day] = count_sent(self._partner, day=day, direction="in", kinds=kinds)
        return self._taken[day]

    def row(
        self, payload: ReportPayload, decision: Decision, report_pk: int | None, case_pk: int | None
    ) -> DecisionRow:
        stored = self._cited(payload)
        return DecisionRow(
            report_pk=report_pk,
            case_pk=case_pk,
            partner=self._partner,
            direction="in",
            kind=payload.kind,
            memorandum=stored.digest if stored else "",
            decision=decision,
            decided_at=payload.decided_at,
        )

    def _cited(self, payload: ReportPayload) -> StoredMemorandum | None:
        """The text that the sender asked, if it had force then: a version may have been superseded on the way."""
        cited = payload.memorandum
        if self._stored is None or cited == self._stored.digest:
            return self._stored
        if cited not in self._formers:
            self._formers[cited] = find_former(self._partner, cited, at=self._at)
        former = self._formers[cited]
        if former is None or not former[0].memorandum.effective <= payload.decided_at < former[1]:
            return self._stored
        return former[0]


@lru_cache(maxsize=1)
def _folder_at(path: Path) -> NameFolder:
    return NameFolder(load_suffixes(open_home(path)))
