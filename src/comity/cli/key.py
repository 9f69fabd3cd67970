"""`comity key`: this party's signing keys from making to revoking, and partners' keys that are believed no more."""

from base64 import b64encode
from datetime import UTC, date, datetime
from getpass import getuser
from pathlib import Path
from typing import Any

import click

from comity.cli.context import dir_option, json_option, use_node
from comity.cli.outcome import print_json
from comity.edges.home import Home
from comity.edges.keys import load_key, load_public_keys, load_signing_key, make_key
from comity.flows.distrust_key import accept_revocation, distrust
from comity.flows.revoke_key import revoke_key
from comity.flows.use_key import governing_texts, use_key
from comity.store.models import RevokedKey
from comity.store.revoked_keys import find_doubtful, find_revoked, list_held, list_revoked
from comity.wire.key_revocation import REASONS, RevocationStatement, parse_revocation


@click.group()
def key() -> None:
    """Signing keys: list, new, use, revoke, export; and partners' keys: distrust, accept-revocation."""


@key.command("list")
@dir_option
@json_option
def list_command(directory: Path, as_json: bool) -> None:
    """List our keys and where memoranda name them, the keys that are believed no more, and what waits for a person."""
    home = use_node(directory)
    document = {
        "keys": _own(home, at=datetime.now(UTC)),
        "revoked": [_revoked(row) for row in list_revoked()],
        "held": [_said(statement) for statement in list_held()],
    }
    if as_json:
        print_json(document)
        return
    for row in document["keys"]:
        state = "signs now" if row["signs"] else "revoked" if row["revoked"] else "does not sign"
        click.echo(f"{row['kid']:<20} {state:<14} {row['public']}")
        for named in row["named_by"]:
            click.echo(f"  {named['id']} version {named['version']}: {named['not_before']} to {named['not_after']}")
    for row in document["revoked"]:
        doubt = f"; entries {row['doubtful'][0]} to {row['doubtful'][1]} are in doubt" if row["doubtful"] else ""
        click.echo(f"believed no more: {row['party']} {row['kid']}  {row['reason']}  {row['at']}{doubt}")
    for row in document["held"]:
        click.echo(
            f"waits for a person: {row['party']} revokes {row['kid']} ({row['reason']}), signed by {row['signed_by']}; "
            f"ask the partner, then: comity key distrust {row['party']} {row['kid']} --reason …"
        )


@key.command()
@click.argument("kid")
@dir_option
@json_option
def new(kid: str, directory: Path, as_json: bool) -> None:
    """Make the key KID (for example ru-2027-1).  It does not sign before `comity key use`."""
    home = use_node(directory)
    made = make_key(home.path, kid)
    public = b64encode(made.public).decode()
    if as_json:
        print_json({"kid": kid, "public": public})
    else:
        click.echo(f"{kid}: made, does not sign yet; amend the memoranda so that they name both keys\n{public}")


@key.command()
@click.argument("kid")
@dir_option
@json_option
def use(kid: str, directory: Path, as_json: bool) -> None:
    """Let KID sign from now on.  Refused unless every memorandum in force names it as ours and valid today."""
    home = use_node(directory)
    use_key(home, kid, at=datetime.now(UTC))
    if as_json:
        print_json({"kid": kid, "signs": True})
    else:
        click.echo(f"{kid}: signs from now on")


@key.command()
@click.argument("kid")
@click.option("--reason", required=True, type=click.Choice(REASONS), help="Why, as the partners will read it.")
@click.option(
    "--since",
    type=click.DateTime(formats=["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d"]),
    help="What it signed from this time (UTC) on is in doubt.  Default: from now on.",
)
@click.option(
    "-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path),
    help="Write the signed statement here, for the partners' people.",
)  # fmt: skip
@dir_option
@json_option
def revoke(kid: str, reason: Any, since: datetime | None, output: Path, directory: Path, as_json: bool) -> None:
    """Say to every partner, signed, that our key KID is believed no more.  Another key must be able to sign."""
    home = use_node(directory)
    doubted = since.replace(tzinfo=UTC) if since else None
    revoked = revoke_key(home, kid, reason=reason, since=doubted, actor=getuser(), at=datetime.now(UTC))
    output.write_bytes(revoked.statement + b"\n")
    if as_json:
        print_json(
            {
                "kid": kid,
                "signed_by": revoked.signed_by,
                "signs_now": revoked.signs_now,
                "told": list(revoked.told),
                "file": str(output),
            }
        )
        return
    click.echo(f"{kid}: revoked; {revoked.signs_now} signs now; the statement is in {output}")
    if revoked.signed_by != kid:
        click.echo(f"it is signed by {revoked.signed_by}: partners will ask you before they believe it", err=True)


