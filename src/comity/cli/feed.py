"""`comity feed`: the sources that a node fetches by itself: list, show, check, fetch, enable, disable, believe.

A feed is a table of `feeds.toml` in the node's directory; `enable` names one that came ready, and lets one that a
person stopped run again.  `believe` takes in a list that was held because it had emptied, by the digest that `show`
prints.
"""

from datetime import UTC, datetime
from getpass import getuser
from pathlib import Path
from typing import Any

import click

from comity.cli.context import dir_option, json_option, use_node
from comity.cli.outcome import print_json
from comity.core.alarms import age
from comity.core.errors import ConflictError
from comity.core.roles import Actor
from comity.edges.feed_declarations import declare, get_feed, load_feeds, shipped_feeds
from comity.edges.feed_lock import lock_feed
from comity.edges.home import Home
from comity.flows.fetch_feed import FeedVisit, fetch_feed
from comity.flows.list_feeds import FollowedFeed, list_feeds
from comity.flows.settle_feed import believe_feed, start_feed, stop_feed
from comity.flows.weigh_reporters import weigh_reporters


@click.group()
def feed() -> None:
    """Feeds: what this node fetches by itself, and how good it was found."""


@feed.command(name="list")
@click.option("--all", "shipped", is_flag=True, help="Also those that came ready and are not named.")
@dir_option
@json_option
def list_command(shipped: bool, directory: Path, as_json: bool) -> None:
    """List feeds and how each stands."""
    home = use_node(directory)
    at = datetime.now(UTC)
    rows = list_feeds(home, at=at)
    named = {one.source.feed.name for one in rows}
    ready = {name: table for name, table in shipped_feeds().items() if name not in named} if shipped else {}
    if as_json:
        print_json({"feeds": [_described(one) for one in rows], "ready": sorted(ready)})
        return
    for one in rows:
        since = f"{age(one.age)} ago" if one.age is not None else "never"
        lines = one.state.rows if one.state is not None and one.state.rows is not None else "-"
        click.echo(f"{one.source.feed.name:<24} {one.standing:<8} last success {since:<16} rows {lines}")
    for name, table in ready.items():
        click.echo(f"{name:<24} {'off':<8} {table.get('about', '')}")


@feed.command()
@click.argument("name")
@dir_option
@json_option
def show(name: str, directory: Path, as_json: bool) -> None:
    """Show feed NAME: its declaration, how the last visit went, and how good it was found."""
    home = use_node(directory)
    at = datetime.now(UTC)
    get_feed(home, name)
    weigh_reporters(home, at=at)
    said = _described(next(one for one in list_feeds(home, at=at) if one.source.feed.name == name))
    if as_json:
        print_json(said)
        return
    for key, value in said.items():
        click.echo(f"{key}: {value}")


@feed.command()
@dir_option
@json_option
def check(directory: Path, as_json: bool) -> None:
    """Read feeds.toml and say what is wrong with it; nothing is fetched."""
    sources = load_feeds(use_node(directory))
    if as_json:
        print_json({"feeds": sorted(sources)})
        return
    click.echo(f"{len(sources)} feeds, nothing is wrong with their declarations")


@feed.command()
@click.argument("name")
@click.option("--whole", is_flag=True, help="Ask for all of it and take in known lines too.")
@dir_option
@json_option
def fetch(name: str, whole: bool, directory: Path, as_json: bool) -> int:
    """Fetch feed NAME now, due or not."""
    home = use_node(directory)
    source = get_feed(home, name)
    with lock_feed(home, name) as is_ours:
        if not is_ours:
            raise ConflictError("is being fetched now", item=name)
        return _tell(fetch_feed(home, source, whole=whole), as_json=as_json)


@feed.command()
@click.argument("name")
@click.argument("digest")
@click.option("--as", "person", default="", help="Who looked at it.  [default: you]")
@dir_option
@json_option
def believe(name: str, digest: str, person: str, directory: Path, as_json: bool) -> int:
    """Take in what is held of feed NAME, by the DIGEST that `show` prints."""
    home = use_node(directory)
    source = get_feed(home, name)
    with lock_feed(home, name) as is_ours:
        if not is_ours:
            raise ConflictError("is being fetched now", item=name)
        visit = believe_feed(home, source, _actor(home, person), digest, at=datetime.now(UTC))
    return _tell(visit, as_json=as_json)


@feed.command()
@click.argument("name")
@click.option("--as", "person", default="", help="Who decides.  [default: you]")
@dir_option
@json_option
def enable(name: str, person: str, directory: Path, as_json: bool) -> None:
    """Follow feed NAME: name it in feeds.toml if it came ready, and fetch it again if a person stopped it."""
    home = use_node(directory)
    if name not in load_feeds(home):
        declare(home, name)
    start_feed(home, get_feed(home, name), _actor(home, person), at=datetime.now(UTC))
    _done(name, "enabled", as_json=as_json)


@feed.command()
@click.argument("name")
@click.option("--as", "person", default="", help="Who decides.  [default: you]")
@dir_option
@json_option
def disable(name: str, person: str, directory: Path, as_json: bool) -> None:
    """Fetch feed NAME no more, until it is enabled; what it said is kept."""
    home = use_node(directory)
    stop_feed(home, get_feed(home, name), _actor(home, person), at=datetime.now(UTC))
    _done(name, "disabled", as_json=as_json)


def _actor(home: Home, person: str) -> Actor:
    return Actor(person or getuser(), "supervisor", home.party)


def _done(name: str, what: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"feed": name, "done": what})
    else:
        click.echo(f"{name}: {what}")


def _tell(visit: FeedVisit, *, as_json: bool) -> int:
    counts = visit.intake.counts()
    if as_json:
        print_json({"end": visit.end, "error": visit.error, "message": visit.message, "counts": counts})
    elif visit.end in {"failed", "held"}:
        click.echo(f"comity: {visit.message} [{visit.error}]", err=True)
    else:
        told = ", ".join(f"{key} {counts[key]:,}" for key in ("read", "accepted", "duplicate", "rejected", "foreign"))
        click.echo(f"{visit.end}; of the lines that are new: {told}")
    return 0 if visit.end in {"taken", "unchanged"} else 1


def _described(one: FollowedFeed) -> dict[str, Any]:
    declared, state = one.source.feed, one.state
    said: dict[str, Any] = {
        "name": declared.name, "standing": one.standing, "about": declared.about, "kind": declared.kind,
        "place": declared.place, "format": one.source.declared.name, "reporter": declared.reporter,
        "every_seconds": declared.every.total_seconds(), "confidence": declared.confidence,
        "tlp": one.source.declared.tlp, "terms": declared.terms.text, "may_share": declared.may_share,
    }  # fmt: skip
    if state is not None:
        said |= {
            "last_try": state.tried_at, "last_success": state.succeeded_at, "next": state.next_at,
            "failures": state.failures, "error": state.error, "message": state.message, "rows": state.rows,
            "counts": state.counts, "visits": state.visits, "listed": state.listed, "alone": state.alone,
            "held_digest": state.held_digest, "held_reason": state.held_reason, "disabled_by": state.disabled_by,
        }  # fmt: skip
    if one.quality is not None:
        share = one.quality.all.precision
        said["precision"] = None if share is None else {"value": share.value, "low": share.low, "high": share.high}
        said["decided"] = one.quality.all.tally.decided
    return said
