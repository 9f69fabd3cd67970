"""`comity publish`: what a subscriber has, written to a file or to standard output, in a format of its software.

Each format is a command of its own file; all of them write told items and nothing else.
"""

import click

from comity.cli.publish_stix import stix


@click.group()
def publish() -> None:
    """Outputs: what a subscriber may read, as its software reads it."""


publish.add_command(stix)
