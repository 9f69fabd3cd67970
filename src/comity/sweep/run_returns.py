"""Names that are back after a hold, over all zones of a run.

    tables/holds.parquet            which names the node held, and since which day; missing without a node
    returns.parquet, returns.csv    the changes that are returns, with the day of the hold, a first column `zone`

What the store no longer remembers as dropped and a hold explains is told as returned in the changes, too.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

import msgspec
import polars as pl

from comity.sweep import run_folder
from comity.sweep.columns import CHANGES, conform
from comity.sweep.returns import HOLDS, find_returns, mark_returned
from comity.sweep.run_folder import write_file

HOLDS_FILE: Final = "holds.parquet"
RETURNS: Final = pl.Schema([("zone", pl.String()), *CHANGES.items(), ("held_on", pl.Date())])
_SHOWN: Final = 10
_COMES: Final = ("new", "returned")


class Held(msgspec.Struct, frozen=True):
    """A name that was held, and since which day."""

    name: str
    held_on: date


class RunReturns(msgspec.Struct, frozen=True):
    """Of a run: CHANGES with `zone` of held names that came, marked; and RETURNS.  `zones`: those that were swept."""

    marked: pl.DataFrame
    found: pl.DataFrame
    zones: tuple[str, ...]


def write_holds(tables: Path, holds: Sequence[Held] | None) -> None:
    """Put what was held beside the tables; nothing where there is no node to ask."""
    if holds is not None:
        rows = [(one.name, one.held_on) for one in holds]
        frame = pl.DataFrame(rows, schema=HOLDS, orient="row").unique().sort(HOLDS.names())
        write_file(tables / HOLDS_FILE, frame.write_parquet)


def find_run_returns(changes: Sequence[tuple[str, Sequence[str]]], run: Path) -> RunReturns | None:
    """Find the returns after a hold among the changes (zone, files) of a run; None: nothing is known of holds."""
    file = run / run_folder.TABLES / HOLDS_FILE
    if not file.exists():
        return None
    holds = conform(pl.read_parquet(file), HOLDS)
    marked = [pl.DataFrame(schema={"zone": pl.String, **CHANGES})]
    found = [pl.DataFrame(schema=RETURNS)]
    for zone, paths in changes:
        if not paths or not holds.height:
            continue
        came = pl.scan_parquet(list(paths)).filter(pl.col("change").is_in(_COMES))
        held = came.join(holds.lazy().select("name").unique(), on="name", how="semi").collect()
        here = pl.lit(zone).alias("zone")
        marked.append(mark_returned(held, holds).select(here, pl.all()))
        found.append(find_returns(held, holds).select(here, *RETURNS.names()[1:]))
    return RunReturns(pl.concat(marked), pl.concat(found), tuple(zone for zone, _ in changes))


def join_returns(returns: RunReturns | None, run: Path) -> Mapping[str, dict[str, Any]] | None:
    """Write the returns of a run, and say how many each zone has, with the first of them."""
    if returns is None:
        return None
    write_file(run / run_folder.RETURNS, returns.found.write_parquet)
    write_file(run / run_folder.RETURNS_TABLE, returns.found.write_csv)
    told: dict[str, dict[str, Any]] = {}
    for zone in returns.zones:
        here = returns.found.filter(pl.col("zone") == zone)
        told[zone] = {
            "found": here.height,
            "first": here.head(_SHOWN).select("name", "held_on", "away_since").to_dicts(),
        }
    return told
