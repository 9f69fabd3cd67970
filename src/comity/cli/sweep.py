"""`comity sweep`: whole zones against indicators, protected names and patterns; what changed since the last time.

The plan is shown before it runs; --plan shows it and does nothing else, --only-plan HASH runs that plan and no other.
Nothing is decided here: a finding is not a report, and no name is touched.  Works without a node; with one (--dir, or
where COMITY_DIR or the current directory is one) it takes what node.toml says and keeps its runs there.
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import click
import msgspec

from comity.cli.context import json_option, use_node
from comity.cli.outcome import print_json
from comity.cli.sweep_engine import open_engine
from comity.cli.sweep_request import Asked, find_home, make_request
from comity.cli.sweep_shown import SweepBar, show_plan, show_summary
from comity.edges.home import Home
from comity.sweep.engines.local import Pool
from comity.sweep.plan import plan_document
from comity.sweep.plan_make import choose_place, make_plan
from comity.sweep.run import run_sweep
from comity.sweep.run_errors import PlanChangedError
from comity.sweep.run_returns import Held
from comity.sweep.run_tables import write_guard

_FILE: Final = click.Path(path_type=Path)
_ENGINES: Final = ("local", "spark", "duckdb")
_KEEPING: Final = ("link", "copy", "no")
_EXAMPLE: Final = "Example:  comity sweep ru.zone.gz --indicators feed.txt --brands banks.txt --since yesterday.zone.gz"


def _options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed((
        click.argument("zonefiles", nargs=-1, metavar="ZONEFILE..."),
        click.option("--indicators", multiple=True, type=_FILE, help="Names and URLs to look for; repeat for more."),
        click.option("--brands", multiple=True, type=_FILE, help="Protected names, for what looks like them."),
        click.option("--patterns", multiple=True, type=_FILE, help="Patterns of names, one a line."),
        click.option("--since", multiple=True, type=_FILE, metavar="PREVIOUS",
                     help="An earlier dump, run or store: brands and patterns are compared with new names only."),
        click.option("--daily", is_flag=True,
                     help="What is the same as at the last sweep is compared with new names only."),
        click.option("--keep-dumps", type=click.Choice(_KEEPING), default=None,
                     help="Keep each dump for the next day's comparison.  [default: link]"),
        click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), default=None, metavar="DAY",
                     help="The day whose state the zones are.  [default: when each file was written]"),
        click.option("--accept-loss", is_flag=True, help="It is right that many names are gone since before."),
        click.option("--open-ended", is_flag=True,
                     help="It is right that a dump does not end with its SOA: one that was cut may pass for whole."),
        click.option("--engine", type=click.Choice(_ENGINES), default=None, help="Who works.  [default: local]"),
        click.option("--cluster", default="", metavar="ADDRESS", envvar="SPARK_REMOTE", show_envvar=True,
                     help="For spark: the cluster's Spark Connect address, sc://host:port."),
        click.option("--files-at", default="", metavar="URL",
                     help="For spark: where its workers read files, as s3://bucket/comity.  [default: the same paths]"),
        click.option("--workers", type=click.IntRange(min=1, max=256), default=None, help="Processes at a time."),
        click.option("--memory", default="", metavar="SIZE", help="What all may use together.  [default: 4G]"),
        click.option("--store", type=_FILE, default=None, help="The store of names.  [default: beside the runs]"),
        click.option("--out", type=_FILE, default=None, help="The folder of this run.  [default: made from its hash]"),
        click.option("--plan", "only_show", is_flag=True, help="Show the plan and do nothing."),
        click.option("--only-plan", default="", metavar="HASH", help="Run only if the plan has this hash."),
        click.option("--dir", "directory", type=click.Path(file_okay=False, path_type=Path), default=None,
                     envvar="COMITY_DIR", show_envvar=True, help="The node's directory; none is needed."),
        json_option,
    )):  # fmt: skip
        command = option(command)
    return command


@click.command(epilog=_EXAMPLE)
@_options
def sweep(only_show: bool, only_plan: str, as_json: bool, directory: Path | None, out: Path | None, **said: Any) -> int:
    """Sweep whole zones for indicators, look-alikes, patterns and changes.

    ZONEFILE is a zone file or a list of names, plain, gz or zst; write ZONE=FILE where the file does not
    say of which zone it is; axfr://ADDRESS/ZONE?key=NAME is transferred.  Without one, the zones of node.toml are
    swept.  An interrupted run is simply repeated.
    """
    if said["engine"] == "duckdb":
        click.echo("comity: the embedded engine is called local now; duckdb is taken as that", err=True)
        said["engine"] = "local"
    home = find_home(directory)
    asked = Asked(**said)
    request, known, runs = make_request(asked, home)
    if home is not None and not only_show and {one.zone for one in request.sources} & set(home.zones):
        known = msgspec.structs.replace(known, holds=_held_names(home))
    place = choose_place(request)
    with Pool(workers=place.workers, threads=place.threads) as pool, SweepBar() as bar, _workshop() as work:
        write_guard(work, known.guard, known.suffixes)
        bar.show("plan", 0, 1)
        plan = make_plan(request, pool, work)
        bar.show("plan", 1, 1)
        if only_plan and not (len(only_plan) >= 8 and plan.hash.startswith(only_plan)):
            raise PlanChangedError(f"the plan is {plan.hash}, not this one", item=only_plan)
        folder = out or runs / f"sweep-{plan.hash[:12]}"
        if only_show and as_json:
            print_json({"folder": str(folder), **plan_document(plan)})
            return 0
        bar.hide()
        show_plan(plan, folder, err=not only_show)
        if only_show:
            return 0
        cluster = open_engine(asked, home, place.engine)
        summary = run_sweep(
            plan, folder, pool, cluster or pool, known, progress=bar.show, clock=lambda: datetime.now(UTC)
        )
    taken = _take(home, folder, summary)
    if as_json:
        print_json({"folder": str(folder.resolve()), **summary, "taken": taken})
    else:
        show_summary(summary, folder)
        if taken is not None:
            click.echo("taken in: " + ", ".join(f"{word.replace('_', ' ')} {count:,}" for word, count in taken.items()))
    for refused in summary["refused_zones"].values():  # the others are whole; the last line says why it is a failure
        click.echo(f"comity: {refused['message']} [{refused['code']}]", err=True)
    return 1 if summary["refused_zones"] else 0


def _held_names(home: Home) -> tuple[Held, ...]:
    """The names that the node held, for what is back after a hold."""
    import_module("comity.cli.django_setup")  # only now: a sweep without a node needs no store
    use_node(home.path)
    list_held_days = import_module("comity.store.holds").list_held_days
    return tuple(Held(name, day) for name, day in list_held_days())


def _take(home: Home | None, folder: Path, summary: dict[str, Any]) -> dict[str, int] | None:
    """Take what was found into the node, where there is one and a zone of its own was swept."""
    if home is None or not set(summary["zones"]) & set(home.zones):
        return None
    import_module("comity.cli.django_setup")  # only now: a sweep without a node needs no store
    use_node(home.path)
    take_findings = import_module("comity.flows.take_findings").take_findings
    taken: dict[str, int] = msgspec.structs.asdict(take_findings(home, folder.resolve(), at=datetime.now(UTC)))
    return taken


@contextmanager
def _workshop() -> Iterator[Path]:
    """A folder for samples, gone when the plan is made."""
    with tempfile.TemporaryDirectory(prefix="comity-sweep-") as work:
        yield Path(work)
