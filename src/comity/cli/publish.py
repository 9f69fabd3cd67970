"""`comity publish`: what a subscriber may read, written to a file or to standard output as its software reads it.

Each format is a command of its own file; all of them write told items and nothing else.
"""

import click

from comity.cli.publish_iodef import iodef
from comity.cli.publish_lists import (
    adblock_command,
    csv_command,
    dnsmasq_command,
    hosts_command,
    json_command,
    plain_command,
    rpz_command,
)
from comity.cli.publish_misp import misp
from comity.cli.publish_stix import stix
from comity.cli.publish_xarf import publish_xarf


@click.group()
def publish() -> None:
    """Outputs: what a subscriber may read, as its software reads it."""


for _command in (
    rpz_command, hosts_command, plain_command, adblock_command, dnsmasq_command, csv_command, json_command, stix, misp,
    publish_xarf, iodef,
):  # fmt: skip
    publish.add_command(_command)
