"""The figures of one direction and one period as values: whole numbers, each of which adds up with its neighbours.

`cases` are matters: what was asked for in the period and how it ended by the stated sizes of both ledgers.  Every
matter is refused, closed or open; every closed one stands under one outcome and one public line; every clock is within,
late, overdue, running or without terms (docs/spec/statistics.md §4).
"""

from typing import Annotated

import msgspec
from msgspec import Meta

from comity.core.outcomes import PublicLine

Count = Annotated[int, Meta(ge=0, le=9_007_199_254_740_991)]
Code = Annotated[str, Meta(pattern=r"^[a-z0-9.:_-]{0,60}$")]


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A part of the document: no member more, none less."""


class Received(Part, frozen=True):
    """Of one category: requests to act and early warnings that were sent, and the matters that began with a request."""

    category: Code
    reports: Count
    early_warnings: Count
    cases: Count


class Answered(Part, frozen=True):
    """Where the matters stood: `cases` = refused + closed + open; acknowledged is told beside them."""

    cases: Count
    acknowledged: Count
    refused: Count
    closed: Count
    open: Count


class Refusal(Part, frozen=True):
    """Matters that were refused by one clause for one reason."""

    clause: Code
    reason: Code
    cases: Count


class Closed(Part, frozen=True):
    """Matters that were closed with one outcome and action, and the public line they count under."""

    outcome: Code
    action: Code
    public_line: PublicLine
    cases: Count


class PublicLines(Part, frozen=True):
    """Closed matters by Domain Patrol's four public lines, and those that say nothing about the name."""

    taken_off: Count = 0
    not_needed: Count = 0
    insufficient_grounds: Count = 0
    restored: Count = 0
    not_counted: Count = 0


class Reversed(Part, frozen=True):
    """Matters in which something was taken back; one may have been for more than one reason."""

    cases: Count
    restored_on_appeal: Count
    retracted: Count
    withdrawn: Count


class Times(Part, frozen=True):
    """Whole seconds to the first answer, by nearest rank; and how the first clock of that kind stood."""

    count: Count = 0
    median: Count = 0
    p75: Count = 0
    p90: Count = 0
    within: Count = 0
    late: Count = 0
    overdue: Count = 0
    running: Count = 0
    without_clock: Count = 0

    @property
    def judged(self) -> int:
        """Of how many clocks it is known whether they were kept."""
        return self.within + self.late + self.overdue

    @property
    def share_within(self) -> float | None:
        """The share of these that were kept; None where none is known."""
        return self.within / self.judged if self.judged else None


class Erased(Part, frozen=True):
    """Entries of the period whose payload was erased: nothing else of them can be counted."""

    reports: Count
    corrections: Count
    events: Count


class Figures(Part, frozen=True, kw_only=True):
    """All that is counted."""

    received: Annotated[tuple[Received, ...], Meta(max_length=10)]
    further_reports: Count
    answered: Answered
    refusals: Annotated[tuple[Refusal, ...], Meta(max_length=101)]
    outcomes: Annotated[tuple[Closed, ...], Meta(max_length=300)]
    public_lines: PublicLines
    reversed: Reversed
    acknowledge: Times
    outcome: Times
    erased: Erased
