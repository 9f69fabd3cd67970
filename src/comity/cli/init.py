"""`comity init`: a new node, from nothing to ready to serve."""

from datetime import UTC, datetime
from pathlib import Path

import click
from django.core.management import call_command

from comity.cli.context import json_option, use_node
from comity.cli.outcome import print_json
from comity.core.parties import PARTY_OF_ZONE
from comity.flows.set_up import NewNode, set_up


@click.command()
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path))
@click.option("--party", required=True, help="The registry, as a domain name: cctld.ru")
@click.option("--zone", "zones", multiple=True, help="A zone it is responsible for, in either script; repeat for more.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--web-port", default=8443, show_default=True, help="Port of pages and API.")
@click.option("--link-port", default=9443, show_default=True, help="Port for partners' nodes.")
@click.option("--database", default="sqlite:///comity.sqlite3", show_default=True, help="sqlite:///… or postgresql://…")
@json_option
def init(
    directory: Path,
    party: str,
    zones: tuple[str, ...],
    host: str,
    web_port: int,
    link_port: int,
    database: str,
    as_json: bool,
) -> None:
    """Make a new node in DIRECTORY: configuration, keys, certificates and an empty store.

    Knows the zones .ru .рф .su .by .бел .vn .cn .moscow .москва and who is responsible for each; with no --zone it
    takes all zones of the party.
    """
    new = NewNode(party=party, zones=zones, host=host, web_port=web_port, link_port=link_port, database=database)
    made = set_up(directory, new, at=datetime.now(UTC))
    use_node(directory)
    call_command("migrate", interactive=False, verbosity=0)
    document = {
        "party": made.party,
        "zones": list(made.zones),
        "directory": str(made.path),
        "web": made.settings.web.url,
    }
    if as_json:
        print_json(document)
        return
    unknown = [zone for zone in made.zones if zone not in PARTY_OF_ZONE]
    if unknown:
        click.echo(f"note: nobody is on record for {', '.join(unknown)}; taking your word for it", err=True)
    click.echo(f"node {made.party} ({', '.join(made.zones)}) is ready in {made.path}")
    click.echo(f"next: comity person add NAME --role administrator --dir {directory}; comity serve --dir {directory}")
