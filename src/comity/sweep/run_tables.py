"""What the names are compared with, read once for a run and kept as plain files that every worker can read.

    tables/indicators.parquet   INDICATORS, ordered by zone and name: a range of names needs a range of it
    tables/indicators-deeper.parquet   the same by each parent that is longer than the name, ordered by zone and parent
    tables/indicators.json      how many lines were read, and what became of them
    tables/brands.json          protected names        tables/patterns.json   patterns
    tables/guard.json           names that nobody is accused of      tables/suffixes.dat   the Public Suffix List

A worker makes the larger tables of brands itself, once, and keeps them for its parts.  Nothing here is code, so that a
folder which others can write to cannot run anything.
"""

import os
from collections.abc import Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import Final

import msgspec
import polars as pl

from comity.core.brands import Brand, merge_brands, parse_brands
from comity.core.errors import InputError, TooLargeError
from comity.core.guards import Guard
from comity.core.name_patterns import parse_pattern, render_pattern
from comity.core.suffixes import SuffixList, parse_suffix_list
from comity.sweep.columns import INDICATORS as INDICATOR_COLUMNS
from comity.sweep.indicators import IndicatorTable, read_indicators
from comity.sweep.lookalikes import BrandTables, prepare_brands
from comity.sweep.partition import Tables
from comity.sweep.patterns import PatternTable, prepare_patterns
from comity.sweep.plan import mark_file
from comity.sweep.run_errors import PlanChangedError
from comity.sweep.run_folder import REFUSED, SUMMARY, TABLES, write_file, write_json
from comity.sweep.tasks import Done, Kind, TakeTables

INDICATORS: Final = "indicators.parquet"
DEEPER: Final = "indicators-deeper.parquet"
SOURCES: Final = "indicator-files.json"
COUNTS: Final = "indicators.json"
BRANDS: Final = "brands.json"
PATTERNS: Final = "patterns.json"
GUARD: Final = "guard.json"
SUFFIXES: Final = "suffixes.dat"
INDICATORS_REFUSED: Final = "indicators.ndjson"
BRANDS_REFUSED: Final = "brands.ndjson"
WHOLE: Final = "whole.json"  # written last
_MOST_BYTES: Final = 64 * 1024 * 1024


class IndicatorCounts(msgspec.Struct, frozen=True):
    """What became of the lines of all indicator files: `read = accepted + duplicate + rejected + foreign`."""

    read: int = 0
    accepted: int = 0
    duplicate: int = 0
    rejected: int = 0
    foreign: int = 0


def write_guard(folder: Path, guard: Guard | None, suffixes: bytes) -> None:
    """Put beside the tables what only the node knows."""
    write_json(folder / GUARD, guard)
    write_file(folder / SUFFIXES, lambda part: part.write_bytes(suffixes))


def take_tables(task: TakeTables) -> Done:
    """Read the files of a plan into the folder of tables; rejects of indicators go to the folder of refusals."""
    folder = Path(task.tables)
    files = {role: [one.path for one in task.inputs if one.role == role] for role in ("brands", "patterns")}
    lists = [(Path(path).name, parse_brands(read_text(Path(path)))) for path in files["brands"]]
    brands = merge_brands(one.brands for _name, one in lists)
    write_json(folder / BRANDS, brands)
    bad = [
        {"file": name, "line": one.line, "code": "bad-brand", "reason": one.reason}
        for name, found in lists for one in found.bad
    ]  # fmt: skip
    if bad:
        encode = msgspec.json.Encoder().encode_lines
        write_file(Path(task.refused) / BRANDS_REFUSED, lambda part: part.write_bytes(encode(bad)))
    patterns = prepare_patterns([one for path in files["patterns"] for one in _read_patterns(Path(path))]).patterns
    write_json(folder / PATTERNS, [pattern for pattern in patterns if pattern not in task.left_out])
    indicators = [Path(one.path) for one in task.inputs if one.role == "indicators"]
    rows = len(brands)
    if indicators and not (task.known and _link_known(Path(task.known), folder, Path(task.refused))):
        rejects = Path(task.refused) / INDICATORS_REFUSED
        rejects.parent.mkdir(parents=True, exist_ok=True)
        rejects.unlink(missing_ok=True)  # a link to what another run has, where this one was interrupted
        table = read_indicators(indicators, read_suffixes(folder), rejects=rejects)
        keep_indicators(folder, table)
        rows += len(table.frame)
    for one in task.inputs:
        if one.path and mark_file(Path(one.path)) != one.mark:
            raise PlanChangedError("was written to since it was planned: run the same command again", item=one.path)
    write_json(folder / WHOLE, {"rows": rows})
    return Done(rows=rows)


