"""Some names of a snapshot, without the others: those that are new or back, and those of a list.

New names stand in the newest delta; only where the base was written anew are its ranges read, one at a time.  Of a list
the file passes over what it does not name: a day's short list of indicators costs less than the names that it is
looked for in.
"""

from pathlib import Path
from typing import Final

import polars as pl

from comity.sweep.columns import NAMES, conform, empty
from comity.sweep.name_store import (
    BASE,
    DELTA,
    Part,
    Snapshot,
    apply_delta,
    bounds,
    read_changes,
    read_delta,
    read_part,
    read_rows,
)
from comity.sweep.snapshot_errors import SnapshotDamagedError

_NEW: Final = ("new", "returned")


def read_new(store: Path, snapshot: Snapshot) -> pl.DataFrame:
    """Read the names that are new or back: NAMES, ascending."""
    changes = read_changes(store, snapshot)
    new = changes.filter(pl.col("change").is_in(_NEW)).select("name").unique().sort("name")
    if not new.height:
        return empty(NAMES)
    if snapshot.deltas:
        newest = read_rows(store, snapshot.deltas[-1], DELTA)
        found = newest.filter(~pl.col("gone")).join(new, on="name", how="semi", maintain_order="left")
        if found.height == new.height and found["first_seen"].null_count() == 0:
            told = found.drop("gone").with_columns(last_seen=pl.lit(snapshot.as_of, pl.Date))
            return conform(told.select(NAMES.names()), NAMES)
    parts = [read_part(store, snapshot, part).join(new, on="name", how="semi", maintain_order="left")
             for part in snapshot.parts]  # fmt: skip
    return conform(pl.concat([empty(NAMES), *parts]), NAMES)


def read_named(store: Path, snapshot: Snapshot, part: Part, wanted: pl.Series) -> pl.DataFrame:
    """Read the names of a range that are wanted, each once: NAMES, ascending.  Raises `SnapshotDamagedError`."""
    names = wanted.rename("name").unique().to_frame()
    first, after = bounds(snapshot, part)
    try:
        base = (
            pl.scan_parquet(store / part.path).select(BASE.names()).join(names.lazy(), on="name", how="semi").collect()
        )
    except (OSError, pl.exceptions.PolarsError) as error:
        raise SnapshotDamagedError(f"a file of the snapshot cannot be read: {error}", item=part.path) from error
    delta = read_delta(store, snapshot.deltas, first, after).join(names, on="name", how="semi", maintain_order="left")
    found = apply_delta(base.sort("name"), delta)
    return conform(found.with_columns(last_seen=pl.lit(snapshot.as_of, pl.Date)), NAMES)
