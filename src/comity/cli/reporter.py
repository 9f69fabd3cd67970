"""`comity reporter`: how good reporters' reports were found, and who may report: slow, stop, allow.

Figures are counted by a round of the desk (`comity serve`), and anew before `list` and `show` print them.  A decision
needs a supervisor and a reason; the reporter is shown the reason.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import reduce
from getpass import getuser
from pathlib import Path
from typing import Any, Final

import click

from comity.cli.context import dir_option, json_option, use_node
from comity.cli.outcome import print_json
from comity.core.reporter_quality import Quality
from comity.core.roles import ROLES_OF_ACCOUNT, Actor
from comity.edges.home import Home
from comity.flows.judge_reporter import judge_reporter
from comity.flows.weigh_reporters import weigh_reporters
from comity.store.models import Reporter, ReporterDecision
from comity.store.reporters import Measured, decisions_about, get_reporter, list_reporters, measured, standings

_PAGE: Final = 500
_UNTIL: Final = click.DateTime(("%Y-%m-%d", "%Y-%m-%dT%H:%M"))
_JUDGING: Final[tuple[Callable[[Any], Any], ...]] = (
    click.argument("key"),
    click.option("--reason", required=True, help="Why, in words; the reporter is shown them."),
    click.option("--as", "name", default="", help="Who decides.  [default: you]"),
    click.option(
        "--role", type=click.Choice(tuple(ROLES_OF_ACCOUNT)), default="supervisor", show_default=True,
        help="In which role.",
    ),
    json_option,
    dir_option,
)  # fmt: skip
_TIMED: Final = click.option(
    "--until", type=_UNTIL, help="Until when, in UTC.  [default: until somebody decides otherwise]"
)


def _judging(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the argument and options of a decision."""
    return reduce(lambda made, option: option(made), reversed(_JUDGING), command)


@click.group()
def reporter() -> None:
    """Reporters: how good their reports were found; slow, stop and allow them."""


@reporter.command(name="list")
@dir_option
@json_option
def list_command(directory: Path, as_json: bool) -> None:
    """List reporters with what became of the last 90 days' reports."""
    home = use_node(directory)
    at = datetime.now(UTC)
    weigh_reporters(home, at=at)
    listed: list[dict[str, Any]] = []
    after = 0
    while rows := list_reporters(after=after, limit=_PAGE):
        figures, held = measured(rows), standings([one.pk for one in rows], at=at)
        listed += [_described(one, figures[one.pk], held.get(one.pk)) for one in rows]
        after = rows[-1].pk
    if as_json:
        print_json({"reporters": listed})
        return
    for line in listed:
        recent = line["recent"]
        click.echo(
            f"{line['key']:<40} {line['kind']:<16} {line['standing']:<8} confirmed {recent['confirmed']}, "
            f"not {recent['dismissed']}, reversed {recent['reversed']}  {_share(recent)}"
        )


@reporter.command()
@click.argument("key")
@dir_option
@json_option
def show(key: str, directory: Path, as_json: bool) -> None:
    """Show one reporter: figures of 90 days and of all, and what people decided."""
    home = use_node(directory)
    at = datetime.now(UTC)
    row = get_reporter(key)
    weigh_reporters(home, at=at)
    held = standings([row.pk], at=at).get(row.pk)
    said = _described(row, measured([row])[row.pk], held)
    said["decisions"] = [_decision(one) for one in decisions_about(row.pk)]
    if as_json:
        print_json(said)
        return
    click.echo(f"{row.key}  {row.kind}  {said['standing']}")
    for window in ("recent", "all"):
        tally = said[window]
        counts = ", ".join(f"{name} {tally[name]}" for name in ("confirmed", "dismissed", "reversed", "withdrawn"))
        click.echo(f"  {window}: {counts}, open {tally['open']}  {_share(tally)}")
    for one in said["decisions"]:
        until = f" until {one['until']:%Y-%m-%d %H:%M} UTC" if one["until"] else ""
        click.echo(f"  {one['at']:%Y-%m-%d %H:%M} UTC  {one['verb']}{until}  {one['actor']}: {one['reason']}")


@reporter.command()
@_judging
@_TIMED
def slow(key: str, reason: str, until: datetime | None, name: str, role: str, directory: Path, as_json: bool) -> None:
    """Take fewer reports a day from reporter KEY."""
    _judge(use_node(directory), key, "slow", reason, until, name, role, as_json=as_json)


@reporter.command()
@_judging
@_TIMED
def stop(key: str, reason: str, until: datetime | None, name: str, role: str, directory: Path, as_json: bool) -> None:
    """Take no more reports from reporter KEY."""
    _judge(use_node(directory), key, "stop", reason, until, name, role, as_json=as_json)


@reporter.command()
@_judging
def allow(key: str, reason: str, name: str, role: str, directory: Path, as_json: bool) -> None:
    """Take reports from reporter KEY again as from anybody."""
    _judge(use_node(directory), key, "allow", reason, None, name, role, as_json=as_json)


def _judge(
    home: Home, key: str, verb: str, reason: str, until: datetime | None, name: str, role: str, *, as_json: bool
) -> None:
    row = judge_reporter(
        home, key, verb, Actor(name or getuser(), role, home.party), reason=reason, at=datetime.now(UTC),
        until=until.replace(tzinfo=UTC) if until else None,
    )  # fmt: skip
    if as_json:
        print_json({"reporter": key, **_decision(row)})
    else:
        click.echo(f"{key}: {verb} written down")


def _described(row: Reporter, figures: Measured, held: ReporterDecision | None) -> dict[str, Any]:
    slowed = "slowed" if figures.recent.pace == "slowed" else "allowed"
    return {
        "key": row.key,
        "name": row.name,
        "kind": row.kind,
        "standing": {"slow": "slowed", "stop": "stopped"}.get(held.verb, slowed) if held else slowed,
        "recent": _figures(figures.recent),
        "all": _figures(figures.all),
    }


def _figures(quality: Quality) -> dict[str, Any]:
    tally, share = quality.tally, quality.precision
    return {
        "confirmed": tally.confirmed,
        "dismissed": tally.dismissed,
        "reversed": tally.reversed,
        "withdrawn": tally.withdrawn,
        "open": tally.open,
        "not_counted": tally.not_counted,
        "precision": None if share is None else {"value": share.value, "low": share.low, "high": share.high},
    }


def _decision(row: ReporterDecision) -> dict[str, Any]:
    return {"verb": row.verb, "actor": row.actor, "reason": row.reason, "until": row.until, "at": row.at}


def _share(figures: dict[str, Any]) -> str:
    share = figures["precision"]
    if share is None:
        return "precision: too few"
    return f"precision {share['value']:.2f} ({share['low']:.2f} to {share['high']:.2f})"
