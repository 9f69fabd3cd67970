"""Take a zone into the store of names for a run: what it has, what changed, which lines were skipped, what is unusual.

A zone that was read already (the run was interrupted afterwards, or another run read the same dump) is not read again.
An earlier dump that the store does not know is read first, so that there is something to compare with.  Afterwards what
only older days needed is removed: snapshots beyond those that bursts look at, and dumps of other days.
"""

from datetime import date
from pathlib import Path
from typing import Final

import msgspec

from comity.sweep import run_folder
from comity.sweep.kept_dumps import drop_dumps
from comity.sweep.kept_readings import Way, drop_readings, find_reading, refusals_file
from comity.sweep.name_store import Snapshot, find_snapshot
from comity.sweep.plan import Mark, PlannedZone
from comity.sweep.read_source import Reading, read_source
from comity.sweep.run_errors import PlanChangedError
from comity.sweep.run_folder import REFUSED, ZONES, write_file, write_json
from comity.sweep.snapshot_pruning import prune_snapshots
from comity.sweep.tasks import Done, TakeZone
from comity.sweep.zone_bursts import HISTORY_SNAPSHOTS, find_zone_bursts

_KEPT_SNAPSHOTS: Final = HISTORY_SNAPSHOTS + 1


class TakenZone(msgspec.Struct, frozen=True, kw_only=True):
    """A zone as a run took it; `snapshot` and `before` are folders of the store, `changes` files in it.

    `burst_days`: how many earlier days with changes are known; None: as many as telling bursts needs.
    """

    zone: str
    snapshot: str
    before: str
    names: int
    as_of: date
    serial: int
    changes: tuple[str, ...]
    way: Way
    notes: tuple[str, ...]
    burst_days: int | None


def take_zone(task: TakeZone) -> Done:
    """Read a zone into the store, or find that it was read; keep what the run must know of it."""
    store, run, planned = Path(task.store), Path(task.run), task.zone
    snapshot = _find_taken(store, planned) or _take(task)
    kept = refusals_file(store, planned.zone, planned.as_of)
    if kept.exists():
        write_file(refused_file(run, planned.zone), lambda part: part.write_bytes(kept.read_bytes()))
    bursts, days = find_zone_bursts(store, snapshot)
    write_file(bursts_file(run, planned.zone), bursts.write_parquet)
    reading = find_reading(store, snapshot)
    taken = TakenZone(
        zone=planned.zone, snapshot=snapshot.folder, before=snapshot.before, names=snapshot.names,
        as_of=snapshot.as_of, serial=snapshot.serial,
        changes=tuple(str(store / rows.path) for rows in snapshot.changes),
        way="whole" if reading is None else reading.way, notes=() if reading is None else reading.notes,
        burst_days=days,
    )  # fmt: skip
    write_json(run / ZONES / f"{planned.zone}.json", taken)
    return Done(names=snapshot.names)


def read_taken(run: Path, zone: str) -> TakenZone:
    """What a run knows of a zone that it has taken."""
    return msgspec.json.decode((run / ZONES / f"{zone}.json").read_bytes(), type=TakenZone)


def refused_file(run: Path, zone: str) -> Path:
    """Where the lines of a zone are that were skipped."""
    return run / REFUSED / f"{zone}.ndjson"


def bursts_file(run: Path, zone: str) -> Path:
    """Where the bursts of one zone are."""
    return run / run_folder.ZONES / f"{zone}-bursts.parquet"


def _find_taken(store: Path, planned: PlannedZone) -> Snapshot | None:
    """The snapshot that was made of this very source; None: it is still to be read."""
    newest = find_snapshot(store, planned.zone)
    if newest is None or newest.folder == planned.before or newest.as_of == planned.before_as_of:
        return None
    if is_of(store, newest, planned.mark):
        return newest
    raise PlanChangedError(
        f"the store went on to {newest.as_of} since the plan was made; run the same command anew", item=planned.zone
    )


def is_of(store: Path, snapshot: Snapshot, mark: Mark) -> bool:
    """Whether a snapshot was made of this very source."""
    reading = find_reading(store, snapshot)
    return reading is not None and reading.mark == mark


def _take(task: TakeZone) -> Snapshot:
    planned, store = task.zone, Path(task.store)
    if planned.before_as_of is not None and planned.before_mark and find_snapshot(store, planned.zone) is None:
        read_source(task, Reading(Path(planned.before_dump), planned.before_as_of, planned.before_mark))
    snapshot = read_source(task, Reading(Path(planned.source), planned.as_of, planned.mark))
    drop_dumps(store, snapshot)
    prune_snapshots(store, planned.zone, keep=_KEPT_SNAPSHOTS)
    drop_readings(store, planned.zone)
    return snapshot
