"""What two parties promise each other about a case, from what both of them know: their clocks are equal on both sides.

A promise begins with a report that the memorandum let through.  It is folded from the moments at which each side
decided what it told the other, which stand in the entries themselves; when an entry arrived plays no part.  Both sides
put the same moments into the same order: the same document gives the same due moments (docs/spec/clocks.md §6).  What
is never told, such as the triage inside a registry, is not promised.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

import msgspec

from comity.core.calendars import Calendar
from comity.core.cases import CLOSED, INITIAL, CaseChange, CaseEntry
from comity.core.clock_table import CLOCKS, PAUSES
from comity.core.clock_terms import Terms
from comity.core.clocks import MARK_EVENTS, Clock, Tick, clocks_of

# What we told of our own entries, by the entry; whatever closes a case is told as `outcome`.
TOLD: Final[dict[str, str]] = {
    "start_triage": "accepted",
    "ask_reporter": "asked",
    "clock_paused": "paused",
    "clock_resumed": "resumed",
    "info_supplied": "resumed",
    "info_sent": "info",
    "withdrawal_sent": "withdrawn",
    "no_receipt_timeout": "given-up",
}

# Who may say it: whoever owes the promise, or whoever it is owed to.
_BY_DEBTOR: Final = frozenset(("accepted", "asked", "paused", "resumed", "outcome", "refused"))

_FREES: Final = frozenset(("refused", "given-up"))
_KINDS_OF_PROMISE: Final = frozenset(row.kind for row in CLOCKS if row.table == "promise")


class Basis(msgspec.Struct, frozen=True):
    """By what a set of clocks is reckoned."""

    terms: Terms
    calendar: Calendar | None


class Promise(msgspec.Struct, frozen=True, kw_only=True):
    """That `by` deals with what `to` reported.  `reported`: when each report was decided; `joined_at`: taken here."""

    partner: str
    by: str
    to: str
    reported: tuple[datetime, ...]
    joined_at: datetime
    basis: Basis

    @property
    def is_ours(self) -> bool:
        """Whether we owe it."""
        return self.by != self.partner


def clocks_of_case(
    entries: Sequence[CaseEntry], own: Basis, promises: Sequence[Promise], *, party: str
) -> tuple[Clock, ...]:
    """Every clock of a case as it stands in our store: our own, and those of each promise.

    A promise with which the case was opened governs it: its terms are those of our own clocks too, and what is promised
    is not counted twice.
    """
    governing = find_governing(entries, promises)
    basis = governing.basis if governing else own
    mine = clocks_of(case_ticks(entries), basis.terms, basis.calendar, by=party)
    found = [clock for clock in mine if governing is None or clock.kind not in _KINDS_OF_PROMISE]
    for promise in promises:
        terms, calendar = promise.basis.terms, promise.basis.calendar
        ticks = promise_ticks(entries, promise)
        found += clocks_of(ticks, terms, calendar, table="promise", by=promise.by, to=promise.to)
    return tuple(sorted(found, key=lambda clock: (clock.started_at, clock.key)))


def find_governing(entries: Sequence[CaseEntry], promises: Sequence[Promise]) -> Promise | None:
    """The promise with which a case of ours was opened."""
    opened_at = entries[0].at if entries else None
    return next((promise for promise in promises if promise.is_ours and promise.joined_at == opened_at), None)


def case_ticks(entries: Iterable[CaseEntry]) -> list[Tick]:
    """Our own case as its clocks see it; what a partner pauses or resumes concerns its own clocks alone."""
    return [
        Tick(entry.event, entry.at, entry.reason, entry.clock, entry.to_state == CLOSED and entry.from_state != CLOSED)
        for entry in entries
        if entry.event not in {"clock_paused", "clock_resumed"} or entry.role != "partner"
    ]


def promise_ticks(entries: Sequence[CaseEntry], promise: Promise) -> list[Tick]:
    """What both sides of a promise know, in the one order that both can make."""
    ticks = [Tick("report", at) for at in promise.reported]
    ticks += [Tick("note", entry.at, mark=entry.clock) for entry in entries if entry.clock]
    earlier = [entry for entry in entries if entry.at < promise.joined_at]
    state = earlier[-1].to_state if earlier else INITIAL
    if promise.is_ours and state != INITIAL:  # a report that joins a case under way is answered at once
        ticks.append(Tick("accepted", promise.joined_at))
        if state == CLOSED:
            ticks.append(Tick("outcome", promise.joined_at))
    for entry in entries:
        if entry.said and entry.party == promise.partner:
            event, at, is_theirs = entry.said, entry.said_at or entry.at, True
        elif entry.party == promise.partner or entry.role == "partner" or entry.at < promise.joined_at:
            continue
        else:
            event, at, is_theirs = _told(entry), entry.at, False
        if event and (event in _BY_DEBTOR) == (is_theirs != promise.is_ours):
            ticks.append(Tick(event, at, entry.reason))
    return in_promise_order(ticks)


def in_promise_order(ticks: Iterable[Tick]) -> list[Tick]:
    """Put what both sides know into the one order that both can make."""
    return _kept(sorted(ticks, key=lambda tick: (tick.at, tick.event != "report", tick.event)))


def _kept(ticks: Iterable[Tick]) -> list[Tick]:
    """Leave out further reports: one promises anew only where the one before it was refused or given up."""
    kept: list[Tick] = []
    is_free = True
    for tick in ticks:
        if tick.event != "report" or is_free:
            kept.append(tick)
        is_free = tick.event in _FREES or (is_free and tick.event != "report")
    return kept


def _told(entry: CaseEntry) -> str:
    if entry.to_state == CLOSED and entry.from_state != CLOSED:
        return "outcome"
    return TOLD.get(entry.event, "")


_MOVING: Final = frozenset(
    {event for row in CLOCKS for event in (*row.starts, *row.stops)}
    | {event for row in PAUSES for event in (row.begins, *row.ends)}
    | TOLD.keys()
    | set(MARK_EVENTS)
)


def moves_clocks(change: CaseChange) -> bool:
    """Answer whether an entry can change a clock of its case."""
    return change.event in _MOVING or bool(change.said) or change.to_state != change.from_state
