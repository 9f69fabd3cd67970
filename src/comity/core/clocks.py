"""Which clocks run on a case, when each is due, and how far it has got: one literal table and a fold over entries.

`CLOCKS` says which entries start, stop and pause each clock; docs/spec/clocks.md is written from it.  `clocks_of` is total
and has no `now`: the same entries, terms and calendar give the same moments on every machine.  `Terms` come from clause 7
of the memorandum (`terms_of`) or from the node's own defaults (`own_terms`, FIELD C.4).  What the two parties of a link
promise each other is folded from what both know alone (`core.promises`), by the same function.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple

import msgspec

from comity.core.calendars import NEVER, Calendar, add_time, time_between
from comity.core.clauses import Clocks
from comity.core.durations import parse_parts

Kind = Literal[
    "acknowledge", "triage", "act", "outcome", "appeal", "restore", "reporter-info", "identity", "retraction"
]
Table = Literal["case", "promise"]


class ClockRow(NamedTuple):
    """What starts and stops one clock; whether pauses hold it; whether the basis of its severity counts its time."""

    table: Table
    kind: Kind
    starts: tuple[str, ...]
    stops: tuple[str, ...]
    pausable: bool = True
    by_severity: bool = True


class PauseRow(NamedTuple):
    """What begins a pause and what ends it.  `reason` empty: the entry says it."""

    table: Table
    begins: str
    reason: str
    ends: tuple[str, ...]


CLOSING: Final = "closing"  # any entry that ends in `closed` and did not begin there

CLOCKS: Final[tuple[ClockRow, ...]] = (
    ClockRow("case", "acknowledge", ("opened",), ("start_triage", "merge_duplicate", "refer_out_of_zone", CLOSING)),
    ClockRow(
        "case", "triage", ("start_triage", "unconfirm", "partner_refused", "no_receipt_timeout", "unmerge", "reopen"),
        ("confirm", "merge_duplicate", "refer_out_of_zone", CLOSING),
    ),
    ClockRow(
        "case", "act", ("send_notice", "propose_hold"),
        ("registrar_acted", "host_or_registrant_cured", "registrar_refused", "approve_hold", "refuse_hold", CLOSING),
    ),
    ClockRow("case", "outcome", ("opened", "unmerge", "reopen"), ("merge_duplicate", CLOSING)),
    ClockRow("case", "appeal", ("appeal_filed",), ("granted", CLOSING), by_severity=False),
    ClockRow("case", "restore", ("cured", "granted"), (CLOSING,), by_severity=False),
    ClockRow("case", "reporter-info", ("ask_reporter",), ("info_supplied", CLOSING), pausable=False, by_severity=False),
    ClockRow(
        "case", "identity", ("identity_asked",), ("identity_answered", CLOSING), pausable=False, by_severity=False
    ),
    ClockRow("case", "retraction", ("withdrawal_received",), (CLOSING,), pausable=False, by_severity=False),
    ClockRow("promise", "acknowledge", ("report",), ("accepted", "outcome", "refused", "given-up")),
    ClockRow("promise", "outcome", ("report",), ("outcome", "refused", "given-up")),
    ClockRow(
        "promise", "retraction", ("withdrawn",), ("outcome", "refused", "given-up"), pausable=False, by_severity=False
    ),
)  # fmt: skip

PAUSES: Final[tuple[PauseRow, ...]] = (
    PauseRow("case", "ask_reporter", "awaiting_reporter", ("info_supplied", "clock_resumed", CLOSING)),
    PauseRow(
        "case", "refer_out_of_zone", "awaiting_partner",
        ("partner_refused", "no_receipt_timeout", "clock_resumed", CLOSING),
    ),
    PauseRow("case", "clock_paused", "", ("clock_resumed", CLOSING)),
    PauseRow("promise", "asked", "awaiting_reporter", ("info", "resumed", "outcome", "refused", "given-up")),
    PauseRow("promise", "paused", "", ("resumed", "outcome", "refused", "given-up")),
)  # fmt: skip

PAUSE_REASONS: Final = ("awaiting_reporter", "awaiting_partner", "court_order_pending")

WARNED, BREACHED, ESCALATED = MARK_EVENTS = ("clock_warned", "clock_breached", "clock_escalated")
BREACH: Final = 100


class Tick(msgspec.Struct, frozen=True, gc=False):
    """One entry as a clock sees it.  `mark` names the clock that a warning is about."""

    event: str
    at: datetime
    reason: str = ""
    mark: str = ""
    closing: bool = False


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """How long each clock may run, on what basis, and who is told when.  `digest` and `clause`: of the memorandum."""

    limits: dict[str, str]
    working: bool = False
    pause_when: frozenset[str] = frozenset(PAUSE_REASONS)
    pause_max: timedelta = timedelta(days=5)
    marks: tuple[tuple[int, str], ...] = ((75, "duty"), (BREACH, "head_of_unit"), (200, "contacts.legal"))
    clause: str = ""
    digest: str = ""


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
    """One clock.  `by` owes it to `to` (empty: to the reporter).  While it is paused `due_at` is the latest possible."""

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

    def noted(self, event: str) -> datetime | None:
        """When a warning, breach or escalation was first written down."""
        return min((mark.noted_at for mark in self.marks if mark.event == event and mark.noted_at), default=None)


class Elapsed(msgspec.Struct, frozen=True):
    """What a clock that has stopped counts as in statistics."""

    kind: str
    span: timedelta
    within: bool


def terms_of(clocks: Clocks, category: str, *, digest: str = "", identity: str = "P7D") -> Terms:
    """Clause 7 for a category, by the severity that the memorandum gives it."""
    severity = next((of for name, of in clocks.severity_of.items() if name == category), "normal")
    own = getattr(clocks, severity)
    percents = {int(step.at.removesuffix("%")): step.to for step in clocks.escalate}
    return Terms(
        limits={
            "acknowledge": own.acknowledge, "triage": own.triage, "act": own.act, "outcome": own.outcome,
            "appeal": clocks.appeal.decide_within, "restore": clocks.restore_after_cure,
            "reporter-info": "P5D", "identity": identity, "retraction": "PT1H",
        },
        working=clocks.basis.get(severity) == "recipient_working_hours",
        pause_when=frozenset(clocks.pause_when),
        pause_max=parse_parts(clocks.pause_max).span,
        marks=tuple(sorted((percents | {BREACH: percents.get(BREACH, "")}).items())),
        clause=clocks.clause,
        digest=digest,
    )  # fmt: skip


_OWN: Final[dict[str, tuple[str, str, str, str]]] = {
    "critical": ("PT1H", "PT4H", "PT12H", "PT24H"),
    "high": ("PT4H", "PT12H", "PT24H", "PT48H"),
    "normal": ("PT8H", "PT24H", "PT96H", "P10D"),
}


def own_terms(severity: str) -> Terms:
    """A node's defaults where no memorandum governs (FIELD C.4)."""
    acknowledge, triage, act, outcome = _OWN[severity if severity in _OWN else "normal"]
    return Terms(
        limits={
            "acknowledge": acknowledge, "triage": triage, "act": act, "outcome": outcome, "appeal": "P10D",
            "restore": "PT24H", "reporter-info": "P5D", "identity": "P7D", "retraction": "PT1H",
        },
        working=severity not in {"critical", "high"},
    )  # fmt: skip


