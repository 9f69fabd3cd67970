"""`comity campaign`: the likely siblings of a confirmed case: index, find, list, show, enquire, dismiss."""

from datetime import UTC, datetime
from getpass import getuser
from pathlib import Path
from typing import Any

import click
import msgspec

from comity.cli.context import dir_option, json_option, use_node
from comity.cli.outcome import print_json
from comity.core.campaigns import NOT_RELATED, USUAL, Bounds, reason_of
from comity.core.errors import NotFoundError
from comity.core.harmless import defang
from comity.core.roles import DESK, Actor
from comity.flows.find_siblings import find_siblings, find_siblings_of_all
from comity.flows.index_siblings import index_siblings
from comity.flows.settle_siblings import Settled, dismiss_siblings, enquire_siblings
from comity.store.campaigns import KeptCampaign, find_campaign, list_campaigns
from comity.store.cases import find_case

_AS = click.option("--as", "actor", default="", help="Who acts.  [default: you]")
_ROLE = click.option(
    "--role", "as_role", type=click.Choice(DESK), default="analyst", show_default=True, help="In which role."
)
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_NAMES = click.option("--names", "store", type=_FOLDER, default=None, help="Another store of names than the node's.")


@click.group()
def campaign() -> None:
    """Campaigns: the likely siblings of a confirmed case, and why."""


@campaign.command()
@_NAMES
@click.option("--registrations", multiple=True, type=_FILE,
              help="What the registry knows: name, registrar, day, hash of the registrant; tab separated.")  # fmt: skip
@json_option
@dir_option
def index(directory: Path, as_json: bool, store: Path | None, registrations: tuple[Path, ...]) -> None:
    """Put the newest names in order for the search; done by `find` itself where a zone was read anew."""
    made = index_siblings(use_node(directory), names=store, registrations=registrations).described
    if as_json:
        print_json(msgspec.to_builtins(made))
        return
    with_what = "with registrations" if made.has_registrations else "without registrations: days are those of sweeps"
    click.echo(f"{made.names} names of {', '.join(made.zones)}, {with_what}")


@campaign.command()
@click.argument("case", required=False, default="")
@click.option("--all", "of_all", is_flag=True, help="Of every confirmed malicious case not looked for in these names.")
@_NAMES
@click.option("--most", type=click.IntRange(1, 10_000), default=USUAL.siblings, show_default=True,
              help="At most so many siblings.")  # fmt: skip
@click.option("--hops", type=click.IntRange(1, 2), default=USUAL.hops, show_default=True,
              help="2: also siblings of the surest siblings.")  # fmt: skip
@click.option("--by-node", is_flag=True, help="The node itself looks, as it does after each of its own sweeps.")
@_AS
@_ROLE
@json_option
@dir_option
def find(
    directory: Path, as_json: bool, as_role: str, actor: str, by_node: bool, hops: int, most: int, store: Path | None,
    of_all: bool, case: str,
) -> None:  # fmt: skip
    """Look for the siblings of CASE among the names that were swept, and keep what is found."""
    if bool(case) == of_all:
        raise click.UsageError("give CASE, or --all")
    home = use_node(directory)
    who = Actor(home.party, "system", home.party) if by_node else Actor(actor or getuser(), as_role, home.party)
    bounds = Bounds(siblings=most, hops=hops)
    if not of_all:
        _show(find_siblings(home, case, who, names=store, bounds=bounds, at=datetime.now(UTC)), as_json=as_json)
        return
    done = find_siblings_of_all(home, who, names=store, bounds=bounds, at=datetime.now(UTC))
    if as_json:
        print_json(msgspec.to_builtins(done))
        return
    click.echo(f"{len(done.found)} cases with siblings, {len(done.none)} without, {len(done.absent)} not in the names")


@campaign.command("list")
@json_option
@dir_option
def list_command(directory: Path, as_json: bool) -> None:
    """List the newest campaigns."""
    use_node(directory)
    rows = list_campaigns()
    if as_json:
        print_json({"campaigns": [
            {"case": row.case.ref, "seed": row.case.registrable, "made_at": row.made_at, "made_by": row.made_by,
             "siblings": row.siblings, "open": row.waiting}  # type: ignore[attr-defined]  # annotated by the query
            for row in rows
        ]})  # fmt: skip
        return
    for row in rows:
        many = f"{row.siblings} siblings, {row.waiting} open"  # type: ignore[attr-defined]  # as above
        click.echo(f"{row.case.ref}  {defang(row.case.registrable)}  {many}  {row.made_at:%Y-%m-%d %H:%M}Z")


