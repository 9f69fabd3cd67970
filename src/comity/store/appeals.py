"""Appeals that wait to be decided: the cases in state `appeal`, the oldest appeal first."""

from datetime import datetime
from typing import Final

import msgspec

from comity.store.answers import find_appeals
from comity.store.cases import CaseFilter, CaseRow, list_cases, read_entries
from comity.store.models import CaseAnswer

MOST: Final = 200


class WaitingAppeal(msgspec.Struct, frozen=True):
    """One appeal: its case, when and by whom (the role) it was filed, and the words where it came by a link."""

    case: CaseRow
    filed_at: datetime
    role: str
    answer: CaseAnswer | None
    involved: frozenset[str]  # who may not decide it: analysts and approvers of the case


def list_waiting() -> list[WaitingAppeal]:
    """List what waits."""
    rows = list_cases(CaseFilter(state="appeal"), limit=MOST).cases
    return sorted(_waiting(rows), key=lambda appeal: appeal.filed_at)


def find_waiting(row: CaseRow) -> WaitingAppeal | None:
    """Find the appeal of one case; None where none waits."""
    return next(iter(_waiting((row,) if row.state == "appeal" else ())), None)


def _waiting(rows: tuple[CaseRow, ...]) -> list[WaitingAppeal]:
    pks = [row.pk for row in rows]
    answers, entries = find_appeals(pks), read_entries(pks)
    found = []
    for row in rows:
        said = entries[row.pk]
        filed = next((entry for entry in reversed(said) if entry.event == "appeal_filed"), said[-1])
        involved = frozenset(entry.actor for entry in said if entry.role in {"analyst", "approver"})
        answer = answers.get(row.pk)
        by_link = answer if answer is not None and answer.seq == filed.seq else None
        found.append(WaitingAppeal(row, filed.at, filed.role, by_link, involved))
    return found
