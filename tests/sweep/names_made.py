"""Readings of zones made by hand: frames as `zone_text.read_zone` gives them, and what a store says of them."""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

import polars as pl

from comity.sweep.name_store import Snapshot, read_changes, read_part

SCHEMA = pl.Schema({"name": pl.String, "ns": pl.UInt64, "ds": pl.Boolean, "servers": pl.String})
Zone = Mapping[str, tuple[str, bool]]  # name -> servers, DS


def sign(servers: str) -> int:
    return int.from_bytes(hashlib.sha256(servers.encode()).digest()[:8], "big")


def frame(zone: Iterable[tuple[str, tuple[str, bool]]]) -> pl.DataFrame:
    return pl.DataFrame(
        [(name, sign(servers), ds, servers) for name, (servers, ds) in zone], schema=SCHEMA, orient="row"
    )


def frames(zone: Zone, size: int = 3, *, ascending: bool = True) -> list[pl.DataFrame]:
    """Cut a zone into frames of so many names, ascending or (the other way round) not."""
    rows = sorted(zone.items(), reverse=not ascending)
    return [frame(rows[at : at + size]) for at in range(0, len(rows), size)]


def numbered(count: int, servers: str = "ns1.example.ru ns2.example.ru") -> dict[str, tuple[str, bool]]:
    return {f"demo-{at:04}.ru": (servers, at % 3 == 0) for at in range(count)}


def names_of(store: Path, snapshot: Snapshot) -> pl.DataFrame:
    return pl.concat([read_part(store, snapshot, part) for part in snapshot.parts])


def told(store: Path, snapshot: Snapshot) -> list[tuple[str, str]]:
    return list(read_changes(store, snapshot).select("name", "change").iter_rows())
