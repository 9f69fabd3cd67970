"""Which clocks run on a case, when each is due, and how far it has got: a fold over the case's entries.

`core.clock_table` says which entries start, stop and pause a clock, `core.clock_terms` how long it may run.
`clocks_of` is total and has no `now`: the same entries, terms and calendar give the same moments on every machine.
What two parties promise each other is folded from what both know (`core.promises`), by the same function.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from comity.core.calendars import NEVER, Calendar, add_time, time_between
from comity.core.clock_table import CLOCKS, CLOSING, PAUSES, ClockRow, PauseRow, Table
from comity.core.clock_terms import BREACH, Terms
from comity.core.durations import parse_parts

ClockState = Literal["running", "paused", "overdue", "met", "missed"]


WARNED, BREACHED, ESCALATED = MARK_EVENTS = ("clock_warned", "clock_breached", "clock_escalated")


class Tick(msgspec.Struct, frozen=True, gc=False):
    """One entry as a clock sees it.  `mark` names the clock that a warning is about."""

    event: str
    at: datetime
    reason: str = ""
    mark: str = ""
    closing: bool = False


class Pause(msgspec.Struct, frozen=True, gc=False):
    """Time that does not count.  `until` is when it ends or ends at the latest; `open`: nothing has ended it yet."""

    reason: str
    since: datetime
    until: datetime
    open: bool = False


class Mark(msgspec.Struct, frozen=True, gc=False):
    """A share of the time at which somebody is told: when that is, whom, and when it was written down."""

    percent: int
    to: str
    at: datetime
    noted_at: datetime | None = None

    @property
    def event(self) -> str:
        """The entry that says it."""
        return WARNED if self.percent < BREACH else BREACHED if self.percent == BREACH else ESCALATED


class Clock(msgspec.Struct, frozen=True, kw_only=True):
    """One clock.  `by` owes it to `to` (empty: to the reporter).  While it is paused, `due_at` is the latest possible.

    `allowed` is `limit` in the time that counts: all time, or the working time of `calendar`.
    """

    kind: str
    number: int
    by: str = ""
    to: str = ""
    clause: str = ""
    memorandum: str = ""
    limit: str
    allowed: timedelta
    calendar: Calendar | None
    started_at: datetime
    due_at: datetime
    stopped_at: datetime | None = None
    pauses: tuple[Pause, ...] = ()
    marks: tuple[Mark, ...] = ()

    @property
    def key(self) -> str:
        """The clock's name within its case; an entry about it says `<key>/<percent>`."""
        return f"{self.kind}/{self.number}/{self.by}/{self.to}"

    @property
    def paused_since(self) -> datetime | None:
        """Since when it stands still for a reason that has not ended."""
        return next((pause.since for pause in self.pauses if pause.open), None) if self.stopped_at is None else None

    @property
    def paused_total(self) -> timedelta:
        """How much time did not count; of a pause that is open, as much as it may last."""
        return sum((pause.until - pause.since for pause in self.pauses), timedelta(0))

    @property
    def next_mark(self) -> Mark | None:
        """Whom the clock has to tell next; None when it has stopped or all were told."""
        if self.stopped_at is not None:
            return None
        return min((mark for mark in self.marks if mark.noted_at is None), key=lambda mark: mark.percent, default=None)

    def state(self, *, at: datetime) -> ClockState:
        """Where the clock stands at a moment: it was met or missed, or it runs, stands still or is overdue."""
        if self.stopped_at is not None:
            return "met" if self.stopped_at <= self.due_at else "missed"
        if any(pause.open and pause.since <= at < pause.until for pause in self.pauses):
            return "paused"
        return "overdue" if at > self.due_at else "running"

    def noted(self, event: str) -> datetime | None:
        """When a warning, breach or escalation was first written down."""
        return min((mark.noted_at for mark in self.marks if mark.event == event and mark.noted_at), default=None)


class Elapsed(msgspec.Struct, frozen=True):
    """What a clock that has stopped counts as in statistics."""

    kind: str
    span: timedelta
    within: bool


def clocks_of(
    ticks: Iterable[Tick], terms: Terms, calendar: Calendar | None, *, table: Table = "case", by: str = "", to: str = ""
) -> tuple[Clock, ...]:
    """Compute every clock of a case from its entries, in the order in which they were started."""
    basis = calendar if terms.working else None
    ordered = _in_order(ticks)
    pauses = _pauses(ordered, terms, table)
    noted = {tick.mark: tick.at for tick in reversed(ordered) if tick.mark}
    found: list[Clock] = []
    for row in CLOCKS:
        if row.table == table and row.kind in terms.limits:
            runs = _runs(row, ordered)
            found += [
                _clock(row, number, run, terms, basis if row.by_severity else None, pauses, noted, by, to)
                for number, run in enumerate(runs, 1)
            ]
    return tuple(sorted(found, key=lambda clock: clock.started_at))


def pauses_of(ticks: Iterable[Tick], terms: Terms) -> tuple[Pause, ...]:
    """The pauses of a case, open or ended, whichever of its clocks they hold."""
    return tuple(_pauses(_in_order(ticks), terms, "case"))


