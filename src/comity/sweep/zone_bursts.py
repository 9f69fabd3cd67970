"""The bursts of a zone's newest day, from the changes that the store's snapshots tell of it and of the days before."""

from datetime import timedelta
from pathlib import Path
from typing import Final

import polars as pl

from comity.sweep.bursts import BURSTS, BurstLimits, find_bursts
from comity.sweep.columns import CHANGES, empty
from comity.sweep.name_store import Snapshot, list_snapshots, read_changes, read_servers

HISTORY_SNAPSHOTS: Final = 14  # that are looked at: a week and a half before the last three days
ZONE_BURSTS: Final = pl.Schema([*BURSTS.items(), ("servers", pl.String())])


def find_zone_bursts(store: Path, snapshot: Snapshot) -> tuple[pl.DataFrame, int | None]:
    """Find the bursts of a snapshot's day: BURSTS and the servers of those that are of servers.

    Beside them how many earlier days with changes are known where they are too few to tell, else None.
    """
    limits = BurstLimits()
    known = [one for one in list_snapshots(store, snapshot.zone) if one.as_of <= snapshot.as_of][-HISTORY_SNAPSHOTS:]
    begun = snapshot.as_of - timedelta(days=limits.days - 1)
    days = sum(one.as_of < begun and bool(one.changes) for one in known)
    if days < limits.history_days:
        return pl.DataFrame(schema=ZONE_BURSTS), days
    changes = pl.concat([empty(CHANGES), *(read_changes(store, one) for one in known)])
    found = find_bursts(changes, as_of=snapshot.as_of, limits=limits)
    sets = read_servers(store, snapshot).select(pattern=pl.col("ns").cast(pl.String), servers="servers")
    of_servers = pl.when(pl.col("reason") == "burst-of-servers").then("servers").otherwise(pl.lit(""))
    told = found.join(sets, on="pattern", how="left", maintain_order="left").with_columns(servers=of_servers)
    return told.select(ZONE_BURSTS.names()), None
