"""`comity dga`: names that malware will make, by zone and day: add, list, show, share, check, answer, export."""

from collections.abc import Mapping
from datetime import UTC, datetime
from getpass import getuser
from pathlib import Path
from typing import Any

import click
import msgspec

from comity.cli.context import dir_option, json_option, use_node
from comity.cli.outcome import print_json
from comity.core.dga import ANSWERS, CHECKS, Counts, parse_family
from comity.core.dga_dangers import DANGERS
from comity.core.harmless import show_unseen
from comity.core.markings import TLPS
from comity.core.roles import ROLES_OF_ACCOUNT, Actor
from comity.edges.report_source import Limits, Source
from comity.flows.answer_dga import answer_dga
from comity.flows.check_dga import check_against, check_dga
from comity.flows.take_dga_list import NewDgaList, take_dga_list
from comity.flows.tend_dga import share_family
from comity.store.dga import count_checks, counts_of, find_names, list_families, lists_of, parts_of
from comity.store.models import DgaList
from comity.wire.dga_list import DATES

_ROLE = click.option(
    "--role", "as_role", type=click.Choice(tuple(ROLES_OF_ACCOUNT)), default="analyst", show_default=True,
    help="In which role.",
)  # fmt: skip
_AS = click.option("--as", "actor", default="", help="Who acts.  [default: you]")
_FAMILY = click.argument("family")


def _which(command: Any) -> Any:
    """The options that say which names are meant."""
    options = (
        click.option("--zone", default="", help="Of this zone, as an A-label."),
        click.option("--day", default="", help="Of this day (ISO 8601), or `undated`."),
        click.option("--until", default="", help="With --day: of all days from it to this one."),
        click.option("--state", type=click.Choice(CHECKS), default=None, help="Found so."),
        click.option("--answered", type=click.Choice(ANSWERS), default=None, help="Answered so."),
        click.option("--danger", type=click.Choice(("any", *DANGERS)), default=None, help="Dangerous to act on so."),
        click.option("--name", default="", help="This name alone."),
    )
    for option in reversed(options):
        command = option(command)
    return command


@click.group()
def dga() -> None:
    """Algorithmic names: add, list, show, share, check, answer, export."""


@dga.command()
@click.argument("file")
@click.option("--family", required=True, help="Whose names: the malware family.")
@click.option("--format", "format_", default="auto", show_default=True,
              help="auto, names, or the columns in order: name,date or date,name or name,-,seed …")  # fmt: skip
@click.option(
    "--dates", type=click.Choice(tuple(DATES)), default="iso", show_default=True, help="How days are written."
)
@click.option("--source", default="", help="Who made the list; partners read it.")
@click.option("--terms", default="", help="Under which terms; partners read it.")
@click.option("--tlp", type=click.Choice(TLPS[:-1]), default="TLP:AMBER", show_default=True, help="Its marking.")
@click.option("--max-ratio", type=click.IntRange(min=1), default=Limits().ratio, show_default=True,
              help="A packed list may unpack to so many times its size.")  # fmt: skip
@_AS
@_ROLE
@json_option
@dir_option
def add(directory: Path, as_json: bool, as_role: str, actor: str, file: str, max_ratio: int, **said: str) -> None:
    """Take the names of FILE (- for standard input; gzip or not) and split them by zone and day."""
    home = use_node(directory)
    new = NewDgaList(
        family=said["family"], source=said["source"], terms=said["terms"], tlp=said["tlp"], format=said["format_"],
        dates=said["dates"],
    )  # fmt: skip
    with Source(file, Limits(ratio=max_ratio)) as source:
        taken = take_dga_list(
            home, source.blocks(), new, Actor(actor or getuser(), as_role, home.party), at=datetime.now(UTC)
        )
    if as_json:
        print_json(msgspec.to_builtins(taken))
        return
    click.echo(f"{taken.uuid}  {taken.family}{'' if taken.is_new else '  (was here already)'}")
    click.echo(_counts(taken.counts))
    for zone, number in sorted(taken.by_zone.items()):
        click.echo(f"  .{zone}: {number}")


@dga.command("list")
@json_option
@dir_option
def list_command(directory: Path, as_json: bool) -> None:
    """List the families that are known here."""
    use_node(directory)
    families = list_families()
    if as_json:
        print_json({"families": families})
        return
    for row in families:
        click.echo(f"{row['family']}  {row['names']} names, {row['waiting']} wait  {row['newest']:%Y-%m-%d}")


@dga.command()
@_FAMILY
@json_option
@dir_option
def show(directory: Path, as_json: bool, family: str) -> None:
    """Show how FAMILY stands: counts by zone, day and answer, and what was told to whom."""
    use_node(directory)
    lists = lists_of(parse_family(family))
    counts, checks = counts_of(lists), count_checks(lists)
    if as_json:
        print_json({
            "family": lists[0].family, "checks": checks, "counts": _rows(counts),
            "lists": [_summary(row) for row in lists],
        })  # fmt: skip
        return
    for row in lists:
        click.echo(show_unseen(f"{row.uuid}  {row.origin}  {row.tlp}  {row.source}"))
        for told in _told(row):
            click.echo(f"  .{told['zone']} to {told['party']}: {told['told']} of {told['parts']} parts  {told['why']}")
    click.echo("checked: " + (_counts(checks) or "no name of ours"))
    for one in _rows(counts):
        click.echo(f"  .{one['zone']} {one['day'] or 'undated'}: {_counts(one['counts'])}")