def elapsed(clock: Clock) -> Elapsed | None:
    """How long a clock ran in the time that counts, and whether that was in time; None while it runs."""
    if clock.stopped_at is None:
        return None
    return Elapsed(clock.kind, used(clock, at=clock.stopped_at), clock.stopped_at <= clock.due_at)


def used(clock: Clock, *, at: datetime) -> timedelta:
    """How much of its time a clock has used at a moment."""
    end = at if clock.stopped_at is None else min(at, clock.stopped_at)
    return sum((time_between(start, min(stop, end), clock.calendar) for start, stop in _segments(clock)), timedelta(0))


def next_due(clocks: Iterable[Clock]) -> datetime | None:
    """When the next of the running clocks is due, one that is overdue before all others."""
    return min((clock.due_at for clock in clocks if clock.stopped_at is None), default=None)


def _in_order(ticks: Iterable[Tick]) -> list[Tick]:
    """A clock never goes back: an entry that is said to be earlier than the one before it counts as at that time."""
    ordered: list[Tick] = []
    for tick in ticks:
        at = max(tick.at, ordered[-1].at) if ordered else tick.at
        ordered.append(tick if at == tick.at else msgspec.structs.replace(tick, at=at))
    return ordered


def _runs(row: ClockRow, ticks: Sequence[Tick]) -> list[tuple[datetime, datetime | None]]:
    runs: list[tuple[datetime, datetime | None]] = []
    running: datetime | None = None
    for tick in ticks:
        stops = tick.event in row.stops or (tick.closing and CLOSING in row.stops)
        if running is not None and stops:
            runs.append((running, tick.at))
            running = None
        if running is None and tick.event in row.starts and not tick.closing:
            running = tick.at
    return [*runs, (running, None)] if running is not None else runs


def _pauses(ticks: Sequence[Tick], terms: Terms, table: Table) -> list[Pause]:
    """The pauses of a case, one after the other, until the longest total that is allowed is used up."""
    rows = [row for row in PAUSES if row.table == table]
    left = terms.pause_max
    pauses: list[Pause] = []
    reasons: dict[PauseRow, str] = {}
    since: tuple[datetime, str] | None = None
    for tick in ticks:
        for row in [row for row in reasons if tick.event in row.ends or (tick.closing and CLOSING in row.ends)]:
            del reasons[row]
        for row in rows:
            reason = row.reason or tick.reason
            if tick.event == row.begins and not tick.closing and reason in terms.pause_when:
                reasons[row] = reason
        if since is not None and not reasons:
            pauses.append(Pause(since[1], since[0], min(tick.at, since[0] + left)))
            left -= pauses[-1].until - since[0]
            since = None
        elif since is None and reasons and left > timedelta(0):
            since = tick.at, next(iter(reasons.values()))
    if since is not None:
        pauses.append(Pause(since[1], since[0], _later(since[0], left), open=True))
    return pauses


def _later(at: datetime, span: timedelta) -> datetime:
    return add_time(at, span, None)


def _clock(
    row: ClockRow, number: int, run: tuple[datetime, datetime | None], terms: Terms, basis: Calendar | None,
    pauses: Sequence[Pause], noted: dict[str, datetime], by: str, to: str,
) -> Clock:  # fmt: skip
    started, stopped = run
    limit = terms.limits[row.kind]
    allowed = _span(limit, basis)
    own = [
        msgspec.structs.replace(pause, since=max(pause.since, started), open=pause.open and stopped is None)
        for pause in pauses
        if row.pausable and pause.until > started and (stopped is None or pause.since < stopped)
    ]
    if stopped is not None:
        own = [msgspec.structs.replace(pause, until=min(pause.until, stopped)) for pause in own]
    clock = Clock(
        kind=row.kind, number=number, by=by, to=to, clause=terms.clause, memorandum=terms.digest,
        limit=limit, allowed=allowed, calendar=basis,
        started_at=started, due_at=NEVER, stopped_at=stopped, pauses=tuple(own),
    )  # fmt: skip
    marks = tuple(
        Mark(percent, told, _reached(clock, allowed * percent // 100), noted.get(f"{clock.key}/{percent}"))
        for percent, told in terms.marks
    )
    due = next((mark.at for mark in marks if mark.percent == BREACH), NEVER)
    return msgspec.structs.replace(clock, due_at=due, marks=marks)


def _segments(clock: Clock) -> list[tuple[datetime, datetime]]:
    """When the clock runs: between its pauses."""
    segments: list[tuple[datetime, datetime]] = []
    start = clock.started_at
    for pause in clock.pauses:
        segments.append((start, pause.since))
        start = pause.until
    return [*segments, (start, NEVER)]


def _reached(clock: Clock, span: timedelta) -> datetime:
    """When a clock has used so much of its time, if nothing stops it."""
    left = span
    for start, stop in _segments(clock)[:-1]:
        at = add_time(start, left, clock.calendar)
        if at <= stop:
            return at
        left -= time_between(start, stop, clock.calendar)
    return add_time(_segments(clock)[-1][0], left, clock.calendar)


def _span(text: str, calendar: Calendar | None) -> timedelta:
    """A duration as time that counts: in working time a day is a working day, a week a week of them."""
    parts = parse_parts(text)
    if calendar is None:
        return parts.span
    return parts.weeks * calendar.week_length + parts.days * calendar.day_length + parts.rest
