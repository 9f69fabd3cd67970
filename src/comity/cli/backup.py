"""`comity backup`: all that a node remembers, in one file, while it serves."""

from datetime import UTC, datetime
from pathlib import Path

import click
import msgspec

from comity.cli.context import dir_option, json_option, use_node
from comity.cli.outcome import print_json
from comity.flows.backup import backup as make_backup
from comity.flows.check_files import BACKUP_RECORD


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--with-keys", is_flag=True, help="Put node.toml, keys/ and tls/ into it too: guard it as you guard them."
)
@dir_option
@json_option
def backup(file: Path, with_keys: bool, directory: Path, as_json: bool) -> None:
    """Write all that the node remembers into FILE, as it stands at one moment, while the node serves."""
    home = use_node(directory)
    made = make_backup(home, file, with_keys=with_keys, at=datetime.now(UTC))
    (home.path / BACKUP_RECORD).touch()  # by its time comity doctor tells how old the last backup is
    if as_json:
        print_json(
            {"file": str(made.file), "octets": made.octets, "party": made.header.party, "keys": with_keys,
             "rows": made.header.rows, "ledgers": msgspec.to_builtins(made.header.ledgers)}
        )  # fmt: skip
        return
    click.echo(f"{made.file}: {made.octets} octets, {sum(made.header.rows.values())} rows")
    for ledger in made.header.ledgers:
        click.echo(f"  {ledger.origin}: {ledger.size} entries, root {ledger.root[:16]}…")
    if with_keys:
        click.echo("  it holds the registry's keys: whoever reads it can speak for the registry", err=True)
    else:
        click.echo("  the keys are not in it: keep node.toml, keys/ and tls/ apart, or use --with-keys", err=True)
