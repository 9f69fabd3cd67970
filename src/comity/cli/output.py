"""`comity output`: the outputs of names to block: what each subscriber has, which zones are served, and their keys."""

from pathlib import Path

import click
import msgspec

from comity.cli.context import dir_option, json_option, use_node
from comity.cli.outcome import print_json
from comity.edges.tsig_keys import load_tsig_key, make_tsig_key, shown_secret
from comity.flows.list_outputs import ShownZone, show_outputs
from comity.wire.tsig import ALGORITHM


@click.group()
def output() -> None:
    """Outputs: lists and zones of names to block, who has which version, keys for transfers."""


@output.command("list", short_help="List what each subscriber has.")
@json_option
@dir_option
def list_command(directory: Path, as_json: bool) -> int:
    """List each subscriber's lists and zones: addresses, names, version."""
    found = show_outputs(use_node(directory))
    if as_json:
        print_json({"outputs": msgspec.to_builtins(found)})
        return 0
    for one in found:
        withheld = ", ".join(f"{why} {count}" for why, count in one.withheld.items())
        click.echo(f"{one.key} ({one.kind}): {one.names} names, version {one.serial}")
        if withheld:
            click.echo(f"  withheld: {withheld}")
        for address in one.lists:
            click.echo(f"  {address}")
        for zone in one.zones:
            click.echo(f"  zone {zone.origin}: {zone.names} names, serial {zone.serial}")
    return 0


@output.command("zones", short_help="List zones and who has which version.")
@json_option
@dir_option
def zones_command(directory: Path, as_json: bool) -> int:
    """List the declared zones and, of each, who asked for it last and whether it has the newest version."""
    zones = [zone for one in show_outputs(use_node(directory)) for zone in one.zones]
    if as_json:
        print_json({"zones": msgspec.to_builtins(zones)})
        return 0
    for zone in zones:
        _print(zone)
    return 0


def _print(zone: ShownZone) -> None:
    said = ", ".join(zone.categories) or "every category"
    click.echo(f"{zone.origin}: {zone.names} names, serial {zone.serial}, {zone.action}, {said}")
    for asker in zone.askers:
        by = f" by {asker.key}" if asker.key else ""
        if asker.at is None:
            click.echo(f"  {asker.address}: declared, and never asked")
            continue
        state = f"lacks a newer version since {asker.behind_since:%Y-%m-%dT%H:%MZ}" if asker.behind_since else "newest"
        click.echo(f"  {asker.address}{by}: serial {asker.serial} ({asker.how}, {asker.at:%Y-%m-%dT%H:%MZ}), {state}")


@output.command("key", short_help="Make or show a key for zone transfers.")
@click.argument("name")
@click.option("--show", is_flag=True, help="Show one that was made before.")
@json_option
@dir_option
def key_command(directory: Path, name: str, show: bool, as_json: bool) -> int:
    """Make a key (TSIG) and show it as a resolver's configuration wants it; hand it over as a secret."""
    home = use_node(directory)
    key = load_tsig_key(home.path, name) if show else make_tsig_key(home.path, name)
    if as_json:
        print_json({"name": key.name, "algorithm": ALGORITHM, "secret": shown_secret(key)})
        return 0
    click.echo(f'key "{key.name}" {{ algorithm {ALGORITHM}; secret "{shown_secret(key)}"; }};')
    return 0
