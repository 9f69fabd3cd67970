"""Weigh: would we have been told this report, by the memorandum and from the bytes that came?

The name is folded here, its zone must be ours, and the memorandum is asked again as of the time the sender says it
asked. The cap is counted for that day too, so that an honest sender and its receiver count the same (`core.quotas`).
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
    """Weighs the reports of one batch, each under the text that its sender obeyed."""

    def __init__(self, home: Home, partner: str, at: datetime) -> None:
        self._home, self._partner, self._at = home, partner, at
        self._in_force = find_in_force(partner, at=at)
        self._formers: dict[str, tuple[StoredMemorandum, datetime] | None] = {}
        self._newest = find_newest_taken(partner)
        self._taken: dict[tuple[date, frozenset[str]], Counter[str]] = {}
        self._new: list[tuple[date, str]] = []  # taken in this batch: days and kinds
        self._folder = _folder_at(home.path)

    def weigh(self, entry: IncomingEntry) -> Admitted | Refused:
        payload = parse_report(entry.payload)
        if isinstance(payload, PayloadProblem):
            return Refused(f"payload:{payload.code}")
        if entry.subject != str(payload.report_id):
            return Refused("subject-mismatch", payload)
        if is_ahead(payload.decided_at, at=self._at):
            return Refused(DECIDED_IN_THE_FUTURE, payload)
        stored = self._obeyed(payload)
        terms = stored.memorandum if stored else None
        if terms is not None and not is_in_order(payload.decided_at, self._newest):
            decision = refuse_out_of_order(terms, self._newest)
            return Refused(f"{decision.clause}:{decision.reason}", payload, decision)
        target = self._folder.target(payload.target)
        if isinstance(target, NameRefusal):
            return Refused(f"name:{target.code}", payload)
        name = target.name
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
        day = day_of(payload.decided_at)
        self._new.append((day, payload.kind))
        for (counted, _kinds), sums in self._taken.items():
            sums[payload.kind] += counted == day
        self._newest = max(payload.decided_at, self._newest or payload.decided_at)
        # What the sender ought to have taken out is not kept here either.
        report = msgspec.structs.replace(redact(payload.report, decision), report_id=payload.report_id)
        return Admitted(payload, decision, Claim(report, name, target.url or name.ascii))

    def _obeyed(self, payload: ReportPayload) -> StoredMemorandum | None:
        """The text that the sender asked, if it had force then: a version may have been superseded on the way."""
        cited, now = payload.memorandum, self._in_force
        if now is None or cited == now.digest:
            return now
        if cited not in self._formers:
            self._formers[cited] = find_former(self._partner, cited, at=self._at)
        former = self._formers[cited]
        if former is None or payload.decided_at < former[0].memorandum.effective:
            return now
        return now if is_ahead(payload.decided_at, at=former[1]) else former[0]

    def _taken_on(self, decided_at: datetime, terms: Memorandum | None) -> Counter[str]:
        """What was taken from the partner of each kind that has a cap, for the day on which it decided."""
        place = day_of(decided_at), frozenset(terms.terms.caps.keys() & REPORT_KINDS if terms else ())
        if place not in self._taken:
            self._taken[place] = count_sent(self._partner, day=place[0], direction="in", kinds=place[1])
            self._taken[place].update(kind for day, kind in self._new if day == place[0])
        return self._taken[place]

    def row(
        self, payload: ReportPayload, decision: Decision, report_pk: int | None, case_pk: int | None
    ) -> DecisionRow:
        stored = self._obeyed(payload)
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


@lru_cache(maxsize=1)
def _folder_at(path: Path) -> NameFolder:
    return NameFolder(load_suffixes(open_home(path)))
