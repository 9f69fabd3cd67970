"""Indicators: names and URLs in any form, made canonical once, and found in a zone, themselves and by what is below.

`read_indicators` reads lines as intake reads a list of names (comments, lines of hosts files, plain Adblock rules),
folds each as `comity.core.names.NameFolder` does, keeps the hosts in zones of parties and counts the rest.
`match_indicators` finds the delegated names that are such a host or stand above it, down to the name that the registry
sells: a public suffix is never found by what was registered under it.  docs/spec/sweep-indicators.md.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
import polars as pl

from comity.core.errors import InputError
from comity.core.findings import PART
from comity.core.indicator_details import BELOW, ITSELF, SHARED, TOLD_HOSTS
from comity.core.parties import ZONES
from comity.core.suffixes import SuffixList
from comity.sweep.columns import FINDINGS, INDICATORS, conform, empty
from comity.sweep.fold_lines import HOSTS, LineFolder
from comity.sweep.text_files import BLOCK_BYTES, read_lines

MOST_FILES: Final = 1 << 16
_LINES: Final = 1 << 40  # lines of all files are numbered `source * _LINES + line`
_DOUBTFUL_AFTER: Final = 10_000
_COMPACT_AT: Final = 4_000_000
_SCORES: Final = {ITSELF: 0.9, BELOW: 0.7, SHARED: 0.2}
_LABELS: Final = pl.Schema({"source": pl.UInt16, "label": pl.String})
_COUNTED: Final = pl.Schema([*HOSTS.items(), ("times", pl.UInt32)])
_DEEPER: Final = pl.Schema({"zone": pl.String, "key": pl.String, "row": pl.UInt32})


class IndicatorTable(msgspec.Struct, frozen=True):
    """INDICATORS, a row for each host; what was read: `read = accepted + duplicate + rejected + foreign`.

    Rows are in order of zone, name and host.  `sources` names the files; `shared` says for each row that it stands
    below a suffix under which its name's owner gives names to others; `deeper` has every parent of each row's host that
    is longer than its name, in order of zone, parent and row.
    """

    frame: pl.DataFrame
    read: int = 0
    accepted: int = 0
    duplicate: int = 0
    rejected: int = 0
    foreign: int = 0
    sources: tuple[str, ...] = ()
    shared: pl.Series = msgspec.field(default_factory=lambda: pl.Series(dtype=pl.Boolean))
    deeper: pl.DataFrame = msgspec.field(default_factory=lambda: empty(_DEEPER))


def read_indicators(
    files: Sequence[Path], suffixes: SuffixList, *, rejects: Path, block_bytes: int = BLOCK_BYTES
) -> IndicatorTable:
    """Read files of indicators; what is none goes to `rejects` (NDJSON: file, line, code, reason, text).

    Raises `InputError` for a file that is damaged, no text, or has no name or URL in its first ten thousand lines.
    """
    if len(files) >= MOST_FILES:
        raise InputError(f"at most {MOST_FILES - 1} files of indicators are read at once", item=str(len(files)))
    folder = LineFolder(suffixes)
    hosts = empty(_COUNTED)
    waiting: list[pl.DataFrame] = []
    read = rejected = foreign = 0
    with rejects.open("wb") as refused:
        for source, file in enumerate(files):
            in_file = good_in_file = 0
            for block in read_lines(file, block_bytes=block_bytes):
                found = folder.fold(block)
                in_file += found.read
                good_in_file += found.foreign + len(found.hosts)
                if in_file >= _DOUBTFUL_AFTER and not good_in_file:
                    raise _garbage(file, in_file, found.rejects)
                read, rejected, foreign = read + found.read, rejected + len(found.rejects), foreign + found.foreign
                if len(found.rejects):
                    found.rejects.select(pl.lit(file.name).alias("file"), pl.all()).write_ndjson(refused)
                waiting.append(found.hosts.with_columns(pl.col("line") + source * _LINES, times=pl.lit(1, pl.UInt32)))
                if sum(map(len, waiting)) > _COMPACT_AT + len(hosts):
                    hosts, waiting = _compact([hosts, *waiting]), []
    hosts = _compact([hosts, *waiting])
    waiting.clear()
    accepted = len(hosts)
    hosts = hosts.select(
        "host",
        name=pl.col("host").str.slice("before"),
        zone=pl.lit(pl.Series(ZONES)).gather("zone"),
        source=(pl.col("line") // _LINES).cast(pl.UInt16),
        line=pl.col("line") % _LINES,
        times="times",
    )
    zones = hosts.partition_by("zone", as_dict=True)
    del hosts
    table = _put_in_order(zones, suffixes, sources=[file.name for file in files])
    return msgspec.structs.replace(
        table,
        read=read,
        accepted=accepted,
        duplicate=read - accepted - rejected - foreign,
        rejected=rejected,
        foreign=foreign,
    )


def prepare_indicators(frame: pl.DataFrame, suffixes: SuffixList, *, sources: Sequence[str] = ()) -> IndicatorTable:
    """Make a table of INDICATORS, one row for each host, that are not counted; rows are put in order."""
    return _put_in_order(conform(frame, INDICATORS).partition_by("zone", as_dict=True), suffixes, sources)


def _put_in_order(
    zones: dict[tuple[Any, ...], pl.DataFrame], suffixes: SuffixList, sources: Sequence[str]
) -> IndicatorTable:
    """The table of the rows of each zone, which are taken out: zone by zone costs half of what one sort of all does."""
    parts, deeper, row = [empty(INDICATORS)], [empty(_DEEPER)], 0
    for zone in sorted(zones):
        parts.append(zones.pop(zone).sort("name", "host"))
        deeper.append(_find_deeper(parts[-1], row))
        row += len(parts[-1])
    frame = pl.concat(parts)
    return IndicatorTable(
        frame,
        accepted=len(frame),
        sources=tuple(sources),
        shared=_find_shared(frame, suffixes),
        deeper=pl.concat(deeper),
    )


def _find_deeper(frame: pl.DataFrame, first: int) -> pl.DataFrame:
    """The parents of the hosts of a zone that are longer than their names; its rows are numbered from `first`."""
    rows = frame.select("host", "name", "zone", row=pl.int_range(first, first + pl.len(), dtype=pl.UInt32))
    found = [empty(_DEEPER)]
    while len(rows := rows.filter(pl.col("host") != pl.col("name"))):
        found.append(rows.select("zone", pl.col("host").alias("key"), "row"))
        rows = rows.with_columns(pl.col("host").str.slice(pl.col("host").str.find(".", literal=True) + 1))
    return pl.concat(found).sort("key", "row")


def match_indicators(names: pl.DataFrame, zone: str, table: IndicatorTable) -> pl.DataFrame:
    """Find the names of a partition (NAMES) that indicators name: FINDINGS, one row for a name.

    Of the table only what lies in the zone between the first and the last name of the partition is looked at.
    """
    column = names["name"]
    low, high = column.min(), column.max()
    if not isinstance(low, str) or not isinstance(high, str):
        return empty(FINDINGS)
    here = _between(table.frame["zone"], zone, zone)
    rows = _between(table.frame["name"], low, high, here)
    deeper = _between(table.deeper["zone"], zone, zone)
    keys = pl.concat(
        [
            _slice(table.frame, rows).select(key="name", row=pl.int_range(rows.start, rows.stop, dtype=pl.UInt32)),
            _slice(table.deeper, _between(table.deeper["key"], low, high, deeper)).select("key", "row"),
        ]
    )
    found = column.filter(column.is_in(keys["key"].implode())).unique()
    hits = keys.filter(pl.col("key").is_in(found.implode()))
    hits = pl.concat(
        [
            hits.select(delegated="key"),
            table.frame[hits["row"]].with_columns(
                shared=table.shared.gather(hits["row"]) if len(table.shared) else pl.lit(value=False)
            ),
        ],
        how="horizontal",
    )
    return _tell(hits, zone, table.sources)


def _tell(hits: pl.DataFrame, zone: str, sources: Sequence[str]) -> pl.DataFrame:
    """One finding for each name, of the hosts that hit it."""
    is_below = pl.col("shared") & (pl.col("delegated") == pl.col("name"))  # others have names under this name
    is_itself = (pl.col("host") == pl.col("delegated")) | (~is_below & (pl.col("host") == "www." + pl.col("delegated")))
    labels = pl.DataFrame({"source": range(len(sources)), "label": list(sources)}, schema=_LABELS)
    told = (
        hits.with_columns(itself=is_itself, below_shared=is_below & ~is_itself)
        .join(labels, on="source", how="left")
        .with_columns(pl.col("label").fill_null(pl.col("source").cast(pl.String)))
        .sort("delegated", "below_shared", pl.col("itself").not_(), "source", "line", "host")
        .with_columns(told=pl.concat_str("host", "label", pl.col("line").cast(pl.String), separator=PART))
    )
    found = told.group_by("delegated", maintain_order=True).agg(
        hosts=pl.len(),
        itself=pl.col("itself").sum(),
        lines=pl.col("times").cast(pl.UInt64).sum(),
        only_shared=pl.col("below_shared").all(),
        subject=pl.col("host").first(),
        told=pl.col("told").head(TOLD_HOSTS).str.join(PART),
    )
    reason = (
        pl.when(pl.col("itself") > 0)
        .then(pl.lit(ITSELF))
        .when("only_shared")
        .then(pl.lit(SHARED))
        .otherwise(pl.lit(BELOW))
    )
    return found.with_columns(reason=reason).select(
        zone=pl.lit(zone),
        name="delegated",
        kind=pl.lit("indicator"),
        subject="subject",
        reason="reason",
        detail=pl.concat_str("hosts", "itself", "lines", "told", separator=PART),
        score=pl.col("reason").replace_strict(_SCORES, return_dtype=pl.Float32),
    )


def _between(ordered: pl.Series, low: str, high: str, within: range | None = None) -> range:
    """The rows of a column that are neither below nor above, of those in a range in which it is in order."""
    first, stop = (within.start, within.stop) if within is not None else (0, len(ordered))
    ordered = ordered[first:stop]
    if not len(ordered):
        return range(0)
    return range(first + ordered.search_sorted(low, side="left"), first + ordered.search_sorted(high, side="right"))


def _slice(frame: pl.DataFrame, rows: range) -> pl.DataFrame:
    return frame.slice(rows.start, len(rows))


def _find_shared(frame: pl.DataFrame, suffixes: SuffixList) -> pl.Series:
    """Which rows stand below a suffix under which the owner of their name gives names to others (private section)."""
    odd = pl.Series([*suffixes.second, *suffixes.third], dtype=pl.String)
    hosts = frame.filter(pl.col("name").is_in(odd.implode()))
    shared = [
        host
        for host in hosts["host"]
        if (split := suffixes.split(host)).registrable_private not in ("", split.registrable)
    ]
    return frame["host"].is_in(shared)


def _compact(parts: list[pl.DataFrame]) -> pl.DataFrame:
    """Put hosts together, zone by zone: each once, with its first place and how often it was named."""
    rows = pl.concat(parts)
    return pl.concat(
        [
            rows.filter(pl.col("zone") == zone)
            .group_by("host")
            .agg(pl.col("before", "zone").first(), pl.col("line").min(), pl.col("times").sum())
            for zone in range(len(ZONES))
        ]
    )


def _garbage(file: Path, read: int, rejects: pl.DataFrame) -> InputError:
    """Say that a file is none of indicators, and why."""
    kinds = rejects.group_by("code").agg(pl.len(), pl.col("line").first(), pl.col("reason").first())
    code, number, line, reason = kinds.sort("len", "code").row(-1)
    return InputError(
        f"is no list of names or URLs: none of its first {read} lines is one "
        f"(of the last {len(rejects)} are {number} {code}, as line {line}: {reason})",
        item=str(file),
    )
