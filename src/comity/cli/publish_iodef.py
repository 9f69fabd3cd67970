"""`comity publish iodef`: what a subscriber holds as one IODEF v2 document."""

from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

import click

from comity.cli.context import dir_option, json_option, use_node
from comity.cli.outcome import print_json
from comity.edges.feed_directory import FeedDirectory
from comity.flows.write_iodef import iodef_parts


@click.command()
@click.option("--subscriber", "key", required=True, help="The subscriber's key.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write it here, not to stdout.")
@json_option
@dir_option
def iodef(directory: Path, as_json: bool, key: str, output: Path | None) -> None:
    """Write what a subscriber holds as one IODEF v2 document (RFC 7970)."""
    home = use_node(directory)
    parts = iodef_parts(home, key, at=datetime.now(UTC))
    first = next(parts, b"")
    size = 0
    if output is None:
        for part in chain([first], parts):
            click.echo(part, nl=False)
    elif first:
        size = FeedDirectory(output.parent).write(output.name, chain([first], parts))
    else:
        FeedDirectory(output.parent).remove(output.name)  # what stood there was withdrawn
    if as_json and output is not None:
        print_json({"subscriber": key, "file": str(output), "bytes": size})
    elif output is not None:
        click.echo(f"{output}: {size} bytes" if first else f"{key}: nothing is held; no file")
