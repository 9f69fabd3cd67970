"""Read a source into the store as its next snapshot, at a cost that follows what changed where that can be.

(1) A file with the same octets as yesterday's is the same zone.  (2) A dump beside which yesterday's is still there is
compared with it (`changes`).  (3) Everything else is read whole: a first reading, a list, a packed dump, one that is
unlike yesterday's.  The three give the same rows; what was skipped is told of the lines that were read.  Why a later
day was read whole is noted.  A dump whose names are in no known order is read again by way of files on disk.  Refused
is a source that is older than the newest snapshot, by its day or serial, and a file that is written to meanwhile.
"""

import mmap
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Final

import msgspec
import polars as pl

from comity.sweep.changes import DumpChanges, compare_dumps
from comity.sweep.columns import SERVERS, empty
from comity.sweep.dump_clusters import DumpUnlikeError
from comity.sweep.dump_marks import mark_dump
from comity.sweep.kept_dumps import find_dump, keep_dump
from comity.sweep.kept_readings import KeptReading, Refusals, Way, find_reading, gather_refusals, keep_reading
from comity.sweep.name_store import Snapshot, find_snapshot
from comity.sweep.names_apart import APART
from comity.sweep.plan import Mark
from comity.sweep.run_errors import PlanChangedError
from comity.sweep.run_folder import ZONES
from comity.sweep.snapshot_day import Day, write_day
from comity.sweep.snapshot_limits import check_order, limits_for
from comity.sweep.snapshot_writing import write_snapshot
from comity.sweep.tasks import TakeZone
from comity.sweep.zone_faults import ZoneOrderError
from comity.sweep.zone_sources import find_serial, is_packed
from comity.sweep.zone_state import ZoneFacts
from comity.sweep.zone_text import read_zone

OUT_OF_ORDER: Final = "its names are in no order in which zones are dumped: it is read by way of files on disk"
NOT_KEPT: Final = "the dump could not be kept (another disk, or a file that is not ours): the next day is read whole"
_BLOCK: Final = 1 << 24


class Reading(msgspec.Struct, frozen=True):
    """A source, the day whose state it is, and what it is known by."""

    source: Path
    as_of: date
    mark: Mark


def read_source(task: TakeZone, reading: Reading) -> Snapshot:
    """Read a source as the newest snapshot of its zone.

    Raises `SnapshotOrderError`, `PlanChangedError`, and what reading and writing a zone raise.
    """
    store, zone, source = Path(task.store), task.zone.zone, reading.source
    before = find_snapshot(store, zone)
    check_order(before, reading.as_of, find_serial(source), is_changed=False)
    mark = _look_at(reading)
    notes: list[str] = []
    with gather_refusals(store, zone, reading.as_of) as refusals:
        work = _Work(task, reading, mark, before, refusals, notes)
        found = None if before is None else work.find_changes(before)
        if not keep_dump(store, zone, reading.as_of, source, task.keep_dumps) and task.keep_dumps != "no":
            notes.append(NOT_KEPT)
        if before is not None and found is not None:
            return work.write_day(before, *found)
        return work.write_whole()


