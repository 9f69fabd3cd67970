"""`comity publish stix`: one STIX 2.1 bundle of what a subscriber has (docs/spec/stix.md)."""

import os
import sys
from pathlib import Path

import click

from comity.cli.context import dir_option, use_node
from comity.core.errors import InputError
from comity.flows.write_stix import write_stix
from comity.store.subscribers import get_reading_subscriber


@click.command()
@click.option("--subscriber", "key", required=True, help="Whose: the subscriber's key.")
@click.option("--withdrawn", "with_withdrawn", is_flag=True, help="What was taken back, too, as revoked objects.")
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="The file.  [default: standard output]"
)
@dir_option
def stix(key: str, output: Path | None, directory: Path, *, with_withdrawn: bool) -> None:
    """Write what a subscriber has as one STIX 2.1 bundle."""
    home = use_node(directory)
    parts = write_stix(home, get_reading_subscriber(key), with_withdrawn=with_withdrawn)
    if output is None:
        stdout = sys.stdout.buffer
        for part in parts:
            stdout.write(part)
        return
    new = output.with_name(f".{output.name}.new")  # who reads the file meanwhile reads the old one whole
    try:
        with new.open("wb") as file:
            for part in parts:
                file.write(part)
            file.flush()
            os.fsync(file.fileno())
        new.replace(output)
    except OSError as error:
        raise InputError(error.strerror or "cannot be written", item=str(output)) from error
