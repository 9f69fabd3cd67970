"""Apply the reports that a partner sent: believed in nothing, answered always.

The name is folded here, its zone must be ours, and the memorandum is asked again from the same bytes, as of the time
the sender says it asked: the version that had force then, where one was superseded while the report was on its way.
What is admitted is stored as a report by the partner and opens or joins a case of ours.  What is not is refused with
its clause or reason, and the partner hears it.  A report that joins a case which is under way or closed already is
answered at once with how that case stands.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Final

import msgspec

from comity.core.disclosure import Decision, decide
from comity.core.exchange import IncomingEntry
from comity.core.items import build_item
from comity.core.names import NameFolder, NameRefusal
from comity.core.redaction import redact
from comity.core.reports import Claim, report_key
from comity.edges.guard_lists import load_guard
from comity.edges.home import Home, open_home
from comity.edges.suffix_file import load_suffixes
from comity.flows.remember import remember
from comity.flows.share import Refused, refuse_reports, share_standing
from comity.flows.store_batch import store_batch
from comity.store.case_peers import add_peers, known_peers
from comity.store.case_reports import find_claims
from comity.store.decisions import DecisionRow, add_decisions, count_sent
from comity.store.memoranda import StoredMemorandum, find_former, find_in_force
from comity.store.reports import ensure_reporter, find_report_pks
from comity.wire.stix import PayloadProblem, ReportPayload, parse_report

# Clocks of two registries may disagree; by more than this an entry does not say when it was decided.
_CLOCK_TOLERANCE: Final = timedelta(days=1)


class _Admitted(msgspec.Struct, frozen=True):
    payload: ReportPayload
    decision: Decision
    claim: Claim

    def key(self) -> bytes:
        return report_key("", self.payload.report.category, "", 0, self.payload.report_id)

    def about(self) -> tuple[str, str]:
        return self.claim.name.registrable, self.claim.report.category


def apply_reports(home: Home, partner: str, entries: Sequence[IncomingEntry], *, at: datetime) -> list[str]:
    """Apply reports in their order; answer for each "" or why it was refused."""
    weigh = _Scales(home, partner, at)
    weighed = [weigh.weigh(entry) for entry in entries]
    claimed = find_claims([one.key() for one in weighed if isinstance(one, _Admitted)])
    answers: list[str] = []
    admitted: list[_Admitted] = []
    refused: list[Refused] = []
    rows: list[DecisionRow] = []
    for found in weighed:
        # A report is known by its identifier: under one that names another matter it would join a stranger's case.
        if isinstance(found, _Admitted) and claimed.setdefault(found.key(), found.about()) != found.about():
            found = Refused("report-id-taken", found.payload)  # noqa: PLW2901 — what it turns out to be
        if isinstance(found, _Admitted):
            answers.append("")
            admitted.append(found)
            continue
        answers.append(found.answer)
        if found.payload is not None:
            refused.append(found)
            if found.decision is not None:
                rows.append(weigh.row(found.payload, found.decision, None, None))
    if admitted:
        rows += _store(home, partner, weigh, admitted, at=at)
    add_decisions(rows, at=at)
    refuse_reports(home, partner, refused, at=at)
    return answers


def _store(
    home: Home, partner: str, weigh: "_Scales", admitted: Sequence[_Admitted], *, at: datetime
) -> list[DecisionRow]:
    reporter = ensure_reporter(partner, kind="partner", at=at)
    claims = [one.claim for one in admitted]
    stored = store_batch(home, claims, reporter=reporter, run=None, at=at, guard=load_guard(home))
    pk_of = find_report_pks([one.key() for one in admitted])
    peers = {
        (case_pk, partner, str(one.payload.case))
        for one, case_pk in zip(admitted, stored.case_pks, strict=True)
        if case_pk is not None
    }
    new = peers - known_peers(partner, [case for _, _, case in peers])
    add_peers(new)
    remember(home, partner, {case_pk for case_pk, _, _ in new}, at=at)
    share_standing(home, partner, {(case_pk, case) for case_pk, _, case in new}, at=at)
    return [
        weigh.row(one.payload, one.decision, pk_of.get(one.key()), case_pk)
        for one, case_pk in zip(admitted, stored.case_pks, strict=True)
    ]


class _Scales:
    """Weighs the reports of one batch under the memorandum in force."""

    def __init__(self, home: Home, partner: str, at: datetime) -> None:
        self._home, self._partner, self._at = home, partner, at
        self._stored = find_in_force(partner, at=at)
        self._formers: dict[str, tuple[StoredMemorandum, datetime] | None] = {}
        self._taken_today = count_sent(partner, at=at, direction="in")
        self._folder = _folder_at(home.path)

    def weigh(self, entry: IncomingEntry) -> "_Admitted | Refused":
        payload = parse_report(entry.payload)
        if isinstance(payload, PayloadProblem):
            return Refused(f"payload:{payload.code}")
        if entry.subject != str(payload.report_id):
            return Refused("subject-mismatch", payload)
        if payload.decided_at - self._at > _CLOCK_TOLERANCE:
            return Refused("decided-in-the-future", payload)
        stored = self._cited(payload)
        target = self._folder.target(payload.target)
        if isinstance(target, NameRefusal):
            return Refused(f"name:{target.code}", payload)
        name = target.name
        terms = stored.memorandum if stored else None
        item = build_item(
            payload.report,
            kind="early-warning" if payload.kind == "early-warning" else "report",
            sender=self._partner,
            recipient=self._home.party,
            zone=name.zone,
            memorandum=terms,
            sent_today=self._taken_today[payload.kind],
            at=payload.decided_at,
        )
        decision = decide(item, terms, at=payload.decided_at)
        if decision.verdict not in {"send", "send-redacted"}:
            return Refused(f"{decision.clause}:{decision.reason}", payload, decision)
        if name.zone not in self._home.zones:
            return Refused("not-our-zone", payload)
        self._taken_today[payload.kind] += 1
        # What the sender ought to have taken out is not kept here either.
        report = msgspec.structs.replace(redact(payload.report, decision), report_id=payload.report_id)
        return _Admitted(payload, decision, Claim(report, name, target.url or name.ascii))

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
