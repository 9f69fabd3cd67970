"""`comity link`: join a partner, see how far each side is, push now, and recompute what was signed."""

from collections.abc import Sequence
from datetime import UTC, datetime
from getpass import getuser
from pathlib import Path
from typing import Any

import click
import msgspec

from comity.cli.context import dir_option, json_option, use_node
from comity.cli.link_certificates import certificates, new_authority, renew, use
from comity.cli.outcome import print_json
from comity.core.alarms import LinkFacts, link_alarms
from comity.core.errors import InputError
from comity.edges.home import Home
from comity.edges.tls import own_authority
from comity.flows.courier import drain
from comity.flows.join import halt_link, join, resume_link
from comity.flows.verify_ledgers import LedgerReport, verify_ledgers
from comity.store.link_facts import read_link_facts
from comity.store.links import get_ledger, get_link, is_in_force, list_links
from comity.store.models import Link
from comity.wire.alarm_texts import alarm_text


@click.group()
def link() -> None:
    """Links to partners: add, status, sync, verify."""


for _command in (renew, new_authority, use, certificates):
    link.add_command(_command)


@link.command()
@click.argument("partner")
@click.option("--url", default="", help="Where the partner's node listens for links: https://HOST:PORT")
@click.option("--fetch", is_flag=True, help="The partner cannot reach this node: fetch its ledger from it.")
@click.option("--awaited", is_flag=True, help="This node cannot reach the partner: wait until it fetches.")
@click.option(
    "--ca", "ca_file", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The partner's certificate authority (PEM), handed over by its people: their `comity link export-ca`.",
)  # fmt: skip
@dir_option
@json_option
def add(partner: str, url: str, fetch: bool, awaited: bool, ca_file: Path, directory: Path, as_json: bool) -> None:
    """Join PARTNER, with whom a memorandum is in force; or give an existing link a new address or authority."""
    home = use_node(directory)
    if bool(url) == awaited:
        raise click.UsageError("give --url, or --awaited where this node cannot reach the partner")
    try:
        pem = ca_file.read_text(encoding="ascii")
    except UnicodeDecodeError:
        raise InputError("is not a PEM file", item=str(ca_file)) from None
    joined = join(home, partner, url=url, ca_pem=pem, fetches=fetch, at=datetime.now(UTC))
    if as_json:
        print_json({"partner": joined.partner, "url": joined.url, "fetches": joined.fetches, "state": joined.state})
    else:
        click.echo(f"linked with {joined.partner} at {joined.url}" if url else f"{joined.partner} is awaited")


@link.command("export-ca")
@dir_option
def export_ca(directory: Path) -> None:
    """Print this node's certificate authority (PEM), to be handed to a partner's people."""
    click.echo(own_authority(use_node(directory)), nl=False)


@link.command()
@dir_option
@json_option
def status(directory: Path, as_json: bool) -> None:
    """Say for each link what was sent, receipted and received, and what is wrong."""
    home = use_node(directory)
    now = datetime.now(UTC)
    facts = {one.partner: one for one in read_link_facts(at=now)}
    rows = [
        _status(joined, at=now) | {"alarms": _alarms(facts[joined.partner], home, at=now)} for joined in list_links()
    ]
    if as_json:
        print_json(rows)
        return
    if not rows:
        click.echo("no links; make one with: comity link add")
    for row in rows:
        click.echo(
            f"{row['partner']}  {row['state']}  sent {row['sent']}, receipted {row['receipted']}, "
            f"waiting {row['lag']}; received {row['received']}; last receipt {row['last_receipt_at'] or 'never'}"
        )
        for alarm in row["alarms"]:
            click.echo(f"  {alarm['severity']} [{alarm['code']}] {alarm['found']}")
            click.echo(f"      {alarm['mend']}: {alarm['command']}")
        for line in (row["last_error"], row["reason"]):
            if line:
                click.echo(f"  {line}")


@link.command()
@click.argument("partners", nargs=-1)
@dir_option
@json_option
def sync(partners: Sequence[str], directory: Path, as_json: bool) -> int:
    """Push now what waits for PARTNERS (all of them by default), until everything is receipted."""
    home = use_node(directory)
    for partner in partners:
        get_link(partner)
    ended = drain(home, partners)
    now = datetime.now(UTC)
    rows = [_status(get_link(partner), at=now) | {"trouble": trouble} for partner, trouble in ended.items()]
    if as_json:
        print_json(rows)
    for row in rows:
        trouble = f": {row['trouble']}" if row["trouble"] else ""
        click.echo(f"{row['partner']}: {row['receipted']} of {row['sent']} receipted{trouble}", err=as_json)
    return 1 if any(ended.values()) else 0


@link.command()
@click.argument("partner")
@click.option("--reason", required=True, help="Why, for whoever looks at the link.")
@dir_option
def stop(partner: str, reason: str, directory: Path) -> None:
    """Stop the link to PARTNER alone: nothing is sent and nothing taken until `comity link resume`."""
    home = use_node(directory)
    halted = halt_link(home, partner, reason=reason, actor=getuser(), at=datetime.now(UTC))
    click.echo(f"{halted.partner}: stopped")


@link.command()
@click.argument("partner")
@dir_option
def resume(partner: str, directory: Path) -> None:
    """Open a stopped link again, after looking at the evidence that `comity link status` shows."""
    home = use_node(directory)
    resumed = resume_link(home, partner, at=datetime.now(UTC))
    click.echo(f"{resumed.partner}: {resumed.state}")


@link.command()
@click.argument("partner", default="")
@dir_option
@json_option
def verify(partner: str, directory: Path, as_json: bool) -> int:
    """Recompute both ledgers of each link from the stored entries and compare with the signed heads."""
    home = use_node(directory)
    if partner:
        get_link(partner)
    reports = []
    for report in verify_ledgers(home, partner, at=datetime.now(UTC)):
        reports.append(report)
        _tell(report, err=as_json)
    equal = not any(report.differences for report in reports)
    if as_json:
        print_json({"equal": equal, "ledgers": [msgspec.to_builtins(report) for report in reports]})
    else:
        click.echo("every ledger is what was signed" if equal else "a ledger differs from what was signed")
    return 0 if equal else 1


def _tell(report: LedgerReport, *, err: bool) -> None:
    click.echo(
        f"{report.origin}: {report.entries} entries, {report.receipted} receipted, root {report.root[:16]}…", err=err
    )
    for sentence in report.differences:
        click.echo(f"  {sentence}", err=err)
    if report.differences_more:
        click.echo(f"  and {report.differences_more} more", err=err)


def _alarms(facts: LinkFacts, home: Home, *, at: datetime) -> list[dict[str, str]]:
    return [
        {"code": alarm.code, **msgspec.structs.asdict(alarm_text(alarm, "en", directory=str(home.path)))}
        for alarm in link_alarms(facts, at=at)
    ]


def _status(joined: Link, *, at: datetime) -> dict[str, Any]:
    sent, received = get_ledger(joined, "out"), get_ledger(joined, "in")
    suspended = joined.state == "open" and not is_in_force(joined.partner, at=at)
    return {
        "partner": joined.partner,
        "url": joined.url,
        "state": "suspended" if suspended else joined.state,
        "reason": joined.reason,
        "sent": sent.size,
        "receipted": sent.receipt_size,
        "lag": sent.size - sent.receipt_size,
        "received": received.size,
        "root_sent": sent.root.hex(),
        "root_received": received.root.hex(),
        "last_try_at": joined.last_try_at,
        "last_receipt_at": joined.last_receipt_at,
        "last_error": joined.last_error,
    }
