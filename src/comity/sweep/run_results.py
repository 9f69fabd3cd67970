"""A whole sweep from its parts: all findings in one order, all changes, all refusals, and how many of each there are.

Findings are ordered by score, the surest first, then by name.  The files are the same bytes however often the run was
interrupted, whatever engine ran it and however many workers there were.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Final

import msgspec
import polars as pl

from comity.core.blast import BlastLimits, Refusal
from comity.core.findings import PART
from comity.sweep import run_folder
from comity.sweep.columns import CHANGES, FINDINGS
from comity.sweep.patterns import refuse_patterns
from comity.sweep.run_folder import write_file
from comity.sweep.run_returns import RunReturns
from comity.sweep.zone_bursts import ZONE_BURSTS

_ORDER: Final = ("name", "zone", "kind", "subject", "reason", "detail")
_FORMULA: Final = r"^[=+\-@\t\r]"
_CODES_READ_BYTES: Final = 1 << 20
_BURSTS_SHOWN: Final = 10
_NAMES_SHOWN: Final = 5


class ZoneFound(msgspec.Struct, frozen=True):
    """How many findings one zone has, by kind."""

    zone: str
    kinds: dict[str, int]


def join_findings(
    parts: Sequence[Path], run: Path, sizes: Mapping[str, int]
) -> tuple[list[ZoneFound], tuple[Refusal, ...]]:
    """Write all findings as Parquet and as a table for spreadsheets; say how many there are.

    `sizes`: how many names each zone has.  A pattern that found too much of one is refused: nothing of it is kept.
    """
    frames = [pl.read_parquet(part) for part in parts]
    found, refused = refuse_patterns(pl.concat([pl.DataFrame(schema=FINDINGS), *frames]), sizes, BlastLimits())
    found = found.sort("score", *_ORDER, descending=[True, *(False for _ in _ORDER)])
    write_file(run / run_folder.FINDINGS, found.write_parquet)
    write_file(run / run_folder.FINDINGS_TABLE, _shown(found).write_csv)
    counted = found.group_by("zone", "kind").len().sort("zone", "kind")
    zones: dict[str, dict[str, int]] = {}
    for zone, kind, number in counted.iter_rows():
        zones.setdefault(zone, {})[kind] = number
    return [ZoneFound(zone, kinds) for zone, kinds in zones.items()], refused


def join_changes(
    changes: Sequence[tuple[str, Sequence[str]]], run: Path, returns: RunReturns | None = None
) -> dict[str, dict[str, int]]:
    """Write the changes of all zones, with the zone as a first column; say how many of each there are.

    `returns`: names of which a hold tells that they are back.
    """
    frames = [
        pl.scan_parquet(path).select(pl.lit(zone).alias("zone"), *CHANGES.names())
        for zone, paths in changes
        for path in paths
    ]
    all_changes = pl.concat([pl.LazyFrame(schema={"zone": pl.String, **CHANGES}), *frames])
    if returns is not None and returns.marked.height:
        marked = returns.marked.lazy().select("zone", "name", "at", back="change", since="away_since")
        is_new = (pl.col("change") == "new") & (pl.col("back") == "returned").fill_null(value=False)
        all_changes = (
            all_changes.join(marked, on=["zone", "name", "at"], how="left", maintain_order="left")
            .with_columns(
                change=pl.when(is_new).then("back").otherwise("change"),
                away_since=pl.when(is_new).then("since").otherwise("away_since"),
            )
            .select("zone", *CHANGES.names())
        )
    write_file(run / run_folder.CHANGES, lambda part: all_changes.sink_parquet(part, maintain_order=True))
    counts: dict[str, dict[str, int]] = {zone: {} for zone, _ in changes}
    counted = pl.scan_parquet(run / run_folder.CHANGES).group_by("zone", "change").len().sort("zone", "change")
    for zone, change, number in counted.collect().iter_rows():
        counts[zone][change] = number
    return counts


def join_bursts(files: Sequence[tuple[str, Path]], run: Path) -> dict[str, dict[str, Any]]:
    """Write the bursts of all zones, with the zone as a first column; say how many each has, with the first of them."""
    frames = [pl.read_parquet(file).select(pl.lit(zone).alias("zone"), pl.all()) for zone, file in files]
    every = pl.concat([pl.DataFrame(schema={"zone": pl.String, **ZONE_BURSTS}), *frames])
    write_file(run / run_folder.BURSTS, every.write_parquet)
    table = every.with_columns(pl.col("sample").list.join(" "), pl.col("chance").round_sig_figs(3))
    write_file(run / run_folder.BURSTS_TABLE, _no_formulas(table).write_csv)
    told: dict[str, dict[str, Any]] = {}
    for zone, _file in files:
        here = every.filter(pl.col("zone") == zone)
        first = here.head(_BURSTS_SHOWN).select(
            "reason", "pattern", "servers", "names", "names_before", pl.col("expected").round(2),
            pl.col("chance").round_sig_figs(3), pl.col("sample").list.head(_NAMES_SHOWN),
        )  # fmt: skip
        told[zone] = {"found": here.height, "first": first.to_dicts()}
    return told


def join_rejects(files: Sequence[Path], run: Path) -> None:
    """Put all refusals into one file, in a fixed order."""

    def write(part: Path) -> None:
        with part.open("wb") as joined:
            for file in files:
                if file.exists():
                    with file.open("rb") as one:
                        _copy(one, joined)

    write_file(run / run_folder.REJECTS, write)


def count_rejects(file: Path) -> dict[str, int]:
    """How many refusals of each code a file holds."""
    codes: Counter[str] = Counter()
    if file.exists():
        decode = msgspec.json.Decoder(_Refused).decode
        with file.open("rb") as lines:
            for line in lines:
                codes[decode(line).code] += 1
    return dict(sorted(codes.items()))


class _Refused(msgspec.Struct, frozen=True):
    code: str


def _copy(source: IO[bytes], target: IO[bytes]) -> None:
    while data := source.read(_CODES_READ_BYTES):
        target.write(data)


def _shown(found: pl.DataFrame) -> pl.DataFrame:
    """Findings as a spreadsheet may open them: no cell is a formula, and the parts of details are readable."""
    return _no_formulas(
        found.with_columns(pl.col("detail").str.replace_all(PART, " | ", literal=True), pl.col("score").round(4))
    )


def _no_formulas(table: pl.DataFrame) -> pl.DataFrame:
    texts = [name for name, kind in table.schema.items() if kind == pl.String]
    return table.with_columns(
        pl.when(pl.col(name).str.contains(_FORMULA))
        .then(pl.lit("'") + pl.col(name))
        .otherwise(pl.col(name))
        .alias(name)
        for name in texts
    )
