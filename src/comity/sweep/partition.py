"""The one function that every engine runs: a partition of names and the tables → findings."""

import msgspec
import polars as pl

from comity.sweep.columns import FINDINGS, NAMES, conform, empty
from comity.sweep.indicators import IndicatorTable, match_indicators
from comity.sweep.lookalikes import BrandTables, find_lookalikes
from comity.sweep.patterns import PatternTable, match_patterns


class Tables(msgspec.Struct, frozen=True):
    """What every worker holds: small beside a zone, and the same for all partitions of a run."""

    indicators: IndicatorTable | None = None
    brands: BrandTables | None = None
    patterns: PatternTable | None = None


def sweep_partition(names: pl.DataFrame, zone: str, tables: Tables) -> pl.DataFrame:
    """Find in a partition of a zone (NAMES) what the tables ask for: FINDINGS, ordered by name, kind, subject."""
    conform(names, NAMES)
    found = [empty(FINDINGS)]
    if tables.indicators is not None:
        found.append(match_indicators(names, zone, tables.indicators))
    if tables.brands is not None:
        found.append(find_lookalikes(names, zone, tables.brands))
    if tables.patterns is not None:
        found.append(match_patterns(names, zone, tables.patterns))
    return pl.concat(found).sort("name", "kind", "subject")
