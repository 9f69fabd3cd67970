"""Sweep zones: once a day, at the time that node.toml says, a child process sweeps this node's zones.

A round of the desk, which looks, starts and goes on, and never waits for the child.  What the zones are compared with
is `[sweep]` and, if it says so, the hosts that reports of the last ninety days named, written to a file once for each
day: so a sweep that was cut off is the same sweep when it is tried again.  When the run is whole a second child takes
its findings in, and a third looks for the siblings of confirmed cases in the new names.  A failure of any is written
with its reason, raises an alarm, and all three are tried again, later each time: what was done is found done.  One
sweep at a time.
"""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import msgspec
from django.db import DatabaseError, transaction

from comity.edges.home import Home
from comity.edges.sweep_process import INDICATORS, SweepEnd, SweepProcess, drop_old_runs
from comity.edges.whole_file import write_whole
from comity.store.models import ScheduledSweep
from comity.store.scheduled_sweeps import (
    begin_scheduled,
    end_scheduled,
    fail_scheduled,
    find_scheduled,
    is_waiting,
    reported_hosts,
)

REPORTED_WITHIN: Final = timedelta(days=90)
_LOG: Final = logging.getLogger("comity.sweeps")
_BLOCK: Final = 10_000


class _AtWork(msgspec.Struct):
    """A sweep that this process started: which one, its child, the run once it is whole, and the commands after it."""

    due_at: datetime
    process: SweepProcess
    run: str = ""
    after: list[list[str]] = []


_AT_WORK: Final[dict[Path, _AtWork]] = {}


def sweep_zones(home: Home, *, at: datetime) -> int:
    """Start the sweep that is due, or go on with the one at work; answers 1 when one has ended."""
    working = _AT_WORK.get(home.path)
    if working is not None:
        ended = working.process.poll()
        return 0 if ended is None else _go_on(home, working, ended, at=at)
    if not home.settings.sweep.sources:
        return 0
    due_at = last_due(home, at=at)
    if not is_waiting(find_scheduled(due_at), at=at):
        return 0
    process = SweepProcess(home.path)
    if not process.take():
        return 0
    try:
        with transaction.atomic():
            begin_scheduled(due_at, at=at)
    except DatabaseError:
        process.release()
        raise
    _AT_WORK[home.path] = working = _AtWork(due_at, process)
    try:
        process.start(_sweep_command(home, due_at, at=at))
    except OSError as error:
        return _fail(home, working, "not-started", str(error), at=at)
    _LOG.info("a sweep of the zones began", extra={"event": "sweep-began"})
    return 0


def last_due(home: Home, *, at: datetime) -> datetime:
    """The last moment, now or before, at which the day's sweep was due."""
    hour, minute = (int(part) for part in home.settings.sweep.at.split(":"))
    here = at.astimezone(ZoneInfo(home.settings.time_zone))
    due = here.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return (due if due <= here else due - timedelta(days=1)).astimezone(at.tzinfo)


def _sweep_command(home: Home, due_at: datetime, *, at: datetime) -> list[str]:
    command = ["sweep", "--json", "--dir", str(home.path)]
    if home.settings.sweep.daily:
        command.append("--daily")
    if home.settings.sweep.own_reports:
        command += ["--indicators", str(write_indicators(home, due_at, at=at))]
    return command


def write_indicators(home: Home, due_at: datetime, *, at: datetime) -> Path:
    """Write what reports named to a file, once for each day; the files of other days are removed."""
    folder = home.path / INDICATORS
    folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    file = folder / f"reported-{due_at:%Y%m%dT%H%M}.txt"
    if not file.exists():
        write_whole(file, _lines(reported_hosts(home.zones, since=at - REPORTED_WITHIN)), mode=0o600)
    for other in folder.glob("reported-*.txt"):
        if other != file:
            other.unlink(missing_ok=True)
    return file


def _lines(hosts: Iterable[str]) -> Iterable[bytes]:
    block: list[str] = []
    for host in hosts:
        block.append(host)
        if len(block) == _BLOCK:
            yield ("\n".join(block) + "\n").encode()
            block.clear()
    if block:
        yield ("\n".join(block) + "\n").encode()


def _go_on(home: Home, working: _AtWork, ended: SweepEnd, *, at: datetime) -> int:
    if ended.error:
        return _fail(home, working, ended.error, ended.message, at=at)
    if not working.run:
        if not ended.folder:
            return _fail(home, working, "no-answer", "it ended well and did not say where its run is", at=at)
        working.run = ended.folder
        working.after = [["finding", "take", working.run], ["campaign", "find", "--all", "--by-node"]]
    if working.after:
        try:
            working.process.start([*working.after.pop(0), "--json", "--dir", str(home.path)])
        except OSError as error:
            return _fail(home, working, "not-started", str(error), at=at)
        return 0
    _leave(home)
    with transaction.atomic():
        end_scheduled(_row(working), Path(working.run).name, at=at)
    drop_old_runs(home.path, keep=home.settings.sweep.keep_runs)
    _LOG.info("the zones were swept", extra={"event": "sweep-ended"})
    return 1


def _fail(home: Home, working: _AtWork, error: str, message: str, *, at: datetime) -> int:
    _leave(home)
    with transaction.atomic():
        fail_scheduled(_row(working), error, message, at=at)
    _LOG.warning("the zones were not swept", extra={"event": "sweep-failed", "reason": error})
    return 1


def _row(working: _AtWork) -> ScheduledSweep:
    return ScheduledSweep.objects.get(due_at=working.due_at)


def _leave(home: Home) -> None:
    _AT_WORK.pop(home.path).process.release()


def stop_sweep(home: Home) -> None:
    """End the sweep that this process started, if one is at work; it goes on where it was when it is started again."""
    working = _AT_WORK.pop(home.path, None)
    if working is not None:
        working.process.stop()