def clocks_of(
    ticks: Iterable[Tick], terms: Terms, calendar: Calendar | None, *, table: Table = "case", by: str = "", to: str = ""
) -> tuple[Clock, ...]:
    """Compute every clock of a case from its entries, in the order in which they were started."""
    basis = calendar if terms.working else None
    ordered: list[Tick] = []
    for tick in ticks:  # a clock never goes back: an entry that is said to be earlier counts as at the same time
        at = max(tick.at, ordered[-1].at) if ordered else tick.at
        ordered.append(tick if at == tick.at else msgspec.structs.replace(tick, at=at))
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


def elapsed(clock: Clock) -> Elapsed | None:
    """How long a clock ran in the time that counts, and whether that was in time; None while it runs."""
    if clock.stopped_at is None:
        return None
    return Elapsed(clock.kind, used(clock, at=clock.stopped_at), clock.stopped_at <= clock.due_at)


def used(clock: Clock, *, at: datetime) -> timedelta:
    """How much of its time a clock has used at a moment."""
    end = at if clock.stopped_at is None else min(at, clock.stopped_at)
    return sum(
        (time_between(start, min(stop, end), clock.calendar) for start, stop in _segments(clock)), timedelta(0)
    )


def next_due(clocks: Iterable[Clock]) -> datetime | None:
    """When the next of the running clocks is due, one that is overdue before all others."""
    return min((clock.due_at for clock in clocks if clock.stopped_at is None), default=None)


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