@key.command()
@click.argument("kid", required=False)
@click.option("--from", "begins", type=click.DateTime(formats=["%Y-%m-%d"]), help="First day of validity.")
@click.option("--until", type=click.DateTime(formats=["%Y-%m-%d"]), help="Last day of validity.")
@dir_option
@json_option
def export(kid: str | None, begins: datetime | None, until: datetime | None, directory: Path, as_json: bool) -> None:
    """Print the public half of KID (default: the key that signs now) as the line that a memorandum has for it."""
    home = use_node(directory)
    exported = load_key(home, kid) if kid else load_signing_key(home)
    first = begins.date() if begins else datetime.now(UTC).date()
    last = until.date() if until else _a_year_and_a_month_after(first)
    public = b64encode(exported.public).decode()
    if as_json:
        print_json(
            {
                "kid": exported.kid,
                "alg": "Ed25519",
                "use": "sign",
                "not_before": first,
                "not_after": last,
                "public": public,
            }
        )
    else:
        click.echo(
            f"- {{kid: {exported.kid}, alg: Ed25519, use: sign, not_before: {first}, not_after: {last}, "
            f'public: "{public}"}}'
        )


@key.command("distrust")
@click.argument("party")
@click.argument("kid")
@click.option("--reason", required=True, help="Why, for the record: 60 characters are kept beside the key.")
@dir_option
@json_option
def distrust_command(party: str, kid: str, reason: str, directory: Path, as_json: bool) -> None:
    """Believe PARTY's key KID no more, by our own decision.  It cannot be taken back: the partner names a new key."""
    home = use_node(directory)
    distrust(home, party, kid, reason=reason, actor=getuser(), at=datetime.now(UTC))
    if as_json:
        print_json({"party": party, "kid": kid, "distrusted": True})
    else:
        click.echo(f"{party} {kid}: believed no more")


@key.command("accept-revocation")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@dir_option
@json_option
def accept_revocation_command(file: Path, directory: Path, as_json: bool) -> None:
    """Accept a partner's signed statement that one of its keys is believed no more.  Ask the partner first."""
    home = use_node(directory)
    said = accept_revocation(home, file.read_bytes(), actor=getuser(), at=datetime.now(UTC))
    if as_json:
        print_json({"party": said.party, "kid": said.kid, "reason": said.reason})
    else:
        click.echo(f"{said.party} {said.kid}: believed no more ({said.reason})")


def _own(home: Home, *, at: datetime) -> list[dict[str, Any]]:
    signs = load_signing_key(home).public
    gone = find_revoked(home.party)
    texts = governing_texts(at=at)
    return [
        {
            "kid": one.kid,
            "public": b64encode(one.public).decode(),
            "signs": one.public == signs,
            "revoked": one.public in gone,
            "named_by": [
                {"id": text.urn, "version": text.version, "not_before": named.not_before, "not_after": named.not_after}
                for text in texts
                if (party := text.memorandum.party(home.party))
                for named in party.keys
                if named.public_bytes == one.public
            ],
        }
        for one in load_public_keys(home)
    ]


def _revoked(row: RevokedKey) -> dict[str, Any]:
    statement = parse_revocation(bytes(row.statement)) if row.statement else None
    known = statement if isinstance(statement, RevocationStatement) else None
    in_doubt = known is not None and known.revocation.reason in {"compromised", "lost"}
    return {
        "party": row.party,
        "kid": row.kid,
        "reason": row.reason,
        "at": row.revoked_at.isoformat(),
        "signed_by": known.kid if known else "",
        "since": known.revocation.since.isoformat() if known else None,
        "doubtful": find_doubtful(row.party, known.revocation.since, row.revoked_at) if known and in_doubt else None,
    }


def _said(statement: RevocationStatement) -> dict[str, Any]:
    said = statement.revocation
    return {
        "party": said.party,
        "kid": said.kid,
        "reason": said.reason,
        "at": said.at.isoformat(),
        "signed_by": statement.kid,
    }


def _a_year_and_a_month_after(first: date) -> date:
    """The life of a key in the memorandum of the field: a year, and a month in which two are valid."""
    return date(first.year + 1 + (first.month == 12), first.month % 12 + 1, min(first.day, 28))
