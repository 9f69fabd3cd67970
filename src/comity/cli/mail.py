"""`comity mail`: the letters of this node: what waits, what was sent, what was given up and why.

A letter that was given up is tried again when a person says so.  `show` writes the letter as it goes to the mail
server; of one that was sent the one-time link is gone.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from comity.cli.context import dir_option, json_option, use_node
from comity.cli.outcome import print_json
from comity.core.errors import NotFoundError
from comity.flows.deliver_mail import message_of
from comity.store.mails import find_mail, list_mails, retry_mail
from comity.store.models import OutgoingMail

_STATES = ("waiting", "sent", "given-up", "bounced")


@click.group()
def mail() -> None:
    """Letters to registrars, hosts and registrants."""


@mail.command(name="list")
@click.option("--state", type=click.Choice(_STATES), default=None, help="Only letters in this state.")
@click.option("--limit", type=click.IntRange(1, 1000), default=100, show_default=True, help="At most so many.")
@dir_option
@json_option
def list_letters(state: str | None, limit: int, directory: Path, as_json: bool) -> None:
    """List letters, the newest first."""
    use_node(directory)
    letters = list_mails(state=state or "", limit=limit)
    if as_json:
        print_json({"letters": [_document(letter) for letter in letters]})
        return
    for letter in letters:
        case = letter.case.ref if letter.case else "-"
        tried = f"  {letter.tries} tries: {letter.last_error}" if letter.last_error and letter.state != "sent" else ""
        click.echo(f"{letter.pk:<6} {letter.state:<9} {case:<15} {letter.recipient}{tried}")


@mail.command()
@click.argument("number", type=int)
@dir_option
def show(number: int, directory: Path) -> None:
    """Write letter NUMBER as it goes to the mail server."""
    home = use_node(directory)
    click.echo(message_of(home, _get(number)).decode("ascii"), nl=False)


@mail.command()
@click.argument("number", type=int)
@dir_option
@json_option
def retry(number: int, directory: Path, as_json: bool) -> None:
    """Try letter NUMBER again; the node's next round hands it over."""
    use_node(directory)
    letter = _get(number)
    if not retry_mail(letter.pk, at=datetime.now(UTC)):
        raise NotFoundError("was sent already; nothing is sent twice", item=str(number))
    if as_json:
        print_json(_document(_get(number)))
    else:
        click.echo(f"{number}: is tried again")


def _get(number: int) -> OutgoingMail:
    letter = find_mail(number)
    if letter is None:
        raise NotFoundError("no such letter", item=str(number))
    return letter


def _document(letter: OutgoingMail) -> dict[str, Any]:
    return {
        "number": letter.pk,
        "case": letter.case.ref if letter.case else None,
        "recipient": letter.recipient,
        "subject": letter.subject,
        "state": letter.state,
        "tries": letter.tries,
        "answer": letter.last_error,
        "queued_at": letter.queued_at,
        "next_try_at": letter.next_try_at,
        "sent_at": letter.sent_at,
    }
