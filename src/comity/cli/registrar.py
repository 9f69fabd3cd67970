"""`comity registrar`: the directory of registrars, which says where their notices go and in which language.

A registrar is known by the registry's handle or by its IANA identifier; a notice goes to the row that the
registration of the name speaks of.  Adding a handle that is there already changes its row.
"""

from datetime import UTC, datetime
from pathlib import Path

import click
import msgspec

from comity.cli.context import dir_option, json_option, use_node
from comity.cli.outcome import print_json
from comity.core.errors import NotFoundError
from comity.core.registrars import LANGUAGES, Language, Registrar
from comity.flows.keep_registrar import keep_registrar
from comity.store.registrars import list_registrars, remove_registrar


@click.group()
def registrar() -> None:
    """Registrars, and where their notices go."""


@registrar.command()
@click.argument("handle")
@click.option("--name", required=True, help="Its name, as the registration data writes it.")
@click.option("--email", required=True, help="Where its notices go.")
@click.option("--iana-id", default="", help="Its IANA identifier, where it has one.")
@click.option("--zone", "zones", multiple=True, help="Only for names in this zone; may be given more than once.")
@click.option("--language", type=click.Choice(LANGUAGES), required=True, help="The language of its notices.")
@dir_option
@json_option
def add(
    handle: str, name: str, email: str, iana_id: str, zones: tuple[str, ...], language: Language, directory: Path,
    as_json: bool,
) -> None:  # fmt: skip
    """Add the registrar with HANDLE, or change it."""
    use_node(directory)
    given = Registrar(handle=handle, name=name, email=email, iana_id=iana_id, zones=zones, language=language)
    row, is_new = keep_registrar(given, at=datetime.now(UTC))
    if as_json:
        print_json(msgspec.to_builtins(row) | {"is_new": is_new})
    else:
        click.echo(f"{row.handle}: {'added' if is_new else 'changed'}; notices go to {row.email} in {row.language}")


@registrar.command(name="list")
@dir_option
@json_option
def list_all(directory: Path, as_json: bool) -> None:
    """List the directory."""
    use_node(directory)
    rows = list_registrars()
    if as_json:
        print_json({"registrars": [msgspec.to_builtins(row) for row in rows]})
        return
    for row in rows:
        zones = ", ".join(row.zones) or "all zones"
        click.echo(f"{row.handle:<20} {row.iana_id:<6} {row.email:<40} {row.language:<8} {zones:<20} {row.name}")


@registrar.command()
@click.argument("handle")
@dir_option
def remove(handle: str, directory: Path) -> None:
    """Take HANDLE out of the directory."""
    use_node(directory)
    if not remove_registrar(handle):
        raise NotFoundError("no such registrar", item=handle)
    click.echo(f"{handle}: removed")
