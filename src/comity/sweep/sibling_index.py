"""The names of all zones in the orders in which siblings are looked for: by name, by set of servers, by day.

Made once for a set of snapshots; afterwards a question reads the row groups that its answer lies in, and its cost
follows the answer.  What registrations say besides (registrar, day, token of the registrant) comes from a table of the
registry: `name, registrar, created, registrant`, the last two as a date and as a hash in hexadecimal.  A token that is
no hash is refused: personal data is not taken in.

FOLDER/by-name.parquet …-servers …-day …-registrant   ROWS in these orders
FOLDER/servers.parquet                                SERVERS
FOLDER/sample.parquet                                 some of the names, evenly
FOLDER/registrations.parquet                          REGISTRATIONS, where given: for the next index
FOLDER/index.json                                     `Described`, written last; without it the folder is no index
"""

import os
import shutil
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Final

import msgspec
import polars as pl

from comity.core.errors import InputError
from comity.sweep.columns import NAMES, SERVERS, conform

ROWS: Final = pl.Schema(
    {
        "name": pl.String, "zone": pl.String, "ns": pl.UInt64, "day": pl.Date, "registrar": pl.String,
        "registrant": pl.String,
    }
)  # fmt: skip
REGISTRATIONS: Final = pl.Schema(
    {"name": pl.String, "registrar": pl.String, "created": pl.Date, "registrant": pl.String}
)
SAMPLED: Final = 100_000
_ROW_GROUP: Final = 16_384
_ORDERS: Final = {"name": "name", "servers": "ns", "day": "day", "registrant": "registrant"}
_DESCRIPTION: Final = "index.json"


class Described(msgspec.Struct, frozen=True):
    """What an index was made of: zone → its snapshot, how many names, whether registrations were joined."""

    zones: dict[str, str]
    names: int
    has_registrations: bool = False
    as_of: date | None = None


class SiblingIndex(msgspec.Struct, frozen=True):
    """ROWS in their orders, to be asked lazily; SERVERS; a sample of names."""

    described: Described
    by_name: pl.LazyFrame
    by_servers: pl.LazyFrame
    by_day: pl.LazyFrame
    by_registrant: pl.LazyFrame
    servers: pl.LazyFrame
    sample: pl.DataFrame
    registrars: pl.DataFrame  # registrar, holders


def read_registrations(path: Path) -> pl.DataFrame:
    """Read a registry's table, tab separated, without a header: REGISTRATIONS.  Raises `InputError`."""
    try:
        table = pl.read_csv(
            path, separator="\t", has_header=False, quote_char=None, infer_schema=False, truncate_ragged_lines=False
        )
    except (pl.exceptions.PolarsError, OSError) as error:
        raise InputError(f"is no table of registrations: {str(error).splitlines()[0]}", item=str(path)) from error
    if not 3 <= table.width <= 4:
        raise InputError("has not the columns name, registrar, created and, if any, registrant", item=str(path))
    if table.width == 3:
        table = table.with_columns(pl.lit(None, pl.String).alias("column_4"))
    table.columns = REGISTRATIONS.names()
    table = table.with_columns(pl.col("created").str.to_date("%Y-%m-%d", strict=False))
    for column, wrong, why in (
        ("created", pl.col("created").is_null(), "is no date"),
        ("name", ~pl.col("name").str.contains(r"^[a-z0-9-]+(?:\.[a-z0-9-]+)+$").fill_null(value=False), "is no name"),
        ("registrant", ~pl.col("registrant").str.contains(r"^[0-9a-f]{16,128}$"), "is no hash; nobody's data is taken"),
    ):
        lines = table.with_row_index("line", 1).filter(wrong)
        if lines.height:
            raise InputError(f"line {lines['line'][0]}: the column {column} {why}", item=str(path))
    return conform(table, REGISTRATIONS)


def join_rows(names: pl.LazyFrame, zone: str, registrations: pl.LazyFrame | None = None) -> pl.LazyFrame:
    """Make ROWS of a zone's NAMES; the day of a name is when it was registered, else when it was first seen."""
    rows = names.select("name", pl.lit(zone).alias("zone"), "ns", pl.col("first_seen").alias("day"))
    if registrations is None:
        return rows.with_columns(
            pl.lit(None, pl.String).alias("registrar"), pl.lit(None, pl.String).alias("registrant")
        )
    joined = rows.join(registrations, on="name", how="left")
    return joined.with_columns(pl.coalesce("created", "day").alias("day")).select(ROWS.names())


