"""What a worker does with a task, whichever engine gave it."""

import time
from pathlib import Path

import msgspec
import polars as pl

from comity.sweep.columns import FINDINGS, empty
from comity.sweep.name_store import bounds, read_part
from comity.sweep.partition import sweep_partition
from comity.sweep.plan_sample import sample_indicators, sample_zone
from comity.sweep.run_folder import write_file
from comity.sweep.run_tables import load_indicators, load_tables, take_tables
from comity.sweep.some_names import read_named, read_new
from comity.sweep.take_zone import take_zone
from comity.sweep.tasks import Done, SampleIndicators, SampleZone, SweepNew, SweepPart, TakeTables, TakeZone, Task

_AFTER_ALL = "\x7f"  # every name is before it


def do_task(task: Task) -> Done:
    """Do one task, all of it, and say what came out."""
    started = time.monotonic()
    match task:
        case SampleZone():
            done = sample_zone(task)
        case SampleIndicators():
            done = sample_indicators(task)
        case TakeZone():
            done = take_zone(task)
        case TakeTables():
            done = take_tables(task)
        case SweepPart() | SweepNew():
            findings = sweep_part(task)
            write_file(Path(task.output), findings.write_parquet)
            done = Done(rows=len(findings), names=task.part.names if isinstance(task, SweepPart) else 0)
    return done if done.seconds else _timed(done, time.monotonic() - started)


def sweep_part(task: SweepPart | SweepNew) -> pl.DataFrame:
    """Find what a task asks for in its names: FINDINGS in one order, whatever was held at a time."""
    zone, store = task.snapshot.zone, Path(task.store)
    names = _read(store, task)
    found = [empty(FINDINGS)]
    for some in names.iter_slices(task.names_at_a_time) if names.height else ():
        tables = load_tables(Path(task.tables), task.kinds, zone, some["name"][0], some["name"][-1])
        found.append(sweep_partition(some, zone, tables))
    return pl.concat(found).sort(FINDINGS.names())


def _read(store: Path, task: SweepPart | SweepNew) -> pl.DataFrame:
    """The names of a task, without those that can be in none of its findings."""
    if isinstance(task, SweepNew):
        return read_new(store, task.snapshot)
    if task.kinds != ("indicators",):
        return read_part(store, task.snapshot, task.part)
    first, after = bounds(task.snapshot, task.part)
    table = load_indicators(Path(task.tables), task.snapshot.zone, first or "", after or _AFTER_ALL)
    return read_named(store, task.snapshot, task.part, pl.concat([table.frame["name"], table.deeper["key"]]))


def _timed(done: Done, seconds: float) -> Done:
    return msgspec.structs.replace(done, seconds=seconds)
