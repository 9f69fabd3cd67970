"""`comity publish`: what a subscriber has, written to a file or to standard output, in a format of its software.

Each format is a command of its own file; all of them write told items and nothing else.
"""

import click

from comity.cli.publish_stix import stix
"""`comity publish`: write what a subscriber may read to a file or standard output, in a form that others read."""

import click

from comity.cli.publish_lists import (
    adblock_command,
    csv_command,
    dnsmasq_command,
    hosts_command,
    json_command,
    plain_command,
    rpz_command,
)
"""`comity publish`: outputs for subscribers, written to files; each in a file of its own."""

import click

from comity.cli.publish_iodef import iodef
from comity.cli.publish_misp import misp
from comity.cli.publish_xarf import publish_xarf


@click.group()
def publish() -> None:
    """Outputs: what a subscriber may read, as its software reads it."""


publish.add_command(stix)
    """Write what a subscriber may read, in a form that others read."""


for _command in (
    rpz_command, hosts_command, plain_command, adblock_command, dnsmasq_command, csv_command, json_command,
):  # fmt: skip
    publish.add_command(_command)
    """Write what a subscriber is told to files."""


publish.add_command(iodef)
publish.add_command(misp)
    """Write what a subscriber is told to files."""


publish.add_command(publish_xarf)
