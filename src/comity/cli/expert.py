"""`comity expert`: whom partners may ask, about what and in which languages: add, list, withdraw."""

from collections.abc import Mapping
from datetime import UTC, datetime
from getpass import getuser
from pathlib import Path
from typing import Any

import click

from comity.cli.context import dir_option, json_option, use_node
from comity.cli.outcome import print_json
from comity.core.consultations import LANGUAGES, TOPICS
from comity.core.disclosure import Decision
from comity.core.harmless import show_unseen
from comity.core.markings import TLPS
from comity.core.roles import ROLES_OF_ACCOUNT, Actor
from comity.flows.add_expert import NewExpert, add_expert
from comity.flows.withdraw_expert import withdraw_expert
from comity.store.experts import list_experts

_ROLE = click.option(
    "--role", "as_role", type=click.Choice(tuple(ROLES_OF_ACCOUNT)), default="analyst", show_default=True,
    help="In which role.",
)  # fmt: skip
_AS = click.option("--as", "actor", default="", help="Who acts.  [default: you]")


@click.group()
def expert() -> None:
    """Experts: add, list, withdraw."""


@expert.command()
@click.argument("role")
@click.option("--topic", "topics", type=click.Choice(TOPICS), multiple=True, required=True, help="About what.")
@click.option("--language", "languages", type=click.Choice(LANGUAGES), multiple=True, required=True, help="In what.")
@click.option("--contact", default="", help="A work address, best of the role.")
@click.option("--name", default="", help="A person's name; needs --consent.")
@click.option("--consent", default="", help="Who agreed to be named, when and how.")
@click.option("--tlp", type=click.Choice(TLPS[:-1]), default="TLP:AMBER", show_default=True, help="Its marking.")
@_AS
@_ROLE
@json_option
@dir_option
def add(directory: Path, as_json: bool, actor: str, as_role: str, **said: Any) -> None:
    """Take a ROLE, or a person in it, into the directory and tell the partners."""
    home = use_node(directory)
    who = Actor(actor or getuser(), as_role, home.party)
    row, told = add_expert(home, NewExpert(**said), who, at=datetime.now(UTC))
    _tell(row.uuid, told, as_json=as_json)


@expert.command("list")
@click.option("--topic", type=click.Choice(TOPICS), default=None, help="About this.")
@click.option("--language", type=click.Choice(LANGUAGES), default=None, help="In this language.")
@click.option("--party", default="", help="Of this party.")
@json_option
@dir_option
def list_command(directory: Path, as_json: bool, topic: str | None, language: str | None, party: str) -> None:
    """List whom one may ask, here and at partners."""
    use_node(directory)
    rows = list_experts(party=party, topic=topic or "", language=language or "")
    if as_json:
        print_json(
            {
                "experts": [
                    {
                        "expert": row.uuid, "party": row.party, "role": row.role, "name": row.name,
                        "contact": row.contact, "languages": row.languages, "topics": row.topics, "tlp": row.tlp,
                    }
                    for row in rows
                ]
            }
        )  # fmt: skip
        return
    for row in rows:
        spoken, known = ",".join(row.languages), ",".join(row.topics)
        who = show_unseen("  ".join(part for part in (row.role, row.name, row.contact) if part))
        click.echo(f"{row.uuid}  {row.party}  {spoken}  {known}  {who}")


@expert.command()
@click.argument("uuid")
@_AS
@_ROLE
@json_option
@dir_option
def withdraw(directory: Path, as_json: bool, actor: str, as_role: str, uuid: str) -> None:
    """Take an expert of ours out of the directory; name and address are forgotten here and at partners."""
    home = use_node(directory)
    told = withdraw_expert(home, uuid, Actor(actor or getuser(), as_role, home.party), at=datetime.now(UTC))
    _tell(uuid, told, as_json=as_json)


def _tell(uuid: str, told: Mapping[str, Decision], *, as_json: bool) -> None:
    said = {
        partner: {"verdict": one.verdict, "clause": one.clause, "reason": one.reason, "redacted": list(one.redact)}
        for partner, one in told.items()
    }
    if as_json:
        print_json({"expert": uuid, "told": said})
        return
    click.echo(uuid)
    for partner, one in said.items():
        click.echo(f"  {partner}: {one['verdict']} (clause {one['clause'] or '-'}: {one['reason']})")
