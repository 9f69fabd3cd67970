"""Apply the reports that a partner sent: believed in nothing, answered always.

Each is weighed again here (`flows.weigh`).  What is admitted is stored as a report by the partner and opens or joins a
case of ours. What is not is refused with its clause or reason, and the partner hears it.  A report that joins a case
which is under way or closed already is answered at once with how that case stands.
"""

from collections.abc import Sequence
from datetime import datetime

from comity.core.exchange import IncomingEntry
from comity.edges.guard_lists import load_guard
from comity.edges.home import Home
from comity.flows.keep_clocks import keep_clocks_of
from comity.flows.remember import remember
from comity.flows.share import Refused, refuse_reports, share_standing
from comity.flows.store_batch import store_batch
from comity.flows.weigh import Admitted, Scales
from comity.store.case_peers import add_peers, known_peers
from comity.store.case_reports import find_claims
from comity.store.decisions import DecisionRow, add_decisions
from comity.store.reports import ensure_reporter, find_report_pks


def apply_reports(home: Home, partner: str, entries: Sequence[IncomingEntry], *, at: datetime) -> list[str]:
    """Apply reports in their order; answer for each "" or why it was refused."""
    weigh = Scales(home, partner, at)
    weighed = [weigh.weigh(entry) for entry in entries]
    claimed = find_claims([one.key() for one in weighed if isinstance(one, Admitted)])
    answers: list[str] = []
    admitted: list[Admitted] = []
    refused: list[Refused] = []
    rows: list[DecisionRow] = []
    for found in weighed:
        # A report is known by its identifier: under one that names another matter it would join a stranger's case.
        if isinstance(found, Admitted) and claimed.setdefault(found.key(), found.about()) != found.about():
            found = Refused("report-id-taken", found.payload)  # noqa: PLW2901 — what it turns out to be
        if isinstance(found, Admitted):
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
    keep_clocks_of(home, {row.case_pk for row in rows if row.case_pk is not None})
    refuse_reports(home, partner, refused, at=at)
    return answers


def _store(home: Home, partner: str, weigh: Scales, admitted: Sequence[Admitted], *, at: datetime) -> list[DecisionRow]:
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
