"""`comity zone`: what a zone's rules let its registry do, cell by cell, with how sure it is and its source."""

from datetime import UTC, datetime
from pathlib import Path

import click
import msgspec

from comity.cli.context import dir_option, json_option, use_node
from comity.cli.outcome import print_json
from comity.core.authority import CELLS, Profile, unknown_for_hold
from comity.core.errors import NotFoundError
from comity.edges.authority_profiles import find_profile, load_profiles

_ASK = "unknown; ask the partner"


@click.group()
def zone() -> None:
    """Zones: who may do what in them, and by which rule."""


@zone.command("list", short_help="List the zones of known parties.")
@json_option
@dir_option
def list_command(directory: Path, as_json: bool) -> int:
    """List the zones whose authority profile is known."""
    profiles = load_profiles(use_node(directory))
    if as_json:
        print_json({"zones": {name: profile.id for profile in profiles for name in profile.zones}})
        return 0
    for profile in profiles:
        for name in profile.zones:
            click.echo(f"{name:<16} {profile.id}")
    return 0


@zone.command("show", short_help="Show a zone's authority profile.")
@click.argument("name", metavar="ZONE")
@json_option
@dir_option
def show_command(directory: Path, as_json: bool, name: str) -> int:
    """Show a zone's authority profile; the zone is an A-label, for example xn--p1ai."""
    profile = find_profile(use_node(directory), name.lower().strip("."))
    if profile is None:
        raise NotFoundError(
            "nothing is known of this zone; comity zone list names those that are known", item=name[:63]
        )
    today = datetime.now(UTC).date()
    missing = unknown_for_hold(profile, on=today)
    if as_json:
        basis = profile.basis(today)
        print_json(
            {
                **msgspec.to_builtins(profile),
                "basis": basis.name if basis else None,
                "unknown_for_hold": missing,
            }
        )
        return 0
    _print(profile, missing)
    return 0


def _print(profile: Profile, missing: tuple[str, ...]) -> None:
    today = datetime.now(UTC).date()
    click.echo(f"{profile.id}: {', '.join(profile.zones)}")
    for rule in profile.rules:
        days = f"{rule.since or '…'} to {rule.until or '…'}"
        force = "in force" if rule.is_in_force(today) else "not in force"
        click.echo(f"  rule: {rule.name} [{rule.mark}] {days}, {force}; {rule.source}")
    if not profile.rules:
        click.echo(f"  rule: {_ASK}")
    for name in CELLS:
        cell = profile.cell(name)
        said = f"{', '.join(cell.words) or 'nothing'} [{cell.mark}]; {cell.source}" if cell.is_known else _ASK
        click.echo(f"  {name}: {said}")
    click.echo(f"  a hold lasts {profile.hold_days} days; at its end: {profile.on_expiry}")
    if missing:
        click.echo(
            f"  no hold can be planned here: unknown is {', '.join(missing)}; ask the registry for consideration"
        )
