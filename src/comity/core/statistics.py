"""What two parties count from their own two ledgers and come to the same figures (docs/spec/statistics.md §§3-5).

A direction is reports of one party about names of the other, and the other's answers.  What is counted are *matters*:
cases of the reporter whose first request to act was decided in the period.  Only what stands in the entries below the
stated sizes plays a part, and the moments at which their writers decided them: never when something arrived, never a
row of a store.  `count_matters` is total; what it does not know it counts as unknown and never leaves out.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Final, Literal

import msgspec

from comity.core.cases import ACTIONS
from comity.core.categories import CATEGORIES
from comity.core.clock_table import CLOCKS
from comity.core.clocks import Tick, clocks_of
from comity.core.outcomes import is_outcome, public_line
from comity.core.periods import Period
from comity.core.promises import Basis, in_promise_order
from comity.core.quantiles import spread_of
from comity.core.statistics_figures import (
    Answered,
    Closed,
    Erased,
    Figures,
    PublicLines,
    Received,
    Refusal,
    Reversed,
    Times,
)

Side = Literal["reporter", "answerer"]

LOOK_BACK: Final = timedelta(days=90)  # a case that was reported so long before is not counted anew
MOST_REFUSALS: Final = 100
UNKNOWN: Final = "unknown"
_ANSWERS: Final = frozenset({"accepted", "asked", "paused", "resumed", "outcome", "refused", "retracted"})
_OF_REPORTER: Final = frozenset({"info", "withdrawn"})
_PLAIN: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789.:_-")
_STOPS: Final[dict[str, frozenset[str]]] = {row.kind: frozenset(row.stops) for row in CLOCKS if row.table == "promise"}


class Said(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One entry as statistics see it.  `word`: a report's kind, or a case event's; "" when it cannot be read.

    Of an erased one only `side`, `kind` and `erased` are known.
    """

    side: Side
    kind: str
    word: str = ""
    case: str = ""
    peers: tuple[str, ...] = ()
    at: datetime | None = None
    category: str = ""
    clause: str = ""
    reason: str = ""
    outcome: str = ""
    action: str = ""
    memorandum: str = ""
    erased: bool = False


class _Matter(msgspec.Struct):
    category: str
    memorandum: str
    ticks: list[Tick] = msgspec.field(default_factory=list)
    last: Said | None = None  # the last word by which it ended: outcome or refused
    retracted: bool = False
    withdrawn: bool = False


_Bases = Callable[[str, str], Basis | None]


def count_matters(
    entries: Iterable[Said], period: Period, bases: _Bases, *, reporter: str, answerer: str, as_of: datetime
) -> Figures:
    """Count one direction of one period.  `entries`: the reporter's in their order, then the answerer's in theirs.

    `bases` answers by what the clocks of a memorandum (its digest) and a category are reckoned; None: it is not known.
    """
    tally = _Tally(period)
    for entry in entries:
        tally.add(entry)
    return tally.figures(bases, reporter=reporter, answerer=answerer, as_of=as_of)


