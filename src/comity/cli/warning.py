"""`comity warning`: warn a partner of a campaign, sweep for what partners warned of, answer, compare sets unseen."""

from datetime import UTC, date, datetime
from getpass import getuser
from pathlib import Path
from typing import Any

import click
import msgspec

from comity.cli.context import dir_option, json_option, use_node
from comity.cli.outcome import print_json
from comity.cli.warning_intersect import intersect
from comity.core.categories import CATEGORIES
from comity.core.disclosure import Decision
from comity.core.harmless import show_unseen
from comity.core.markings import TLPS
from comity.core.roles import ROLES_OF_ACCOUNT, Actor
from comity.core.warning_terms import SENT
from comity.flows.answer_warning import RELEASES, release_answer
from comity.flows.sweep_warning import sweep_warnings
from comity.flows.warn import NewWarning, preview_warning, warn
from comity.flows.withdraw_warning import withdraw_warning
from comity.store.models import CampaignWarning
from comity.store.warnings import answers_of, get_warning, list_warnings, read_found, read_warning

_ROLE = click.option(
    "--role", "as_role", type=click.Choice(tuple(ROLES_OF_ACCOUNT)), default="analyst", show_default=True,
    help="In which role.",
)  # fmt: skip
_AS = click.option("--as", "actor", default="", help="Who acts.  [default: you]")
_DAY = click.DateTime(("%Y-%m-%d",))


@click.group()
def warning() -> None:
    """Warnings of campaigns: make, list, show, sweep, answer, withdraw, intersect."""


warning.add_command(intersect)


@warning.command()
@click.argument("partner")
@click.option("--category", type=click.Choice(CATEGORIES), required=True, help="Of what the campaign is.")
@click.option("--why", required=True, help="What the partner should know, in words.")
@click.option("--case", default="", help="Our reference, for questions.")
@click.option("--tlp", type=click.Choice(TLPS[:-1]), default="TLP:AMBER", show_default=True, help="Its marking.")
@click.option("--zone", "zones", multiple=True, help="About this zone, as an A-label.  [default: all of the partner]")
@click.option("--pattern", "patterns", multiple=True, help="A pattern of names.")
@click.option("--servers", multiple=True, help="A set of name servers: all hosts, a blank between two.")
@click.option("--label", "labels", multiple=True, help="A label that the campaign's names imitate.")
@click.option("--names", type=click.File(encoding="utf-8"), help="A file of names that leave as tokens, one a line.")
@click.option("--registrants", type=click.File(encoding="utf-8"), help="A file of registrants that leave as tokens.")
@click.option("--from", "first_day", type=_DAY, default=None, help="The first day.  [default: today]")
@click.option("--until", "last_day", type=_DAY, default=None, help="The last day.  [default: 30 days on]")
@click.option("--dry-run", is_flag=True, help="Show what would be told and what would stay; nothing is stored.")
@_AS
@_ROLE
@json_option
@dir_option
def make(
    directory: Path, as_json: bool, as_role: str, actor: str, partner: str, dry_run: bool, why: str,
    first_day: datetime | None, last_day: datetime | None, names: Any, registrants: Any, **said: Any,
) -> int:  # fmt: skip
    """Warn PARTNER of a campaign; exit code 1: the memorandum lets nothing of it out now."""
    home = use_node(directory)
    new = NewWarning(
        text=why, names=_lines(names), registrants=_lines(registrants), first_day=_day(first_day),
        last_day=_day(last_day), **said,
    )  # fmt: skip
    act = preview_warning if dry_run else warn
    told = act(home, partner, new, Actor(actor or getuser(), as_role, home.party), at=datetime.now(UTC))
    if as_json:
        print_json({
            "warning": told.uuid, "is_new": told.is_new, "stored": not dry_run, **_decision(told.decision),
            "told": msgspec.to_builtins(told.warned.signs.without(told.decision.redact)),
        })  # fmt: skip
    else:
        click.echo(f"{told.uuid}  {_said(told.decision)}")
    return 0 if told.decision.verdict in SENT else 1


@warning.command("list")
@json_option
@dir_option
def list_command(directory: Path, as_json: bool) -> None:
    """List warnings, the newest first."""
    home = use_node(directory)
    rows = list_warnings()
    if as_json:
        print_json({"warnings": [_row(row) for row in rows]})
        return
    for row in rows:
        way = "to" if row.origin == home.party else "from"
        click.echo(show_unseen(f"{row.uuid}  {way} {row.partner}  {row.category}  until {row.last_day}  {_state(row)}"))


