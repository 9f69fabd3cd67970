"""Remember: put on a case that came back after a restore what this node had told its partner about it before.

The entries came back with the rest of our own ledger (`flows.recover`), the case with the partner's reports.  What was
decided stands in no table any more, only in what was told: it becomes a note, and a person decides again.  What is then
told a second time changes nothing at the partner.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from comity.core.cases import CaseChange
from comity.edges.home import Home
from comity.store.case_writes import append_events
from comity.store.cases import find_cases_by_pk
from comity.store.ledgers import find_recalled
from comity.store.reports import has_recalled
from comity.wire.stix import CaseEventPayload, parse_case_event

_REASON: Final = "told-before-restore"


def remember(home: Home, partner: str, case_pks: Collection[int], *, at: datetime) -> None:
    """Note on cases that are new here what was told about them before the restore, in the caller's transaction."""
    if not case_pks or not has_recalled():
        return
    rows = {row.uuid: row for row in find_cases_by_pk(sorted(case_pks))}
    changes: list[CaseChange] = []
    told = dict.fromkeys(rows, 0)
    for subject, payload in find_recalled(partner, "case-event", list(rows)):
        event = parse_case_event(payload)
        if not isinstance(event, CaseEventPayload):
            continue
        row = rows[subject]
        said = ", ".join(filter(None, (event.event, event.outcome, event.action)))
        told[subject] += 1
        changes.append(
            CaseChange(
                case_pk=row.pk, case_uuid=row.uuid, ref=row.ref, registrable=row.registrable, zone=row.zone,
                category=row.category, seq=row.event_count + told[subject], event="note", from_state=row.state,
                to_state=row.state, party=home.party, actor=home.party, role="system", reason=_REASON,
                clause=event.clause, note=f"{partner}: {said} ({event.decided_at:%Y-%m-%dT%H:%M:%SZ})",
            )
        )  # fmt: skip
    append_events(changes, at=at)
