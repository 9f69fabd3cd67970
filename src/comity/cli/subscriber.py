"""`comity subscriber`: who reads what the node publishes without a node of its own, by which clause, with which keys.

Every change is written down with the name and role of who made it.  `preview` says what a subscriber would be told of
the open cases, and why the rest is withheld; it tells nothing.
"""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from functools import reduce
from getpass import getuser
from pathlib import Path
from typing import Any, Final, cast

import click
import msgspec

from comity.cli.context import dir_option, json_option, use_node
from comity.cli.outcome import print_json
from comity.core.categories import CATEGORIES
from comity.core.errors import InputError
from comity.core.labels import HostProblem, fold_host
from comity.core.markings import TLPS, Tlp
from comity.core.roles import Actor
from comity.core.told_items import SUBSCRIBER_KINDS, SubscriberKind
from comity.edges.certificates import read_certificates
from comity.edges.home import Home
from comity.flows.keep_subscribers import (
    MAY_KEEP,
    add_subscriber,
    give_token,
    revoke_key_of,
    stop_subscriber,
    take_certificate,
)
from comity.flows.preview_subscriber import preview_subscriber
from comity.flows.release_cases import Asked
from comity.store.subscribers import (
    SubscriberRow,
    get_subscriber,
    list_subscriber_changes,
    list_subscriber_keys,
    list_subscribers,
)
from comity.store.told_items import count_holding

_UNTIL: Final = click.DateTime(("%Y-%m-%d", "%Y-%m-%dT%H:%M"))
_DECIDING: Final[tuple[Callable[[Any], Any], ...]] = (
    click.option("--as", "decider", default="", help="Who decides.  [default: you]"),
    click.option(
        "--role", type=click.Choice(MAY_KEEP), default="policy-officer", show_default=True, help="In which role."
    ),
    json_option,
    dir_option,
)
_KEYED: Final[tuple[Callable[[Any], Any], ...]] = (
    click.argument("key"),
    click.option("--label", required=True, help="What it is called in lists, and by what it is revoked."),
    click.option("--may-write", is_flag=True, help="It may hand in documents, too."),
    click.option("--until", type=_UNTIL, help="Until when, in UTC.  [default: until it is revoked]"),
)


