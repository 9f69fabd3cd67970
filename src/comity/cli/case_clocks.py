"""`comity case clocks` and `comity case list --due`: what runs on a case, until when, and who owes it.

Due moments are given in UTC; the table adds what is left of the time that counts.  `pause`, `resume`, `ask-identity`
and `identity` are verbs like those of `comity.cli.case`; `rebuild-clocks` makes all rows anew from the entries.
"""

import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from getpass import getuser
from pathlib import Path
from typing import Any, Final

import click
import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from comity.cli.context import dir_option, json_option, use_node
from comity.cli.outcome import print_json
from comity.core.alarms import age
from comity.core.calendars import NEVER, time_between
from comity.core.clock_table import PAUSE_REASONS
from comity.core.clocks import Clock, next_due, used
from comity.core.harmless import defang
from comity.core.roles import CASE_ROLES, ROLES_OF_ACCOUNT, Actor
from comity.flows.advance_cases import Grounds, VerbOutcome
from comity.flows.identity import ask_identity, record_identity
from comity.flows.keep_clocks import fold_clocks, rebuild_clocks
from comity.flows.pause import pause, resume
from comity.store.cases import find_cases_by_pk, get_case
from comity.store.clocks import list_due

_WIDE: Final = 160
_ROLES: Final = tuple(dict.fromkeys((*ROLES_OF_ACCOUNT, *(role for role in CASE_ROLES if role != "partner"))))


@click.command("clocks")
@click.argument("ref")
@json_option
@dir_option
def clocks_command(directory: Path, as_json: bool, ref: str) -> None:
    """Show the clocks of a case, the oldest first."""
    home = use_node(directory)
    row = get_case(ref)
    at = datetime.now(UTC)
    clocks = fold_clocks(home, [row])[row.pk]
    if as_json:
        print_json(
            {"ref": row.ref, "due_at": next_due(clocks), "clocks": [clock_document(one, at=at) for one in clocks]}
        )
        return
    table = _table("clock", "owed by", "to", "state", "due", "left", "limit", "paused")
    for one in clocks:
        table.add_row(
            *map(Text, (one.kind, one.by, one.to or "the reporter", one.state(at=at), _when(one.due_at), _left(one, at),
                        one.limit, _paused(one)))
        )  # fmt: skip
    _screen().print(table)


@click.command("rebuild-clocks")
@json_option
@dir_option
def rebuild_command(directory: Path, as_json: bool) -> None:
    """Make the clocks of all cases anew from their entries."""
    count = rebuild_clocks(use_node(directory))
    if as_json:
        print_json({"cases": count})
    else:
        click.echo(f"{count:,} cases")


def tell_due(limit: int, *, as_json: bool) -> None:
    """List the cases with a running clock, the one that is due first at the top."""
    pks = list_due(limit=limit)
    rows = {row.pk: row for row in find_cases_by_pk(pks)}
    if as_json:
        fields = ("ref", "registrable", "category", "state", "severity", "due_at")
        print_json({"cases": [{field: getattr(rows[pk], field) for field in fields} for pk in pks]})
        return
    table = _table("due", "ref", "name", "category", "state", "severity")
    for pk in pks:
        row = rows[pk]
        table.add_row(*map(Text, (_when(row.due_at), row.ref, defang(row.registrable), row.category, row.state,
                                  row.severity)))  # fmt: skip
    _screen().print(table)


def clock_document(clock: Clock, *, at: datetime) -> dict[str, Any]:
    """A clock as --json gives it; spans are seconds of the time that counts."""
    return {
        "kind": clock.kind,
        "number": clock.number,
        "by": clock.by,
        "to": clock.to,
        "clause": clock.clause,
        "memorandum": clock.memorandum,
        "limit": clock.limit,
        "allowed_seconds": clock.allowed.total_seconds(),
        "used_seconds": used(clock, at=at).total_seconds(),
        "state": clock.state(at=at),
        "started_at": clock.started_at,
        "due_at": clock.due_at,
        "stopped_at": clock.stopped_at,
        "calendar": None
        if clock.calendar is None
        else {"time_zone": clock.calendar.tz_name, "holidays": clock.calendar.name, "mark": clock.calendar.mark},
        "pauses": [
            {"reason": one.reason, "since": one.since, "until": one.until, "open": one.open} for one in clock.pauses
        ],
        "told": [{"percent": one.percent, "to": one.to, "at": one.at, "noted_at": one.noted_at} for one in clock.marks],
    }


def _left(clock: Clock, at: datetime) -> str:
    if clock.stopped_at is not None:
        return ""
    if clock.due_at == NEVER:
        return "never due"
    if at > clock.due_at:
        return f"{age(time_between(clock.due_at, at, clock.calendar))} over"
    return age(max(clock.allowed - used(clock, at=at), timedelta(0)))


def _paused(clock: Clock) -> str:
    return "; ".join(f"{one.reason} {age(one.until - one.since)}" for one in clock.pauses)


def _when(at: datetime | None) -> str:
    return "never" if at is None or at == NEVER else f"{at:%Y-%m-%d %H:%M} UTC"


def _screen() -> Console:
    return Console(highlight=False, width=None if sys.stdout.isatty() else _WIDE)


def _table(*columns: str) -> Table:
    return Table(*columns, box=None, pad_edge=False)


def _verb(name: str, line: str, take: Callable[..., VerbOutcome], *options: Callable[[Any], Any]) -> click.Command:
    """Make a command of a flow that takes (home, refs, actor, [why], at=, grounds=)."""

    def run(
        directory: Path, as_json: bool, refs: tuple[str, ...], actor: str, role: str, reason: str, note: str, **own: str
    ) -> int:
        home = use_node(directory)
        who = Actor(actor or getuser(), role, home.party)
        outcome = take(home, refs, who, *own.values(), at=datetime.now(UTC), grounds=Grounds(reason=reason, note=note))
        if as_json:
            print_json({"verb": name, "done": outcome.done, "refused": msgspec.to_builtins(outcome.refused)})
        else:
            for ref in outcome.done:
                click.echo(f"{ref}: {name} done")
        for ref, reasons in outcome.refused.items():
            for one in reasons:
                click.echo(f"comity: {ref}: {one.message} [{one.code}]", err=True)
        return 1 if outcome.refused else 0

    command: Callable[..., int] = run
    for option in (*reversed(options), *reversed(_COMMON)):
        command = option(command)
    command = click.argument("refs", nargs=-1, required=True, metavar="REF...")(command)
    return click.command(name, help=line, short_help=line)(command)


_COMMON: Final[tuple[Callable[[Any], Any], ...]] = (
    click.option("--reason", default="", help="Why, as a code."),
    click.option("--note", default="", help="Why, in words."),
    click.option("--as", "actor", default="", help="Who acts.  [default: you]"),
    click.option("--role", type=click.Choice(_ROLES), default="analyst", show_default=True, help="In which role."),
    json_option,
    dir_option,
)
CLOCK_COMMANDS: Final = (
    clocks_command,
    rebuild_command,
    _verb(
        "pause",
        "Stop the clocks of cases, for one of three reasons.",
        pause,
        click.option("--for", "why", type=click.Choice(PAUSE_REASONS), required=True, help="What is awaited."),
    ),
    _verb("resume", "Let the clocks of cases run on.", resume),
    _verb("ask-identity", "Record that the registrant was asked for proof of identity.", ask_identity),
    _verb("identity", "Record that the registrant has answered who it is.", record_identity),
)
