"""Write a whole reading of a zone as its next snapshot: compared with the one before range by range, or not at all.

What the snapshot before knew of the same range is read beside each range, so `first_seen` goes on and CHANGES are told
in the same pass.  A reading that turns out not to be ascending becomes sorted runs and is read again in order.  What
refuses a reading (order, loss, another zone, a name twice, a full disk, the reader itself) leaves the store as it was.
"""

from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path

import msgspec
import polars as pl

from comity.sweep.columns import SERVERS, conform
from comity.sweep.name_store import Rows, Snapshot, find_snapshot
from comity.sweep.names_apart import READING
from comity.sweep.range_settling import RangeSettling
from comity.sweep.row_files import Spool
from comity.sweep.server_sets import UNKNOWN_SERVERS
from comity.sweep.snapshot_errors import SnapshotZoneError
from comity.sweep.snapshot_folder import hold_zone, publish, write_folder, writing
from comity.sweep.snapshot_limits import StoreLimits, check_loss, check_order
from comity.sweep.sorted_runs import gather, read_ranges, write_run


def write_snapshot(
    store: Path,
    zone: str,
    frames: Iterable[pl.DataFrame],
    *,
    as_of: date,
    serial: int | Callable[[], int] = 0,
    source: str = "",
    limits: StoreLimits | None = None,
    accept_loss: bool = False,
) -> Snapshot:
    """Write the frames of `zone_text.read_zone` (name, ns, ds, servers; in any order) as the newest snapshot of a zone.

    A `serial` that only the end of the reading tells is a function.  Raises `SnapshotOrderError`, `SnapshotLossError`,
    `SnapshotZoneError`, `NameTwiceError`, `SnapshotBusyError`, `SnapshotUnwrittenError`, and what the frames raise.
    """
    bounds = limits or StoreLimits()
    name = as_of.isoformat()
    with hold_zone(store, zone) as home:
        before = find_snapshot(store, zone)
        check_order(before, as_of, 0 if callable(serial) else serial, is_changed=False)
        with write_folder(home, name) as stage:
            settling = RangeSettling(store, before, stage, as_of, bounds)
            servers = _settle_all(settling, zone, frames, stage, as_of, bounds.part_names)
            changes, gone = settling.finish()
            number = serial() if callable(serial) else serial
            check_order(before, as_of, number, is_changed=bool(changes))
            if before is not None:
                check_loss(before, settling.lost, bounds, accept_loss=accept_loss)
            snapshot = Snapshot(
                zone=zone,
                as_of=as_of,
                serial=number,
                names=sum(part.names for part in settling.parts),
                parts=tuple(settling.parts),
                folder=f"{zone}/{name}",
                servers=servers,
                changes=changes,
                gone=gone,
                before="" if before is None else before.folder,
                source=source,
            )
            publish(stage, name, render_account(snapshot))
    return snapshot


def render_account(snapshot: Snapshot) -> bytes:
    """Write the account of a snapshot as its file has it."""
    return msgspec.json.format(msgspec.json.encode(snapshot), indent=1) + b"\n"


def _settle_all(
    settling: RangeSettling, zone: str, frames: Iterable[pl.DataFrame], stage: Path, as_of: date, rows: int
) -> tuple[Rows, ...]:
    """Settle every range of a reading and give the files of its sets of servers."""
    runs: list[Path] = []
    sets: list[Path] = []
    last, ascending = "", True
    for batch in gather(iter(frames), rows):
        _check_zone(batch, zone)
        sets.append(_keep_sets(batch, stage / f"sets-{len(sets):05}"))
        names = batch.select(READING)
        names = names if names["name"].is_sorted() else names.sort("name")
        ascending = ascending and last < names["name"][0]
        if ascending:
            runs.append(settling.settle(names))
        else:
            runs.append(stage / f"run-{len(runs):05}")
            with writing(stage):
                write_run(names, runs[-1])
        last = names["name"][-1]
    if not ascending:
        with writing(stage):
            moved = [run.rename(stage / f"again-{at:05}") for at, run in enumerate(runs)]
        settling.begin_again()
        for names in read_ranges(moved, READING, rows):
            settling.settle(names)
        _remove(stage, moved)
    spool = Spool(stage, "servers", as_of, rows)
    for some in read_ranges(sets, SERVERS.names(), rows):
        spool.add(some.unique("ns", keep="first", maintain_order=True))
    _remove(stage, sets)
    return spool.finish()


def _check_zone(batch: pl.DataFrame, zone: str) -> None:
    other = batch.filter(~pl.col("name").str.ends_with(f".{zone}")).head(1)
    if other.height:
        raise SnapshotZoneError(f"is no name of the zone {zone}", item=other["name"][0])


def _keep_sets(batch: pl.DataFrame, path: Path) -> Path:
    known = batch.select(SERVERS.names()).filter(pl.col("ns") != UNKNOWN_SERVERS)
    sets = known.unique("ns", keep="any").sort("ns")
    with writing(path.parent):
        write_run(conform(sets, SERVERS), path)
    return path


def _remove(stage: Path, paths: list[Path]) -> None:
    with writing(stage):
        for path in paths:
            path.unlink()
