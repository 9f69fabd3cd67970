"""What every verb of `comity case` has in common: who acts on which cases, why, and what is printed of it.

References are arguments, or `-` to read them from standard input, one a line.  Who acts is `--as` (the name of whoever
runs the command, if not said) in the role `--role`.  A verb ends with 1 when a case refused, and says why of each.
"""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from getpass import getuser
from pathlib import Path
from typing import Any, Final

import click
import msgspec

from comity.cli.case_options import ROLES
from comity.cli.context import dir_option, json_option, use_node
from comity.cli.outcome import print_json
from comity.core.errors import InputError
from comity.core.roles import Actor
from comity.edges.home import Home
from comity.flows.advance_cases import Grounds, VerbOutcome


class Desk(msgspec.Struct, frozen=True):
    """Who does what to which cases, and when."""

    home: Home
    refs: tuple[str, ...]
    actor: Actor
    at: datetime
    grounds: Grounds


Verb = Callable[..., VerbOutcome]


def verb(
    name: str, line: str, *options: Callable[[Any], Any], argument: str = "REF"
) -> Callable[[Verb], click.Command]:
    """Make a command of a function that takes a `Desk` and the verb's own options; a group adds it."""

    def make(function: Verb) -> click.Command:
        def run(
            directory: Path, as_json: bool, refs: tuple[str, ...], actor: str, role: str, said: Grounds, **own: Any
        ) -> int:
            home = use_node(directory)
            wanted = _all_refs(refs)
            if not wanted:
                raise InputError("name at least one case")
            desk = Desk(
                home=home,
                refs=wanted,
                actor=Actor(actor or getuser(), role, home.party),
                at=datetime.now(UTC),
                grounds=said,
            )
            return _tell(name, function(desk, **own), as_json=as_json)

        # click hands over one keyword for each option; the four grounds are gathered here
        def gather(**given: Any) -> int:
            grounds = Grounds(**{field: given.pop(field) for field in ("reason", "clause", "evidence_hash", "note")})
            return run(said=grounds, **given)

        command: Callable[..., int] = gather
        for option in (*reversed(options), *reversed(_COMMON)):
            command = option(command)
        command = click.argument("refs", nargs=-1, required=True, metavar=f"{argument}...")(command)
        return click.command(name, help=line, short_help=line)(command)

    return make


_COMMON: Final[tuple[Callable[[Any], Any], ...]] = (
    click.option("--reason", default="", help="Why, as a code."),
    click.option("--clause", default="", help="The clause of the memorandum it rests on."),
    click.option("--evidence-hash", default="", help="SHA-256 of what was looked at."),
    click.option("--note", default="", help="Why, in words."),
    click.option("--as", "actor", default="", help="Who acts.  [default: you]"),
    click.option("--role", type=click.Choice(ROLES), default="analyst", show_default=True, help="In which role."),
    json_option,
    dir_option,
)


def _all_refs(refs: tuple[str, ...]) -> tuple[str, ...]:
    if refs != ("-",):
        return refs
    return tuple(line.strip() for line in sys.stdin if line.strip())


def _tell(verb: str, outcome: VerbOutcome, *, as_json: bool) -> int:
    if as_json:
        print_json({"verb": verb, "done": outcome.done, "refused": msgspec.to_builtins(outcome.refused)})
    else:
        for ref in outcome.done:
            click.echo(f"{ref}: {verb} done")
    for ref, reasons in outcome.refused.items():
        for reason in reasons:
            click.echo(f"comity: {ref}: {reason.message} [{reason.code}]", err=True)
    return 1 if outcome.refused else 0