@campaign.command()
@click.argument("case")
@json_option
@dir_option
def show(directory: Path, as_json: bool, case: str) -> None:
    """Show the siblings of CASE that were found, why, and what became of them."""
    use_node(directory)
    row = find_case(case)
    kept = find_campaign(row.pk) if row is not None else None
    if kept is None:
        raise NotFoundError("no siblings were looked for; see comity campaign find", item=case[:40])
    _show(kept, as_json=as_json)


@campaign.command()
@click.argument("case")
@click.argument("siblings", nargs=-1)
@_AS
@_ROLE
@json_option
@dir_option
def enquire(
    directory: Path, as_json: bool, as_role: str, actor: str, case: str, siblings: tuple[str, ...]
) -> int:  # fmt: skip
    """Make enquiries of SIBLINGS of CASE, or of all open ones."""
    home = use_node(directory)
    who = Actor(actor or getuser(), as_role, home.party)
    return _say(enquire_siblings(case, siblings, who, at=datetime.now(UTC)), "enquiries made", as_json=as_json)


@campaign.command()
@click.argument("case")
@click.argument("siblings", nargs=-1, required=True)
@click.option("--reason", type=click.Choice(NOT_RELATED), required=True, help="Why it is not related.")
@click.option("--note", default="", help="In words; needed for `other`.")
@_AS
@_ROLE
@json_option
@dir_option
def dismiss(
    directory: Path, as_json: bool, as_role: str, actor: str, note: str, reason: str, case: str,
    siblings: tuple[str, ...],
) -> int:  # fmt: skip
    """Say that SIBLINGS are not related to CASE."""
    home = use_node(directory)
    who = Actor(actor or getuser(), as_role, home.party)
    done = dismiss_siblings(case, siblings, who, reason, note=note, at=datetime.now(UTC))
    return _say(done, "not related", as_json=as_json)


def _say(settled: Settled, what: str, *, as_json: bool) -> int:
    if as_json:
        print_json(msgspec.to_builtins(settled))
    else:
        click.echo(f"{len(settled.done)} {what}")
        for name, why in settled.left.items():
            click.echo(f"  {defang(name)}: {why}", err=True)
    return 0 if settled.done or not settled.left else 1


def _show(kept: KeptCampaign, *, as_json: bool) -> None:
    found = kept.campaign
    if as_json:
        print_json(_document(kept))
        return
    click.echo(f"{defang(found.seed)}: {len(found.members)} likely siblings among {found.names:,} names")
    for place, sign in enumerate(found.signs):
        if any(place in member.signs for member in found.members):
            click.echo(f"  [{place + 1}] {reason_of(sign)}")
    for one in kept.siblings:
        by = ", ".join(str(place + 1) for place in one.signs) or "not found again"
        said = "" if one.state == "open" else f"  {one.state} {one.reason}".rstrip()
        click.echo(f"{one.score:.3f}  {defang(one.name)}  [{by}]{said}")
    for drop in found.dropped:
        click.echo(f"  not used ({drop.why}): {reason_of(drop.sign)}")
    if found.guarded or found.left_out:
        click.echo(f"  left out: {found.guarded} protected, {found.left_out} above the bound")


def _document(kept: KeptCampaign) -> dict[str, Any]:
    found = kept.campaign
    return {
        "case": kept.row.case.ref, "seed": found.seed, "names": found.names, "zones": list(found.zones),
        "as_of": kept.row.as_of, "made_at": kept.row.made_at, "made_by": kept.row.made_by,
        "signs": [_sign(sign, reason_of(sign)) for sign in found.signs],
        "siblings": [
            {"name": one.name, "zone": one.zone, "score": round(one.score, 6), "signs": one.signs, "hop": one.hop,
             "via": one.via or found.seed, "state": one.state, "reason": one.reason, "note": one.note,
             "enquiry": one.finding_id}
            for one in kept.siblings
        ],
        "dropped": [_sign(one.sign, reason_of(one.sign)) | {"why": one.why} for one in found.dropped],
        "guarded": found.guarded, "left_out": found.left_out,
    }  # fmt: skip


def _sign(sign: Any, reason: str) -> dict[str, Any]:
    return {
        "kind": sign.kind,
        "key": sign.key,
        "holders": sign.holders,
        "weight": round(sign.weight, 3),
        "reason": reason,
    }
