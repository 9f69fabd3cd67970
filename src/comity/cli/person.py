"""`comity person`: people who sign in, and the tokens by which their programs call the API.

A password is asked for twice on a terminal or read from standard input; it is never an argument, where other users
of the machine would see it.  A token is printed once; only its hash is kept.
"""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from comity.cli.context import dir_option, json_option, use_node
from comity.cli.outcome import print_json
from comity.core.errors import InputError, NotFoundError
from comity.core.scopes import SCOPES
from comity.flows.add_person import add_person
from comity.flows.change_person import Change, change_person
from comity.store.models import Person
from comity.store.tokens import issue_token, revoke_token

_LONGEST_LINE = 1024
OPERATOR = "(command line)"  # who did it, in an account's history: whoever may run commands on the node


@click.group()
def person() -> None:
    """People who sign in, and their API tokens."""


@person.command()
@click.argument("name")
@click.option("--role", required=True, type=click.Choice(Person.Role.values), help="What the person may do.")
@click.option("--password-stdin", is_flag=True, help="Read the password from the first line of standard input.")
@click.option("--no-password", is_flag=True, help="The person only calls the API and never signs in to the pages.")
@dir_option
@json_option
def add(name: str, role: str, password_stdin: bool, no_password: bool, directory: Path, as_json: bool) -> None:
    """Let a person sign in as NAME with a role."""
    use_node(directory)
    password = None if no_password else _password(stdin=password_stdin)
    add_person(name, role, password, actor=OPERATOR, at=datetime.now(UTC))
    if as_json:
        print_json({"name": name, "role": role, "signs_in": password is not None})
    else:
        click.echo(f"{name} is here as {role}")


@person.command(name="list")
@dir_option
@json_option
def list_people(directory: Path, as_json: bool) -> None:
    """List the people of this node."""
    use_node(directory)
    people = Person.objects.order_by("username").only("username", "role", "is_active", "last_login")
    if as_json:
        listed = [
            {"name": one.username, "role": one.role, "active": one.is_active, "last_login": one.last_login}
            for one in people
        ]
        print_json({"people": listed})
        return
    for one in people:
        seen = one.last_login.strftime("%Y-%m-%d %H:%M UTC") if one.last_login else "never signed in"
        closed = "" if one.is_active else "  (closed)"
        click.echo(f"{one.username:<24} {one.role:<18} {seen}{closed}")


@person.command()
@click.argument("name")
@click.option("--label", required=True, help="What the token is for; it is revoked by this label.")
@click.option("--scope", "scopes", multiple=True, type=click.Choice(SCOPES), help="What it may do; none: all.")
@click.option("--days", type=click.IntRange(1, 3650), help="It ends after so many days; without: never by itself.")
@click.option("--revoke", is_flag=True, help="Revoke the person's tokens with this label.")
@dir_option
@json_option
def token(
    name: str, label: str, scopes: tuple[str, ...], days: int | None, revoke: bool, directory: Path, as_json: bool
) -> None:
    """Make an API token for NAME, and print it once."""
    use_node(directory)
    owner = Person.objects.filter(username=name).first()
    if owner is None:
        raise NotFoundError("no such person", item=name)
    now = datetime.now(UTC)
    if revoke:
        revoked = revoke_token(owner, label, now)
        if as_json:
            print_json({"name": name, "label": label, "revoked": revoked})
        else:
            click.echo(f"revoked: {revoked}")
        return
    over = now + timedelta(days=days) if days else None
    made = issue_token(owner, label, now, scopes=scopes, expires_at=over)
    if as_json:
        print_json({"name": name, "label": label, "token": made, "scopes": list(scopes), "expires_at": over})
        return
    click.echo(made)
    click.echo("keep it now: it cannot be shown again", err=True)


@person.command()
@click.argument("name")
@click.option("--role", type=click.Choice(Person.Role.values), help="Give another role.")
@click.option("--close", "close", is_flag=True, help="Let nobody in any more, tokens included.")
@click.option("--open", "open_", is_flag=True, help="Open a closed account again.")
@click.option("--remove-factors", is_flag=True, help="Take away lost second factors; the password alone lets in.")
@click.option("--password-stdin", is_flag=True, help="Set the password to the first line of standard input.")
@dir_option
@json_option
def change(
    name: str, role: str | None, close: bool, open_: bool, remove_factors: bool, password_stdin: bool, directory: Path,
    as_json: bool,
) -> None:  # fmt: skip
    """Change the account of NAME; what was done is kept in the account's history."""
    use_node(directory)
    wanted: list[tuple[Change, str]] = []
    if role:
        wanted.append(("role", role))
    if close:
        wanted.append(("closed", ""))
    if open_:
        wanted.append(("opened", ""))
    if remove_factors:
        wanted.append(("factors-removed", ""))
    if password_stdin:
        wanted.append(("password", _password(stdin=True)))
    if not wanted:
        raise InputError("say what to change: --role, --close, --open, --remove-factors or --password-stdin", item=name)
    for what, to in wanted:
        changed = change_person(name, what, to=to, actor=OPERATOR, at=datetime.now(UTC))
    if as_json:
        print_json({"name": name, "role": changed.role, "active": changed.is_active})
    else:
        click.echo(f"{name}: {', '.join(what for what, _ in wanted)}")


def _password(*, stdin: bool) -> str:
    if stdin:
        line = sys.stdin.readline(_LONGEST_LINE).rstrip("\r\n")
        if not line:
            raise InputError("standard input is empty", item="password")
        return line
    password: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return password
