"""`comity publish misp`: the MISP feed of a subscriber, kept from now on, and its files for rsync or a web server."""

from datetime import UTC, datetime
from pathlib import Path

import click

from comity.cli.context import dir_option, json_option, use_node
from comity.cli.outcome import print_json
from comity.edges.feed_directory import FeedDirectory
from comity.flows.keep_misp import begin_misp
from comity.flows.write_misp import write_misp


@click.command()
@click.option("--subscriber", "key", required=True, help="The subscriber's key.")
@click.option("-o", "--output", type=click.Path(file_okay=False, path_type=Path), help="Write the files here.")
@json_option
@dir_option
def misp(directory: Path, as_json: bool, key: str, output: Path | None) -> None:
    """Keep a MISP feed for a subscriber and bring it up to date; with -o write what changed of its files."""
    home = use_node(directory)
    events = begin_misp(home, key, at=datetime.now(UTC))
    written = write_misp(key, FeedDirectory(output)) if output is not None else None
    if as_json:
        print_json({"subscriber": key, "events_changed": events, "files_written": written})
        return
    click.echo(f"{key}: {events} events changed")
    if written is not None:
        click.echo(f"{output}: {written} files written")
