"""`comity publish xarf`: what a subscriber was told as XARF v4 reports, a file each or a line each."""

from pathlib import Path

import click

from comity.cli.context import dir_option, json_option, use_node
from comity.cli.outcome import print_json
from comity.core.errors import InputError
from comity.flows.publish_xarf import list_xarf
from comity.flows.publish_xarf import publish_xarf as bring_up_to_date


@click.command(name="xarf")
@click.option("--subscriber", required=True, metavar="KEY", help="Whose reports.")
@click.option(
    "-o", "--output", required=True, metavar="DIR|-", help="A directory of its own, or - for a report a line."
)
@dir_option
@json_option
def publish_xarf(subscriber: str, output: str, directory: Path, as_json: bool) -> None:
    """Write one XARF v4 report for each report (or case) that the subscriber may read.

    A directory follows the changes: what was withdrawn is taken away.
    """
    home = use_node(directory)
    if output == "-":
        if as_json:
            raise InputError("- writes the reports themselves; --json is for a directory", item="--json")
        for report in list_xarf(home, subscriber):
            click.echo(report.decode())
        return
    done = bring_up_to_date(home, subscriber, Path(output))
    counts = {
        "written": done.written, "removed": done.removed, "unsaid": done.unsaid, "position": done.position,
    }  # fmt: skip
    if as_json:
        print_json(counts)
    else:
        click.echo("written {written}, removed {removed}, without a type in XARF {unsaid}".format(**counts))
