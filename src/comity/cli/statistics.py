"""`comity statistics`: a node's own numbers, what is signed with partners, and what the public reads."""

from base64 import b64decode
from datetime import UTC, datetime
from getpass import getuser
from pathlib import Path
from typing import Any

import click
import msgspec

from comity.cli.context import dir_option, json_option, use_node
from comity.cli.outcome import print_json
from comity.core.errors import InputError
from comity.core.harmless import show_unseen
from comity.core.ledger import PublicKey
from comity.core.periods import Period, parse_period, periods_before
from comity.core.roles import ROLES_OF_ACCOUNT, Actor
from comity.flows.cosign_statistics import cosign_statistics
from comity.flows.propose_statistics import propose_statistics
from comity.flows.release_statistics import count_own, draft_release, release_statistics
from comity.flows.sign_statistics import signed_file
from comity.store.models import Statement
from comity.store.statistics import get_statement, list_statements
from comity.wire.memorandum_document import find_faults, parse_document
from comity.wire.statistics import MAX_FILE_BYTES, digest_of, parse_signed, parse_statistics
from comity.wire.statistics_account import statistics_lines, zone_lines

_PERIOD = click.argument("period")


@click.group()
def statistics() -> None:
    """Statistics: show, list, propose, cosign, verify, release."""


@statistics.command()
@click.argument("period", required=False, default="")
@click.option("--statement", "digest", default="", help="Show this statement instead, by its digest.")
@click.option("--file", "as_file", is_flag=True, help="With --statement: the file that carries the signatures.")
@json_option
@dir_option
def show(directory: Path, as_json: bool, period: str, digest: str, as_file: bool) -> None:
    """Show this node's own numbers of PERIOD (2026-11, 2026-H2; the last month), or a statement."""
    home, now = use_node(directory), datetime.now(UTC)
    if digest:
        row = get_statement(digest)
        if as_file:
            click.echo(signed_file(home, row, at=now).decode())
        elif as_json:
            print_json({**_summary(row), "document": msgspec.json.decode(row.body) if row.body else None})
        else:
            click.echo("\n".join([*_line(row), *(statistics_lines(parse_statistics(row.body)) if row.body else [])]))
        return
    asked = _period(period) if period else periods_before(now, months=1, halves=0)[0]
    figures = count_own(home, asked, at=now)
    if as_json:
        print_json({"period": asked.name, "figures": msgspec.to_builtins(figures)})
        return
    click.echo("\n".join([asked.name, *zone_lines(figures)]))


@statistics.command("list")
@click.option("--partner", default="", help="With this partner.")
@click.option("--period", default="", help="Of this period.")
@json_option
@dir_option
def list_command(directory: Path, as_json: bool, partner: str, period: str) -> None:
    """List what was stated to partners and by them, and how it stands."""
    use_node(directory)
    rows = list_statements(partner=partner, period=period)
    if as_json:
        print_json({"statements": [_summary(row) for row in rows]})
        return
    for row in rows:
        click.echo("\n".join(_line(row)))


@statistics.command()
@click.argument("partner")
@_PERIOD
@json_option
@dir_option
def propose(directory: Path, as_json: bool, partner: str, period: str) -> int:
    """Count our reports to PARTNER in PERIOD, sign what came out, and put it to the partner."""
    home = use_node(directory)
    made = propose_statistics(home, partner, _period(period), at=datetime.now(UTC))
    decision = made.decision
    if as_json:
        said = {"verdict": decision.verdict, "clause": decision.clause, "reason": decision.reason}
        print_json({"digest": made.digest, **said})
    else:
        click.echo(f"{made.digest}  {decision.verdict} (clause {decision.clause or '-'}: {decision.reason})")
    return 0 if decision.verdict == "send" else 1


@statistics.command()
@click.argument("digest")
@json_option
@dir_option
def cosign(directory: Path, as_json: bool, digest: str) -> int:
    """Recount a partner's statement DIGEST now, and sign it if it is equal to the byte; the desk does so by itself."""
    home = use_node(directory)
    row = get_statement(digest)
    answer = cosign_statistics(home, row.uuid, at=datetime.now(UTC))
    if as_json:
        print_json({"digest": row.digest, **msgspec.to_builtins(answer)})
    else:
        click.echo(f"{answer.state}{': ' + answer.why if answer.why else ''}")
        for path in answer.paths:
            click.echo(f"  {path}")
    return 0 if answer.state == "agreed" else 1


