"""`comity case assign`: who works on cases.  The inbox does the same; a case that is over is given to nobody."""

from datetime import UTC, datetime
from getpass import getuser
from pathlib import Path

import click
import msgspec

from comity.cli.context import dir_option, json_option, use_node
from comity.cli.outcome import print_json
from comity.core.errors import InputError
from comity.core.roles import DESK, Actor
from comity.flows.assign import assign


@click.command("assign")
@click.argument("refs", nargs=-1, required=True, metavar="REF...")
@click.option("--to", default="", help="The account that gets the cases.")
@click.option("--nobody", is_flag=True, help="Take the cases from whoever has them.")
@click.option("--as", "actor", default="", help="Who acts.  [default: you]")
@click.option("--role", type=click.Choice(DESK), default="analyst", show_default=True, help="In which role.")
@json_option
@dir_option
def assign_command(
    refs: tuple[str, ...], to: str, nobody: bool, actor: str, role: str, as_json: bool, directory: Path
) -> int:
    """Give cases to a person, or to nobody."""
    home = use_node(directory)
    if bool(to) == nobody:
        raise InputError("say either --to NAME or --nobody")
    outcome = assign(refs, to, Actor(actor or getuser(), role, home.party), at=datetime.now(UTC))
    if as_json:
        print_json({"verb": "assign", "done": outcome.done, "refused": msgspec.to_builtins(outcome.refused)})
    else:
        for ref in outcome.done:
            click.echo(f"{ref}: {f'given to {to}' if to else 'given to nobody'}")
    for ref, reasons in outcome.refused.items():
        for reason in reasons:
            click.echo(f"{ref}: {reason.message} ({reason.code})", err=True)
    return 1 if outcome.refused else 0