def make_index(
    zones: Mapping[str, pl.DataFrame], servers: pl.DataFrame, registrations: pl.DataFrame | None = None
) -> SiblingIndex:
    """Make an index of frames (zone → NAMES) in memory."""
    conform(servers, SERVERS)
    given = None if registrations is None else conform(registrations, REGISTRATIONS).lazy()
    parts = [join_rows(conform(names, NAMES).lazy(), zone, given) for zone, names in sorted(zones.items())]
    rows = pl.concat(parts).collect() if parts else pl.DataFrame(schema=ROWS)
    described = Described(dict.fromkeys(sorted(zones), ""), rows.height, given is not None)
    return SiblingIndex(
        described=described, by_name=rows.sort("name").lazy(), by_servers=rows.sort("ns", "name").lazy(),
        by_day=rows.sort("day", "name").lazy(), by_registrant=_held(rows.lazy()), servers=servers.lazy(),
        sample=_sample(rows.lazy(), rows.height), registrars=_registrars(rows.lazy()),
    )  # fmt: skip


def write_index(
    folder: Path, parts: Iterable[tuple[str, pl.DataFrame]], servers: pl.DataFrame, snapshots: Mapping[str, str],
    registrations: pl.DataFrame | None = None, *, as_of: date | None = None,
) -> SiblingIndex:  # fmt: skip
    """Write an index of a zone's NAMES part by part, sorted without holding them; whole, or none is left behind."""
    made = folder.with_name(f".{folder.name}.{os.getpid()}")
    try:
        _write(made, parts, servers, snapshots, registrations, as_of)
        if folder.exists():
            folder.rename(made.with_name(made.name + ".old"))
        made.rename(folder)
    finally:
        for left in (made, made.with_name(made.name + ".old")):
            shutil.rmtree(left, ignore_errors=True)
    return open_index(folder)


def kept_registrations(folder: Path) -> pl.DataFrame | None:
    """Read the registrations that an index was made with, if it was."""
    file = folder / "registrations.parquet"
    return conform(pl.read_parquet(file), REGISTRATIONS) if file.exists() else None


def _write(
    made: Path, parts: Iterable[tuple[str, pl.DataFrame]], servers: pl.DataFrame, snapshots: Mapping[str, str],
    registrations: pl.DataFrame | None, as_of: date | None,
) -> None:  # fmt: skip
    (made / "rows").mkdir(parents=True)
    given = None if registrations is None else conform(registrations, REGISTRATIONS).lazy()
    names = 0
    for number, (zone, frame) in enumerate(parts):
        names += frame.height
        rows = join_rows(conform(frame, NAMES).lazy(), zone, given).collect()
        rows.write_parquet(made / "rows" / f"{number:05}.parquet")
    files = sorted((made / "rows").glob("*.parquet"))
    rows_of_all = pl.scan_parquet(files) if files else pl.LazyFrame(schema=ROWS)
    for order, column in _ORDERS.items():
        ordered = _held(rows_of_all) if order == "registrant" else rows_of_all.sort(column, "name")
        ordered.sink_parquet(made / f"by-{order}.parquet", row_group_size=_ROW_GROUP)
    conform(servers, SERVERS).sort("ns").write_parquet(made / "servers.parquet", row_group_size=_ROW_GROUP)
    _sample(pl.scan_parquet(made / "by-name.parquet"), names).write_parquet(made / "sample.parquet")
    _registrars(rows_of_all).write_parquet(made / "registrars.parquet")
    shutil.rmtree(made / "rows")
    if registrations is not None:
        registrations.write_parquet(made / "registrations.parquet")
    described = Described(dict(sorted(snapshots.items())), names, given is not None, as_of)
    (made / _DESCRIPTION).write_bytes(msgspec.json.encode(described))


def open_index(folder: Path) -> SiblingIndex:
    """Open an index.  Raises `InputError` where there is no whole one."""
    try:
        described = msgspec.json.decode((folder / _DESCRIPTION).read_bytes(), type=Described)
    except (OSError, msgspec.DecodeError) as error:
        raise InputError("is no index of siblings; make it with `comity campaign index`", item=str(folder)) from error
    by_name, by_servers, by_day, by_registrant = (pl.scan_parquet(folder / f"by-{order}.parquet") for order in _ORDERS)
    return SiblingIndex(
        described=described, by_name=by_name, by_servers=by_servers, by_day=by_day, by_registrant=by_registrant,
        servers=pl.scan_parquet(folder / "servers.parquet"), sample=pl.read_parquet(folder / "sample.parquet"),
        registrars=pl.read_parquet(folder / "registrars.parquet"),
    )  # fmt: skip


def _held(rows: pl.LazyFrame) -> pl.LazyFrame:
    return rows.filter(pl.col("registrant").is_not_null()).sort("registrant", "name")


def _sample(rows: pl.LazyFrame, names: int) -> pl.DataFrame:
    """Every so many-th name: as many as are needed, evenly over all zones."""
    step = max(1, names // SAMPLED)
    return rows.select("name").gather_every(step).collect()


def _registrars(rows: pl.LazyFrame) -> pl.DataFrame:
    counted = rows.filter(pl.col("registrar").is_not_null()).group_by("registrar").agg(pl.len().alias("holders"))
    return counted.sort("registrar").collect()