def _with(*options: Callable[[Any], Any]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return lambda command: reduce(lambda made, option: option(made), reversed(options), command)


@click.group()
def subscriber() -> None:
    """Subscribers: who reads outputs without a node, and their keys."""


@subscriber.command()
@click.argument("key")
@click.option("--name", required=True, help="Who it is, for people.")
@click.option("--kind", type=click.Choice(SUBSCRIBER_KINDS), required=True, help="By which rules it is told.")
@click.option("--party", default="", help="Of the kind party: whose memorandum is asked.")
@click.option("--ceiling", type=click.Choice(TLPS[:-1]), required=True, help="The strictest marking that may reach it.")
@click.option(
    "--clause", required=True, help="The agreement and its clause by which it is told, for example “MoU 4.2”."
)
@click.option("--category", "categories", multiple=True, type=click.Choice(CATEGORIES), help="Only this category.")
@click.option("--zone", "zones", multiple=True, help="Only names in this zone.")
@_with(*_DECIDING)
def add(
    key: str, name: str, kind: str, party: str, ceiling: str, clause: str, categories: tuple[str, ...],
    zones: tuple[str, ...], decider: str, role: str, directory: Path, *, as_json: bool,
) -> None:  # fmt: skip
    """Add the subscriber KEY (a-z, 0-9 and hyphens; it stands in addresses)."""
    home = use_node(directory)
    row = add_subscriber(
        key, _actor(home, decider, role), name=name, kind=cast("SubscriberKind", kind), party=party,
        ceiling=cast("Tlp", ceiling), clause=clause, categories=categories,
        zones=tuple(dict.fromkeys(map(_zone, zones))), at=datetime.now(UTC),
    )  # fmt: skip
    if as_json:
        print_json(_described(row))
    else:
        click.echo(f"{row.key}: added; what it may read of the open cases is told with the desk's next round")


@subscriber.command(name="list")
@click.option("--all", "with_ended", is_flag=True, help="Those that ended, too.")
@dir_option
@json_option
def list_command(directory: Path, *, with_ended: bool, as_json: bool) -> None:
    """List subscribers."""
    use_node(directory)
    rows = list_subscribers(with_ended=with_ended)
    if as_json:
        print_json({"subscribers": [_described(row) for row in rows]})
        return
    for row in rows:
        ended = f"  ended {row.ended_at:%Y-%m-%d}" if row.ended_at else ""
        click.echo(f"{row.key:<30} {row.kind:<9} {row.ceiling:<17} {row.clause}  versions told: {row.told}{ended}")


@subscriber.command()
@click.argument("key")
@dir_option
@json_option
def show(key: str, directory: Path, *, as_json: bool) -> None:
    """Show a subscriber: what it has by kind and zone, its keys, and who changed what."""
    use_node(directory)
    row = get_subscriber(key)
    holding = count_holding(row.pk)
    keys, changes = list_subscriber_keys(row.pk), list_subscriber_changes(row.pk)
    if as_json:
        print_json(
            _described(row)
            | {
                "has": [{"kind": kind, "zone": zone, "count": count} for (kind, zone), count in holding.items()],
                "keys": msgspec.to_builtins(keys),
                "changes": msgspec.to_builtins(changes),
            }
        )
        return
    click.echo(f"{row.key}  {row.kind} {row.party}  {row.name}")
    click.echo(f"  at most {row.ceiling}, by {row.clause}; versions told: {row.told}")
    click.echo(f"  categories: {', '.join(row.categories) or 'all'}; zones: {', '.join(row.zones) or 'all'}")
    for (kind, zone), count in holding.items():
        click.echo(f"  has {count} {kind} {zone}".rstrip())
    for one in keys:
        state = "revoked" if one.revoked_at else f"until {one.expires_at:%Y-%m-%d}" if one.expires_at else "good"
        click.echo(f"  {one.kind} {one.label}: {state}{', may write' if one.may_write else ''}")
    for change in changes:
        click.echo(f"  {change.at:%Y-%m-%d %H:%M} UTC  {change.event}  {change.actor} ({change.role})  {change.note}")


@subscriber.command()
@click.argument("key")
@_with(*_DECIDING)
def end(key: str, decider: str, role: str, directory: Path, *, as_json: bool) -> None:
    """End the subscription of KEY: its keys open nothing any more."""
    home = use_node(directory)
    stop_subscriber(key, _actor(home, decider, role), at=datetime.now(UTC))
    _say({"subscriber": key, "ended": True}, f"{key}: ended", as_json=as_json)


@subscriber.command()
@_with(*_KEYED, *_DECIDING)
def token(
    key: str, label: str, until: datetime | None, decider: str, role: str, directory: Path, *, may_write: bool,
    as_json: bool,
) -> None:  # fmt: skip
    """Make a token for KEY and print it; it cannot be shown again."""
    home = use_node(directory)
    made = give_token(
        key, label, _actor(home, decider, role), may_write=may_write, expires_at=_utc(until), at=datetime.now(UTC)
    )
    _say({"subscriber": key, "label": label, "token": made}, made, as_json=as_json)


@subscriber.command()
@click.option(
    "--file", "file", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The certificate, in PEM."
)
@_with(*_KEYED, *_DECIDING)
def certificate(
    key: str, file: Path, label: str, until: datetime | None, decider: str, role: str, directory: Path, *,
    may_write: bool, as_json: bool,
) -> None:  # fmt: skip
    """Let a client certificate open what KEY may read."""
    home = use_node(directory)
    try:
        pem = file.read_bytes()
    except OSError as error:
        raise InputError(error.strerror or "cannot be read", item=str(file)) from error
    shown = read_certificates(pem, item=str(file))
    if len(shown) != 1:
        raise InputError("holds one certificate: that of the client", item=str(file))
    take_certificate(
        key, shown[0].der, label, _actor(home, decider, role), may_write=may_write, expires_at=_utc(until),
        at=datetime.now(UTC),
    )  # fmt: skip
    _say({"subscriber": key, "label": label}, f"{key}: {label} opens what it may read", as_json=as_json)


@subscriber.command()
@click.argument("key")
@click.option("--label", required=True, help="What the token or certificate is called.")
@_with(*_DECIDING)
def revoke(key: str, label: str, decider: str, role: str, directory: Path, *, as_json: bool) -> None:
    """Revoke every token and certificate of KEY with this label."""
    home = use_node(directory)
    count = revoke_key_of(key, label, _actor(home, decider, role), at=datetime.now(UTC))
    _say({"subscriber": key, "label": label, "revoked": count}, f"{key}: {count} revoked", as_json=as_json)


@subscriber.command()
@click.argument("key")
@dir_option
@json_option
def preview(key: str, directory: Path, *, as_json: bool) -> None:
    """Say what KEY would be told of the open cases, and why the rest is withheld; tells nothing."""
    home = use_node(directory)
    counts: Counter[tuple[str, str, str]] = Counter()
    answers: list[dict[str, Any]] = []
    for asked in preview_subscriber(home, get_subscriber(key), at=datetime.now(UTC)):
        answer = asked.answer
        counts[answer.verdict, answer.reason, answer.clause] += 1
        if as_json:
            answers.append(_answered(asked))
    if as_json:
        print_json({"answers": answers})
        return
    for (verdict, reason, clause), count in sorted(counts.items()):
        click.echo(f"{verdict:<9} {count:>8}  {reason}  [{clause or '-'}]")


def _answered(asked: Asked) -> dict[str, Any]:
    answer = asked.answer
    said: dict[str, Any] = {
        "about": "case" if asked.filed is None else "report",
        "subject": asked.case.case if asked.filed is None else asked.filed.report_id,
        "registrable": asked.case.registrable,
        "kind": answer.kind,
        "verdict": answer.verdict,
        "clause": answer.clause,
        "reason": answer.reason,
    }
    if answer.report is not None:
        said |= {"tlp": answer.tlp, "target": answer.target, "report": msgspec.to_builtins(answer.report)}
    return said


def _described(row: SubscriberRow) -> dict[str, Any]:
    return {
        "key": row.key, "name": row.name, "kind": row.kind, "party": row.party, "ceiling": row.ceiling,
        "clause": row.clause, "categories": list(row.categories), "zones": list(row.zones),
        "created_at": row.created_at, "ended_at": row.ended_at, "told": row.told,
    }  # fmt: skip


def _actor(home: Home, name: str, role: str) -> Actor:
    return Actor(name or getuser(), role, home.party)


def _utc(until: datetime | None) -> datetime | None:
    return until.replace(tzinfo=UTC) if until else None


def _zone(text: str) -> str:
    folded = fold_host(text.strip().removeprefix("."))
    if isinstance(folded, HostProblem):
        raise InputError(folded.reason, item=text)
    return folded.ascii


def _say(document: dict[str, Any], line: str, *, as_json: bool) -> None:
    if as_json:
        print_json(document)
    else:
        click.echo(line)
