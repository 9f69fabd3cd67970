"""`comity webhook`: where what a subscriber is told is posted: add, list, show, test, retry, remove.

A message is signed with the node's key (docs/spec/webhooks.md); `show` prints the public keys that a receiver believes.
"""

from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from functools import reduce
from getpass import getuser
from pathlib import Path
from typing import Any, Final

import click
import msgspec

from comity.cli.context import dir_option, json_option, use_node
from comity.cli.outcome import print_json
from comity.core.errors import InputError
from comity.core.roles import Actor
from comity.edges.keys import load_public_keys
from comity.flows.keep_webhook import forget_webhook, keep_webhook, retry_now, try_webhook
from comity.store.webhooks import WebhookRow, get_webhook, list_webhooks

_WHO: Final[tuple[Callable[[Any], Any], ...]] = (
    click.option("--as", "actor", default="", help="Who acts.  [default: you]"),
    json_option,
    dir_option,
)
_HIDDEN: Final = ("pk", "subscriber_pk", "authority", "until")


def _acting(command: Callable[..., Any]) -> Callable[..., Any]:
    return reduce(lambda made, option: option(made), reversed(_WHO), command)


@click.group()
def webhook() -> None:
    """Webhooks: add, list, show, test, retry, remove."""


@webhook.command()
@click.argument("name")
@click.argument("url")
@click.option("--subscriber", required=True, help="Whose told items are posted: the subscriber's key.")
@click.option("--after", type=int, default=None, help="Begin after this position.  [default: with what is told next]")
@click.option("--ca", "ca_file", type=click.Path(exists=True, dir_okay=False, path_type=Path), default=None,
              help="The receiver's certificate authority (PEM).  [default: the system's]")  # fmt: skip
@click.option("--private", is_flag=True, help="The address may lie in a network of your own.")
@_acting
def add(
    name: str, url: str, subscriber: str, after: int | None, ca_file: Path | None, private: bool, actor: str,
    directory: Path, as_json: bool,
) -> None:  # fmt: skip
    """Post what SUBSCRIBER is told to URL from now on."""
    home = use_node(directory)
    try:
        authority = ca_file.read_text(encoding="ascii") if ca_file else ""
    except UnicodeDecodeError:
        raise InputError("is not a PEM file", item=str(ca_file)) from None
    who = Actor(actor or getuser(), "administrator", home.party)
    row = keep_webhook(
        home, name, subscriber, url, who, authority=authority, allows_private=private, after=after,
        at=datetime.now(UTC),
    )  # fmt: skip
    _tell(row, "added", as_json=as_json)


@webhook.command(name="list")
@json_option
@dir_option
def list_command(directory: Path, as_json: bool) -> None:
    """List webhooks, and how far their receivers are."""
    use_node(directory)
    rows = list_webhooks()
    if as_json:
        print_json({"webhooks": [_document(row) for row in rows]})
        return
    for row in rows:
        click.echo(f"{row.name:<20} {row.subscriber:<20} {row.state:<9} {row.waiting:>7} wait  {row.url}")
        if row.last_answer and row.tries:
            click.echo(f"  {row.tries} tries since {row.failing_since:%Y-%m-%d %H:%M} UTC: {row.last_answer}")


@webhook.command()
@click.argument("name")
@json_option
@dir_option
def show(name: str, directory: Path, as_json: bool) -> None:
    """Show one webhook, and the public keys with which its messages are checked."""
    home = use_node(directory)
    row = get_webhook(name)
    keys = {key.kid: b64encode(key.public).decode() for key in load_public_keys(home)}
    if as_json:
        print_json({**_document(row), "keys": keys})
        return
    for field, value in _document(row).items():
        click.echo(f"{field}: {value}")
    for kid, public in keys.items():
        click.echo(f"key {kid}: {public}")


@webhook.command("test")
@click.argument("name")
@_acting
def test_command(name: str, actor: str, directory: Path, as_json: bool) -> int:
    """Post a signed message without an event now; ends with 1 where it is not taken."""
    home = use_node(directory)
    who = Actor(actor or getuser(), "administrator", home.party)
    posted = try_webhook(home, name, who, at=datetime.now(UTC))
    if as_json:
        print_json(msgspec.to_builtins(posted))
    else:
        click.echo(f"{name}: {'taken' if posted.taken else 'not taken'}: {posted.answer}")
    return 0 if posted.taken else 1


@webhook.command()
@click.argument("name")
@json_option
@dir_option
def retry(name: str, directory: Path, as_json: bool) -> None:
    """Try again now, also one that was given up."""
    use_node(directory)
    retry_now(name, at=datetime.now(UTC))
    _tell(get_webhook(name), "is tried again", as_json=as_json)


@webhook.command()
@click.argument("name")
@_acting
def remove(name: str, actor: str, directory: Path, as_json: bool) -> None:
    """Forget a webhook."""
    home = use_node(directory)
    forget_webhook(home, name, Actor(actor or getuser(), "administrator", home.party))
    if as_json:
        print_json({"name": name, "removed": True})
    else:
        click.echo(f"{name}: removed")


def _tell(row: WebhookRow, done: str, *, as_json: bool) -> None:
    if as_json:
        print_json(_document(row))
    else:
        click.echo(f"{row.name}: {done}")


def _document(row: WebhookRow) -> dict[str, Any]:
    document: dict[str, Any] = msgspec.to_builtins(row, builtin_types=(datetime,))
    for field in _HIDDEN:
        del document[field]
    return document
