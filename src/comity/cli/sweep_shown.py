"""How `comity sweep` shows itself: the plan before, a bar on a terminal meanwhile, what was found afterwards."""

import sys
import time
from functools import partial
from pathlib import Path
from typing import Any, Final, Self

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from comity.core.parties import ZONE_UNICODE
from comity.sweep.plan import SweepPlan

_SHOW_AFTER_SECONDS: Final = 1.0
_STAGES: Final = {"plan": "looking at samples", "read": "reading", "sweep": "sweeping", "join": "putting together"}


class SweepBar:
    """A progress bar on a terminal, shown once the sweep has taken over a second; silent elsewhere."""

    def __init__(self) -> None:
        self._bar = Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
            console=Console(stderr=True), transient=True,
        )  # fmt: skip
        self._tasks: dict[str, TaskID] = {}
        self._since = time.monotonic()
        self._is_shown = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.hide()

    def show(self, stage: str, done: int, total: int) -> None:
        """Tell how far a stage has come."""
        if not sys.stderr.isatty():
            return
        if stage not in self._tasks:
            self._tasks[stage] = self._bar.add_task(_STAGES[stage], total=total)
        self._bar.update(self._tasks[stage], completed=done, total=total)
        if not self._is_shown and (done == 0 or time.monotonic() - self._since > _SHOW_AFTER_SECONDS):
            self._bar.start()
            self._is_shown = True

    def hide(self) -> None:
        """Take the bar away, so that something else can be printed."""
        if self._is_shown:
            self._bar.stop()
            self._is_shown = False


def show_plan(plan: SweepPlan, folder: Path, *, err: bool) -> None:
    """Say what will be done, where, and about how long it takes."""
    say = partial(click.echo, err=err)
    say(f"plan {plan.hash[:12]} (of {plan.hash})")
    for zone in plan.zones:
        names = f"about {zone.names:,} names" if zone.names >= 0 else "names not known yet"
        since = f", compared with {zone.before_dump or zone.before}" if zone.before or zone.before_dump else ""
        size = f"{zone.mark.size:,} bytes, " if zone.mark.size >= 0 else ""
        say(f"  {ZONE_UNICODE.get(zone.zone, '.' + zone.zone)}: {zone.source} ({size}{names}){since}")
        if zone.compared_with:
            say(f"    read beside {zone.compared_with}: only what is not the same octets")
        if zone.only_changed and not plan.only_changes:
            say(f"    compared with new names only: {', '.join(zone.only_changed)}")
        for note in zone.notes:
            say(f"    {note}")
        for refused in zone.left_out:
            say(f"    pattern left out: {refused.sentence}")
    for one in plan.inputs:
        if one.path:
            lines = f", about {one.lines:,} lines" if one.lines >= 0 else ""
            say(f"  {one.role}: {one.path} ({one.mark.size:,} bytes{lines})")
    if plan.only_changes:
        say("  brands and patterns: compared with names that are new or back; indicators with all names")
    place = plan.place
    memory = f"{place.memory_bytes >> 20:,} MB in all"
    engine = "local" if place.engine == "local" else f"{place.engine}, where names are compared; all else here"
    say(f"  where: {engine}, {place.workers} workers of {place.threads} threads, {memory}")
    say(f"  names are kept in {plan.store}, the run in {folder}")
    say(f"  how long: about {_duration(plan.seconds)} by samples")


def show_summary(summary: dict[str, Any], folder: Path) -> None:
    """Say what was found."""
    for zone, said in summary["zones"].items():
        found = _counts(said["findings"]) or "nothing found"
        changes = _counts(said["changes"])
        click.echo(f"{ZONE_UNICODE.get(zone, '.' + zone)}: {said['names']:,} names; {found}")
        if changes:
            click.echo(f"  changed since before: {changes}")
        for note in said["notes"]:
            click.echo(f"  {note}")
        if said["before"]:
            _show_bursts(said["bursts"])
        returned = said["returned_after_hold"]
        if returned is not None and returned["found"]:
            names = ", ".join(f"{one['name']} (held {one['held_on']})" for one in returned["first"])
            click.echo(f"  back after a hold: {returned['found']:,}: {names}")
        if said["rejected_lines"]:
            click.echo(f"  lines that were skipped: {_counts(said['rejected_lines'])}")
    for zone, refused in summary["refused_zones"].items():
        click.echo(f"{ZONE_UNICODE.get(zone, '.' + zone)}: not swept: {refused['message']}")
    indicators = summary["indicators"]
    if indicators is not None:
        click.echo(
            "indicators: read {read:,}: accepted {accepted:,}, duplicate {duplicate:,}, rejected {rejected:,}, "
            "foreign {foreign:,}".format(**indicators)
        )
    for refused in summary["refused_patterns"]:
        click.echo(f"pattern refused: {refused['sentence']}")
    run = summary["run"]
    click.echo(
        f"{summary['findings']:,} findings in {folder} ({_duration(run['seconds'])}, "
        f"{run['peak_bytes'] >> 20:,} MB at most)"
    )


def _show_bursts(bursts: dict[str, Any]) -> None:
    """Groups of new names that chance does not explain; what is unusual is known after some days only."""
    if bursts["days_known"] is not None:
        known, needed = bursts["days_known"], bursts["days_needed"]
        click.echo(f"  bursts: not told yet, changes of {known} earlier days are known and {needed} are needed")
    elif bursts["found"]:
        click.echo(f"  bursts of new names: {bursts['found']:,}")
        for one in bursts["first"]:
            what = one["servers"] or one["pattern"]
            click.echo(f"    {one['reason']} {what}: {one['names']:,} names, {one['expected']:.1f} expected")


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{word} {number:,}" for word, number in sorted(counts.items()))


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
