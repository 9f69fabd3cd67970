"""Which names are back in the zone after a hold took them out of it?

A hold (serverHold) takes the delegation out of the zone: a snapshot tells the name as dropped, and as returned when it
is back.  A return belongs to a hold when the name went from the zone within days of it; a name that the store no
longer remembers as dropped comes as new, and is then told as returned since the day of its last hold.  It may be with
another registrant: nothing here says who is behind a name that is back.
"""

from datetime import timedelta
from typing import Final

import polars as pl

from comity.sweep.columns import CHANGES, conform

HOLDS: Final = pl.Schema({"name": pl.String, "held_on": pl.Date})
GONE_WITHIN: Final = timedelta(days=7)  # of a hold: how long a zone may take to lose the name, and a dump to be read
_DAY: Final = timedelta(days=1)  # a hold is dated by the node, a snapshot by its dump


def mark_returned(changes: pl.DataFrame, holds: pl.DataFrame) -> pl.DataFrame:
    """Tell new names (CHANGES) that were held before (HOLDS) as returned, away since the last hold before they came."""
    last = _last_hold(changes, holds)
    known = changes.join(last, on=["name", "at"], how="left", maintain_order="left")
    back = (pl.col("change") == "new") & pl.col("held_on").is_not_null()
    marked = known.with_columns(
        change=pl.when(back).then(pl.lit("returned")).otherwise("change"),
        away_since=pl.when(back).then("held_on").otherwise("away_since"),
    )
    return conform(marked.select(CHANGES.names()), CHANGES)


def find_returns(changes: pl.DataFrame, holds: pl.DataFrame) -> pl.DataFrame:
    """Find the names that came back after a hold: CHANGES and `held_on`, of names that are returned by a hold."""
    marked = mark_returned(changes, holds).filter(pl.col("change") == "returned")
    every = marked.join(conform(holds, HOLDS).unique(), on="name", how="inner")
    away = pl.col("away_since")
    of_hold = (pl.col("held_on") - _DAY <= away) & (away <= pl.col("held_on") + GONE_WITHIN)
    found = every.filter(of_hold & (pl.col("held_on") <= pl.col("at"))).sort("name", "at", "held_on")
    return found.unique(["name", "at"], keep="last", maintain_order=True)


def _last_hold(changes: pl.DataFrame, holds: pl.DataFrame) -> pl.DataFrame:
    new = changes.filter(pl.col("change") == "new").select("name", "at")
    before = new.join(conform(holds, HOLDS), on="name", how="inner").filter(pl.col("held_on") <= pl.col("at"))
    return before.group_by("name", "at").agg(pl.col("held_on").max())
