"""`comity warning intersect`: compare a set with a partner's so that neither sees the other's."""

from datetime import UTC, datetime
from getpass import getuser
from pathlib import Path
from typing import Any

import click

from comity.cli.context import dir_option, json_option, use_node
from comity.cli.outcome import print_json
from comity.core.intersections import OVERS, parse_set
from comity.core.roles import ROLES_OF_ACCOUNT, Actor
from comity.core.warning_terms import SENT
from comity.flows.intersect import answer_intersection, ask_intersection, decline_intersection
from comity.flows.tend_intersections import tend_intersections
from comity.store.intersections import get_run, list_runs, messages_of
from comity.store.models import IntersectionRun

_ROLE = click.option(
    "--role", "as_role", type=click.Choice(tuple(ROLES_OF_ACCOUNT)), default="supervisor", show_default=True,
    help="In which role.",
)  # fmt: skip
_AS = click.option("--as", "actor", default="", help="Who acts.  [default: you]")
_SET = click.option(
    "--set", "elements", type=click.File(encoding="utf-8"), required=True, help="Our set: a file, an element a line."
)


@click.group()
def intersect() -> None:
    """Compare sets unseen: ask, answer, decline, finish, list, show."""


@intersect.command()
@click.argument("partner")
@click.option("--over", type=click.Choice(OVERS), default="names", show_default=True, help="Sets of what.")
@_SET
@_AS
@_ROLE
@json_option
@dir_option
def ask(
    directory: Path, as_json: bool, as_role: str, actor: str, elements: Any, over: str, partner: str
) -> int:  # fmt: skip
    """Ask PARTNER what both sets have; exit code 1: the memorandum does not let us."""
    home = use_node(directory)
    who = Actor(actor or getuser(), as_role, home.party)
    run, decision = ask_intersection(home, partner, over, parse_set(elements.read()), who, at=datetime.now(UTC))
    said = {"run": run.uuid if run else None, "verdict": decision.verdict, "clause": decision.clause,
            "reason": decision.reason}  # fmt: skip
    if as_json:
        print_json(said)
    else:
        click.echo(f"{said['run'] or '-'}  {decision.verdict} (clause {decision.clause or '-'}: {decision.reason})")
    return 0 if run else 1


@intersect.command()
@click.argument("run")
@_SET
@_AS
@_ROLE
@json_option
@dir_option
def answer(directory: Path, as_json: bool, as_role: str, actor: str, elements: Any, run: str) -> int:
    """Answer a partner's RUN with our set: the partner learns what both have, and we do not."""
    home = use_node(directory)
    who = Actor(actor or getuser(), as_role, home.party)
    row, decision = answer_intersection(home, run, parse_set(elements.read()), who, at=datetime.now(UTC))
    if as_json:
        print_json({"run": run, "state": row.state, "clause": decision.clause, "reason": decision.reason})
    else:
        click.echo(f"{run}  {row.state} (clause {decision.clause or '-'}: {decision.reason})")
    return 0 if decision.verdict in SENT else 1


@intersect.command()
@click.argument("run")
@click.option("--why", default="", help="Why, for the record of this node.")
@_AS
@_ROLE
@dir_option
def decline(directory: Path, as_role: str, actor: str, why: str, run: str) -> None:
    """Take no part in a partner's RUN."""
    home = use_node(directory)
    who = Actor(actor or getuser(), as_role, home.party)
    click.echo(f"{run}  {decline_intersection(home, run, who, why=why, at=datetime.now(UTC)).state}")


@intersect.command()
@json_option
@dir_option
def finish(directory: Path, as_json: bool) -> None:
    """Read answers that are here now, as the desk does."""
    ended = tend_intersections(use_node(directory), at=datetime.now(UTC))
    if as_json:
        print_json({"ended": ended})
    else:
        click.echo(f"{ended} ended")


@intersect.command("list")
@json_option
@dir_option
def list_command(directory: Path, as_json: bool) -> None:
    """List runs, the newest first."""
    use_node(directory)
    rows = list_runs()
    if as_json:
        print_json({"runs": [_row(row) for row in rows]})
        return
    for row in rows:
        click.echo(f"{row.uuid}  {row.asker} asks  {row.over}  {row.state}")


@intersect.command()
@click.argument("run")
@json_option
@dir_option
def show(directory: Path, as_json: bool, run: str) -> None:
    """Show RUN: its transcript, and what both sets have where we asked."""
    use_node(directory)
    row = get_run(run)
    passed = [
        {"message": one.message, "sender": one.sender, "points": one.points, "size": one.size, "sha256": one.sha256,
         "at": one.at.isoformat()}
        for one in messages_of(row)
    ]  # fmt: skip
    if as_json:
        print_json({**_row(row), "passed": passed, "found": row.found, "why": row.why})
        return
    click.echo(f"{row.uuid}  {row.asker} asks  {row.over}  {row.state}  {row.why}")
    for one in passed:
        click.echo(f"  {one['message']} of {one['sender']}: {one['points']} points, sha256 {one['sha256']}")
    for name in row.found:
        click.echo(f"  both: {name}")


def _row(row: IntersectionRun) -> dict[str, Any]:
    return {
        "run": row.uuid, "asker": row.asker, "partner": row.partner, "over": row.over, "state": row.state,
        "bucket": row.bucket, "answer_bucket": row.answer_bucket, "own_size": row.own_size, "clause": row.clause,
    }  # fmt: skip
