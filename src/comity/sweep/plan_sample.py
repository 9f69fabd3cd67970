"""How many names a zone has and how long a sweep takes, measured on a little of it by the functions that do it all.

A plain file is looked at in several places, each from one line's beginning to another's end; a packed one at its
beginning.  Lines that do not stand by themselves in such a piece (an owner left out, half a record) are not counted.
Names that a pattern matches stand together in a file, so a piece may hold all of them: a pattern is estimated without
the pieces that have the most of it, and only what is sure is left out.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec
import polars as pl

from comity.core.blast import Refusal, check_blast, estimate_blast
from comity.core.errors import InputError
from comity.sweep.columns import NAMES
from comity.sweep.indicators import read_indicators
from comity.sweep.partition import sweep_partition
from comity.sweep.patterns import PatternTable, count_patterns, leave_out
from comity.sweep.read_source import OUT_OF_ORDER
from comity.sweep.run_tables import keep_indicators, load_tables, read_suffixes
from comity.sweep.tasks import Done, SampleIndicators, SampleZone
from comity.sweep.zone_faults import ZoneOrderError
from comity.sweep.zone_sources import is_packed, read_head
from comity.sweep.zone_text import BadLine, read_zone

_PIECES: Final = 8
_PIECE_BYTES: Final = 1 << 18
_OF_ONE_PIECE: Final = 2
_BLOCK_BYTES: Final = 1 << 22


def sample_zone(task: SampleZone) -> Done:
    """Read and sweep pieces of a zone; answer names and seconds of all of it."""
    path = Path(task.source)
    sample = Path(task.work) / f"{task.zone}.sample"
    data, share = cut_pieces(path)
    sample.write_bytes(data)
    started = time.monotonic()
    with _naming(path):
        frames, notes = _read(sample, task)
    read_seconds = time.monotonic() - started
    names = _as_names(frames)
    seconds = 0.0
    left_out: tuple[Refusal, ...] = ()
    size = round(names.height / share)
    if names.height and task.patterns:
        table = load_tables(Path(task.tables), ("patterns",), task.zone, names["name"][0], names["name"][-1]).patterns
        left_out = () if table is None else _estimate(names, task.zone, size, table)
    if task.kinds and names.height:
        tables = load_tables(Path(task.tables), task.kinds, task.zone, names["name"][0], names["name"][-1])
        if tables.patterns is not None:
            tables = msgspec.structs.replace(tables, patterns=leave_out(tables.patterns, left_out))
        sweep_partition(names.head(100), task.zone, tables)  # what is made once is not counted for each name
        started = time.monotonic()
        sweep_partition(names, task.zone, tables)
        seconds = time.monotonic() - started
    sample.unlink()
    return Done(
        names=size, read_seconds=read_seconds / share, seconds=seconds / share, left_out=left_out, notes=notes
    )  # fmt: skip


def _estimate(names: pl.DataFrame, zone: str, size: int, table: PatternTable) -> tuple[Refusal, ...]:
    """Patterns that would find too much of a zone, by a sample of it.

    The sample is cut into slices, one for each piece of the file; a piece may lie in two.
    """
    if names.height == size:  # a small zone was read whole
        return check_blast(count_patterns(names, zone, table), {zone: size}, table.limits)
    rows = -(-names.height // _PIECES)
    slices = [count_patterns(some, zone, table) for some in names.iter_slices(rows)]
    counts = {
        pattern: sum(sorted(one[pattern] for one in slices)[:-_OF_ONE_PIECE]) for pattern in slices[0]
    }  # fmt: skip
    return estimate_blast(counts, {zone: max(0, names.height - _OF_ONE_PIECE * rows)}, {zone: size}, table.limits)


def _read(sample: Path, task: SampleZone) -> tuple[list[pl.DataFrame], tuple[str, ...]]:
    """The frames of a sample; where its names are in no order, once more by way of files."""
    try:
        return list(_frames(sample, task, in_order=True)), ()
    except ZoneOrderError:
        return list(_frames(sample, task, in_order=False)), (OUT_OF_ORDER,)


def _frames(sample: Path, task: SampleZone, *, in_order: bool) -> Iterator[pl.DataFrame]:
    return read_zone(
        sample, origin=task.zone, block_bytes=_BLOCK_BYTES, bad=_ignore, closing=False, in_order=in_order,
        spills=Path(task.work),
    )  # fmt: skip


def sample_indicators(task: SampleIndicators) -> Done:
    """Read the beginning of a file of indicators; answer lines and seconds of all of it, and keep what was read."""
    path, work = Path(task.path), Path(task.work)
    data, share = cut_pieces(path)
    sample = work / "indicators.sample"
    sample.write_bytes(data)
    started = time.monotonic()
    with _naming(path):
        table = read_indicators([sample], read_suffixes(work), rejects=work / "indicators.refused")
    seconds = time.monotonic() - started
    keep_indicators(work, table)
    return Done(rows=round(table.read / share), seconds=max(seconds / share, 1e-6))


def cut_pieces(path: Path) -> tuple[bytes, float]:
    """Pieces of a file, and which share of it they are."""
    size = path.stat().st_size
    if is_packed(path):
        data, packed = read_head(path, _PIECES * _PIECE_BYTES)
        whole = _cut(data)
        return whole, 1.0 if len(data) < _PIECES * _PIECE_BYTES else packed / size * len(whole) / len(data)
    if size <= _PIECES * _PIECE_BYTES:
        return path.read_bytes(), 1.0
    pieces = []
    with path.open("rb") as file:
        for number in range(_PIECES):
            at = (size - _PIECE_BYTES) * number // (_PIECES - 1)
            file.seek(at)
            piece = file.read(_PIECE_BYTES)
            pieces.append(_cut(piece if number == 0 else piece[piece.find(b"\n") + 1 :]))
    made = b"".join(pieces)
    return made, len(made) / size


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    """What is wrong with a sample is said of the file that it is of."""
    try:
        yield
    except InputError as error:
        raise type(error)(error.message, item=str(path)) from error


def _cut(data: bytes) -> bytes:
    return data[: data.rfind(b"\n") + 1] or data


def _as_names(frames: list[pl.DataFrame]) -> pl.DataFrame:
    columns = [pl.col("name"), pl.col("ns"), pl.col("ds")]
    found = pl.concat([pl.DataFrame(schema={name: NAMES[name] for name in ("name", "ns", "ds")}), *(
        frame.select(columns) for frame in frames
    )])  # fmt: skip
    seen = pl.lit(None, pl.Date)
    return found.unique("name").sort("name").with_columns(first_seen=seen, last_seen=seen)


def _ignore(_bad: BadLine) -> None:
    return
