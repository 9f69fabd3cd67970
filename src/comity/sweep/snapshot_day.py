"""Write a day as a small snapshot: the rows that changed, beside the base that is there.

What differs (APART, from `changes.compare_dumps`) becomes one delta; names that did not change are not touched, their
`last_seen` is the snapshot's date.  When the deltas have more rows than a share of the zone the base is written anew,
range by range, and sets of servers that no name uses are left out.  Refused is a day that does not follow the newest
snapshot, or that lost too much, as of a whole reading.
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import msgspec
import polars as pl

from comity.sweep.columns import SERVERS, conform, empty
from comity.sweep.name_store import (
    BASE,
    DELTA,
    GONE,
    Part,
    Rows,
    Snapshot,
    apply_delta,
    between,
    bounds,
    find_snapshot,
    fold_deltas,
    fold_gone,
    fold_servers,
    read_part,
    read_rows,
)
from comity.sweep.names_apart import tell_changes, tell_returned
from comity.sweep.range_settling import select_gone, write_part
from comity.sweep.row_files import Spool, add_rows, write_rows
from comity.sweep.snapshot_errors import SnapshotOrderError
from comity.sweep.snapshot_folder import hold_zone, publish, write_folder, writing
from comity.sweep.snapshot_limits import StoreLimits, check_loss, check_order, is_remembered
from comity.sweep.snapshot_writing import render_account
from comity.sweep.sorted_runs import gather, read_ranges, write_run


class Day(msgspec.Struct, frozen=True):
    """What a day is: names that are apart (APART, by name), the sets of servers they have now, and of which reading."""

    apart: pl.DataFrame
    servers: pl.DataFrame
    serial: int = 0
    source: str = ""


def write_day(
    store: Path,
    before: Snapshot,
    day: Day,
    *,
    as_of: date,
    limits: StoreLimits | None = None,
    accept_loss: bool = False,
) -> Snapshot:
    """Write the snapshot that follows another, which must be the newest, from what changed.

    Raises `SnapshotOrderError`, `SnapshotLossError`, `SnapshotBusyError`, `SnapshotUnwrittenError`,
    `SnapshotDamagedError`.
    """
    rules = limits or StoreLimits()
    zone, name = before.zone, as_of.isoformat()
    with hold_zone(store, zone) as home:
        newest = find_snapshot(store, zone)
        if newest != before:
            raise SnapshotOrderError(
                f"what changed since {before.as_of} does not follow the newest snapshot", item=zone
            )
        check_order(before, as_of, day.serial, is_changed=day.apart.height > 0)
        changes = tell_changes(day.apart, as_of)
        dropped = select_gone(changes)
        check_loss(before, dropped.height, rules, accept_loss=accept_loss)
        with write_folder(home, name) as stage:
            files = _Files(store, before, stage, as_of, rules)
            new = day.apart.filter(~pl.col("was"))
            changes = tell_returned(changes, files.read_gone_of(new))
            snapshot = msgspec.structs.replace(
                before,
                as_of=as_of,
                serial=day.serial,
                names=before.names + new.height - dropped.height,
                folder=f"{zone}/{name}",
                changes=files.write_changes(changes),
                gone=files.add_gone(dropped),
                before=before.folder,
                source=day.source,
            )
            delta = make_delta(day.apart, as_of)
            rows = sum(rows.rows for rows in before.deltas) + delta.height
            if rows > rules.delta_share * max(snapshot.names, 1):
                parts, used = files.write_base_anew(delta)
                servers = files.write_servers_used(day.servers, used)
                snapshot = msgspec.structs.replace(snapshot, parts=parts, deltas=(), servers=servers)
            else:
                deltas, servers = files.add_delta(delta), files.add_servers(day.servers)
                snapshot = msgspec.structs.replace(snapshot, deltas=deltas, servers=servers)
            publish(stage, name, render_account(snapshot))
    return snapshot


def make_delta(apart: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Make of names that are apart the rows that a store keeps of them: DELTA, ascending."""
    is_new = ~pl.col("was") & pl.col("is")
    delta = apart.select(
        "name",
        pl.when("is").then("ns").alias("ns"),
        pl.when("is").then("ds").alias("ds"),
        pl.when(is_new).then(pl.lit(as_of, pl.Date)).alias("first_seen"),
        (~pl.col("is")).alias("gone"),
    )
    return conform(delta, DELTA)