def _link_known(run: Path, folder: Path, refused: Path) -> bool:
    """Take the table of indicators of a run that read the same files, where it is still there; False: it is not."""
    pairs = [(run / TABLES / name, folder / name) for name in (INDICATORS, DEEPER, SOURCES, COUNTS)]
    pairs.append((run / REFUSED / INDICATORS_REFUSED, refused / INDICATORS_REFUSED))
    if not (run / SUMMARY).exists():
        return False
    try:
        for known, here in pairs:
            here.parent.mkdir(parents=True, exist_ok=True)
            here.unlink(missing_ok=True)
            os.link(known, here)
    except OSError:  # removed meanwhile, or on another disk
        for _known, here in pairs:  # nothing is written into what another run has
            here.unlink(missing_ok=True)
        return False
    return True


def read_suffixes(folder: Path) -> SuffixList:
    """The Public Suffix List of a run."""
    return parse_suffix_list((folder / SUFFIXES).read_text(encoding="utf-8-sig"))


def keep_indicators(folder: Path, table: IndicatorTable) -> None:
    """Keep a table of indicators so that a part of it can be read."""
    rows = table.frame.with_columns(shared=table.shared)
    deeper = table.deeper.select("key").hstack(rows[table.deeper["row"]])
    for name, frame in ((INDICATORS, rows), (DEEPER, deeper)):  # in order of their zones and keys
        write_file(folder / name, partial(frame.write_parquet, row_group_size=1 << 17))
    write_json(folder / SOURCES, table.sources)
    counts = IndicatorCounts(table.read, table.accepted, table.duplicate, table.rejected, table.foreign)
    write_json(folder / COUNTS, counts)


def load_tables(folder: Path, kinds: Sequence[Kind], zone: str, first: str, last: str) -> Tables:
    """What one range of one zone's names is compared with."""
    return Tables(
        indicators=load_indicators(folder, zone, first, last) if "indicators" in kinds else None,
        brands=_brands((folder / BRANDS).read_bytes(), (folder / GUARD).read_bytes()) if "brands" in kinds else None,
        patterns=_patterns((folder / PATTERNS).read_bytes(), (folder / GUARD).read_bytes())
        if "patterns" in kinds
        else None,
    )


def load_indicators(folder: Path, zone: str, first: str, last: str) -> IndicatorTable:
    """The indicators that can name something in a range of names."""
    rows = _range(folder / INDICATORS, zone, "name", first, last)
    deeper = _range(folder / DEEPER, zone, "key", first, last)
    rows = pl.concat([rows, deeper.select(rows.columns)]).unique("host").sort("name", "host")
    places = rows.select("host", row=pl.int_range(pl.len(), dtype=pl.UInt32))
    return IndicatorTable(
        rows.select(INDICATOR_COLUMNS.names()),
        sources=tuple(msgspec.json.decode((folder / SOURCES).read_bytes(), type=list[str])),
        shared=rows["shared"],
        deeper=deeper.join(places, on="host").select("zone", "key", "row").sort("key", "row"),
    )


def _range(path: Path, zone: str, key: str, first: str, last: str) -> pl.DataFrame:
    here = (pl.col("zone") == zone) & pl.col(key).is_between(pl.lit(first), pl.lit(last))
    return pl.scan_parquet(path).filter(here).collect()


def read_counts(folder: Path) -> IndicatorCounts | None:
    """What became of the lines of the indicator files; None where there were none."""
    path = folder / COUNTS
    return msgspec.json.decode(path.read_bytes(), type=IndicatorCounts) if path.exists() else None


def read_text(path: Path) -> str:
    """A small file of text.  Raises `InputError`, `TooLargeError`."""
    try:
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
        if len(data) > _MOST_BYTES:
            raise TooLargeError(f"has more than {_MOST_BYTES:,} bytes", item=str(path))
        return data.decode("utf-8-sig")
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", item=str(path)) from error
    except UnicodeDecodeError as error:
        raise InputError(f"is not UTF-8 at byte {error.start}", item=str(path)) from error


def _read_patterns(path: Path) -> list[str]:
    """The patterns of a file.  Raises `InputError` that names the line which is none."""
    found: list[str] = []
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        text = line.partition("#")[0].strip()
        if text:
            try:
                found.append(render_pattern(parse_pattern(text)))
            except InputError as error:
                raise InputError(str(error)[:300], item=f"{path}, line {number}") from error
    return found


@lru_cache(maxsize=1)
def _brands(brands: bytes, guard: bytes) -> BrandTables:
    return prepare_brands(msgspec.json.decode(brands, type=list[Brand]), msgspec.json.decode(guard, type=Guard | None))


@lru_cache(maxsize=1)
def _patterns(patterns: bytes, guard: bytes) -> PatternTable:
    return prepare_patterns(
        msgspec.json.decode(patterns, type=list[str]), msgspec.json.decode(guard, type=Guard | None)
    )