class _Tally:
    """Takes the entries one after the other; holds only the matters of the period and the cases from before it."""

    def __init__(self, period: Period) -> None:
        self._period = period
        self._matters: dict[str, _Matter] = {}
        self._earlier: set[str] = set()
        self._reports: Counter[str] = Counter()
        self._warnings: Counter[str] = Counter()
        self._further = 0
        self._erased: Counter[str] = Counter()
        self._inside: dict[str, bool] = {}

    def add(self, said: Said) -> None:
        if said.erased:  # it belongs to the period of the entry before it, the only thing that both sides can know
            self._erased[said.kind] += self._inside.get(said.side, False)
            return
        if said.at is None:
            return
        self._inside[said.side] = self._period.start <= said.at < self._period.end
        if said.kind in {"report", "correction"} and said.side == "reporter":
            self._add_report(said, said.at)
        elif said.kind == "case-event":
            self._add_event(said, said.at)

    def _add_report(self, said: Said, at: datetime) -> None:
        inside = self._inside["reporter"]
        if inside and said.kind == "report":
            (self._reports if said.word == "report" else self._warnings)[_known(said.category, CATEGORIES)] += 1
        if said.word != "report":
            return
        matter = self._matters.get(said.case)
        if matter is not None:
            matter.ticks.append(Tick("report", at))
            self._further += inside and said.kind == "report"
        elif at < self._period.start:
            if at >= self._period.start - LOOK_BACK:
                self._earlier.add(said.case)
        elif inside and said.case in self._earlier:
            self._further += said.kind == "report"
        elif inside:
            self._matters[said.case] = _Matter(said.category, said.memorandum, [Tick("report", at)])

    def _add_event(self, said: Said, at: datetime) -> None:
        if said.side == "reporter":
            if said.word in _OF_REPORTER and (matter := self._matters.get(said.case)):
                matter.ticks.append(Tick(said.word, at, said.reason))
                matter.withdrawn |= said.word == "withdrawn"
            return
        if said.word not in _ANSWERS:
            return
        for case in dict.fromkeys(said.peers):
            if matter := self._matters.get(case):
                matter.ticks.append(Tick(said.word, at, said.reason))
                matter.retracted |= said.word == "retracted"
                ends = said.word in {"outcome", "refused"}
                if ends and (matter.last is None or matter.last.at is None or at >= matter.last.at):
                    matter.last = said

    def figures(self, bases: _Bases, *, reporter: str, answerer: str, as_of: datetime) -> Figures:
        matters = list(self._matters.values())
        cases = Counter(_known(matter.category, CATEGORIES) for matter in matters)
        last = [matter.last for matter in matters if matter.last is not None]
        closed = Counter(_closed_as(said) for said in last if said.word == "outcome")
        refused = Counter((_plain(said.clause, 20), _plain(said.reason, 60)) for said in last if said.word == "refused")
        lines: Counter[str] = Counter()
        for (outcome, _action), number in closed.items():
            lines[public_line(outcome).replace("-", "_")] += number
        ticks = [in_promise_order(matter.ticks) for matter in matters]
        times = [
            _times(kind, matters, ticks, bases, reporter=reporter, answerer=answerer, as_of=as_of)
            for kind in ("acknowledge", "outcome")
        ]
        restored = {
            id(matter)
            for matter in matters
            if matter.last is not None and matter.last.word == "outcome" and matter.last.outcome == "restored_on_appeal"
        }
        taken_back = {id(matter) for matter in matters if matter.retracted or matter.withdrawn}
        return Figures(
            received=tuple(
                Received(category, self._reports[category], self._warnings[category], cases[category])
                for category in (*CATEGORIES, UNKNOWN)
                if category != UNKNOWN or self._reports[UNKNOWN] or self._warnings[UNKNOWN] or cases[UNKNOWN]
            ),
            further_reports=self._further,
            answered=Answered(
                cases=len(matters),
                acknowledged=times[0].count,
                refused=sum(refused.values()),
                closed=sum(closed.values()),
                open=len(matters) - len(last),
            ),
            refusals=_refusals(refused),
            outcomes=tuple(
                Closed(outcome, action, public_line(outcome), number)
                for (outcome, action), number in sorted(closed.items())
            ),
            public_lines=PublicLines(**lines),
            reversed=Reversed(
                cases=len(restored | taken_back),
                restored_on_appeal=len(restored),
                retracted=sum(matter.retracted for matter in matters),
                withdrawn=sum(matter.withdrawn for matter in matters),
            ),
            acknowledge=times[0],
            outcome=times[1],
            erased=Erased(
                reports=self._erased["report"], corrections=self._erased["correction"],
                events=self._erased["case-event"],
            ),
        )  # fmt: skip


def _times(
    kind: str, matters: list[_Matter], ticks: list[list[Tick]], bases: _Bases, *, reporter: str, answerer: str,
    as_of: datetime,
) -> Times:  # fmt: skip
    """How long it took from the first request to the first answer of that kind, by the clock on the wall."""
    spans: list[int] = []
    states: Counter[str] = Counter()
    for matter, ordered in zip(matters, ticks, strict=True):
        began = ordered[0].at
        ended = next((tick.at for tick in ordered if tick.event in _STOPS[kind]), None)
        if ended is not None:
            spans.append((max(ended, began) - began) // timedelta(seconds=1))
        basis = bases(matter.memorandum, matter.category)
        clocks = (
            clocks_of(ordered, basis.terms, basis.calendar, table="promise", by=answerer, to=reporter) if basis else ()
        )
        clock = next((one for one in clocks if one.kind == kind and one.number == 1), None)
        if clock is None:
            states["without_clock"] += 1
        elif clock.stopped_at is not None:
            states["within" if clock.stopped_at <= clock.due_at else "late"] += 1
        else:
            states["overdue" if clock.due_at <= as_of else "running"] += 1
    found = spread_of(spans)
    return Times(count=found.count, median=found.median, p75=found.p75, p90=found.p90, **states)


def _closed_as(said: Said) -> tuple[str, str]:
    outcome = said.outcome if is_outcome(said.outcome) else UNKNOWN
    return outcome, "" if not said.action else _known(said.action, ACTIONS)


def _refusals(counted: Counter[tuple[str, str]]) -> tuple[Refusal, ...]:
    """The most frequent ones by name, all others together; a partner cannot make the list longer than a page."""
    ordered = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    named = [Refusal(clause, reason, number) for (clause, reason), number in ordered[:MOST_REFUSALS]]
    rest = sum(number for _, number in ordered[MOST_REFUSALS:])
    return (*named, *((Refusal("", "other", rest),) if rest else ()))


def _known(word: str, words: Iterable[str]) -> str:
    return word if word in words else UNKNOWN


def _plain(text: str, longest: int) -> str:
    """A code that somebody else wrote: as it is where it is one, else only that it is none."""
    return text if len(text) <= longest and _PLAIN.issuperset(text) else UNKNOWN
