"""`comity demo`: the main job on one machine, with real processes and real HTTPS on loopback."""

import signal
import sys
import tempfile
import threading
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click
import orjson
from rich.console import Console

from comity.cli.context import use_node
from comity.cli.demo_stage import Stage
from comity.cli.demo_table import addresses, document, render_table
from comity.cli.outcome import print_json
from comity.core.errors import InputError
from comity.demo.desk import Desk
from comity.demo.display import lay_out
from comity.demo.feed import write_feed
from comity.demo.memorandum import COUNTERSIGNER, PROPOSER
from comity.demo.mix import load_mix
from comity.demo.play import FEED, Outcome, play

_RECORDS: Final = 10_000
_SEED: Final = 2027


@click.command()
@click.option(
    "--records", type=click.IntRange(1, 5_000_000), default=_RECORDS, show_default=True, help="Records in each feed."
)
@click.option("--exit", "exits", is_flag=True, help="Stop when all is done; without it the pages stay up until Ctrl-C.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout at the end.")
@click.option(
    "--dir", "directory", type=click.Path(file_okay=False, path_type=Path),
    help="Make the nodes in this new directory and keep them.  [default: a temporary one]",
)  # fmt: skip
@click.option(
    "--database", "databases", metavar="URL", nargs=2,
    help="Two empty databases, for cctld.ru and oac.by: postgresql://…  [default: SQLite files]",
)  # fmt: skip
@click.option("--seed", type=int, default=_SEED, show_default=True, help="The same seed makes the same feeds.")
@click.option("--verbose", is_flag=True, help="Tell also what was compared, and the peak memory of every process.")
@click.option(
    "--only", type=click.Choice(("feed", "desk", "display")), hidden=True, help="One part, on one node's directory."
)
def demo(
    records: int,
    exits: bool,
    as_json: bool,
    directory: Path | None,
    databases: tuple[str, str] | None,
    seed: int,
    verbose: bool,
    only: str | None,
) -> int:
    """Run the main job on this machine: two nodes, one memorandum, a feed at each, outcomes back.

    Every name in the feeds is invented; real names appear only as protected ones.
    """
    if only is not None:
        return _part(only, directory or Path(), records=records, seed=seed)
    with ExitStack() as stack:
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends as cleanly as Ctrl-C
        if directory is None:
            place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="comity-demo-")))
        else:
            place = _new(directory)
        with Stage() as stage:
            played = play(place, records=records, seed=seed, audience=stage, database_urls=databases or ())
            outcome = stack.enter_context(played)
        console = Console(stderr=True)
        console.print(render_table(outcome, verbose=verbose))
        console.print(addresses(outcome), highlight=False, soft_wrap=True)
        if as_json:
            print_json(document(outcome))
        _say_end(outcome)
        if not exits:
            _stay()
    return 0 if _is_well(outcome) else 1


def _is_well(outcome: Outcome) -> bool:
    return outcome.ledgers_equal and not outcome.lost and not outcome.doubled


def _say_end(outcome: Outcome) -> None:
    if _is_well(outcome):
        click.echo(f"comity demo: done in {outcome.seconds} s; nothing lost, nothing doubled, ledgers equal", err=True)
        return
    ledgers = "equal" if outcome.ledgers_equal else "DIFFERENT"
    wrong = f"{outcome.lost} lost, {outcome.doubled} doubled, ledgers {ledgers}"
    click.echo(f"comity demo: not well after {outcome.seconds} s: {wrong}; --verbose says more", err=True)


def _stay() -> None:
    try:
        click.echo("the nodes stay up; end with Ctrl-C", err=True)
        while True:
            signal.pause()
    except KeyboardInterrupt:
        click.echo("comity demo: ended", err=True)


def _new(directory: Path) -> Path:
    if directory.exists() and any(directory.iterdir()):
        raise InputError("is not empty; the demo makes new nodes and touches no others", item=str(directory))
    directory.mkdir(parents=True, exist_ok=True)
    return directory.resolve()


def _part(only: str, directory: Path, *, records: int, seed: int) -> int:
    """One part of the demo in a process of its own; its numbers go to stdout."""
    home = use_node(directory)
    mix = load_mix()
    if only == "feed":
        kinds = write_feed(directory / FEED, home.party, mix, records=records, seed=seed, start=datetime.now(UTC))
        click.echo(orjson.dumps(kinds))
        return 0
    if only == "display":
        partner = next(party for party in (PROPOSER, COUNTERSIGNER) if party != home.party)
        click.echo(orjson.dumps(lay_out(home, partner, password=sys.stdin.read())))
        return 0
    stopping = threading.Event()
    signal.signal(signal.SIGTERM, lambda _number, _frame: stopping.set())
    desk = Desk(home, mix, seed=seed)
    desk.work(stop=stopping.is_set)
    click.echo(orjson.dumps(desk.done))
    return 0
