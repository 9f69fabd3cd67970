"""Small sorted files beside a snapshot's base: written, accounted for, and folded so that there are always few.

A new file takes the newest older ones into itself while they are less than twice its size and the whole stays within
the bound: equal days make about log2(days) files, a row is written again as often, and no writer holds more than the
bound.  What the older files were is left where it is, for the snapshots that name them.
"""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import polars as pl

from comity.sweep.name_store import Rows
from comity.sweep.snapshot_folder import digest_file, published_name, writing

_ROW_GROUP = 16_384
_BASE_ROW_GROUP = 131_072


def write_base(frame: pl.DataFrame, path: Path) -> None:
    """Write one part of a base."""
    with writing(path.parent):
        frame.write_parquet(path, compression="zstd", compression_level=1, row_group_size=_BASE_ROW_GROUP)


def write_rows(frame: pl.DataFrame, path: Path, as_of: date) -> Rows:
    """Write a sorted frame into a stage and account for it by where it will be."""
    with writing(path.parent):
        frame.write_parquet(path, compression="zstd", compression_level=1, row_group_size=_ROW_GROUP)
        return Rows(final_path(path), frame.height, as_of, digest_file(path))


def final_path(path: Path) -> str:
    """Give the path relative to the store that a file of a stage will have."""
    return f"{path.parent.parent.name}/{published_name(path.parent)}/{path.name}"


def add_rows(
    older: Sequence[Rows],
    frame: pl.DataFrame,
    path: Path,
    as_of: date,
    *,
    read: Callable[[Rows], pl.DataFrame],
    fold: Callable[[list[pl.DataFrame]], pl.DataFrame],
    at_most: int,
) -> tuple[Rows, ...]:
    """Add rows to files that are there, oldest first, and give the files that hold then."""
    if not frame.height:
        return tuple(older)
    files, rows = list(older), frame
    while files and files[-1].rows < 2 * rows.height and files[-1].rows + rows.height <= at_most:
        rows = fold([read(files.pop()), rows])
    return (*files, write_rows(rows, path, as_of))


class Spool:
    """Frames that come in ascending order, written as few files with a bound on what is held."""

    def __init__(self, stage: Path, stem: str, as_of: date, rows: int) -> None:
        self._stage, self._stem, self._as_of, self._most = stage, stem, as_of, rows
        self._held: list[pl.DataFrame] = []
        self._height = 0
        self.files: list[Rows] = []

    def add(self, frame: pl.DataFrame) -> None:
        """Take rows that come after those before."""
        if frame.height:
            self._held.append(frame)
            self._height += frame.height
        if self._height >= self._most:
            self._write()

    def finish(self) -> tuple[Rows, ...]:
        """Write what is held and account for all files."""
        if self._height:
            self._write()
        return tuple(self.files)

    def discard(self) -> None:
        """Forget everything, because the frames begin anew."""
        for at in range(len(self.files)):
            self._path(at).unlink()
        self._held, self._height, self.files = [], 0, []

    def _path(self, at: int) -> Path:
        return self._stage / f"{self._stem}-{at:05}.parquet"

    def _write(self) -> None:
        self.files.append(write_rows(pl.concat(self._held), self._path(len(self.files)), self._as_of))
        self._held, self._height = [], 0
