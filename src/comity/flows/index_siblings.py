"""Index siblings: put the names of the zones' newest snapshots in the orders in which siblings are looked for.

Made anew where a zone has a newer snapshot than the index, or where registrations are given; the registrations of the
index before are used again until others come.  Another store of names than the node's own has an index of its own.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Final

import polars as pl

from comity.core.errors import NotFoundError
from comity.edges.home import Home
from comity.sweep.columns import SERVERS, empty
from comity.sweep.name_store import Snapshot, find_snapshot, read_part, read_servers
from comity.sweep.sibling_index import (
    SiblingIndex,
    kept_registrations,
    open_index,
    read_registrations,
    write_index,
)

NAMES: Final = Path("sweeps", "names")
_INDEX: Final = "siblings"


def index_siblings(home: Home, *, names: Path | None = None, registrations: Sequence[Path] = ()) -> SiblingIndex:
    """Open the index of a store of names (the node's own, if not said), made anew where it is behind.

    Raises `NotFoundError` where the store has no snapshot of any zone of this node, `InputError` for a bad table.
    """
    store = home.path / NAMES if names is None else names
    snapshots = {zone: one for zone in home.zones if (one := find_snapshot(store, zone)) is not None}
    if not snapshots:
        zones = ", ".join(home.zones)
        raise NotFoundError(f"has no snapshot of {zones}; read a zone with comity sweep", item=str(store))
    folder = store / _INDEX
    marks = {zone: one.folder for zone, one in snapshots.items()}
    if (folder / "index.json").exists() and not registrations:
        index = open_index(folder)
        if index.described.zones == marks:
            return index
    given = pl.concat([read_registrations(path) for path in registrations]) if registrations else None
    if given is None and folder.exists():
        given = kept_registrations(folder)
    sets = [read_servers(store, one) for one in snapshots.values()]
    servers = pl.concat([empty(SERVERS), *sets]).unique("ns").sort("ns")
    newest = max(one.as_of for one in snapshots.values())
    return write_index(folder, _parts(store, snapshots), servers, marks, given, as_of=newest)


def newest_day(home: Home, *, names: Path | None = None) -> date:
    """The day of the newest snapshot of any zone of this node; the first of all days where there is none."""
    store = home.path / NAMES if names is None else names
    return max((one.as_of for zone in home.zones if (one := find_snapshot(store, zone)) is not None), default=date.min)


def _parts(store: Path, snapshots: Mapping[str, Snapshot]) -> Iterator[tuple[str, pl.DataFrame]]:
    for zone, snapshot in snapshots.items():
        for part in snapshot.parts:
            yield zone, read_part(store, snapshot, part)