class _Work:
    """One reading at work."""

    def __init__(
        self, task: TakeZone, reading: Reading, mark: str, before: Snapshot | None, refusals: Refusals, notes: list[str]
    ) -> None:
        self._task, self._reading, self._mark, self._before = task, reading, mark, before
        self._refusals, self._notes = refusals, notes
        self._store, self._zone, self._limits = Path(task.store), task.zone.zone, limits_for(task.memory_bytes // 2)

    def find_changes(self, before: Snapshot) -> tuple[Way, Day] | None:
        """What changed, by the dump of before; None, with a note why: the source is to be read whole."""
        source = self._reading.source
        others = [Path(self._task.zone.before_dump)] if self._task.zone.before_dump else []
        dump = find_dump(self._store, before, others)
        if self._mark == before.source or (dump is not None and have_same_octets(dump, source)):
            return "unchanged", Day(empty(APART), empty(SERVERS), before.serial, self._mark)
        if dump is None:
            self._notes.append(f"read whole: the dump of {before.as_of} is not kept, or was written to since")
        elif is_packed(source) or is_packed(dump):
            self._notes.append("read whole: of a packed dump nothing can be read from its middle")
        else:
            try:
                told = compare_dumps(
                    dump, source, zone=self._zone, bad=self._refusals.add, is_dense=self._was_compared(before)
                )
            except DumpUnlikeError as error:
                self._refusals.begin_again()
                self._notes.append(f"read whole: {error.message}")
            else:
                return ("compared" if told.apart.height else "unchanged"), self._day(told)
        return None

    def _was_compared(self, before: Snapshot) -> bool:
        reading = find_reading(self._store, before)
        return reading is not None and reading.way == "compared"

    def _day(self, told: DumpChanges) -> Day:
        return Day(told.apart, told.servers, told.serial, self._mark)

    def write_day(self, before: Snapshot, way: Way, day: Day) -> Snapshot:
        """Write what changed beside the snapshot before."""
        self._keep(way)
        return write_day(
            self._store, before, day, as_of=self._reading.as_of, limits=self._limits, accept_loss=self._task.accept_loss
        )

    def write_whole(self) -> Snapshot:
        """Read all of it; where its names are in no order, again by way of files."""
        spills = Path(self._task.run) / ZONES / f"{self._zone}-spills"
        try:
            return self._write_whole(spills=None)
        except ZoneOrderError:
            self._notes.append(OUT_OF_ORDER)
            self._refusals.begin_again()
        try:
            shutil.rmtree(spills, ignore_errors=True)  # of a worker that was killed
            spills.mkdir(parents=True)
            return self._write_whole(spills=spills)
        finally:
            shutil.rmtree(spills, ignore_errors=True)

    def _write_whole(self, spills: Path | None) -> Snapshot:
        facts: list[ZoneFacts] = []
        frames = read_zone(
            self._reading.source, origin=self._zone, block_bytes=max(1 << 20, self._task.memory_bytes >> 8),
            bad=self._refusals.add, in_order=spills is None, spills=spills, told=facts.append,
            closing=False if self._task.open_ended else None,
        )  # fmt: skip
        return write_snapshot(
            self._store, self._zone, _then(frames, lambda: self._keep("whole")), as_of=self._reading.as_of,
            serial=lambda: facts[0].serial, source=self._mark, limits=self._limits, accept_loss=self._task.accept_loss,
        )  # fmt: skip

    def _keep(self, way: Way) -> None:
        """Once all was read, before it becomes a snapshot: see that the file was the same, and keep what is known."""
        if _look_at(self._reading) != self._mark:
            raise _changed(self._reading.source)
        self._refusals.keep()
        kept = KeptReading(self._reading.mark, way, tuple(self._notes))
        keep_reading(self._store, self._zone, self._reading.as_of, kept)


def have_same_octets(one: Path, other: Path) -> bool:
    """Whether two files are the same, octet by octet; those of other sizes are not looked into."""
    size = one.stat().st_size
    if size != other.stat().st_size or not size:
        return False
    with one.open("rb") as first, other.open("rb") as second:
        left = mmap.mmap(first.fileno(), 0, access=mmap.ACCESS_READ)
        right = mmap.mmap(second.fileno(), 0, access=mmap.ACCESS_READ)
        with left, right, memoryview(left) as here, memoryview(right) as there:
            return all(here[at : at + _BLOCK] == there[at : at + _BLOCK] for at in range(0, size, _BLOCK))


def _look_at(reading: Reading) -> str:
    """The mark of a source that is still the file of the plan.  Raises `PlanChangedError`."""
    try:
        status = reading.source.stat()
        mark = mark_dump(reading.source)
    except OSError as error:
        raise PlanChangedError(f"cannot be read any more: {error.strerror}", item=str(reading.source)) from error
    if (status.st_size, status.st_mtime_ns) != (reading.mark.size, reading.mark.written_ns):
        raise _changed(reading.source)
    return mark


def _changed(source: Path) -> PlanChangedError:
    return PlanChangedError(
        "was written to since the plan was made: a dump is put in its place by a rename; run the same command anew",
        item=str(source),
    )


def _then(frames: Iterator[pl.DataFrame], last: Callable[[], None]) -> Iterator[pl.DataFrame]:
    yield from frames
    last()
