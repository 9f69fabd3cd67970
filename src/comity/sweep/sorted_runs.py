"""Rows that come in any order become ascending ranges, with memory for one range and not for all.

Frames are gathered into runs, each sorted and written; where runs overlap they are read again range by range, so that
every range holds all rows between two keys.  A source that was ascending needs no second reading.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

_SAMPLES = 64  # for each range's worth of rows: how many keys stand for a run when the ranges are chosen
_ROW_GROUP = 32_768


def gather(frames: Iterator[pl.DataFrame], rows: int) -> Iterator[pl.DataFrame]:
    """Join frames until they have as many rows as a range should have, and pass each on."""
    held: list[pl.DataFrame] = []
    height = 0
    for frame in frames:
        rest = frame
        while height + rest.height >= rows:
            cut = rows - height
            yield pl.concat([*held, rest.head(cut)])
            rest, held, height = rest.tail(-cut) if cut else rest, [], 0
        if rest.height:
            held.append(rest)
            height += rest.height
    if height:
        yield pl.concat(held)


def write_run(frame: pl.DataFrame, path: Path) -> None:
    """Write a sorted run so that a range of it can be read alone."""
    frame.write_parquet(path, compression="lz4", row_group_size=_ROW_GROUP)


def read_ranges(runs: Sequence[Path], columns: Sequence[str], rows: int) -> Iterator[pl.DataFrame]:
    """Read columns of runs, sorted by the first, as ascending ranges of about so many rows; equal keys together."""
    key = columns[0]
    if not runs:
        return
    edges = _choose_edges(runs, key, rows)
    for start, end in zip([None, *edges], [*edges, None], strict=True):
        wanted = pl.lit(value=True)
        if start is not None:
            wanted &= pl.col(key) >= start
        if end is not None:
            wanted &= pl.col(key) < end
        pieces = [pl.scan_parquet(run).filter(wanted).select(columns).collect() for run in runs]
        yield pl.concat(pieces).sort(key, maintain_order=True)


def _choose_edges(runs: Sequence[Path], key: str, rows: int) -> list[str] | list[int]:
    step = max(1, rows // _SAMPLES)
    samples = [pl.scan_parquet(run).select(key).collect()[key].gather_every(step) for run in runs]
    keys = pl.concat(samples).sort()
    edges = keys.gather_every(_SAMPLES).unique(maintain_order=True).to_list()
    return edges[1:]
