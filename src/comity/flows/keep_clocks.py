"""Keep clocks: bring the clocks of cases up to date with their entries, in the transaction that wrote the entries.

Every flow that writes an entry which can move a clock calls this after it; what is opened in bulk gets its first
clocks set-based.  The rows are the fold of the entries under the terms that govern the case: clause 7 of the memorandum
under which a report passed between us and a partner, and the node's own defaults otherwise (docs/spec/clocks.md §5).
"""

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec
from django.db import transaction

from comity.core.calendars import NEVER, Calendar
from comity.core.cases import OPENED, CaseChange, CaseEntry
from comity.core.clock_terms import own_terms, terms_of
from comity.core.clocks import Clock, next_due
from comity.core.memoranda import Memorandum
from comity.core.parties import PARTIES
from comity.core.promises import Basis, Promise, clocks_of_case, find_governing, moves_clocks
from comity.edges.holiday_calendar import make_calendar
from comity.edges.home import Home, NodeSettings
from comity.store.cases import CaseRow, find_cases_by_pk, read_entries
from comity.store.clocks import Passed, find_passed, lock_cases, open_clocks, write_clocks
from comity.store.memoranda import find_texts
from comity.store.models import Case

_AT_ONCE: Final = 2_000
_JURISDICTION: Final = {party.id: party.jurisdiction.lower() for party in PARTIES}


class ClockFacts(msgspec.Struct, frozen=True):
    """What the clocks of one case follow from."""

    entries: list[CaseEntry]
    own: Basis
    promises: tuple[Promise, ...]

    @property
    def basis(self) -> Basis:
        """By what our own clocks are reckoned: the promise with which the case was opened, or our own terms."""
        governing = find_governing(self.entries, self.promises)
        return governing.basis if governing else self.own


def keep_clocks(home: Home, changes: Iterable[CaseChange]) -> None:
    """Bring the clocks of the cases up to date that these entries can have moved."""
    keep_clocks_of(home, {change.case_pk for change in changes if moves_clocks(change)})


def keep_clocks_of(home: Home, case_pks: Collection[int], *, known: Mapping[int, CaseRow] | None = None) -> None:
    """Bring the clocks of these cases up to date.  `known`: their rows, where the caller has them at hand."""
    pks = sorted(case_pks)
    for start in range(0, len(pks), _AT_ONCE):
        part = pks[start : start + _AT_ONCE]
        lock_cases(part)
        write_clocks(fold_clocks(home, [known[pk] for pk in part] if known else find_cases_by_pk(part)))


def fold_clocks(home: Home, cases: Sequence[CaseRow]) -> dict[int, tuple[Clock, ...]]:
    """Compute the clocks of cases from their entries; nothing is written.

    What is written in batches has the same entries at the same moments: the same is computed once.
    """
    known: dict[Hashable, tuple[Clock, ...]] = {}
    found: dict[int, tuple[Clock, ...]] = {}
    facts = clock_facts(home, cases)
    for case in cases:
        entries, promises = facts[case.pk].entries, facts[case.pk].promises
        key = (
            case.severity,
            case.category if promises else "",
            tuple([_seen(entry) for entry in entries]),
            tuple([(one.partner, one.by, one.reported, one.joined_at, one.basis.terms.digest) for one in promises]),
        )
        clocks = known.get(key)
        if clocks is None:
            clocks = known[key] = clocks_of_case(entries, facts[case.pk].own, promises, party=home.party)
        found[case.pk] = clocks
    return found


def _seen(entry: CaseEntry) -> tuple[Hashable, ...]:
    """All that a clock sees of an entry."""
    return (
        entry.event, entry.from_state, entry.to_state, entry.at, entry.party, entry.role, entry.reason, entry.clock,
        entry.said, entry.said_at,
    )  # fmt: skip


def clock_facts(home: Home, cases: Sequence[CaseRow]) -> dict[int, ClockFacts]:
    """Read what the clocks of cases follow from."""
    pks = [case.pk for case in cases]
    passed = find_passed(pks)
    texts = find_texts({one.memorandum for reports in passed.values() for one in reports})
    entries = read_entries(pks)
    own = {severity: own_basis(home, severity) for severity in {case.severity for case in cases}}
    promises = _Promises(home, texts)
    return {
        case.pk: ClockFacts(entries[case.pk], own[case.severity], promises.of(case.category, passed.get(case.pk, ())))
        for case in cases
    }


