"""What the case page says of a case's clocks: whose they are, how far they are, until when, and what pauses them.

The due moment is given by the reader's clock and, where working time counts, by the calendar's as well.  What is late
says so in words.  The clocks are folded from the entries each time: what is shown is never an old row.
"""

from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from comity.core.calendars import NEVER
from comity.core.clocks import Clock, pauses_of, used
from comity.core.promises import case_ticks, clocks_of_case
from comity.core.roles import case_roles
from comity.edges.home import Home
from comity.flows.keep_clocks import ClockFacts, clock_facts
from comity.flows.pause import may_pause
from comity.store.cases import CaseRow, find_cases

_PAUSERS: Final = frozenset(("analyst", "approver"))


class ShownPause(msgspec.Struct, frozen=True):
    """A pause: its reason's code, since when, until when; `open`: until when at the latest."""

    reason: str
    since: datetime
    until: datetime
    open: bool


class ShownClock(msgspec.Struct, frozen=True, kw_only=True):
    """One clock as the page says it."""

    kind: str
    by: str
    is_ours: bool
    to: str
    state: str
    percent: int
    clause: str
    due: str
    due_iso: str
    due_there: str
    calendar_mark: str
    words: str
    pauses: tuple[ShownPause, ...]


class ShownClocks(msgspec.Struct, frozen=True):
    """All clocks of a case: those that run first; for which reasons the reader may pause them, or let them run on."""

    running: tuple[ShownClock, ...]
    stopped: tuple[ShownClock, ...]
    pause_reasons: tuple[str, ...]
    may_resume: bool


def shown_clocks(home: Home, ref: str, role: str, *, at: datetime) -> ShownClocks:
    """Say what runs on a case, for somebody of this role."""
    row = find_cases([ref]).get(ref)
    if row is None:
        return ShownClocks((), (), (), may_resume=False)
    facts = clock_facts(home, [row])[row.pk]
    clocks = clocks_of_case(facts.entries, facts.own, facts.promises, party=home.party)
    shown = [(clock.stopped_at is None, _shown(home, clock, at)) for clock in clocks]
    running = tuple(one for runs, one in shown if runs)
    may = bool(running) and bool(_PAUSERS & set(case_roles(role)))
    return ShownClocks(
        running=running,
        stopped=tuple(one for runs, one in shown if not runs),
        pause_reasons=_reasons(row, facts) if may else (),
        may_resume=may and any(one.open for one in pauses_of(case_ticks(facts.entries), facts.basis.terms)),
    )


def span_words(span: timedelta) -> str:
    """A span in the reader's words, its two greatest units: 2 days 5 hours."""
    minutes = max(0, int(span.total_seconds())) // 60
    days, hours, minutes = minutes // 1440, minutes % 1440 // 60, minutes % 60
    parts = []
    if days:
        parts.append(ngettext("%(n)s day", "%(n)s days", days) % {"n": days})
    if hours:
        parts.append(ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours})
    if minutes or not parts:
        parts.append(ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes})
    return " ".join(parts[:2])


def _reasons(row: CaseRow, facts: ClockFacts) -> tuple[str, ...]:
    return tuple(may_pause(row, facts))


def _shown(home: Home, clock: Clock, at: datetime) -> ShownClock:
    state = clock.state(at=at)
    share = used(clock, at=at) / clock.allowed if clock.allowed else 1.0
    never = clock.due_at == NEVER
    there = clock.calendar
    return ShownClock(
        kind=clock.kind,
        by=clock.by,
        is_ours=clock.by == home.party,
        to=clock.to,
        state=state,
        percent=min(int(share * 100), 999),
        clause=clock.clause,
        due=_("never") if never else _written(timezone.localtime(clock.due_at)),
        due_iso="" if never else clock.due_at.astimezone(UTC).isoformat(),
        due_there="" if never or there is None else f"{_written(clock.due_at.astimezone(there.tz))} {there.tz_name}",
        calendar_mark="" if there is None else there.mark,
        words=_words(clock, state, at),
        pauses=tuple(ShownPause(one.reason, one.since, one.until, one.open) for one in clock.pauses),
    )


def _words(clock: Clock, state: str, at: datetime) -> str:
    """How the clock stands, in one sentence without a colour."""
    if clock.stopped_at is not None:
        gone = span_words(used(clock, at=clock.stopped_at))
        return (_("Done in time, after %(span)s.") if state == "met" else _("Done late, after %(span)s.")) % {
            "span": gone
        }
    if clock.due_at == NEVER:
        return _("The calendar has no working time.")
    if state == "overdue":
        return _("Overdue by %(span)s.") % {"span": span_words(at - clock.due_at)}
    left = {"span": span_words(clock.due_at - at)}
    return (_("Paused; due in %(span)s at the latest.") if state == "paused" else _("%(span)s left.")) % left


def _written(at: datetime) -> str:
    return date_format(at, "SHORT_DATETIME_FORMAT")
