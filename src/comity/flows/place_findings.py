"""Place findings at the desk: what is new becomes an enquiry, what is known is seen again and never doubled.

The one way to the desk for all that finds: the run of a sweep, a partner's warning, the siblings of a case.  An enquiry
that was ended stays so, unless its score is clearly higher now or its name was away and came back
(`core.enquiries.why_reopen`).  A name with an open case joins it.  Nothing is reported and nothing is held.

Called inside the caller's transaction, which holds `lock_intake`.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec

from comity.core.enquiries import EnquiryEvent, finding_key, why_reopen
from comity.core.episodes import KnownCase
from comity.core.findings import Finding
from comity.store.enquiries import (
    End,
    Entry,
    KnownFinding,
    add_entries,
    end,
    find_known,
    insert_findings,
    mark_seen,
    renew,
    reopen,
)
from comity.store.reports import find_newest_cases

NODE: Final = "system"
MOST_OF_A_KIND: Final = 2_000  # enquiries of one zone and kind at once: more than a desk will ever read


class Placed(msgspec.Struct, frozen=True, kw_only=True):
    """What became of findings.  `ended`: found again and ended before, so they stay."""

    opened: int = 0
    joined: int = 0
    seen: int = 0
    reopened: int = 0
    ended: int = 0


def place_findings(
    found: Sequence[Finding], *, sweep: int | None, back: Collection[str] = (), by: str, role: str = NODE, at: datetime
) -> Placed:
    """Place findings.  `sweep`: the row of the run, None beside runs; `back`: names that were away and are there again.

    What the run has seen already is left alone, so a run that was cut off goes on where it was.
    """
    keyed = {finding_key(one.name, one.kind, one.subject): one for one in found}
    known = find_known(list(keyed))
    cases = open_cases_about(one.name for one in keyed.values())
    new: list[tuple[bytes, Finding, int | None]] = []
    plan = _Seen(cases)
    twice = len(found) - len(keyed)
    for key, one in keyed.items():
        row = known.get(key)
        if row is None:
            new.append((key, one, cases.get(one.name)))
        elif sweep is not None and row.last_sweep == sweep:
            twice += 1
        else:
            plan.see(row, one, returned=one.name in back)
    insert_findings(new, sweep=sweep, by=by, at=at)
    mark_seen(plan.seen, sweep=sweep, at=at)
    renew(plan.renewed)
    reopen(plan.reopened)
    end(plan.joined, by=by, at=at)
    add_entries(plan.entries, actor=by, role=role, at=at)
    joined = sum(case is not None for _, _, case in new)
    counted = plan.counted
    return Placed(
        opened=len(new) - joined, joined=joined + len(plan.joined), seen=counted["seen"] + twice,
        reopened=counted["reopened"], ended=counted["ended"],
    )  # fmt: skip


def open_cases_about(names: Iterable[str]) -> dict[str, int]:
    """The open case of each name that has one; of several the newest, and one that follows another only if alone."""
    chosen: dict[str, KnownCase] = {}
    for (name, _category), case in find_newest_cases(set(names)).items():
        before = chosen.get(name)
        if case.state != "closed" and (before is None or _rank(case) > _rank(before)):
            chosen[name] = case
    return {name: case.case_pk for name, case in chosen.items()}


def _rank(case: KnownCase) -> tuple[bool, int]:
    return case.state != "merged", case.case_pk


class _Seen:
    """What becomes of findings that are there, decided one by one and then written."""

    def __init__(self, cases: Mapping[str, int]) -> None:
        self._cases = cases
        self.counted: Counter[str] = Counter()
        self.seen: list[int] = []
        self.renewed: dict[int, Finding] = {}
        self.reopened: list[tuple[int, str, EnquiryEvent]] = []
        self.joined: list[End] = []
        self.entries: list[Entry] = []

    def see(self, row: KnownFinding, one: Finding, *, returned: bool) -> None:
        """Decide about one."""
        self.seen.append(row.pk)
        again = why_reopen(row.ended, one.score, returned=returned)
        if row.ended.state != "open" and again is None:
            self.counted["ended"] += 1
            return
        if (row.reason, row.detail, row.ended.score) != (one.reason, one.detail, one.score):
            self.renewed[row.pk] = one
        if again is not None:
            self.reopened.append((row.pk, row.why, again))
            self.entries.append(Entry(row.pk, again, one.score, row.why))
        case = self._cases.get(one.name)
        if case is not None:
            self.joined.append(End(row.pk, "joined-case", case_pk=case))
            self.entries.append(Entry(row.pk, "joined-case", one.score))
        else:
            self.counted["seen" if again is None else "reopened"] += 1