def first_clocks(home: Home, severities: Collection[str], *, at: datetime) -> dict[str, tuple[Clock, ...]]:
    """The clocks with which cases of these severities begin that are opened now."""
    opened = CaseEntry(seq=1, event=OPENED, from_state="", to_state="received", at=at)
    return {
        severity: clocks_of_case([opened], own_basis(home, severity), (), party=home.party) for severity in severities
    }


def first_due(clocks: Mapping[str, Sequence[Clock]]) -> dict[str, datetime | None]:
    """When the first of each severity's clocks is due."""
    return {severity: next_due(each) for severity, each in clocks.items()}


def begin_clocks(clocks: Mapping[str, Sequence[Clock]], case_pks: Sequence[int]) -> None:
    """Write the first clocks of cases that were opened in this transaction, under the lock of intake.

    Of each case only the one that has to tell somebody first: intake opens thousands at once.  The others are written
    with the case's next entry, which that clock's own first warning is at the latest.
    """
    if case_pks:
        open_clocks(min(case_pks), max(case_pks), {severity: first_to_tell(each) for severity, each in clocks.items()})


def first_to_tell(clocks: Sequence[Clock]) -> Clock:
    """The one of a new case's clocks that has to tell somebody before all others."""
    return min(clocks, key=lambda clock: clock.next_mark.at if clock.next_mark else NEVER)


def rebuild_clocks(home: Home, *, after: int = 0) -> int:
    """Throw the rows of all cases away and fold them again, some thousand in a transaction; answers how many cases."""
    count = 0
    while True:
        with transaction.atomic():
            pks = list(Case.objects.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:_AT_ONCE])
            keep_clocks_of(home, pks)
        if not pks:
            return count
        count, after = count + len(pks), pks[-1]


def own_basis(home: Home, severity: str) -> Basis:
    """By what the clocks of our own cases are reckoned."""
    terms = own_terms(severity)
    return Basis(terms, own_calendar(home) if terms.working else None)


def own_calendar(home: Home) -> Calendar:
    """This node's own calendar: `[calendar]` in node.toml, holidays of its party's country unless it says otherwise."""
    settings = home.settings
    own = settings.calendar
    listed = _JURISDICTION.get(settings.party, "") if own.holidays == "auto" else own.holidays
    return _calendar(settings, own.time_zone or settings.time_zone, own.workdays, own.hours, listed)


def party_calendar(home: Home, memorandum: Memorandum, party_id: str) -> Calendar:
    """The calendar of a party by a memorandum, with the days that this node has added to its list."""
    party = memorandum.party(party_id)
    if party is None:  # no decision lets anything pass to or from somebody who is no party
        return own_calendar(home)
    own = party.calendar
    return _calendar(home.settings, own.tz, own.workdays, own.hours, own.holidays or "")


def _calendar(settings: NodeSettings, zone: str, workdays: tuple[str, ...], hours: str, listed: str) -> Calendar:
    more = settings.calendar.days.get(listed)
    return make_calendar(zone, workdays, hours, listed, *((more.off, more.on) if more else ()))


class _Promises:
    """The promises of many cases: of those that were reported together each is made once."""

    def __init__(self, home: Home, texts: Mapping[str, Memorandum]) -> None:
        self._home, self._texts = home, texts
        self._known: dict[Hashable, Promise] = {}

    def of(self, category: str, passed: Sequence[Passed]) -> tuple[Promise, ...]:
        by_partner: dict[tuple[str, str], list[Passed]] = {}
        for one in passed:
            if one.memorandum in self._texts:
                by_partner.setdefault((one.partner, one.direction), []).append(one)
        return tuple(self._one(category, tuple(by_partner[partner])) for partner in sorted(by_partner))

    def _one(self, category: str, reports: tuple[Passed, ...]) -> Promise:
        promise = self._known.get((category, reports))
        if promise is None:
            promise = self._known[category, reports] = self._make(category, reports)
        return promise

    def _make(self, category: str, reports: tuple[Passed, ...]) -> Promise:
        first, ours = reports[0], self._home.party
        memorandum = self._texts[first.memorandum]
        by, to = (ours, first.partner) if first.direction == "in" else (first.partner, ours)
        terms = terms_of(memorandum.clocks, category, digest=first.memorandum)
        return Promise(
            partner=first.partner, by=by, to=to, reported=tuple(one.at for one in reports), joined_at=first.taken_at,
            basis=Basis(terms, party_calendar(self._home, memorandum, by) if terms.working else None),
        )  # fmt: skip
