"""`comity publish`: outputs for subscribers, written to files; each in a file of its own."""

import click

from comity.cli.publish_xarf import publish_xarf


@click.group()
def publish() -> None:
    """Write what a subscriber is told to files."""


publish.add_command(publish_xarf)
