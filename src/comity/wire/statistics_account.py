"""Figures as lines for a terminal, in English like all that commands print; pages speak five languages."""

from collections.abc import Iterable

import msgspec

from comity.core.statistics_figures import Times
from comity.core.zone_figures import ZoneFigures
from comity.wire.statistics import StatisticsDocument


def statistics_lines(document: StatisticsDocument) -> list[str]:
    """A statement's figures."""
    figures = document.figures
    lines = [
        f"{document.period.name}: reports of {document.reporter}, answers of {document.answerer}",
        f"  as of {document.as_of:%Y-%m-%dT%H:%M:%SZ}",
        *(f"  {one.origin}: {one.size} entries, root {one.root}" for one in document.ledgers),
        *_pairs("  ", msgspec.structs.asdict(figures.answered).items()),
        *(
            f"  {row.category}: {row.reports} reports, {row.early_warnings} early warnings, {row.cases} cases"
            for row in figures.received
        ),
        *(f"  refused, clause {row.clause or '-'}, {row.reason or '-'}: {row.cases}" for row in figures.refusals),
        *(f"  {row.outcome} {row.action or '-'} ({row.public_line}): {row.cases}" for row in figures.outcomes),
        *_pairs("  ", msgspec.structs.asdict(figures.public_lines).items()),
        *_pairs("  reversed: ", msgspec.structs.asdict(figures.reversed).items()),
    ]  # fmt: skip
    return [*lines, times_line("acknowledge", figures.acknowledge), times_line("outcome", figures.outcome)]


def zone_lines(figures: ZoneFigures) -> list[str]:
    """A node's own figures."""
    lines = [*_pairs("  ", ((name, getattr(figures, name)) for name in ("cases", "reports", "open", "closed")))]
    for name in ("by_category", "by_source", "by_registrar"):
        lines += [f"  {row.key}: {row.cases} cases, {row.reports} reports" for row in getattr(figures, name)]
    if figures.public_lines is not None:
        lines += _pairs("  ", msgspec.structs.asdict(figures.public_lines).items())
    lines += [f"  not acted on, {row.key}: {row.cases}" for row in figures.refusals]
    lines += [times_line("acknowledge", figures.acknowledge), times_line("outcome", figures.outcome)]
    names = (
        "appeals", "reversed", "retracted", "protected_name_hits", "personal_data_requests", "personal_data_looks",
    )  # fmt: skip
    return [*lines, *_pairs("  ", ((name, getattr(figures, name)) for name in names))]


def times_line(name: str, times: Times | None) -> str:
    """One row of times: whole seconds, and how many clocks were kept of those that are judged."""
    if times is None:
        return f"  time to {name}: not published"
    within = f"{times.within} of {times.judged} within the clock"
    return f"  time to {name}: {times.count}, median {times.median} s, p75 {times.p75} s, p90 {times.p90} s; {within}"


def _pairs(indent: str, pairs: Iterable[tuple[str, object]]) -> list[str]:
    return [f"{indent}{name.replace('_', ' ')}: {'left out' if value is None else value}" for name, value in pairs]
