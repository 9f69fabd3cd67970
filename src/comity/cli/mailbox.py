"""`comity mailbox`: read the mail that reports abuse, and decide what waits for a person."""

from datetime import UTC, datetime
from getpass import getuser
from pathlib import Path
from typing import Any

import click

from comity.cli.context import dir_option, json_option, use_node
from comity.cli.outcome import print_json
from comity.core.categories import CATEGORIES
from comity.core.errors import SettingError
from comity.core.harmless import show_unseen
from comity.core.incoming_mail import MAIL_STATES
from comity.core.roles import DESK, Actor
from comity.flows.choose_mail import choose_mail, dismiss_mail, keep_answer
from comity.flows.read_mailbox import read_all
from comity.store.incoming_mails import list_incoming
from comity.store.models import IncomingMail


@click.group()
def mailbox() -> None:
    """Mail that reports abuse: read it, see what waits for a person, choose, dismiss."""


@mailbox.command()
@dir_option
@json_option
def read(directory: Path, as_json: bool) -> None:
    """Read what waits in the mailbox now, as the desk does by itself."""
    home = use_node(directory)
    if not home.settings.mailbox.is_read:
        raise SettingError("names neither a server nor a maildir", item="[mailbox]")
    taken = read_all(home, at=datetime.now(UTC))
    if as_json:
        print_json({"mails": [
            {"number": one.pk, "state": one.state, "why": one.why, "is_new": one.is_new, "cases": list(one.case_refs)}
            for one in taken
        ]})  # fmt: skip
        return
    for one in taken:
        why = f" ({one.why})" if one.why else ""
        click.echo(f"{one.pk:<6} {one.state}{why} {' '.join(one.case_refs)}".rstrip())


@mailbox.command(name="list")
@click.option("--state", type=click.Choice(MAIL_STATES), default="held", show_default=True, help="Only mail in it.")
@click.option("--limit", type=click.IntRange(1, 1000), default=100, show_default=True, help="At most so many.")
@dir_option
@json_option
def list_mail(state: str, limit: int, directory: Path, as_json: bool) -> None:
    """List mail that came, the newest first."""
    use_node(directory)
    rows = list_incoming(state=state, limit=limit)
    if as_json:
        print_json({"mails": [_document(row) for row in rows]})
        return
    for row in rows:
        click.echo(f"{row.pk:<6} {row.why or row.state:<24} {row.sender or '-'}  {show_unseen(row.subject)}")
        for address in row.candidates:
            click.echo(f"       {show_unseen(str(address))}")


@mailbox.command()
@click.argument("number", type=int)
@click.option("--address", default="", help="Whom it accuses; none: keep an answer with its case.")
@click.option("--category", type=click.Choice(CATEGORIES), default=None, help="Of what.")
@click.option("--as", "name", default="", help="Who acts.  [default: you]")
@click.option("--role", type=click.Choice(DESK), default="analyst", show_default=True, help="In which role.")
@dir_option
@json_option
def choose(
    number: int, address: str, category: str | None, name: str, role: str, directory: Path, as_json: bool
) -> None:
    """Say whom held mail NUMBER accuses, or keep an answer with its case."""
    home = use_node(directory)
    actor, at = Actor(name or getuser(), role, home.party), datetime.now(UTC)
    if address:
        ref = choose_mail(home, number, actor, address=address, category=category or "", at=at)
    else:
        ref = keep_answer(home, number, actor, at=at)
    if as_json:
        print_json({"number": number, "case": ref or None})
    else:
        click.echo(f"{number}: {ref or 'kept, without a case'}")


@mailbox.command()
@click.argument("number", type=int)
@click.option("--as", "name", default="", help="Who acts.  [default: you]")
@click.option("--role", type=click.Choice(DESK), default="analyst", show_default=True, help="In which role.")
@dir_option
@json_option
def dismiss(number: int, name: str, role: str, directory: Path, as_json: bool) -> None:
    """Dismiss held mail NUMBER."""
    home = use_node(directory)
    dismiss_mail(number, Actor(name or getuser(), role, home.party), at=datetime.now(UTC))
    if as_json:
        print_json({"number": number, "state": "dismissed"})
    else:
        click.echo(f"{number}: dismissed")


def _document(row: IncomingMail) -> dict[str, Any]:
    return {
        "number": row.pk,
        "state": row.state,
        "why": row.why,
        "sender": row.sender,
        "authentication": row.auth,
        "subject": row.subject,
        "category": row.category,
        "candidates": row.candidates,
        "notes": row.notes,
        "case": row.case.ref if row.case else None,
        "answered": row.answered,
        "received_at": row.received_at,
        "decided_by": row.decided_by,
    }
