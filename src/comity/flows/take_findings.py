"""Take findings: a whole run of a sweep becomes enquiries, by bulk; nothing is reported, nothing is held (FIELD 0.8).

The highest findings of each zone and kind are taken, the rest stays in the run's files and is counted.  A batch is one
durable transaction (`flows.place_findings`); a run that is taken twice, or was cut off, ends where one run would
have ended: what it has seen is left alone.  A name that left its zone takes its enquiries along.  Zones that are not
ours are none of our business.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from math import isfinite
from pathlib import Path
from typing import Final

import msgspec
import polars as pl
from django.db import transaction

from comity.core.errors import ConflictError, InputError
from comity.core.findings import Finding
from comity.edges.home import Home
from comity.flows.place_findings import MOST_OF_A_KIND, NODE, place_findings
from comity.store.enquiries import End, Entry, add_entries, end, open_names, open_of_names
from comity.store.intake_lock import lock_intake
from comity.store.models import Sweep
from comity.store.sweeps import TakenRun, TakenZone, end_run, find_sweep, keep_run, newest_days
from comity.sweep.run_reading import (
    Counts,
    RunSummary,
    count_changes,
    count_findings,
    find_dropped,
    find_returned,
    read_highest,
    read_run,
)
from comity.sweep.summary_details import read_details

BATCH: Final = 10_000
_NAME: Final = re.compile(r"[A-Za-z0-9._-]{1,100}").fullmatch
_LONGEST: Final = {"name": 253, "subject": 253, "reason": 60, "detail": 4_000}


class TakenFindings(msgspec.Struct, kw_only=True):
    """What became of a run's findings.  `found = opened + joined + seen + reopened + ended + left_out`."""

    found: int = 0
    opened: int = 0
    joined: int = 0
    seen: int = 0
    reopened: int = 0
    ended: int = 0  # found again, and ended before: they stay so
    left_out: int = 0  # below the bound of their zone and kind, or of a zone that is not ours
    gone: int = 0  # enquiries whose name left its zone


def take_findings(home: Home, run: Path, *, at: datetime, most: int = MOST_OF_A_KIND) -> TakenFindings:
    """Take in a run by its folder.  Raises `InputError` for what is no whole run, `ConflictError` for an old one."""
    if not _NAME(run.name):
        raise InputError("a run's folder is called by letters, digits, points, hyphens and underscores", item=run.name)
    summary = read_run(run)
    counts = count_findings(run)
    own = sorted(zone for zone in summary.zones if zone in home.zones)
    if not own:
        raise InputError(f"swept no zone of this node ({', '.join(home.zones)})", item=str(run))
    frame = read_highest(run, own, most=most)
    sweep = _begin(run, summary, own, counts, frame)
    taken = TakenFindings(found=sum(sum(kinds.values()) for kinds in counts.values()))
    taken.left_out = taken.found - frame.height
    back = {zone: frozenset(find_returned(run, zone, _names(frame, zone))) for zone in own}
    for batch in _batches(frame):
        _take_batch(home, sweep, batch, back, taken, at=at)
    for zone in own:
        _take_gone(home, find_dropped(run, zone, open_names(zone)), taken, at=at)
    _end(sweep, at=at)
    return taken


def _begin(run: Path, summary: RunSummary, own: Sequence[str], counts: Counts, frame: pl.DataFrame) -> Sweep:
    changes = count_changes(run)
    whole, details = read_details(run)
    kept: Counts = {}
    for zone, kind, number in frame.group_by("zone", "kind").len().iter_rows():
        kept.setdefault(zone, {})[kind] = number
    zones = tuple(
        TakenZone(zone, swept.as_of, swept.serial, swept.names, counts.get(zone, {}), kept.get(zone, {}),
                  changes.get(zone, {}), details[zone])
        for zone in own
        for swept in [summary.zones[zone]]
    )  # fmt: skip
    with transaction.atomic():
        lock_intake()
        newest = newest_days(own)
        for one in zones:
            if one.zone in newest and one.as_of < newest[one.zone]:
                why = f"is of {one.as_of}; .{one.zone} was taken as of {newest[one.zone]} already"
                raise ConflictError(f"{why}: sweeps are taken in the order of their snapshots", item=run.name)
        known = find_sweep(run.name)
        if known is not None and known.plan_hash != summary.plan:
            raise ConflictError("another sweep was taken from a folder of this name; call it otherwise", item=run.name)
        ran = summary.run
        return keep_run(
            TakenRun(
                run=run.name, engine=ran.engine, plan_hash=summary.plan, begun_at=ran.started_at, ended_at=ran.ended_at,
                seconds=ran.seconds, zones=zones, details=whole,
            )
        )  # fmt: skip


def _take_batch(
    home: Home, sweep: Sweep, batch: Sequence[Finding], back: Mapping[str, frozenset[str]], taken: TakenFindings, *,
    at: datetime,
) -> None:  # fmt: skip
    returned = {one.name for one in batch if one.name in back[one.zone]}
    with transaction.atomic():
        lock_intake()
        placed = place_findings(batch, sweep=sweep.pk, back=returned, by=home.party, at=at)
    taken.opened += placed.opened
    taken.joined += placed.joined
    taken.seen += placed.seen
    taken.reopened += placed.reopened
    taken.ended += placed.ended


def _take_gone(home: Home, names: Sequence[str], taken: TakenFindings, *, at: datetime) -> None:
    """End the enquiries about names that left their zone."""
    for start in range(0, len(names), BATCH):
        with transaction.atomic():
            lock_intake()
            rows = open_of_names(names[start : start + BATCH])
            end([End(pk, "gone") for pk, _, _ in rows], by=home.party, at=at)
            add_entries([Entry(pk, "gone", score) for pk, _, score in rows], actor=home.party, role=NODE, at=at)
        taken.gone += len(rows)


def _end(sweep: Sweep, *, at: datetime) -> None:
    with transaction.atomic():
        end_run(sweep, at=at)


def _names(frame: pl.DataFrame, zone: str) -> list[str]:
    return frame.filter(pl.col("zone") == zone)["name"].unique().to_list()


def _batches(frame: pl.DataFrame) -> Iterator[list[Finding]]:
    for part in frame.iter_slices(BATCH):
        yield [_finding(row) for row in part.iter_rows(named=True)]


def _finding(row: dict[str, object]) -> Finding:
    try:
        said = msgspec.convert(row | {"score": round(float(str(row["score"])), 4)}, Finding)
    except (ValueError, msgspec.ValidationError) as error:  # a column may hold nothing
        raise InputError(f"a finding cannot be read: {error}", item=str(row["name"])[:80]) from error
    if not isfinite(said.score):
        raise InputError("a finding's score is no number", item=said.name[:80])
    for field, longest in _LONGEST.items():
        if len(getattr(said, field)) > longest:
            raise InputError(f"a finding's {field} is longer than {longest} characters", item=said.name[:80])
    return said
