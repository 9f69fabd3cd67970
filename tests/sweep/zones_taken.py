"""Zones that are taken into a store day by day, as a run takes them."""

import os
from datetime import date, datetime
from pathlib import Path

import polars as pl

from comity.sweep.name_store import Snapshot, find_snapshot, read_changes, read_gone, read_part, read_servers
from comity.sweep.plan import Keeping, PlannedZone, mark_file
from comity.sweep.take_zone import TakenZone, read_taken, take_zone
from comity.sweep.tasks import TakeZone

FIRST = date(2026, 11, 1)


def task(
    store: Path,
    run: Path,
    source: Path,
    as_of: date,
    *,
    zone: str = "ru",
    keep_dumps: Keeping = "link",
    before: Path | None = None,
) -> TakeZone:
    """The task of one day; the file is put on its day."""
    noon = int(datetime.combine(as_of, datetime.min.time()).timestamp()) + 43_200
    os.utime(source, (noon, noon))
    newest = find_snapshot(store, zone)
    planned = PlannedZone(
        zone=zone, source=str(source), mark=mark_file(source), as_of=as_of,
        before="" if newest is None else newest.folder, before_dump="" if before is None else str(before),
        before_as_of=None if before is None else FIRST, before_mark=None if before is None else mark_file(before),
    )  # fmt: skip
    return TakeZone(
        zone=planned, store=str(store), run=str(run), accept_loss=True, memory_bytes=64 << 20, keep_dumps=keep_dumps
    )


def take(store: Path, run: Path, source: Path, as_of: date, *, keep_dumps: Keeping = "link") -> TakenZone:
    """Take one day."""
    take_zone(task(store, run, source, as_of, keep_dumps=keep_dumps))
    return read_taken(run, "ru")


def newest(store: Path) -> Snapshot:
    found = find_snapshot(store, "ru")
    assert found is not None
    return found


def rows_of(store: Path) -> list[pl.DataFrame]:
    """All that a store says of the newest snapshot: names, what changed, what is gone, the servers in use."""
    snapshot = newest(store)
    names = pl.concat([read_part(store, snapshot, part) for part in snapshot.parts])
    servers = read_servers(store, snapshot).join(names.select("ns").unique(), on="ns", how="semi")
    return [names, read_changes(store, snapshot), read_gone(store, snapshot.gone), servers.sort("ns")]


def put(path: Path, octets: bytes) -> Path:
    """Put a dump in its place by a rename, as it should be."""
    part = path.with_suffix(".part")
    part.write_bytes(octets)
    part.replace(path)
    return path
