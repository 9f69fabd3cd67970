"""A node's own numbers of a period: what was reported about names of its zones, by whomever, and what came of it.

The measures are those of the statistics that partners sign (`core.statistics`), of all sources and not of one partner:
cases that were opened in the period, as they stood when they were counted.  `suppress` takes out, for the public, small
counts that could point to a person (docs/spec/statistics.md §9).
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from comity.core.categories import CATEGORIES
from comity.core.outcomes import public_line
from comity.core.quantiles import spread_of
from comity.core.reporter_quality import Tally, verdict_of
from comity.core.statistics_figures import Count, Part, PublicLines, Times

THRESHOLD: Final = 5
MEASURES: Final = (
    "reports_by_category", "acted", "refused_by_reason", "median_times", "appeals", "reversed",
    "protected_name_hits", "personal_data_requests",
)  # fmt: skip
UNKNOWN: Final = "unknown"


class OwnClock(msgspec.Struct, frozen=True):
    """The first clock of a kind: how long it took and whether it was kept; None while it runs."""

    seconds: int | None
    state: str  # within late overdue running


class OwnCase(msgspec.Struct, frozen=True, kw_only=True):
    """One case as it is counted."""

    category: str
    source: str
    registrar: str
    reports: int
    outcome: str
    closed: bool
    protected: bool
    appealed: bool
    reversed: bool
    retracted: bool
    clocks: Mapping[str, OwnClock]


class Beside(Part, frozen=True):
    """What is counted beside cases: requests of people about their data, looks at personal data, names held back."""

    personal_data_requests: Count = 0
    personal_data_looks: Count = 0
    held_names: Count = 0


class Row(Part, frozen=True):
    """One line of a breakdown."""

    key: str
    cases: Count
    reports: Count
    closed: Count
    confirmed: Count
    decided: Count


class Number(Part, frozen=True):
    """How many cases ended with a code."""

    key: str
    cases: Count


class ZoneFigures(Part, frozen=True, kw_only=True):
    """All of it.  In what the public reads None stands for a small count, or for what is not published."""

    cases: Count
    reports: Count
    open: Count
    closed: Count
    by_category: tuple[Row, ...]
    by_source: tuple[Row, ...]
    by_registrar: tuple[Row, ...]
    public_lines: PublicLines | None
    refusals: tuple[Number, ...]
    acknowledge: Times | None
    outcome: Times | None
    appeals: Count | None
    reversed: Count | None
    retracted: Count | None
    protected_name_hits: Count | None
    personal_data_requests: Count | None
    personal_data_looks: Count | None


def count_zone(cases: Iterable[OwnCase], beside: Beside) -> ZoneFigures:
    """Count the cases of a period."""
    found = list(cases)
    lines = Counter(public_line(one.outcome).replace("-", "_") for one in found if one.closed)
    refusals = Counter(
        one.outcome.partition(":")[0] for one in found
        if one.closed and public_line(one.outcome) == "insufficient-grounds"
    )  # fmt: skip
    return ZoneFigures(
        cases=len(found),
        reports=sum(one.reports for one in found),
        open=sum(not one.closed for one in found),
        closed=sum(one.closed for one in found),
        by_category=_rows([(one, one.category if one.category in CATEGORIES else UNKNOWN) for one in found]),
        by_source=_rows([(one, one.source or UNKNOWN) for one in found]),
        by_registrar=_rows([(one, one.registrar or UNKNOWN) for one in found]),
        public_lines=PublicLines(**lines),
        refusals=tuple(
            Number(key, number) for key, number in sorted(refusals.items(), key=lambda row: (-row[1], row[0]))
        ),
        acknowledge=_times(found, "acknowledge"),
        outcome=_times(found, "outcome"),
        appeals=sum(one.appealed for one in found),
        reversed=sum(one.reversed for one in found),
        retracted=sum(one.retracted for one in found),
        protected_name_hits=sum(one.protected for one in found) + beside.held_names,
        personal_data_requests=beside.personal_data_requests,
        personal_data_looks=beside.personal_data_looks,
    )  # fmt: skip


def suppress(figures: ZoneFigures, publish: Iterable[str]) -> ZoneFigures:
    """What the public may read: the measures of clause 8, and no small count that could point to a person.

    Registrars and sources are not published: a source of few reports is a person.  Counts about names stay.
    """
    named = frozenset(publish)

    def small(number: int | None, measure: str) -> int | None:
        return None if measure not in named or number is None or 0 < number < THRESHOLD else number

    def times(found: Times | None) -> Times | None:
        return found if found is not None and "median_times" in named and found.count >= THRESHOLD else None

    return msgspec.structs.replace(
        figures,
        by_category=figures.by_category if "reports_by_category" in named else (),
        by_source=(),
        by_registrar=(),
        public_lines=figures.public_lines if "acted" in named else None,
        refusals=figures.refusals if "refused_by_reason" in named else (),
        acknowledge=times(figures.acknowledge),
        outcome=times(figures.outcome),
        appeals=small(figures.appeals, "appeals"),
        reversed=small(figures.reversed, "reversed"),
        retracted=small(figures.retracted, "reversed"),
        protected_name_hits=small(figures.protected_name_hits, "protected_name_hits"),
        personal_data_requests=small(figures.personal_data_requests, "personal_data_requests"),
        personal_data_looks=small(figures.personal_data_looks, "personal_data_requests"),
    )


def _rows(keyed: list[tuple[OwnCase, str]]) -> tuple[Row, ...]:
    groups: dict[str, list[OwnCase]] = {}
    for one, key in keyed:
        groups.setdefault(key, []).append(one)
    rows = []
    for key, cases in groups.items():
        verdicts = Counter(verdict_of(one.outcome).replace("-", "_") for one in cases)
        tally = Tally(**verdicts)
        rows.append(
            Row(
                key, len(cases), sum(one.reports for one in cases), sum(one.closed for one in cases), tally.confirmed,
                tally.decided,
            )
        )  # fmt: skip
    return tuple(sorted(rows, key=lambda row: (-row.cases, row.key)))


def _times(found: list[OwnCase], kind: str) -> Times:
    clocks = [one.clocks.get(kind) for one in found]
    states = Counter(clock.state if clock else "without_clock" for clock in clocks)
    spread = spread_of(clock.seconds for clock in clocks if clock and clock.seconds is not None)
    return Times(count=spread.count, median=spread.median, p75=spread.p75, p90=spread.p90, **states)
