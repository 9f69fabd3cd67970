"""Recall reports: of what a partner gives back of our own ledger, keep our own reports and cases as they were told.

A restored node has forgotten reports that its partner works on.  They come back as they left: redacted, under the
identifiers that the partner knows, so that its outcomes find their cases.  Nothing is told a second time: a feed that
is read again finds them known.  What this node had told about cases of its own zones is put on those cases as a note
once they are back (`flows.remember`), since a person has to decide again.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Final
from uuid import UUID

from msgspec.structs import replace

from comity.core.disclosure import Decision
from comity.core.exchange import IncomingEntry
from comity.core.names import NameFolder, NameRefusal
from comity.core.reports import Claim, report_key
from comity.edges.guard_lists import load_guard
from comity.edges.home import Home, open_home
from comity.edges.suffix_file import load_suffixes
from comity.flows.keep_clocks import keep_clocks_of
from comity.flows.share import refer_sent
from comity.flows.store_batch import store_batch
from comity.store.case_reports import find_claims, find_places
from comity.store.case_writes import append_events
from comity.store.cases import find_cases_by_pk
from comity.store.decisions import DecisionRow, add_decisions
from comity.store.displaced import find_displaced
from comity.store.intake_lock import lock_intake
from comity.store.reports import RECALLED_REPORTER, ensure_reporter, find_report_pks
from comity.wire.stix import PayloadProblem, ReportPayload, parse_report

_CLAUSE_ALLOWED: Final = "allowed"


def recall_reports(home: Home, partner: str, entries: Sequence[IncomingEntry], *, at: datetime) -> None:
    """Store the reports among the entries that are not known here, in the caller's transaction."""
    folder = _folder_at(home.path)
    found: list[tuple[ReportPayload, Claim]] = []
    for entry in entries:
        payload = parse_report(entry.payload) if entry.kind == "report" else None
        if payload is None or isinstance(payload, PayloadProblem):
            continue
        target = folder.target(payload.target)
        if not isinstance(target, NameRefusal):
            report = replace(payload.report, report_id=payload.report_id)
            found.append((payload, Claim(report, target.name, target.url or target.name.ascii)))
    reporter = ensure_reporter(RECALLED_REPORTER, kind="node", at=at)
    # What the backup still had stands among the displaced entries, or is known by its identifier.
    known = find_claims([_key(payload) for payload, _ in found])
    kept = find_displaced(partner, [str(payload.report_id) for payload, _ in found])
    found = [
        (payload, claim)
        for payload, claim in found
        if _key(payload) not in known and str(payload.report_id) not in kept
    ]
    if not found:
        return
    # A feed that was read again before its reports came back has them, under the same identifiers, and told nobody yet.
    lock_intake()
    again = find_places([str(payload.report_id) for payload, _ in found])
    new = [(payload, claim) for payload, claim in found if str(payload.report_id) not in again]
    stored = store_batch(
        home, [claim for _, claim in new], reporter=reporter, run=None, at=at, guard=load_guard(home), tell=False
    )
    case_of = {payload.report_id: case_pk for (payload, _), case_pk in zip(new, stored.case_pks, strict=True)}
    case_of |= {UUID(uuid): case_pk for uuid, (_, case_pk) in again.items()}
    cases = {case_pk: payload.clause for payload, _ in found if (case_pk := case_of[payload.report_id])}
    rows = {row.pk: row for row in find_cases_by_pk(list(cases))}
    append_events(refer_sent(home.party, rows, cases), at=at)
    pk_of = find_report_pks([_key(payload) for payload, _ in new])
    pks = {payload.report_id: pk_of.get(_key(payload)) for payload, _ in new}
    pks |= {UUID(uuid): pk for uuid, (pk, _) in again.items()}
    add_decisions(
        [
            DecisionRow(
                report_pk=pks[payload.report_id],
                case_pk=case_of[payload.report_id],
                partner=partner,
                direction="out",
                kind=payload.kind,
                memorandum=payload.memorandum,
                decision=Decision("send", payload.clause, _CLAUSE_ALLOWED),
                decided_at=payload.decided_at,
            )
            for payload, _ in found
        ],
        at=at,
    )
    keep_clocks_of(home, cases.keys())


def _key(payload: ReportPayload) -> bytes:
    return report_key("", payload.report.category, "", 0, payload.report_id)


@lru_cache(maxsize=1)
def _folder_at(path: Path) -> NameFolder:
    return NameFolder(load_suffixes(open_home(path)))
