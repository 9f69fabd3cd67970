"""Patterns that a partner told, found in a zone; one that would match too much of it is refused.

Protected names are never found.  Where one partition alone has more names of a pattern than any zone may give, no name
is told but their number (reason `too-many`, no name): `refuse_patterns` makes of it, and of what all partitions found
together, the refusals with their numbers, and takes out every finding of a refused pattern.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import msgspec
import polars as pl

from comity.core.blast import BlastLimits, Refusal, check_blast, estimate_blast
from comity.core.errors import TooLargeError
from comity.core.guards import Guard
from comity.core.name_patterns import NamePattern, length_of, parse_pattern, render_pattern, render_regex
from comity.core.pattern_examples import find_shape
from comity.sweep.columns import FINDINGS, empty

TOLD: Final = "told-pattern"
TOO_MANY: Final = "too-many"
MOST_PATTERNS: Final = 1_000
_SCORE: Final = 0.6
_LETTERS_AT_ONCE: Final = 10_000  # in one expression, written out: it must stay small enough to be an automaton
_NO_GUARD: Final = Guard({}, {})


class PatternTable(msgspec.Struct, frozen=True):
    """Patterns in their canonical form, each once, in order; names they never find, and how many they may find."""

    patterns: tuple[str, ...] = ()
    guard: Guard = _NO_GUARD
    limits: BlastLimits = BlastLimits()


def prepare_patterns(
    patterns: Sequence[str], guard: Guard | None = None, limits: BlastLimits | None = None
) -> PatternTable:
    """Check patterns and make them ready.  Raises `InputError` naming the one that is none."""
    if len(patterns) > MOST_PATTERNS:
        raise TooLargeError(f"at most {MOST_PATTERNS} patterns are swept for at once", item=f"{len(patterns)} patterns")
    canonical = sorted({render_pattern(parse_pattern(text)) for text in patterns})
    return PatternTable(tuple(canonical), guard or _NO_GUARD, limits or BlastLimits())


def match_patterns(names: pl.DataFrame, zone: str, table: PatternTable) -> pl.DataFrame:
    """Find the names of a partition (NAMES) that patterns match: FINDINGS, one row for a name and pattern."""
    found = [empty(FINDINGS)]
    for pattern, column in _match(names["name"], zone, table):
        if len(column) > table.limits.names:
            found.append(_findings(pl.Series([""]), zone, pattern, TOO_MANY, str(len(column)), 0.0))
        elif len(column):
            found.append(_findings(column, zone, pattern, TOLD, find_shape(pattern), _SCORE))
    return pl.concat(found)


def estimate_patterns(sample: pl.DataFrame, zone: str, zone_size: int, table: PatternTable) -> tuple[Refusal, ...]:
    """Refuse the patterns that a sample (NAMES, drawn evenly from the zone) shows to find too much: before any run."""
    return estimate_blast(count_patterns(sample, zone, table), {zone: len(sample)}, {zone: zone_size}, table.limits)


def count_patterns(names: pl.DataFrame, zone: str, table: PatternTable) -> dict[tuple[str, str], int]:
    """How many of some names (NAMES) each pattern about their zone matches, by pattern and zone."""
    return {(render_pattern(pattern), zone): len(column) for pattern, column in _match(names["name"], zone, table)}


def leave_out(table: PatternTable, refusals: Sequence[Refusal]) -> PatternTable:
    """The table without what was refused.  A pattern is about one zone, so it is refused or not."""
    refused = {refusal.pattern for refusal in refusals}
    kept = tuple(pattern for pattern in table.patterns if pattern not in refused)
    return msgspec.structs.replace(table, patterns=kept)


def refuse_patterns(
    findings: pl.DataFrame, zone_sizes: Mapping[str, int], limits: BlastLimits
) -> tuple[pl.DataFrame, tuple[Refusal, ...]]:
    """Take out of all findings of a run those of patterns that found too much, and say which and how much."""
    told = findings.filter(pl.col("kind") == "pattern")
    number = pl.when(pl.col("reason") == TOO_MANY).then("detail").otherwise(pl.lit("1")).cast(pl.UInt64)
    counts = told.group_by("subject", "zone").agg(number.sum().alias("count"))
    refusals = check_blast({(pattern, zone): count for pattern, zone, count in counts.iter_rows()}, zone_sizes, limits)
    refused = pl.DataFrame(
        [(one.pattern, one.zone) for one in refusals], schema={"subject": pl.String, "zone": pl.String}, orient="row"
    )
    is_refused = pl.struct("subject", "zone").is_in(refused.select(pl.struct("subject", "zone")).to_series().implode())
    is_pattern = pl.col("kind") == "pattern"
    return findings.filter(~(is_pattern & (is_refused | (pl.col("reason") == TOO_MANY)))), refusals


def _match(column: pl.Series, zone: str, table: PatternTable) -> Iterator[tuple[NamePattern, pl.Series]]:
    """Each pattern about a zone, with the unguarded names that it matches."""
    patterns = [one for text in table.patterns if (one := parse_pattern(text)).zone == zone]
    for group in _groups(patterns):
        regexes = [render_regex(pattern) for pattern in group]
        # One pass over all names for the group; each pattern then looks at the few that one of them matches.
        few = column.filter(column.str.contains("|".join(regexes))) if len(group) > 1 else column
        for pattern, regex in zip(group, regexes, strict=True):
            yield pattern, _unguarded(few.filter(few.str.contains(regex)), table)


def _unguarded(column: pl.Series, table: PatternTable) -> pl.Series:
    if not len(column) or not (table.guard.names or table.guard.trees):
        return column
    if len(column) > table.limits.names:  # too many to be told in any case
        return column
    return column.filter(pl.Series([not table.guard.find(name, name) for name in column], dtype=pl.Boolean))


def _groups(patterns: Sequence[NamePattern]) -> Iterator[list[NamePattern]]:
    group: list[NamePattern] = []
    letters = 0
    for pattern in patterns:
        _, most = length_of(pattern)
        size = max(most, len(render_pattern(pattern)))  # a run is long written out, a choice as it is told
        if group and letters + size > _LETTERS_AT_ONCE:
            yield group
            group, letters = [], 0
        group.append(pattern)
        letters += size
    if group:
        yield group


def _findings(
    column: pl.Series, zone: str, pattern: NamePattern, reason: str, detail: str, score: float
) -> pl.DataFrame:
    row = {
        "zone": zone, "kind": "pattern", "subject": render_pattern(pattern), "reason": reason, "detail": detail,
    }  # fmt: skip
    frame = pl.DataFrame({"name": column}).with_columns(
        *(pl.lit(text).alias(name) for name, text in row.items()), score=pl.lit(score, pl.Float32)
    )
    return frame.select(FINDINGS.names())