@statistics.command()
@click.argument("file", type=click.Path(dir_okay=False, exists=True, path_type=Path))
@click.option("--memorandum", "documents", multiple=True, type=click.Path(dir_okay=False, exists=True, path_type=Path),
              help="A signed memorandum: whose the keys are is believed by it.")  # fmt: skip
@json_option
def verify(file: Path, as_json: bool, documents: tuple[Path, ...]) -> int:
    """Check the signatures of FILE, offline; needs no node.  Exit code 0: both parties signed these bytes."""
    with file.open("rb") as stream:
        signed = parse_signed(stream.read(MAX_FILE_BYTES + 1))
    document = parse_statistics(signed.document.encode())
    known = _keys(documents)
    found = []
    for one in signed.signatures:
        named = PublicKey(one.kid, b64decode(one.key)) in known.get(one.party, ())
        if documents and not named:
            raise InputError(f"{one.kid} is no key of this party by the memoranda that were given", item=one.party)
        found.append({"party": one.party, "kid": one.kid, "key": one.key, "by_memorandum": named})
    both = {one.party for one in signed.signatures} == {document.reporter, document.answerer}
    if as_json:
        digest = digest_of(signed.document.encode())
        print_json({"digest": digest, "both": both, "signatures": found, "document": msgspec.to_builtins(document)})
        return 0 if both else 1
    click.echo(digest_of(signed.document.encode()))
    for row in found:
        believed = "by the memorandum" if row["by_memorandum"] else "compare this key with the one that you know"
        click.echo(f"signed by {row['party']}, key {row['kid']} {row['key']} ({believed})")
    if not both:
        click.echo("only one of the two parties has signed")
    click.echo("\n".join(statistics_lines(document)))
    return 0 if both else 1


@statistics.command()
@_PERIOD
@click.option("--confirm", is_flag=True, help="Release it; without this it is only shown.")
@click.option("--as", "actor", default="", help="Who acts.  [default: you]")
@click.option("--role", "as_role", type=click.Choice(tuple(ROLES_OF_ACCOUNT)), default="policy-officer",
              show_default=True, help="In which role.")  # fmt: skip
@json_option
@dir_option
def release(directory: Path, as_json: bool, as_role: str, actor: str, confirm: bool, period: str) -> None:
    """Show what the public would read about PERIOD; with --confirm let it be read."""
    home, asked, now = use_node(directory), _period(period), datetime.now(UTC)
    document = draft_release(home, asked, at=now)
    digest = ""
    if confirm:
        digest = release_statistics(home, asked, Actor(actor or getuser(), as_role, home.party), at=now).digest
    if as_json:
        print_json({"released": digest or None, "document": msgspec.to_builtins(document)})
        return
    click.echo("\n".join([asked.name, *zone_lines(document.figures)]))
    click.echo(f"released as {digest}" if digest else "not released; repeat with --confirm")


def _period(name: str) -> Period:
    period = parse_period(name)
    if period is None:
        raise InputError("is no period: a month like 2026-11 or a half-year like 2026-H2", item=name[:40])
    return period


def _keys(documents: tuple[Path, ...]) -> dict[str, list[PublicKey]]:
    """The keys of parties by memoranda that all of them signed."""
    known: dict[str, list[PublicKey]] = {}
    for path in documents:
        document = parse_document(path.read_bytes())
        now = datetime.now(UTC)
        if isinstance(document, tuple) or not document.is_complete() or find_faults(document, at=now):
            raise InputError("is no memorandum that all of its parties signed", item=str(path))
        for party in document.memorandum.parties:
            keys = [PublicKey(key.kid, key.public_bytes) for key in party.keys if key.public_bytes]
            known.setdefault(party.id, []).extend(keys)
    return known


def _summary(row: Statement) -> dict[str, Any]:
    return {
        "digest": row.digest, "period": row.period, "partner": row.partner, "reporter": row.reporter,
        "answerer": row.answerer, "stated_by": row.stated_by, "state": row.state, "why": row.why, "paths": row.paths,
        "stated_at": row.stated_at, "answered_at": row.answered_at,
    }  # fmt: skip


def _line(row: Statement) -> list[str]:
    why = f" ({row.why})" if row.why else ""
    return [show_unseen(f"{row.period}  {row.reporter} > {row.answerer}  {row.state}{why}  {row.digest}")]
