"""`comity restore`: fill a node's store from a backup."""

from datetime import UTC, datetime
from pathlib import Path

import click
import msgspec

from comity.cli.context import dir_option, json_option, use_node_alone
from comity.cli.outcome import print_json
from comity.flows.restore import Restored, place_files, read_backup
from comity.flows.restore import restore as fill_from_backup


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Give up what the store holds now.")
@dir_option
@json_option
def restore(file: Path, replace: bool, directory: Path, as_json: bool) -> None:
    """Fill the store of a node from the backup FILE.

    The node must not be serving.  Every ledger is recomputed and compared with what was signed before the backup is
    believed; until then the store stays as it was.  Afterwards each link recovers: partners give back what was
    exchanged after the backup was made, and only then anything new is signed.
    """
    header = read_backup(file)
    placed = place_files(directory, header)
    home = use_node_alone(directory)
    restored = fill_from_backup(home, file, header, replace=replace, at=datetime.now(UTC))
    if as_json:
        print_json(
            {"party": header.party, "made_at": header.made_at, "files": placed, "rows": header.rows,
             "ledgers": msgspec.to_builtins(header.ledgers), "recovering": list(restored.recovering),
             "recover_after": restored.recover_after}
        )  # fmt: skip
        return
    _tell(restored, placed)


def _tell(restored: Restored, placed: list[str]) -> None:
    header = restored.header
    for file in placed:
        click.echo(f"written anew: {file}")
    click.echo(f"{header.party}: as it was at {header.made_at}, {sum(header.rows.values())} rows")
    for ledger in header.ledgers:
        click.echo(f"  {ledger.origin}: {ledger.size} entries, root {ledger.root[:16]}…, is what was signed")
    if restored.recovering and restored.recover_after:
        click.echo(
            f"{', '.join(restored.recovering)} may hold entries made after the backup. The links are recovering: "
            f"nothing is signed before {restored.recover_after:%Y-%m-%dT%H:%M:%SZ} and before each partner has given "
            "back what it holds. Start the node now: comity serve"
        )
