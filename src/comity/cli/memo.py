"""`comity memo`: memoranda from a file that people wrote to one that both nodes obey, and back out of it.

`explain` and `preview` are in `comity.cli.memo_answers`.
"""

from datetime import UTC, datetime
from getpass import getuser
from pathlib import Path
from typing import Any

import click
import msgspec

from comity.cli.context import dir_option, json_option, use_node
from comity.cli.memo_answers import explain, preview
from comity.cli.outcome import print_json
from comity.core.errors import InputError
from comity.core.memoranda import Memorandum, Problem, digest
from comity.core.memorandum_rules import find_placeholders
from comity.flows.countersign import countersign
from comity.flows.end_memorandum import end_memorandum
from comity.flows.propose import propose
from comity.flows.resume import resume
from comity.flows.suspend import suspend
from comity.store.memoranda import StoredMemorandum, get_document, list_events, list_versions
from comity.wire.memorandum_document import Document, find_faults, parse_document, render_document
from comity.wire.memorandum_yaml import parse_memorandum, render_memorandum

_file = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
_out = click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write the signed file here."
)
_reason = click.option("--reason", required=True, help="Why, for the partner and for the record.")


@click.group()
def memo() -> None:
    """Memoranda: check, propose, countersign, suspend, withdraw, explain, preview."""


memo.add_command(explain)
memo.add_command(preview)


@memo.command()
@_file
@json_option
def check(file: Path, as_json: bool) -> None:
    """Check a memorandum (YAML or JSON) or a signed document, and say everything that is wrong with it."""
    memorandum, text, problems = _read(file.read_bytes())
    open_places = find_placeholders(memorandum) if memorandum else ()
    if as_json:
        print_json(
            {
                "file": str(file),
                "ok": not problems,
                "id": memorandum.id if memorandum else None,
                "version": memorandum.version if memorandum else None,
                "digest": digest(text) if memorandum else None,
                "problems": [msgspec.to_builtins(problem) for problem in problems],
                "open": [msgspec.to_builtins(problem) for problem in open_places],
            }
        )
    else:
        for problem in (*problems, *open_places):
            click.echo(f"{file}: {problem.path or 'document'}: {problem.reason} [{problem.code}]", err=bool(problems))
    if problems:
        raise InputError(f"{len(problems)} problem{'s' if len(problems) != 1 else ''}", item=str(file))
    if not as_json and memorandum:
        ready = f"{len(open_places)} places to fill in before it can be signed" if open_places else "ready to be signed"
        click.echo(f"{memorandum.id} version {memorandum.version}: well formed, {ready}\n{digest(text)}")


def _read(data: bytes) -> tuple[Memorandum | None, bytes, tuple[Problem, ...]]:
    """A memorandum by itself or signed: the value, its canonical bytes, and all that is wrong."""
    signed = parse_document(data)
    if isinstance(signed, Document):
        return signed.memorandum, signed.text, find_faults(signed, at=datetime.now(UTC))
    if signed[0].code != "not-a-document":
        return None, b"", signed
    memorandum = parse_memorandum(data)
    if isinstance(memorandum, Memorandum):
        return memorandum, render_memorandum(memorandum), ()
    return None, b"", memorandum


@memo.command("propose")
@_file
@_out
@dir_option
@json_option
def propose_command(file: Path, output: Path | None, directory: Path, as_json: bool) -> None:
    """Sign FILE (YAML or JSON) as this node's party; the signed file goes to the partner."""
    home = use_node(directory)
    document = propose(home, file.read_bytes(), actor=getuser(), at=datetime.now(UTC))
    _give(document, output, as_json)


@memo.command("countersign")
@_file
@_out
@dir_option
@json_option
def countersign_command(file: Path, output: Path | None, directory: Path, as_json: bool) -> None:
    """Check what the partner signed and sign it too; with all signatures there, adopt it."""
    home = use_node(directory)
    document = countersign(home, file.read_bytes(), actor=getuser(), at=datetime.now(UTC))
    _give(document, output, as_json)


