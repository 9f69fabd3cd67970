"""`comity finding`: what sweeps found, and what becomes of it: list, show, dismiss, open, take.

A finding is not a report: `open` makes reports of those that are named, and of a case that rests on them alone nothing
can be confirmed or held until somebody attached what they saw.  `take` takes in the run of a sweep, as the node does by
itself after each of its own.
"""

from datetime import UTC, datetime
from getpass import getuser
from pathlib import Path
from typing import Any

import click
import msgspec

from comity.cli.context import dir_option, json_option, use_node
from comity.cli.outcome import print_json
from comity.core.categories import CATEGORIES
from comity.core.enquiries import DISMISSALS
from comity.core.errors import NotFoundError
from comity.core.findings import ENQUIRY_STATES, KINDS
from comity.core.harmless import defang
from comity.core.roles import Actor
from comity.flows.dismiss_enquiries import EnquiryOutcome, dismiss_enquiries
from comity.flows.open_enquiries import open_enquiries
from comity.flows.take_findings import take_findings
from comity.store.enquiry_lists import EnquiryFilter, entries_of, find_enquiries, list_enquiries
from comity.store.models import SweepFinding
from comity.wire.finding_texts import explain

_NUMBER = click.IntRange(min=1, max=2**62)


@click.group()
def finding() -> None:
    """Findings of sweeps: list, show, dismiss, open as cases."""


@finding.command("list")
@click.option("--zone", default="", help="Only of this zone.")
@click.option("--kind", type=click.Choice(KINDS), default=None, help="Only of this kind.")
@click.option(
    "--state", type=click.Choice([*ENQUIRY_STATES, "all"]), default="open", show_default=True,
    help="Only enquiries in this state.",
)  # fmt: skip
@click.option("--name", default="", help="Only of this name.")
@click.option("--score", type=click.FloatRange(0, 1), default=0.0, help="Only with at least this score.")
@click.option("--page", type=click.IntRange(1, 10_000), default=1, help="Which page of fifty.")
@dir_option
@json_option
def list_command(
    zone: str, kind: str | None, state: str, name: str, score: float, page: int, directory: Path, as_json: bool
) -> None:
    """List findings, the highest score first."""
    use_node(directory)
    wanted = EnquiryFilter(
        zone=zone, kind=kind or "", state="" if state == "all" else state, name=name.lower(), at_least=score
    )
    found = list_enquiries(wanted, page=page)
    if as_json:
        print_json({"findings": [_described(row) for row in found.rows], "more": found.has_more, "total": found.total})
        return
    for row in found.rows:
        click.echo(f"{row.pk:>8}  {row.score:.2f}  {row.kind:<15} {defang(row.name):<40} {_explained(row)}")
    if found.has_more:
        click.echo(f"more: --page {page + 1}")


@finding.command()
@click.argument("number", type=_NUMBER)
@dir_option
@json_option
def show(number: int, directory: Path, as_json: bool) -> None:
    """Show finding NUMBER: why, since when, and what became of it."""
    use_node(directory)
    row = find_enquiries([number]).get(number)
    if row is None:
        raise NotFoundError("no such finding", item=str(number))
    entries = [
        {"event": one.event, "actor": one.actor, "role": one.role, "reason": one.reason, "note": one.note, "at": one.at}
        for one in entries_of([number]).get(number, [])
    ]
    if as_json:
        print_json(_described(row) | {"entries": entries})
        return
    for key, value in _described(row).items():
        click.echo(f"{key}: {defang(value) if key == 'name' else value}")
    for entry in entries:
        click.echo(f"{entry['at']:%Y-%m-%d %H:%M} {entry['event']} {entry['actor']} {entry['reason']} {entry['note']}")


@finding.command()
@click.argument("numbers", nargs=-1, required=True, type=_NUMBER, metavar="NUMBER...")
@click.option("--reason", type=click.Choice(DISMISSALS), required=True, help="Why it is nothing to pursue.")
@click.option("--note", default="", help="The same in words; asked for with --reason other.")
@click.option("--as", "person", default="", help="Who says so.  [default: you]")
@dir_option
@json_option
def dismiss(numbers: tuple[int, ...], reason: str, note: str, person: str, directory: Path, as_json: bool) -> int:
    """Say of findings that they are nothing to pursue."""
    home = use_node(directory)
    actor = Actor(person or getuser(), "analyst", home.party)
    return _tell(dismiss_enquiries(numbers, actor, reason, note=note, at=datetime.now(UTC)), as_json=as_json)


@finding.command("open")
@click.argument("numbers", nargs=-1, required=True, type=_NUMBER, metavar="NUMBER...")
@click.option("--category", type=click.Choice(CATEGORIES), required=True, help="What the case is about.")
@click.option("--note", default="", help="Why, in words; it stays in the case.")
@click.option("--as", "person", default="", help="Who decides.  [default: you]")
@dir_option
@json_option
def open_command(
    numbers: tuple[int, ...], category: str, note: str, person: str, directory: Path, as_json: bool
) -> int:
    """Make reports of findings: a case opens, or the open one of the name is joined."""
    home = use_node(directory)
    actor = Actor(person or getuser(), "analyst", home.party)
    return _tell(open_enquiries(home, numbers, actor, category, note=note, at=datetime.now(UTC)), as_json=as_json)


@finding.command()
@click.argument("run", type=click.Path(file_okay=False, path_type=Path))
@dir_option
@json_option
def take(run: Path, directory: Path, as_json: bool) -> None:
    """Take in the findings of the sweep in folder RUN; taken twice, nothing is doubled."""
    home = use_node(directory)
    taken = take_findings(home, run.resolve(), at=datetime.now(UTC))
    said = msgspec.structs.asdict(taken)
    if as_json:
        print_json({"run": run.resolve().name, **said})
        return
    click.echo(", ".join(f"{word.replace('_', ' ')} {count:,}" for word, count in said.items()))


def _explained(row: SweepFinding) -> str:
    return explain(row.kind, row.subject, row.reason, row.detail, "en")


def _described(row: SweepFinding) -> dict[str, Any]:
    return {
        "number": row.pk, "zone": row.zone, "name": row.name, "kind": row.kind, "subject": row.subject,
        "reason": row.reason, "explanation": _explained(row), "score": round(row.score, 4), "state": row.state,
        "found": row.found_at, "seen": row.seen_at, "ended": row.ended_at, "ended_by": row.ended_by, "why": row.why,
        "reopened": row.reopened, "former_why": row.former_why, "case": row.case.ref if row.case else "",
    }  # fmt: skip


def _tell(outcome: EnquiryOutcome, *, as_json: bool) -> int:
    refused = {
        number: [{"code": one.code, "message": one.message} for one in reasons]
        for number, reasons in outcome.refused.items()
    }
    if as_json:
        print_json({"done": list(outcome.done), "cases": outcome.cases, "refused": refused})
    else:
        for number in outcome.done:
            click.echo(f"{number}: {outcome.cases.get(number, 'dismissed')}")
        for number, reasons in outcome.refused.items():
            said = "; ".join(f"{one.message} [{one.code}]" for one in reasons)
            click.echo(f"comity: {number}: {said}", err=True)
    return 1 if outcome.refused else 0