@warning.command()
@click.argument("uuid")
@json_option
@dir_option
def show(directory: Path, as_json: bool, uuid: str) -> None:
    """Show warning UUID: its signs, and what each zone had of it."""
    use_node(directory)
    row = get_warning(uuid)
    warned, answers = read_warning(row), answers_of([row]).get(row.pk, [])
    if as_json:
        print_json({
            **_row(row), "zones": row.zones, "case": row.case_ref, "text": row.text, "withheld": row.withheld,
            "signs": msgspec.to_builtins(warned.signs),
            "answers": [
                {"zone": one.zone, "answer": one.answer, "as_of": one.as_of.isoformat(), "names": one.names,
                 "fewer": one.fewer, "left_out": one.left_out, "left_out_fewer": one.left_out_fewer,
                 "counts": one.counts, "refused": one.refused,
                 "not_swept": one.not_swept, "told": one.told, "clause": one.clause, "reason": one.reason,
                 "found": msgspec.to_builtins(read_found(one))}
                for one in answers
            ],
        })  # fmt: skip
        return
    click.echo(show_unseen(f"{row.uuid}  {row.partner}  {row.category}  {row.tlp}  {_state(row)}\n{row.text}"))
    for sign, values in warned.signs.by_kind():
        for value in values:
            click.echo(show_unseen(f"  {sign}: {value}"))
    for one in answers:
        number = f"fewer than {one.names}" if one.fewer else str(one.names)
        click.echo(f"  .{one.zone} as of {one.as_of}: {one.answer}, {number} names, told: {one.told or 'nothing'}")
        for refused in one.refused:
            subject = show_unseen(refused["subject"])
            click.echo(f"    refused: {subject} would match {refused['names']} of {refused['of']}")


@warning.command()
@json_option
@dir_option
def sweep(directory: Path, as_json: bool) -> None:
    """Sweep our zones for the warnings of partners that hold today; the desk does it after each snapshot."""
    home = use_node(directory)
    done = sweep_warnings(home, at=datetime.now(UTC))
    if as_json:
        print_json({
            "swept": [{"warning": uuid, "zone": one.zone, "names": len(one.found), "left_out": one.left_out,
                       "refused": msgspec.to_builtins(list(one.refused))} for uuid, one in done]
        })  # fmt: skip
        return
    for uuid, one in done:
        click.echo(f"{uuid}  .{one.zone}: {len(one.found)} names, {len(one.refused)} signs refused")


@warning.command()
@click.argument("uuid")
@click.argument("zone")
@click.argument("release", type=click.Choice(RELEASES))
@_AS
@_ROLE
@json_option
@dir_option
def answer(directory: Path, as_json: bool, as_role: str, actor: str, uuid: str, zone: str, release: str) -> int:
    """Tell the party that gave warning UUID the counts or the names of ZONE; a supervisor does."""
    home = use_node(directory)
    who = Actor(actor or getuser(), as_role, home.party)
    decision = release_answer(home, uuid, zone, release, who, at=datetime.now(UTC))
    if as_json:
        print_json(_decision(decision))
    else:
        click.echo(_said(decision))
    return 0 if decision.verdict in SENT else 1


@warning.command()
@click.argument("uuid")
@_AS
@_ROLE
@json_option
@dir_option
def withdraw(directory: Path, as_json: bool, as_role: str, actor: str, uuid: str) -> None:
    """Withdraw warning UUID: it is forgotten here, and the partner is asked to forget it."""
    home = use_node(directory)
    decision = withdraw_warning(home, uuid, Actor(actor or getuser(), as_role, home.party), at=datetime.now(UTC))
    if as_json:
        print_json({"warning": uuid, **(_decision(decision) if decision else {"verdict": "not-told"})})
    else:
        click.echo(_said(decision) if decision else "withdrawn; the partner never had it")


def _lines(file: Any) -> tuple[str, ...]:
    return tuple(line.strip() for line in file if line.strip()) if file is not None else ()


def _day(at: datetime | None) -> date | None:
    return None if at is None else at.date()


def _row(row: CampaignWarning) -> dict[str, Any]:
    return {
        "warning": row.uuid, "origin": row.origin, "partner": row.partner, "category": row.category, "tlp": row.tlp,
        "first_day": row.first_day.isoformat(), "last_day": row.last_day.isoformat(), "state": _state(row),
        "clause": row.clause, "reason": row.reason,
    }  # fmt: skip


def _state(row: CampaignWarning) -> str:
    if row.withdrawn_at is not None:
        return "withdrawn"
    return "told" if row.told_at is not None else f"waits (clause {row.clause or '-'}: {row.reason})"


def _decision(decision: Decision) -> dict[str, Any]:
    return {
        "verdict": decision.verdict, "clause": decision.clause, "reason": decision.reason,
        "withheld": list(decision.redact), "trace": msgspec.to_builtins(decision.trace),
    }  # fmt: skip


def _said(decision: Decision) -> str:
    withheld = f"; withheld: {', '.join(decision.redact)}" if decision.redact else ""
    return f"{decision.verdict} (clause {decision.clause or '-'}: {decision.reason}){withheld}"