@dga.command()
@_FAMILY
@click.option("--partner", default="", help="Only with this partner.")
@_AS
@_ROLE
@json_option
@dir_option
def share(directory: Path, as_json: bool, as_role: str, actor: str, family: str, partner: str) -> int:
    """Share with each partner what our lists of FAMILY have for its zones; exit code 1: something waits."""
    home = use_node(directory)
    told = share_family(
        home, family, Actor(actor or getuser(), as_role, home.party), partner=partner, at=datetime.now(UTC)
    )
    said = [
        {"partner": party, "verdict": one.verdict, "clause": one.clause, "reason": one.reason}
        for party, decisions in told.items()
        for one in decisions
    ]
    if as_json:
        print_json({"family": family, "decisions": said})
    else:
        for row in said:
            click.echo(f"{row['partner']}: {row['verdict']} (clause {row['clause'] or '-'}: {row['reason']})")
    return 0 if all(row["verdict"] == "send" for row in said) else 1


@dga.command()
@click.argument("family", required=False, default="")
@click.option("--registered", default="", help="A file of the names registered in --zone, a name a line.")
@click.option("--zone", default="", help="With --registered: the zone that the file lists.")
@_AS
@_ROLE
@json_option
@dir_option
def check(
    directory: Path, as_json: bool, as_role: str, actor: str, family: str, registered: str, zone: str
) -> None:  # fmt: skip
    """Look at names that are due now, as the desk does; or check FAMILY against a zone's own list."""
    home, now = use_node(directory), datetime.now(UTC)
    if not registered:
        looked = check_dga(home, at=now)
        if as_json:
            print_json({"looked": looked})
        else:
            click.echo(f"{looked} looked at")
        return
    if not family or not zone:
        raise click.UsageError("--registered needs FAMILY and --zone")
    with Source(registered, Limits()) as source:
        found = check_against(
            home, family, zone, source.blocks(), Actor(actor or getuser(), as_role, home.party), at=now
        )
    if as_json:
        print_json(msgspec.to_builtins(found))
        return
    click.echo(
        f"{found.listed} names of .{zone}: {found.registered} of ours registered, {found.unregistered} not; "
        f"{found.not_names} lines are no name of the zone"
    )


@dga.command()
@_FAMILY
@click.argument("answer", type=click.Choice(ANSWERS))
@_which
@click.option("--note", default="", help="Why, for the record of this node.")
@_AS
@_ROLE
@json_option
@dir_option
def answer(
    directory: Path, as_json: bool, as_role: str, actor: str, family: str, answer: str, note: str, **which: str | None
) -> int:  # fmt: skip
    """Answer what became of our names of FAMILY; registered or dangerous ones are answered alone, with --name."""
    home = use_node(directory)
    who = Actor(actor or getuser(), as_role, home.party)
    done = answer_dga(home, family, _asked(which), answer, who, note=note, at=datetime.now(UTC))
    if as_json:
        print_json(msgspec.to_builtins(done))
    else:
        click.echo(f"{done.answered} answered" + (f"; left out: {_counts(done.left_out)}" if done.left_out else ""))
    return 0 if done.answered else 1


@dga.command()
@_FAMILY
@_which
@json_option
@dir_option
def export(directory: Path, as_json: bool, family: str, **which: str | None) -> None:
    """Write our names of FAMILY: CSV of name, day, state, dangers, answer; or JSON."""
    use_node(directory)
    lists = lists_of(parse_family(family))
    rows = find_names(lists, _asked(which)).values_list("name", "day", "check_state", "dangers", "answer")
    columns = ("name", "day", "state", "dangers", "answer")
    if as_json:
        print_json({"family": lists[0].family, "names": [dict(zip(columns, row, strict=True)) for row in rows]})
        return
    click.echo(",".join(columns))
    for row in rows.iterator():
        click.echo(",".join(row))  # names, days and closed lists of words: no cell needs quotes


def _asked(which: Mapping[str, str | None]) -> dict[str, str]:
    asked = {word: value or "" for word, value in which.items()}
    asked["answer"] = asked.pop("answered", "")
    return asked


def _rows(counts: Counts) -> list[dict[str, Any]]:
    return [
        {"zone": zone, "day": day, "counts": {answer: number for answer, number in counter.items() if number}}
        for (zone, day), counter in sorted(counts.items())
    ]


def _summary(row: DgaList) -> dict[str, Any]:
    return {
        "list": row.uuid, "origin": row.origin, "digest": row.digest, "source": row.source, "terms": row.terms,
        "tlp": row.tlp, "parties": row.parties, "counts": row.counts, "held": row.held, "left_out": row.left_out,
        "at": row.at, "told": _told(row),
    }  # fmt: skip


def _told(row: DgaList) -> list[dict[str, Any]]:
    """What of a list went to whom, by zone."""
    told: dict[str, dict[str, Any]] = {}
    for part in parts_of(row).defer("days"):
        if part.party not in {"", row.origin}:
            one = told.setdefault(part.zone, {"zone": part.zone, "party": part.party, "parts": 0, "told": 0, "why": ""})
            one["parts"] += 1
            one["told"] += row.origin != part.party and part.told_at is not None
            one["why"] = part.reason if part.told_at is None else one["why"]
    return list(told.values())


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{word} {number}" for word, number in sorted(counts.items()) if number)