class _Files:
    """The files of one day in its stage."""

    def __init__(self, store: Path, before: Snapshot, stage: Path, as_of: date, limits: StoreLimits) -> None:
        self._store, self._before, self._stage, self._as_of, self._limits = store, before, stage, as_of, limits
        self._gone = [rows for rows in before.gone if is_remembered(rows.as_of, as_of, limits)]

    def read_gone_of(self, names: pl.DataFrame) -> pl.DataFrame:
        wanted = names.select("name")
        found = [read_rows(self._store, rows, GONE).join(wanted, on="name", how="semi") for rows in self._gone]
        return fold_gone([empty(GONE), *found])

    def write_changes(self, changes: pl.DataFrame) -> tuple[Rows, ...]:
        return (write_rows(changes, self._stage / "changes-00000.parquet", self._as_of),) if changes.height else ()

    def add_gone(self, dropped: pl.DataFrame) -> tuple[Rows, ...]:
        return add_rows(
            self._gone,
            dropped,
            self._stage / "gone-00000.parquet",
            self._as_of,
            read=lambda rows: read_rows(self._store, rows, GONE),
            fold=fold_gone,
            at_most=self._limits.part_names,
        )

    def add_delta(self, delta: pl.DataFrame) -> tuple[Rows, ...]:
        return add_rows(
            self._before.deltas,
            delta,
            self._stage / "delta.parquet",
            self._as_of,
            read=lambda rows: read_rows(self._store, rows, DELTA),
            fold=fold_deltas,
            at_most=self._limits.part_names,
        )

    def add_servers(self, servers: pl.DataFrame) -> tuple[Rows, ...]:
        return add_rows(
            self._before.servers,
            conform(servers.sort("ns"), SERVERS),
            self._stage / "servers-00000.parquet",
            self._as_of,
            read=lambda rows: read_rows(self._store, rows, SERVERS),
            fold=fold_servers,
            at_most=self._limits.part_names,
        )

    def write_base_anew(self, delta: pl.DataFrame) -> tuple[tuple[Part, ...], pl.DataFrame]:
        """Write the whole base with all deltas in it; give its parts and the signatures that its names use."""
        parts: list[Part] = []
        used = pl.DataFrame(schema={"ns": pl.UInt64})
        for names in gather(self._ranges_now(delta), self._limits.part_names):
            parts.append(write_part(names, self._stage / f"names-{len(parts):05}.parquet"))
            used = pl.concat([used, names.select("ns").drop_nulls()]).unique()
        if not parts:
            parts.append(write_part(empty(BASE), self._stage / "names-00000.parquet"))
        return tuple(parts), used

    def _ranges_now(self, delta: pl.DataFrame) -> Iterator[pl.DataFrame]:
        for part in self._before.parts:
            first, after = bounds(self._before, part)
            names = read_part(self._store, self._before, part).select(BASE.names())
            yield apply_delta(names, delta.filter(between(first, after)))

    def _write_set_run(self, servers: pl.DataFrame) -> Path:
        path = self._stage / "sets"
        with writing(self._stage):
            write_run(conform(servers.sort("ns"), SERVERS), path)
        return path

    def write_servers_used(self, servers: pl.DataFrame, used: pl.DataFrame) -> tuple[Rows, ...]:
        spool = Spool(self._stage, "servers", self._as_of, self._limits.part_names)
        files = [self._store / rows.path for rows in self._before.servers]
        for some in read_ranges([*files, self._write_set_run(servers)], SERVERS.names(), self._limits.part_names):
            spool.add(
                some.unique("ns", keep="first", maintain_order=True).join(
                    used, on="ns", how="semi", maintain_order="left"
                )
            )
        with writing(self._stage):
            (self._stage / "sets").unlink()
        return spool.finish()
