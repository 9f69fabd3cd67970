"""A run of a sweep as its folder looks, written by hand: the frames and the summary that the node reads."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import polars as pl

from comity.sweep.columns import CHANGES, FINDINGS

DAY = date(2026, 11, 23)
BEGUN = datetime(2026, 11, 23, 4, tzinfo=UTC)

Found = tuple[str, str, str, float]  # name, kind, subject, score
REASONS = {"combination": "lure-word", "indicator": "itself"}


def write_run(
    folder: Path,
    found: Sequence[Found],
    *,
    changes: Sequence[tuple[str, str]] = (),
    day: date = DAY,
    zones: Sequence[str] = ("by",),
    details: dict[str, str] | None = None,
) -> Path:
    """Write a run of some zones: findings and (name, change), the summary last."""
    folder.mkdir(parents=True)
    rows = [
        (name.rpartition(".")[2], name, kind, subject, REASONS.get(kind, "near"), (details or {}).get(name, ""), score)
        for name, kind, subject, score in found
    ]
    frame = pl.DataFrame(rows, schema=FINDINGS, orient="row")
    frame.sort(["score", "name"], descending=[True, False]).write_parquet(folder / "findings.parquet")
    moved = [(name.rpartition(".")[2], name, change, None, None, day, None) for name, change in changes]
    schema = pl.Schema({"zone": pl.String, **CHANGES})
    pl.DataFrame(moved, schema=schema, orient="row").write_parquet(folder / "changes.parquet")
    write_summary(folder, zones, day)
    return folder


def write_summary(folder: Path, zones: Sequence[str] = ("by",), day: date = DAY) -> None:
    """Write the file that makes a folder a run."""
    said = {
        "format": "comity-sweep-run-1", "plan": "0" * 64,
        "zones": {zone: {"as_of": day, "serial": 7, "names": 1_000} for zone in zones},
        "run": {"engine": "local", "started_at": BEGUN, "ended_at": BEGUN, "seconds": 12.5},
    }  # fmt: skip
    (folder / "summary.json").write_bytes(msgspec.json.encode(said))
