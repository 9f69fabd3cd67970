"""What differs between the names of two readings of one range, told as CHANGES.

A name that has both other servers and another DS flag is told twice, once for each.  Where a reading did not know the
servers or the DS (a list of names), nothing is told of them: silence of a source is no change of a name.
"""

from datetime import date
from typing import Final

import polars as pl

from comity.sweep.columns import CHANGES
from comity.sweep.server_sets import UNKNOWN_SERVERS

READING: Final = ("name", "ns", "ds")
APART: Final = pl.Schema(
    {
        "name": pl.String,
        "ns_before": pl.UInt64,
        "ds_before": pl.Boolean,
        "was": pl.Boolean,
        "ns": pl.UInt64,
        "ds": pl.Boolean,
        "is": pl.Boolean,
    }
)

_WAS = pl.col("was").fill_null(value=False)
_IS = pl.col("is").fill_null(value=False)
_BOTH = _WAS & _IS
_KNOWN = _BOTH & (pl.col("ns") != UNKNOWN_SERVERS) & (pl.col("ns_before") != UNKNOWN_SERVERS)
_OTHER_SERVERS = (_KNOWN & (pl.col("ns") != pl.col("ns_before"))).fill_null(value=False)
_OTHER_DS = (_KNOWN & (pl.col("ds") != pl.col("ds_before"))).fill_null(value=False)


def set_apart(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """Find the names of one range that two readings (name, ns, ds; each name once) have differently: APART, by name."""
    left = before.select(
        "name", pl.col("ns").alias("ns_before"), pl.col("ds").alias("ds_before"), was=pl.lit(value=True)
    )
    right = after.select(*READING, pl.lit(value=True).alias("is"))
    both = left.join(right, on="name", how="full", coalesce=True)
    apart = both.filter(~_BOTH | _OTHER_SERVERS | _OTHER_DS).sort("name")
    return apart.with_columns(_WAS.alias("was"), _IS.alias("is")).select(APART.names())


def tell_changes(apart: pl.DataFrame, at: date) -> pl.DataFrame:
    """Tell what is apart as CHANGES, by name; of a name that came back `tell_returned` knows."""
    kinds = {
        "new": ~pl.col("was"),
        "dropped": ~pl.col("is"),
        "servers-changed": _OTHER_SERVERS,
        "ds-changed": _OTHER_DS,
    }
    told = [apart.filter(which).with_columns(change=pl.lit(kind)) for kind, which in kinds.items()]
    return (
        pl.concat(told)
        .sort("name", "change")
        .with_columns(at=pl.lit(at, pl.Date), away_since=pl.lit(None, pl.Date))
        .select(CHANGES.names())
    )


def tell_returned(changes: pl.DataFrame, gone: pl.DataFrame) -> pl.DataFrame:
    """Tell of new names that were dropped before (GONE) that they are back: since when they were away, and whose."""
    if not gone.height:
        return changes
    known = gone.select("name", pl.col("ns").alias("ns_then"), pl.col("away_since").alias("then"))
    joined = changes.join(known, on="name", how="left", maintain_order="left")
    back = (pl.col("change") == "new") & pl.col("then").is_not_null()
    return joined.with_columns(
        change=pl.when(back).then(pl.lit("returned")).otherwise("change"),
        ns_before=pl.when(back).then("ns_then").otherwise("ns_before"),
        away_since=pl.when(back).then("then"),
    ).select(CHANGES.names())
