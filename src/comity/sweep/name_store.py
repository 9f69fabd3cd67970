"""The store of names: for each zone snapshots in Parquet, written whole or not at all (docs/spec/sweep-store.md).

STORE/<zone>/<snapshot>/names-00000.parquet …   the base: name, ns, ds, first_seen, ascending, each part a range
STORE/<zone>/<snapshot>/delta.parquet           rows that differ from the base: name, ns, ds, first_seen, gone
STORE/<zone>/<snapshot>/gone-00000.parquet …    names that were dropped, with the first snapshot that had them no more
STORE/<zone>/<snapshot>/servers-00000.parquet … SERVERS
STORE/<zone>/<snapshot>/changes-00000.parquet … CHANGES since the snapshot before
STORE/<zone>/<snapshot>/snapshot.json           `Snapshot`: written last; without it the folder is no snapshot
STORE/<zone>/current                            the name of the newest whole snapshot, replaced in one step

A snapshot names files of earlier folders where nothing changed in them, so a day costs what changed on it.  This file
reads; `snapshot_writing` writes whole readings, `snapshot_day` a day's changes, `snapshot_pruning`
takes away what no kept snapshot names.
"""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Final

import msgspec
import polars as pl
from polars.exceptions import PolarsError

from comity.sweep.columns import CHANGES, NAMES, SERVERS, conform, empty
from comity.sweep.snapshot_errors import SnapshotDamagedError
from comity.sweep.snapshot_folder import ACCOUNT, digest_file, find_current

BASE: Final = pl.Schema({"name": pl.String, "ns": pl.UInt64, "ds": pl.Boolean, "first_seen": pl.Date})
DELTA: Final = pl.Schema([*BASE.items(), ("gone", pl.Boolean())])  # first_seen null: what the base says
GONE: Final = pl.Schema({"name": pl.String, "ns": pl.UInt64, "away_since": pl.Date})


class Part(msgspec.Struct, frozen=True):
    """One range of a snapshot's names, `path` relative to the store; what its base file holds and its digest."""

    path: str
    names: int
    first: str
    last: str
    sha256: str = ""


class Rows(msgspec.Struct, frozen=True):
    """A small file of rows beside the base, `path` relative to the store; `as_of`: of the newest snapshot in it."""

    path: str
    rows: int
    as_of: date
    sha256: str = ""


class Snapshot(msgspec.Struct, frozen=True):
    """One whole reading of one zone.  `serial`: of its SOA, 0 where the source had none.

    `deltas`, `servers`, `gone`: oldest first, where a later row is the one that holds.  `source`: the mark of the
    file that was read (`dump_marks.mark_dump`), empty where it cannot be compared by its bytes.
    """

    zone: str
    as_of: date
    serial: int
    names: int
    parts: tuple[Part, ...]
    folder: str  # relative to the store
    deltas: tuple[Rows, ...] = ()
    servers: tuple[Rows, ...] = ()
    gone: tuple[Rows, ...] = ()
    changes: tuple[Rows, ...] = ()
    before: str = ""  # the folder of the snapshot that `changes` compares with
    source: str = ""
    version: int = 1


def find_snapshot(store: Path, zone: str) -> Snapshot | None:
    """Find the newest whole snapshot of a zone.  Raises `SnapshotDamagedError`."""
    name = find_current(store / zone)
    return None if name is None else get_snapshot(store, f"{zone}/{name}")


def get_snapshot(store: Path, folder: str) -> Snapshot:
    """Read a snapshot's account, `folder` relative to the store.  Raises `SnapshotDamagedError`."""
    try:
        return msgspec.json.decode((store / folder / ACCOUNT).read_bytes(), type=Snapshot)
    except (OSError, msgspec.MsgspecError) as error:
        raise SnapshotDamagedError(f"the account of the snapshot cannot be read: {error}", item=folder) from error


def list_snapshots(store: Path, zone: str) -> list[Snapshot]:
    """Read the accounts of the snapshots that are still there, oldest first."""
    newest = find_current(store / zone)
    if newest is None:
        return []
    found = sorted(path.parent.name for path in (store / zone).glob(f"*/{ACCOUNT}"))
    return [get_snapshot(store, f"{zone}/{name}") for name in found if name[0] != "." and name <= newest]


def read_part(store: Path, snapshot: Snapshot, part: Part) -> pl.DataFrame:
    """Read one range of a snapshot: NAMES, ascending, whatever the files on disk are.

    The range ends where the next part begins; the first part also holds what comes before it.
    """
    from_name, to_name = bounds(snapshot, part)
    base = _read(store, part.path, BASE)
    names = apply_delta(base, read_delta(store, snapshot.deltas, from_name, to_name))
    return conform(names.with_columns(last_seen=pl.lit(snapshot.as_of, pl.Date)), NAMES)


