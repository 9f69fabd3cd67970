"""Run a plan in a folder, or go on with it where it was interrupted: zones, then parts, then what they give together.

Each step writes whole files, and a step whose file is there is not done again; so the same command after a kill, a full
disk or a lost machine ends what was begun, and its results are the same bytes.  The summary is written last: without it
the folder is no result (docs/spec/sweep-run.md).
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar

import msgspec

from comity.core.errors import ComityError
from comity.core.guards import Guard
from comity.sweep import run_folder
from comity.sweep.engines.local import Pool, Tell
from comity.sweep.name_store import get_snapshot
from comity.sweep.plan import SweepPlan
from comity.sweep.plan_make import kinds_of
from comity.sweep.run_returns import Held, write_holds
from comity.sweep.run_summary import join_run
from comity.sweep.run_tables import SUFFIXES, WHOLE, write_guard
from comity.sweep.snapshot_errors import NameTwiceError, SnapshotLossError, SnapshotOrderError, SnapshotZoneError
from comity.sweep.snapshot_folder import find_current
from comity.sweep.swept_marks import find_swept, keep_swept, mark_inputs, read_swept
from comity.sweep.take_zone import TakenZone, read_taken
from comity.sweep.tasks import Done, SweepNew, SweepPart, TakeTables, TakeZone
from comity.sweep.zone_faults import ZoneFileError

_OF_A_ZONE: Final = (SnapshotOrderError, SnapshotLossError, SnapshotZoneError, NameTwiceError, ZoneFileError)

_FEW: Final = 500_000  # new names that are looked at sooner than a second worker makes its tables

Progress = Callable[[str, int, int], None]
_T = TypeVar("_T")


class Engine(Protocol):
    """Who does the parts of a sweep."""

    lost: int

    @property
    def cpu_seconds(self) -> float:
        """What its processes used."""

    @property
    def peak_bytes(self) -> int:
        """What they held at most."""

    def run(self, tasks: Sequence[SweepPart], tell: Tell) -> None:
        """Have all done, each as its own file; `tell` hears of each as it ends."""


class Known(msgspec.Struct, frozen=True):
    """What only the node knows: its guard lists, its Public Suffix List, and which names it held (None: no node)."""

    guard: Guard | None
    suffixes: bytes
    holds: tuple[Held, ...] | None = None


def run_sweep(
    plan: SweepPlan, folder: Path, pool: Pool, engine: Engine, known: Known, *,
    progress: Progress, clock: Callable[[], datetime],
) -> dict[str, Any]:  # fmt: skip
    """Run a plan to its end and give its summary; of one that has ended already, the summary that is there.

    A zone whose source is refused is left out and told in the summary, the others go on; of a single one, or where all
    are refused, the run ends with the error.
    """
    with run_folder.lock_folder(folder):
        run_folder.begin_folder(folder, plan)
        if (folder / run_folder.SUMMARY).exists():
            summary = run_folder.read_summary(folder)
            _keep_swept(plan, folder, summary)
            return summary
        started = clock()
        refused = _read_all(plan, folder, pool, known, progress)
        taken = [read_taken(folder, one.zone) for one in plan.zones if one.zone not in refused]
        parts = plan_parts(plan, folder, taken)
        done_before = sum(Path(part.output).exists() for part in parts)
        _sweep(parts, pool, engine, progress)
        progress("join", 0, 1)
        summary = join_run(plan, folder, taken, [Path(part.output) for part in parts], refused)
        progress("join", 1, 1)
        ended = clock()
        workers = [pool] if engine is pool else [pool, engine]
        summary["run"] = {
            "engine": plan.place.engine, "workers": plan.place.workers, "memory_bytes": plan.place.memory_bytes,
            "started_at": started, "ended_at": ended, "seconds": round((ended - started).total_seconds(), 2),
            "cpu_seconds": round(sum(one.cpu_seconds for one in workers), 2),
            "peak_bytes": sum(one.peak_bytes for one in workers), "workers_lost": sum(one.lost for one in workers),
            "parts": len(parts), "parts_done_before": done_before,
        }  # fmt: skip
        run_folder.write_json(folder / run_folder.SUMMARY, summary)
        _keep_swept(plan, folder, summary)
        return summary


def plan_parts(plan: SweepPlan, folder: Path, taken: Sequence[TakenZone]) -> list[SweepPart | SweepNew]:
    """Every part of every zone, and what is looked for in it: in all names, or only in those that are new."""
    kinds, planned = kinds_of(plan.inputs), {one.zone: one for one in plan.zones}
    tables, output = str(folder / run_folder.TABLES), folder / run_folder.PARTS
    parts: list[SweepPart | SweepNew] = []
    for one in taken:
        snapshot = get_snapshot(Path(plan.store), one.snapshot)
        of_new = tuple(kind for kind in kinds if kind in planned[one.zone].only_changed)
        of_all = tuple(kind for kind in kinds if kind not in of_new)
        if of_all:
            parts += [
                SweepPart(
                    store=plan.store, snapshot=snapshot, part=part, kinds=of_all, tables=tables,
                    names_at_a_time=plan.place.names_at_a_time, output=str(output / f"{one.zone}-{number:05}.parquet"),
                )
                for number, part in enumerate(snapshot.parts)
            ]  # fmt: skip
        if of_new and snapshot.changes:
            parts.append(
                SweepNew(
                    store=plan.store, snapshot=snapshot, kinds=of_new, tables=tables,
                    names_at_a_time=plan.place.names_at_a_time, output=str(output / f"{one.zone}-new.parquet"),
                )
            )  # fmt: skip
    return parts


def _read_all(
    plan: SweepPlan, folder: Path, pool: Pool, known: Known, progress: Progress
) -> dict[str, ComityError]:  # fmt: skip
    """Read the zones into the store and the other files into tables, side by side; what is read already is not.

    Answers the zones that were refused, and why; raises the error of one where all were.
    """
    tables = folder / run_folder.TABLES
    tasks: list[TakeTables | TakeZone] = []
    share = plan.place.memory_bytes // plan.place.workers
    if not (tables / WHOLE).exists():
        write_guard(tables, known.guard, known.suffixes)
        write_holds(tables, known.holds)
        tasks.append(
            TakeTables(
                inputs=plan.inputs, tables=str(tables), refused=str(folder / run_folder.REFUSED), memory_bytes=share,
                left_out=tuple(one.pattern for zone in plan.zones for one in zone.left_out),
                known=_find_known(plan, tables),
            )
        )  # fmt: skip
    tasks += [
        TakeZone(
            zone=one, store=plan.store, run=str(folder), accept_loss=plan.accept_loss,
            open_ended=plan.open_ended, memory_bytes=share,
            keep_dumps=plan.keep_dumps,
        )
        for one in sorted(plan.zones, key=lambda one: -one.mark.size)  # the longest first: none is waited for
        if not (folder / run_folder.ZONES / f"{one.zone}.json").exists()
    ]  # fmt: skip
    refused: dict[str, ComityError] = {}

    def spare(number: int, error: ComityError) -> bool:
        task = tasks[number]
        if not isinstance(task, TakeZone) or not isinstance(error, _OF_A_ZONE):
            return False
        refused[task.zone.zone] = error
        return len(refused) < len(plan.zones)

    _through("read", tasks, lambda tasks, tell: pool.run(tasks, tell, spare=spare), progress)
    return refused


def _find_known(plan: SweepPlan, tables: Path) -> str:
    """The run that read the same files of indicators; empty: none is known."""
    marks = mark_inputs(plan.inputs, plan.program, tables / SUFFIXES)
    for zone in plan.zones:
        swept = read_swept(Path(plan.store), zone.before) if zone.before and "indicators" in marks else None
        if swept is not None and swept.kinds.get("indicators") == marks["indicators"]:
            return swept.run
    return ""


def _keep_swept(plan: SweepPlan, folder: Path, summary: Mapping[str, Any]) -> None:
    """Keep with what each zone has been swept now: with what all its names were compared with, today or before."""
    store, planned = Path(plan.store), {one.zone: one for one in plan.zones}
    marks = mark_inputs(plan.inputs, plan.program, folder / run_folder.TABLES / SUFFIXES)
    for zone, said in summary["zones"].items():
        snapshot = str(said["snapshot"])
        if find_current(store / zone) is None or not (store / snapshot).is_dir():
            continue  # the store went on, or is gone
        before = find_swept(store, planned[zone].before, marks) if planned[zone].before else ()
        kinds = {kind: mark for kind, mark in marks.items() if kind not in planned[zone].only_changed or kind in before}
        keep_swept(store, snapshot, kinds, folder)


def _sweep(parts: Sequence[SweepPart | SweepNew], pool: Pool, engine: Engine, progress: Progress) -> None:
    """Have all done that are not done yet: new names are few and are looked at here, whatever the engine."""
    waiting = [part for part in parts if not Path(part.output).exists()]
    new = [part for part in waiting if isinstance(part, SweepNew)]
    few = sum(rows.rows for part in new for rows in part.snapshot.changes) <= _FEW
    _through("sweep", new, lambda tasks, tell: pool.run(tasks, tell, at_a_time=1 if few else 0), progress)
    _through("sweep", [part for part in waiting if isinstance(part, SweepPart)], engine.run, progress)


def _through(stage: str, tasks: Sequence[_T], run: Callable[[Sequence[_T], Tell], None], progress: Progress) -> None:
    done = 0

    def tell(_number: int, _done: Done) -> None:
        nonlocal done
        done += 1
        progress(stage, done, len(tasks))

    if tasks:
        progress(stage, 0, len(tasks))
        run(tasks, tell)
