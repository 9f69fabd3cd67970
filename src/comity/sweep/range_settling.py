"""Ascending ranges of names become the parts of a snapshot, and what each changes against the snapshot before is told.

One range is in memory at a time, with the same range of the snapshot before; what was told of it goes to files.
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import polars as pl

from comity.sweep.columns import conform, empty
from comity.sweep.name_store import BASE, GONE, Part, Rows, Snapshot, read_gone, read_part
from comity.sweep.names_apart import set_apart, tell_changes, tell_returned
from comity.sweep.row_files import Spool, final_path, write_base
from comity.sweep.snapshot_errors import NameTwiceError
from comity.sweep.snapshot_folder import digest_file, writing
from comity.sweep.snapshot_limits import StoreLimits, is_remembered


class NamesBefore:
    """The names of the snapshot before, taken range by range in ascending order."""

    def __init__(self, store: Path, snapshot: Snapshot | None) -> None:
        parts = () if snapshot is None else snapshot.parts
        self._parts: Iterator[pl.DataFrame] = (
            read_part(store, snapshot, part).select(BASE.names()) for part in parts if snapshot is not None
        )
        self._held = empty(BASE)

    def take_through(self, last: str | None) -> pl.DataFrame:
        """Take the names up to one, with it; all that are left for None."""
        taken = []
        while last is None or not self._held.height or self._held["name"][-1] <= last:
            taken.append(self._held)
            following = next(self._parts, None)
            self._held = empty(BASE) if following is None else following
            if following is None:
                return pl.concat(taken)
        cut = int(self._held["name"].search_sorted(last, side="right"))
        taken.append(self._held.head(cut))
        self._held = self._held.slice(cut)
        return pl.concat(taken)


class RangeSettling:
    """What a reading becomes, range by range, in a stage."""

    def __init__(self, store: Path, before: Snapshot | None, stage: Path, as_of: date, limits: StoreLimits) -> None:
        self._store, self._before, self._stage, self._as_of, self._limits = store, before, stage, as_of, limits
        self._changes = Spool(stage, "changes", as_of, limits.part_names)
        self._gone = Spool(stage, "gone", as_of, limits.part_names)
        self._begin()

    def _begin(self) -> None:
        self.parts: list[Part] = []
        self.lost = 0
        self._names_before = NamesBefore(self._store, self._before)

    def begin_again(self) -> None:
        """Forget what was settled, but leave the parts' files to the caller."""
        with writing(self._stage):
            self._changes.discard()
            self._gone.discard()
        self._begin()

    def settle(self, names: pl.DataFrame) -> Path:
        """Write one ascending range (name, ns, ds) as the next part, and what it changes.  Raises `NameTwiceError`."""
        if (is_again := names["name"] == names["name"].shift(1)).any():
            twice = names["name"].filter(is_again)[0]
            raise NameTwiceError("came twice in one reading, apart from each other", item=twice)
        were = self._names_before.take_through(names["name"][-1])
        self._tell(were, names)
        today = pl.lit(self._as_of, pl.Date)
        if not were.height:
            return self._write_part(names.with_columns(first_seen=today))
        known = names.join(were.select("name", "first_seen"), on="name", how="left", maintain_order="left")
        return self._write_part(known.with_columns(pl.col("first_seen").fill_null(today)))

    def finish(self) -> tuple[tuple[Rows, ...], tuple[Rows, ...]]:
        """Tell what is left of the snapshot before as dropped; give the files of changes and of names gone."""
        self._tell(self._names_before.take_through(None), empty(BASE))
        if not self.parts:
            self._write_part(empty(BASE))
        return self._changes.finish(), self._finish_gone()

    def _finish_gone(self) -> tuple[Rows, ...]:
        older = () if self._before is None else self._before.gone
        still = [rows for rows in older if is_remembered(rows.as_of, self._as_of, self._limits)]
        return (*still, *self._gone.finish())

    def _write_part(self, names: pl.DataFrame) -> Path:
        path = self._stage / f"names-{len(self.parts):05}.parquet"
        self.parts.append(write_part(names, path))
        return path

    def _tell(self, were: pl.DataFrame, names: pl.DataFrame) -> None:
        if self._before is None:
            return
        changes = tell_changes(set_apart(were, names), self._as_of)
        if not changes.height:
            return
        gone = read_gone(self._store, self._before.gone, changes["name"][0], f"{changes['name'][-1]}\x00")
        self._changes.add(tell_returned(changes, gone))
        dropped = select_gone(changes)
        self.lost += dropped.height
        self._gone.add(dropped)


def write_part(names: pl.DataFrame, path: Path) -> Part:
    """Write an ascending range (BASE) into a stage and account for it."""
    write_base(conform(names, BASE), path)
    first, last = (names["name"][0], names["name"][-1]) if names.height else ("", "")
    return Part(final_path(path), names.height, first, last, digest_file(path))


def select_gone(changes: pl.DataFrame) -> pl.DataFrame:
    """Select from CHANGES the names that were dropped: GONE."""
    dropped = changes.filter(pl.col("change") == "dropped")
    return conform(dropped.select("name", ns="ns_before", away_since="at"), GONE)
