"""`comity appeal`: what waits for the decision of somebody uninvolved, and the decision, with its reasons.

The appellant who came by a one-time link is told decision and reasons by mail.
"""

from datetime import UTC, datetime
from getpass import getuser
from pathlib import Path

import click
import msgspec

from comity.cli.context import dir_option, json_option, use_node
from comity.cli.outcome import print_json
from comity.core.errors import InputError
from comity.core.harmless import defang
from comity.core.roles import ROLES_OF_ACCOUNT, Actor
from comity.flows.advance_cases import Grounds
from comity.flows.decide_appeal import DECISIONS, decide_appeal
from comity.store.appeals import list_waiting


@click.group()
def appeal() -> None:
    """Appeals: what waits, and the decision of somebody uninvolved."""


@appeal.command(name="list")
@dir_option
@json_option
def list_command(directory: Path, as_json: bool) -> None:
    """List the appeals that wait, the oldest first."""
    use_node(directory)
    waiting = list_waiting()
    if as_json:
        print_json({
            "appeals": [
                {
                    "case": one.case.ref, "registrable": one.case.registrable, "category": one.case.category,
                    "role": one.role, "filed_at": one.filed_at, "text": one.answer.text if one.answer else "",
                    "involved": sorted(one.involved),
                }
                for one in waiting
            ]
        })  # fmt: skip
        return
    for one in waiting:
        click.echo(
            f"{one.case.ref}  {defang(one.case.registrable)}  {one.case.category}  by the {one.role}, "
            f"{one.filed_at:%Y-%m-%d %H:%M} UTC"
        )
    if not waiting:
        click.echo("no appeal waits", err=True)


@appeal.command()
@click.argument("ref")
@click.option("--decision", type=click.Choice(DECISIONS), required=True, help="What is decided.")
@click.option("--reasons", required=True, help="Why, in words; the appellant is told them.")
@click.option("--as", "name", default="", help="Who decides.  [default: you]")
@click.option(
    "--role", type=click.Choice(tuple(ROLES_OF_ACCOUNT)), default="policy-officer", show_default=True,
    help="In which role.",
)  # fmt: skip
@dir_option
@json_option
def decide(ref: str, decision: str, reasons: str, name: str, role: str, directory: Path, as_json: bool) -> int:
    """Decide the appeal of case REF."""
    home = use_node(directory)
    if not reasons.strip():
        raise InputError("say why", item="--reasons")
    outcome = decide_appeal(
        home, [ref], Actor(name or getuser(), role, home.party), decision, at=datetime.now(UTC),
        grounds=Grounds(note=reasons.strip()),
    )  # fmt: skip
    if as_json:
        print_json({"decision": decision, "done": outcome.done, "refused": msgspec.to_builtins(outcome.refused)})
    for done in outcome.done:
        click.echo(f"{done}: {decision}", err=as_json)
    for refused, why in outcome.refused.items():
        for reason in why:
            click.echo(f"comity: {refused}: {reason.message} [{reason.code}]", err=True)
    return 1 if outcome.refused else 0
