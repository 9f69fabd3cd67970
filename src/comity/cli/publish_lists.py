"""`comity publish rpz|hosts|plain|adblock|dnsmasq|csv|json`: names to block as a file, whole or not at all."""

import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from comity.cli.context import dir_option, use_node
from comity.core.errors import InputError
from comity.edges.whole_file import write_whole
from comity.flows.block import block
from comity.flows.compose_list import compose_list, compose_zone_text
from comity.store.subscribers import get_subscriber

_subscriber: Callable[[Any], Any] = click.option("--subscriber", metavar="KEY", required=True, help="Whose names.")
_output: Callable[[Any], Any] = click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="The file; standard output without it."
)


def _write(output: Path | None, parts: Iterable[bytes]) -> int:
    if output is not None:
        write_whole(output, parts)
        return 0
    out = sys.stdout.buffer
    for part in parts:
        out.write(part)
    out.flush()
    return 0


def _list_command(form: str, what: str) -> click.Command:
    """One form of list as a command."""

    def command(directory: Path, subscriber: str, output: Path | None) -> int:
        home = use_node(directory)
        block(home, at=datetime.now(UTC), most_pages=sys.maxsize)
        found = get_subscriber(subscriber)
        if found.ended_at is not None:
            raise InputError("this subscription has ended", item=subscriber)
        return _write(output, compose_list(home, found, form)[1].plain())

    with_options: Callable[..., int] = _subscriber(_output(dir_option(command)))
    return click.command(form, help=f"Write {what}.", short_help=f"Write {what}.")(with_options)


hosts_command = _list_command("hosts", "a hosts file")
plain_command = _list_command("plain", "a list of names, one a line")
adblock_command = _list_command("adblock", "a filter list for browsers")
dnsmasq_command = _list_command("dnsmasq", "a configuration of dnsmasq")
csv_command = _list_command("csv", "a table with categories, markings, clauses, times and references")
json_command = _list_command("json", "the same as JSON (docs/spec/blocking.md)")


@click.command("rpz", short_help="Write a response policy zone.")
@_subscriber
@click.option("--origin", default="", help="Which declared zone; the subscriber's first without it.")
@_output
@dir_option
def rpz_command(directory: Path, subscriber: str, origin: str, output: Path | None) -> int:
    """Write a response policy zone as a zone file, for a resolver that reads one."""
    home = use_node(directory)
    block(home, at=datetime.now(UTC), most_pages=sys.maxsize)
    return _write(output, compose_zone_text(home, get_subscriber(subscriber), origin))
