"""`comity case attach`, `attachments`, `save-attachment` and `erase-attachment`: the files of a case.

A file is kept by its SHA-256 when its octets are a picture, PDF, mail, JSON or plain text of at most 10 MB; anything
else is refused by name (docs/spec/cases.md §11).  What is saved is never opened by this program.
"""

import os
from datetime import UTC, datetime
from getpass import getuser
from pathlib import Path
from typing import Any

import click
import msgspec

from comity.cli.context import dir_option, json_option, use_node
from comity.cli.outcome import print_json
from comity.core.errors import ConflictError, InputError, TooLargeError
from comity.core.harmless import show_unseen
from comity.core.markings import TLPS
from comity.core.media_types import KINDS, MAX_BYTES
from comity.core.roles import CASE_ROLES, ROLES_OF_ACCOUNT, Actor
from comity.flows.attach import attach_to_case, erase_attachment
from comity.store.attachments import AttachmentRow, get_attachment, list_attachments, read_octets
from comity.store.cases import get_case

_ROLES = tuple(dict.fromkeys((*ROLES_OF_ACCOUNT, *(role for role in CASE_ROLES if role != "partner"))))
_AS = click.option("--as", "actor", default="", help="Who acts.  [default: you]")
_ROLE = click.option("--role", type=click.Choice(_ROLES), default="analyst", show_default=True, help="In which role.")


@click.command("attach")
@click.argument("ref")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--kind", type=click.Choice(KINDS), required=True, help="What it is.")
@click.option("--tlp", type=click.Choice(TLPS), default="TLP:AMBER", show_default=True, help="Its marking.")
@_AS
@_ROLE
@json_option
@dir_option
def attach_command(
    directory: Path, as_json: bool, ref: str, file: Path, kind: str, tlp: str, actor: str, role: str
) -> None:
    """Attach a picture, PDF, mail, JSON or plain text to a case."""
    home = use_node(directory)
    kept = attach_to_case(
        home, ref, _read(file), Actor(actor or getuser(), role, home.party), name=file.name, kind=kind, tlp=tlp,
        at=datetime.now(UTC),
    )  # fmt: skip
    if as_json:
        document: dict[str, Any] = msgspec.to_builtins(kept)
        del document["pk"]
        print_json(document)
        return
    click.echo(f"{kept.uuid}: {kept.media_type}, {kept.size} octets, sha256 {kept.sha256}")


@click.command("attachments")
@click.argument("ref")
@json_option
@dir_option
def attachments_command(directory: Path, as_json: bool, ref: str) -> None:
    """List what is attached to a case."""
    use_node(directory)
    rows = list_attachments(get_case(ref).pk)
    if as_json:
        print_json({"attachments": [attachment_document(row) for row in rows]})
        return
    for row in rows:
        said = "erased" if row.erased else f"{row.media_type}, {row.size} octets, {row.tlp}, {show_unseen(row.name)}"
        click.echo(f"{row.uuid}: {row.kind}: {said}; sha256 {row.sha256}")


@click.command("save-attachment")
@click.argument("uuid")
@click.option("-o", "output", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The file to write.")
@dir_option
def save_command(directory: Path, uuid: str, output: Path) -> None:
    """Write an attached file to the disk; a file that is there already is never replaced."""
    use_node(directory)
    octets = read_octets(get_attachment(uuid))
    try:
        descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        raise ConflictError("exists already", item=str(output)) from None
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}", item=str(output)) from error
    with os.fdopen(descriptor, "wb") as written:
        written.write(octets)
    click.echo(f"{output}: {len(octets)} octets")


@click.command("erase-attachment")
@click.argument("uuid")
@_AS
@_ROLE
@dir_option
def erase_command(directory: Path, uuid: str, actor: str, role: str) -> None:
    """Erase an attached file; its hash and who attached it stay."""
    home = use_node(directory)
    wiped = erase_attachment(uuid, Actor(actor or getuser(), role, home.party), at=datetime.now(UTC))
    click.echo(f"{uuid}: erased" + ("" if wiped else "; the write-ahead log still holds it (docs/how-to/erase.md)"))


def attachment_document(row: AttachmentRow) -> dict[str, Any]:
    """An attached file as --json gives it, without its octets."""
    document: dict[str, Any] = msgspec.to_builtins(row, builtin_types=(datetime,))
    del document["pk"], document["case_pk"]
    return document


def _read(file: Path) -> bytes:
    """Read a file whose size is bounded before and while it is read."""
    with file.open("rb") as opened:
        data = opened.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise TooLargeError(f"more than {MAX_BYTES >> 20} MB", item=str(file))
    return data
