"""What a whole run found, as the node takes it in: its summary, the highest findings of each zone and kind, changes.

Only a folder with a summary is a run.  Of each zone and kind the findings with the highest scores are read, up to
a bound; how many there are beside is counted and told.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Final, Literal

import msgspec
import polars as pl

from comity.core.errors import InputError
from comity.core.findings import KINDS
from comity.sweep.columns import FINDINGS, conform
from comity.sweep.run_folder import FINDINGS as FINDINGS_OF_RUN

CHANGES_OF_RUN: Final = "changes.parquet"
SUMMARY_OF_RUN: Final = "summary.json"
_AWAY: Final = "dropped"
_BACK: Final = "returned"


class SweptZone(msgspec.Struct, frozen=True):
    """One zone of a run: the snapshot that was swept."""

    as_of: date
    names: int
    serial: int = 0


class HowItRan(msgspec.Struct, frozen=True):
    """Who ran it, when, and for how long."""

    engine: str
    started_at: datetime
    ended_at: datetime
    seconds: float


class RunSummary(msgspec.Struct, frozen=True):
    """What `summary.json` says of a run, as far as the node keeps it; `plan`: the plan's hash."""

    format: Literal["comity-sweep-run-1"]
    plan: str
    run: HowItRan
    zones: dict[str, SweptZone]


Counts = dict[str, dict[str, int]]  # zone → word → how many


class ResultsError(InputError):
    """A folder holds no whole sweep, or its files are not what a sweep leaves."""

    code = "bad-sweep-run"


def read_run(run: Path) -> RunSummary:
    """Read what a run says of itself.  Raises `ResultsError` where the folder is no whole run."""
    try:
        return msgspec.json.decode((run / SUMMARY_OF_RUN).read_bytes(), type=RunSummary)
    except FileNotFoundError:
        raise ResultsError("the sweep did not end, or is none: it has no summary", item=str(run)) from None
    except (OSError, msgspec.DecodeError) as error:
        raise ResultsError(f"its summary cannot be read: {error}", item=str(run)) from error


def count_findings(run: Path) -> Counts:
    """How many findings there are in a run, by zone and kind."""
    counted = _collect(_findings(run).group_by("zone", "kind").len(), run / FINDINGS_OF_RUN)
    strange = set(counted["kind"]) - set(KINDS)
    if strange:
        raise ResultsError(f"{min(strange)!r} is no kind of finding", item=str(run / FINDINGS_OF_RUN))
    return _nested(counted)


def read_highest(run: Path, zones: Collection[str], *, most: int) -> pl.DataFrame:
    """Read the highest findings of each zone and kind: FINDINGS, at most `most` each, by score and then by name."""
    wanted = _findings(run).filter(pl.col("zone").is_in(sorted(zones)))
    ranked = wanted.sort(["score", "name", "kind", "subject"], descending=[True, False, False, False])
    kept = ranked.filter(pl.int_range(pl.len()).over("zone", "kind") < most)
    return conform(_collect(kept, run / FINDINGS_OF_RUN), FINDINGS)


def count_changes(run: Path) -> Counts:
    """How many names changed in a run, by zone and change."""
    return _nested(_collect(_changes(run).group_by("zone", "change").len(), run / CHANGES_OF_RUN))


def find_dropped(run: Path, zone: str, names: Sequence[str]) -> list[str]:
    """Which of some names of a zone are no longer in it, and did not come back."""
    return _find_changed(run, zone, names, _AWAY)


def find_returned(run: Path, zone: str, names: Sequence[str]) -> list[str]:
    """Which of some names of a zone were away and are there again."""
    return _find_changed(run, zone, names, _BACK)


def _find_changed(run: Path, zone: str, names: Sequence[str], change: str) -> list[str]:
    if not names:
        return []
    asked = pl.LazyFrame({"name": names}, schema={"name": pl.String})
    changed = _changes(run).filter((pl.col("zone") == zone) & (pl.col("change") == change))
    found = _collect(asked.join(changed, on="name", how="semi"), run / CHANGES_OF_RUN)
    return found["name"].unique(maintain_order=True).to_list()


def _findings(run: Path) -> pl.LazyFrame:
    file = run / FINDINGS_OF_RUN
    if _schema(file) != FINDINGS:
        raise ResultsError("has other columns than the findings of a sweep", item=str(file))
    return pl.scan_parquet(file)


def _changes(run: Path) -> pl.LazyFrame:
    file = run / CHANGES_OF_RUN
    if not {"zone", "name", "change"} <= set(_schema(file)):
        raise ResultsError("has other columns than the changes of a sweep", item=str(file))
    return pl.scan_parquet(file).select("zone", "name", "change")


def _schema(file: Path) -> pl.Schema:
    try:
        return pl.scan_parquet(file).collect_schema()
    except (OSError, pl.exceptions.PolarsError) as error:
        raise ResultsError(f"cannot be read: {error}", item=str(file)) from error


def _collect(frame: pl.LazyFrame, file: Path) -> pl.DataFrame:
    try:
        return frame.collect()
    except (OSError, pl.exceptions.PolarsError) as error:
        raise ResultsError(f"cannot be read: {error}", item=str(file)) from error


def _nested(counted: pl.DataFrame) -> Counts:
    found: Counts = {}
    for zone, word, number in counted.sort(counted.columns).iter_rows():
        found.setdefault(zone, {})[word] = number
    return found