@memo.command()
@click.argument("urn", required=False)
@dir_option
@json_option
def show(urn: str | None, directory: Path, as_json: bool) -> None:
    """List the memoranda of this node, or show every version of one with its life and signatures."""
    home = use_node(directory)
    versions = [version for version in list_versions(at=datetime.now(UTC)) if urn in {None, version.urn}]
    if urn and not versions:
        raise InputError("no such memorandum on this node", item=urn)
    rows = [_row(version, home.party, whole=urn is not None) for version in versions]
    if as_json:
        print_json({"memoranda": rows})
        return
    for row in rows:
        ends = f"  ends {row['ends_at']}" if row["ends_at"] else ""
        partners = ", ".join(row["partners"])
        click.echo(f"{row['status']:<13} {partners:<20} {row['id']} version {row['version']}{ends}")
        for event in row.get("events", ()):
            click.echo(f"  {event['at']}  {event['event']:<16} {event['party']} {event['actor']}  {event['reason']}")
        for signature in row.get("signatures", ()):
            click.echo(f"  signed by {signature['party']} with {signature['kid']} at {signature['signed_at']}")
    if not rows:
        click.echo("no memoranda yet; the first is made with: comity memo propose FILE")


@memo.command("suspend")
@click.argument("urn")
@_reason
@dir_option
@json_option
def suspend_command(urn: str, reason: str, directory: Path, as_json: bool) -> None:
    """Suspend a memorandum at once: nothing more leaves under it and nothing is taken."""
    home = use_node(directory)
    status = suspend(home, urn, reason=reason, actor=getuser(), at=datetime.now(UTC))
    _say({"id": urn, "status": status}, f"{urn}: suspended", as_json)


@memo.command("resume")
@click.argument("urn")
@_reason
@click.option(
    "--with", "partners", multiple=True, type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The partner's signed statement that it may go on.",
)  # fmt: skip
@_out
@dir_option
@json_option
def resume_command(
    urn: str, reason: str, partners: tuple[Path, ...], output: Path | None, directory: Path, as_json: bool
) -> None:
    """Agree that a suspended memorandum goes on; where both must agree, exchange signed statements."""
    home = use_node(directory)
    statements = tuple(file.read_bytes() for file in partners)
    resumed = resume(home, urn, reason=reason, actor=getuser(), at=datetime.now(UTC), partners=statements)
    if output is not None:
        output.write_bytes(resumed.statement)
    document = {"id": urn, "status": resumed.status, "statement": msgspec.json.decode(resumed.statement)}
    _say(document, f"{urn}: {resumed.status}" + (f"; our statement is in {output}" if output else ""), as_json)


@memo.command()
@click.argument("urn")
@_reason
@dir_option
@json_option
def withdraw(urn: str, reason: str, directory: Path, as_json: bool) -> None:
    """Withdraw from a memorandum with the notice that it promises."""
    home = use_node(directory)
    ends = end_memorandum(home, urn, reason=reason, actor=getuser(), at=datetime.now(UTC))
    _say({"id": urn, "ends_at": ends.isoformat()}, f"{urn}: ends {ends:%Y-%m-%d %H:%M} UTC", as_json)


def _give(document: Document, output: Path | None, as_json: bool) -> None:
    """The signed file goes to OUTPUT, else to standard output."""
    data = render_document(document)
    memorandum = document.memorandum
    missing = [party.id for party in memorandum.parties if party.id not in document.signed_by()]
    if output is not None:
        output.write_bytes(data)
    if as_json:
        print_json(
            {
                "id": memorandum.id,
                "version": memorandum.version,
                "digest": document.digest,
                "signed_by": sorted(document.signed_by()),
                "missing": missing,
                "document": msgspec.json.decode(data),
            }
        )
        return
    if output is None:
        click.echo(data.decode("utf-8"))
    state = f"still to be signed by {', '.join(missing)}" if missing else "signed by all parties"
    click.echo(f"{memorandum.id} version {memorandum.version}: {state}\n{document.digest}", err=output is None)


def _row(version: StoredMemorandum, ours: str, *, whole: bool) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": version.urn,
        "version": version.version,
        "digest": version.digest,
        "partner": version.partner,
        "partners": version.partners(ours),
        "status": version.status,
        "effective": version.memorandum.effective.isoformat(),
        "ends_at": version.ends_at.isoformat() if version.ends_at else None,
    }
    if whole:
        document = get_document(version.urn, version.version)
        row["signatures"] = [
            {"party": part.party, "kid": part.kid, "signed_at": part.signed_at.isoformat()}
            for part in document.signatures
        ]
        row["events"] = [
            {"event": one.event, "party": one.party, "actor": one.actor, "reason": one.reason, "at": one.at.isoformat()}
            for one in list_events(version.urn, version.version)
        ]
        row["memorandum"] = msgspec.json.decode(document.text)
    return row


def _say(document: dict[str, Any], line: str, as_json: bool) -> None:
    if as_json:
        print_json(document)
    else:
        click.echo(line)