def apply_delta(base: pl.DataFrame, delta: pl.DataFrame) -> pl.DataFrame:
    """Give a range of names (BASE) as it is with the rows of a delta of the same range (DELTA), all ascending."""
    if not delta.height:
        return base
    known = base.select("name", known="first_seen")
    there = delta.filter(~pl.col("gone")).join(known, on="name", how="left", maintain_order="left")
    there = there.select("name", "ns", "ds", pl.coalesce("first_seen", "known").alias("first_seen"))
    return base.join(delta, on="name", how="anti", maintain_order="left").merge_sorted(there, key="name")


def bounds(snapshot: Snapshot, part: Part) -> tuple[str | None, str | None]:
    """Give where a part's range begins (with it) and ends (without it); None is the zone's end."""
    firsts, place = _starts(snapshot)
    at = place[part.path]
    return (firsts[at] if at else None), (firsts[at + 1] if at + 1 < len(firsts) else None)


def between(from_name: str | None, to_name: str | None) -> pl.Expr:
    """Say which names are of a range, as `bounds` gives it."""
    begun = pl.lit(value=True) if from_name is None else pl.col("name") >= from_name
    return begun if to_name is None else begun & (pl.col("name") < to_name)


def read_delta(
    store: Path, deltas: Sequence[Rows], from_name: str | None = None, to_name: str | None = None
) -> pl.DataFrame:
    """Read the rows that hold of several deltas, DELTA, ascending, each name once."""
    frames = [_read_range(store, rows.path, DELTA, from_name, to_name) for rows in deltas]
    return fold_deltas([frame for frame in frames if frame.height])


def fold_deltas(frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Make one delta of several, oldest first: a changed name keeps the first_seen that an older delta told."""
    if len(frames) < 2:
        return frames[0] if frames else empty(DELTA)
    return (
        pl.concat(frames)
        .group_by("name", maintain_order=True)
        .agg(pl.col("ns", "ds").last(), pl.col("first_seen").drop_nulls().last(), pl.col("gone").last())
        .with_columns(first_seen=pl.when(~pl.col("gone")).then("first_seen"))
        .sort("name")
        .select(DELTA.names())
    )


def read_servers(store: Path, snapshot: Snapshot) -> pl.DataFrame:
    """Read the sets of name servers: SERVERS, each once, ascending; those of a later day may be out of use again."""
    frames = [_read(store, rows.path, SERVERS) for rows in snapshot.servers]
    return conform(fold_servers([empty(SERVERS), *frames]), SERVERS)


def read_changes(store: Path, snapshot: Snapshot) -> pl.DataFrame:
    """Read what changed since the snapshot before: CHANGES, by name."""
    return pl.concat([empty(CHANGES), *(_read(store, rows.path, CHANGES) for rows in snapshot.changes)])


def read_gone(
    store: Path, gone: Sequence[Rows], from_name: str | None = None, to_name: str | None = None
) -> pl.DataFrame:
    """Read the names that were dropped and are remembered: GONE, each with the last time it went, ascending."""
    frames = [_read_range(store, rows.path, GONE, from_name, to_name) for rows in gone]
    return fold_gone([empty(GONE), *frames])


def fold_gone(frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Make one frame of several of GONE: each name with the last time it went, ascending."""
    return pl.concat(frames).sort("name", "away_since").unique("name", keep="last", maintain_order=True)


def fold_servers(frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Make one frame of several of SERVERS: each set once, ascending."""
    return pl.concat(frames).unique("ns", keep="first").sort("ns")


def read_rows(store: Path, rows: Rows, schema: pl.Schema) -> pl.DataFrame:
    """Read a small file beside the base whole."""
    return _read(store, rows.path, schema)


def verify_snapshot(store: Path, snapshot: Snapshot) -> None:
    """Compare every file of a snapshot with the digest that its account gives.  Raises `SnapshotDamagedError`."""
    files: list[Part | Rows] = [*snapshot.parts, *snapshot.deltas, *snapshot.servers, *snapshot.gone, *snapshot.changes]
    for file in files:
        try:
            found = digest_file(store / file.path)
        except OSError as error:
            raise SnapshotDamagedError(f"cannot be read: {error}", item=file.path) from error
        if found != file.sha256:
            raise SnapshotDamagedError("is not what was written; read the zone anew from its source", item=file.path)


@lru_cache(maxsize=64)
def _starts(snapshot: Snapshot) -> tuple[list[str], dict[str, int]]:
    firsts = [part.first for part in snapshot.parts]
    return firsts, {part.path: at for at, part in enumerate(snapshot.parts)}


def _read(store: Path, path: str, schema: pl.Schema) -> pl.DataFrame:
    try:
        return conform(pl.read_parquet(store / path, columns=schema.names()), schema)
    except (OSError, PolarsError) as error:
        raise SnapshotDamagedError(f"a file of the snapshot cannot be read: {error}", item=path) from error


def _read_range(store: Path, path: str, schema: pl.Schema, from_name: str | None, to_name: str | None) -> pl.DataFrame:
    try:
        rows = pl.scan_parquet(store / path).filter(between(from_name, to_name))
        return conform(rows.select(schema.names()).collect(), schema)
    except (OSError, PolarsError) as error:
        raise SnapshotDamagedError(f"a file of the snapshot cannot be read: {error}", item=path) from error
