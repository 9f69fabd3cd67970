"""`comity person`: people who sign in, and the tokens by which their programs call the API.

A password is asked for twice on a terminal or read from standard input; it is never an argument, where other users
of the machine would see it.  A token is printed once; only its hash is kept.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path

import click
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from comity.cli.context import dir_option, json_option, use_node
from comity.cli.outcome import print_json
from comity.core.errors import ConflictError, InputError, NotFoundError
from comity.store.models import Person
from comity.store.tokens import issue_token, revoke_token

_LONGEST_LINE = 1024
_LONGEST_NAME = 150  # what the column holds


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
    _check_name(name)
    password = None if no_password else _password(stdin=password_stdin)
    new = Person(username=name, role=role)
    if password is None:
        new.set_unusable_password()
    else:
        try:
            validate_password(password, new)
        except ValidationError as error:
            raise InputError(" ".join(error.messages), item="password") from error
        new.set_password(password)
    with transaction.atomic():
        if Person.objects.filter(username=name).exists():
            raise ConflictError("there is such a person already", item=name)
        new.save()
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
@click.option("--revoke", is_flag=True, help="Revoke the person's tokens with this label.")
@dir_option
@json_option
def token(name: str, label: str, revoke: bool, directory: Path, as_json: bool) -> None:
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
    made = issue_token(owner, label, now)
    if as_json:
        print_json({"name": name, "label": label, "token": made})
        return
    click.echo(made)
    click.echo("keep it now: it cannot be shown again", err=True)


def _check_name(name: str) -> None:
    try:
        Person.username_validator(name)
    except ValidationError as error:
        raise InputError(
            f"letters, digits and @ . + - _ only, at most {_LONGEST_NAME}", item=name[:_LONGEST_NAME]
        ) from error
    if len(name) > _LONGEST_NAME:
        raise InputError(f"at most {_LONGEST_NAME} characters", item=name[:_LONGEST_NAME])


def _password(*, stdin: bool) -> str:
    if stdin:
        line = sys.stdin.readline(_LONGEST_LINE).rstrip("\r\n")
        if not line:
            raise InputError("standard input is empty", item="password")
        return line
    password: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return password
