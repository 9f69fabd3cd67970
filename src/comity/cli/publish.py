"""`comity publish`: outputs for subscribers, written to files; each in a file of its own."""

import click

from comity.cli.publish_iodef import iodef
from comity.cli.publish_misp import misp


@click.group()
def publish() -> None:
    """Write what a subscriber is told to files."""


publish.add_command(iodef)
publish.add_command(misp)
