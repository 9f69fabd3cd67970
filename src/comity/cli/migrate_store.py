"""`comity migrate-store`: move a node to another database."""

from datetime import UTC, datetime
from pathlib import Path

import click
import msgspec

from comity.cli.context import dir_option, json_option, use_node_alone
from comity.cli.outcome import print_json
from comity.flows.migrate_store import migrate_store as move


@click.command("migrate-store")
@click.argument("url")
@click.option("--replace", is_flag=True, help="Give up what the other database holds now.")
@dir_option
@json_option
def migrate_store(url: str, replace: bool, directory: Path, as_json: bool) -> None:
    """Move all that the node remembers to the database at URL: sqlite:///FILE or postgresql://user@host:port/name.

    The node must not be serving.  Every ledger is recomputed in the new database before node.toml names it; until then
    the node is what it was.  The old database is left as it is: delete it, or keep it as an archive, and never serve
    from it again.
    """
    home = use_node_alone(directory)
    moved = move(home, url, replace=replace, at=datetime.now(UTC))
    header = moved.header
    if as_json:
        print_json({"party": header.party, "rows": header.rows, "ledgers": msgspec.to_builtins(header.ledgers)})
        return
    for ledger in header.ledgers:
        click.echo(f"  {ledger.origin}: {ledger.size} entries, root {ledger.root[:16]}…, is what was signed")
    click.echo(f"{header.party}: {sum(header.rows.values())} rows moved; node.toml names the new database")
    click.echo("the old database is as it was; never serve from it again", err=True)
