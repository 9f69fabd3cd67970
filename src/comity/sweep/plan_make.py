"""Make a plan: look at every source, sample it with the functions that will do the work, and say where and how long.

Planning changes nothing: samples go to a folder that the caller throws away.  What cannot be read, a zone given twice,
and memory that is too small for one worker are refused here, before anything is begun.  What is the same as at the last
sweep of a zone (`swept_marks`) is compared with new names only, where that was asked for.
"""

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec

from comity.core.brands import MOST_BRANDS
from comity.core.errors import InputError
from comity.sweep.engines.local import Pool
from comity.sweep.kept_dumps import find_dump
from comity.sweep.name_store import find_snapshot
from comity.sweep.plain_files import check_plain
from comity.sweep.plan import (
    Engine,
    Keeping,
    Mark,
    Place,
    PlannedInput,
    PlannedZone,
    Role,
    SweepPlan,
    mark_file,
    program_version,
)
from comity.sweep.run_tables import SUFFIXES
from comity.sweep.swept_marks import find_swept, mark_inputs
from comity.sweep.take_zone import is_of
from comity.sweep.tasks import Done, Kind, SampleIndicators, SampleZone, TakeTables
from comity.sweep.zone_sources import Source, is_packed

_WORKER_BYTES: Final = 256 << 20  # an interpreter, Polars, the other tables
_BRAND_BYTES: Final = 80 << 10  # of the tables of one protected label: 5,000 took 0.5 GB in all, 20,000 up to 1.9 GB
_MOST_BRAND_BYTES: Final = MOST_BRANDS * 200
_BYTES_A_NAME: Final = 1_600  # at most, in the middle of looking for what looks alike
_FEWEST_AT_A_TIME: Final = 20_000
_MOST_AT_A_TIME: Final = 1_000_000
_SECONDS_A_COMPARED_BYTE: Final = 1e-9


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody asked for.  `guard`: the mark of the guard lists in force, where there are brands.

    `only_changes`: brands and patterns are compared with new names only.  `daily`: so is each of brands, patterns and
    indicators that is the same as at the last sweep; the others with all names.  `open_ended`: a dump need not end with
    its SOA.
    """

    sources: tuple[Source, ...]
    indicators: tuple[Path, ...] = ()
    brands: tuple[Path, ...] = ()
    patterns: tuple[Path, ...] = ()
    guard: Mark | None = None
    only_changes: bool = False
    daily: bool = False
    accept_loss: bool = False
    open_ended: bool = False
    keep_dumps: Keeping = "link"
    as_of: date | None = None
    store: Path
    engine: Engine = "local"
    workers: int = 0
    memory_bytes: int = 4 << 30


def make_plan(request: Request, pool: Pool, work: Path) -> SweepPlan:
    """Make the plan of what was asked for; `work` already holds guard and suffixes (`run_tables.write_guard`)."""
    inputs = [
        PlannedInput(role=role, path=str(path), mark=mark_file(path))
        for role, paths in _inputs(request) for path in paths
    ]  # fmt: skip
    if request.guard is not None:
        inputs.append(PlannedInput(role="guard", path="", mark=request.guard))
    marks = mark_inputs(inputs, program_version(), work / SUFFIXES)
    zones = [_look_at(source, request, marks) for source in request.sources]
    place = choose_place(request)
    zones, inputs = _sample(zones, inputs, pool, work)
    apart = min(place.workers, len(zones)) or 1
    seconds = sum(one.read_seconds for one in zones) / apart + sum(one.seconds for one in inputs)
    seconds += sum(one.sweep_seconds for one in zones) / place.workers
    return SweepPlan(
        program=program_version(), zones=tuple(zones), inputs=tuple(inputs), only_changes=request.only_changes,
        accept_loss=request.accept_loss, open_ended=request.open_ended, keep_dumps=request.keep_dumps,
        store=str(request.store), place=place, seconds=round(seconds, 1),
    )  # fmt: skip


def choose_place(request: Request) -> Place:
    """Share the memory among workers.  Raises `InputError` where it is not enough for those that were asked for."""
    processors = len(os.sched_getaffinity(0))
    at_once = _WORKER_BYTES + _BRAND_BYTES * sum(map(_count_brands, request.brands))
    workers = request.workers or max(1, min(processors, request.memory_bytes // (2 * at_once)))
    at_a_time = (request.memory_bytes // workers - at_once) // _BYTES_A_NAME
    if at_a_time < _FEWEST_AT_A_TIME:
        least = (at_once + _FEWEST_AT_A_TIME * _BYTES_A_NAME) * workers
        raise InputError(f"is too little for {workers} workers: they need {(least >> 20) + 1}M", item="--memory")
    return Place(
        engine=request.engine, workers=workers, threads=max(1, processors // workers),
        memory_bytes=request.memory_bytes, names_at_a_time=min(at_a_time, _MOST_AT_A_TIME),
    )  # fmt: skip


def _count_brands(path: Path) -> int:
    """How many labels a file may protect, before it is read in earnest.  Raises `InputError`."""
    check_plain(path)
    try:
        with path.open("rb") as file:
            return min(MOST_BRANDS, file.read(_MOST_BRAND_BYTES).count(b"\n") + 1)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", item=str(path)) from error


def kinds_of(inputs: Sequence[PlannedInput]) -> tuple[Kind, ...]:
    """What is looked for: the kinds of files that there are."""
    kinds: tuple[Kind, ...] = ("indicators", "brands", "patterns")
    return tuple(kind for kind in kinds if any(one.role == kind for one in inputs))


def _inputs(request: Request) -> tuple[tuple[Role, tuple[Path, ...]], ...]:
    return ("indicators", request.indicators), ("brands", request.brands), ("patterns", request.patterns)


def _look_at(source: Source, request: Request, marks: Mapping[Role, str]) -> PlannedZone:
    """Know a source by its mark, its day, and what came before it."""
    path = Path(source.path)
    mark = mark_file(path)
    as_of = request.as_of or _day_of(mark)
    before_mark = mark_file(Path(source.before_dump)) if source.before_dump else None
    newest = find_snapshot(request.store, source.zone)
    is_taken = newest is not None and is_of(request.store, newest, mark)
    before = "" if newest is None else newest.before if is_taken else newest.folder
    if request.only_changes and not before and before_mark is None:
        raise InputError(
            "nothing is known from before: sweep it once without --since, or name an earlier dump",
            item=f".{source.zone} in {request.store}",
        )
    only_changed: tuple[Role, ...] = ("brands", "patterns") if request.only_changes else ()
    if request.daily and before:
        only_changed = find_swept(request.store, before, marks)
    others = [Path(source.before_dump)] if source.before_dump else []
    dump = None if is_taken or is_packed(path) else find_dump(request.store, newest, others)
    return PlannedZone(
        zone=source.zone, source=source.path, mark=mark, as_of=as_of, before=before, before_dump=source.before_dump,
        before_as_of=None if before_mark is None else min(_day_of(before_mark), as_of - timedelta(days=1)),
        before_mark=before_mark, only_changed=only_changed, compared_with="" if dump is None else str(dump),
        names=-1 if newest is None else newest.names,
    )  # fmt: skip


def _day_of(mark: Mark) -> date:
    """The day on which a dump was written."""
    return datetime.fromtimestamp(mark.written_ns / 1e9, UTC).date()


def _sample(
    zones: list[PlannedZone], inputs: list[PlannedInput], pool: Pool, work: Path
) -> tuple[list[PlannedZone], list[PlannedInput]]:
    """Measure a little of each, with the functions that will do all of it."""
    tables, kinds = str(work), kinds_of(inputs)
    small = tuple(one for one in inputs if one.role != "indicators")
    made: dict[int, Done] = {}
    pool.run([TakeTables(inputs=small, tables=tables, refused=tables, memory_bytes=0)], made.__setitem__)
    files = [at for at, one in enumerate(inputs) if one.role == "indicators"]
    if any("indicators" not in one.only_changed for one in zones):
        made.clear()
        pool.run([SampleIndicators(path=inputs[at].path, work=tables) for at in files], made.__setitem__)
        for place, at in enumerate(files):
            inputs[at] = msgspec.structs.replace(
                inputs[at], lines=made[place].rows, seconds=round(made[place].seconds, 2)
            )
    made.clear()
    tasks = [
        SampleZone(
            source=one.source, zone=one.zone, tables=tables, work=str(work), patterns="patterns" in kinds,
            kinds=tuple(kind for kind in kinds if kind not in one.only_changed),
        )
        for one in zones
    ]  # fmt: skip
    # A zone of which only what changed is looked at needs no sample: how many names it had is known.
    wanted = [at for at, one in enumerate(tasks) if one.kinds or one.patterns or not zones[at].compared_with]
    pool.run([tasks[at] for at in wanted], made.__setitem__)
    for place, at in enumerate(wanted):
        done = made[place]
        zones[at] = msgspec.structs.replace(
            zones[at], names=done.names, read_seconds=round(done.read_seconds, 2),
            sweep_seconds=round(done.seconds, 2), left_out=done.left_out, notes=done.notes,
        )  # fmt: skip
    for at, one in enumerate(zones):
        if one.compared_with:
            seconds = round(one.mark.size * _SECONDS_A_COMPARED_BYTE, 2)
            zones[at] = msgspec.structs.replace(one, read_seconds=seconds)
    return zones, inputs
