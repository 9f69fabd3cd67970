"""`comity verify`: check an evidence package offline and say in words what it proves, or what is wrong with it.

Needs no node, no store and no network.  The file is bounded before it is read.  Exit code 0: everything in it is good;
1: it is not, and each fault is named.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import file_digest
from pathlib import Path
from typing import Any

import click
import msgspec

from comity.cli.outcome import print_json
from comity.core.errors import InputError
from comity.wire.decision_texts import LANGUAGES, Language
from comity.wire.evidence_account import Statement, plain_fault, read_statements, render_account
from comity.wire.evidence_check import Verdict, check_package
from comity.wire.evidence_tar import MAX_PACKAGE_BYTES
from comity.wire.said import Said

_HEX_LETTERS = frozenset("0123456789abcdef")


@click.command(epilog="Example:  comity verify case.evidence --memorandum sha256:… --language ru")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--memorandum", "digests", multiple=True, metavar="DIGEST",
              help="Believe keys by this memorandum (sha256:…) alone, and those it replaces.")  # fmt: skip
@click.option("--attachment", "attachments", multiple=True, type=click.Path(dir_okay=False, path_type=Path),
              help="A file that a report in the package should name by its hash; repeat for more.")  # fmt: skip
@click.option("--language", "--lang", "language", type=click.Choice(LANGUAGES), default="en", show_default=True,
              help="The language of the account.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def verify(file: Path, digests: Sequence[str], attachments: Sequence[Path], language: Language, as_json: bool) -> int:
    """Check the evidence package FILE, offline.

    Says who reported what and when, what each side answered, by which clause, and by which entry of which ledger each
    statement is proven.  Without --memorandum it cannot know whether the memorandum that names the keys is genuine:
    compare the digest that is printed with the one you know.
    """
    pins = frozenset(map(_digest, digests))
    hashes = {str(path): _sha256(path) for path in attachments}
    with file.open("rb") as stream:
        data = stream.read(MAX_PACKAGE_BYTES + 1)
    verdict = check_package(data, pins=pins, attachments=hashes, at=datetime.now(UTC))
    if as_json:
        print_json(_document(verdict, language))
    else:
        given = {sha: name for name, sha in hashes.items()}
        click.echo("\n".join(render_account(verdict, language, given=given)))
    return 1 if verdict.faults else 0


def _digest(text: str) -> str:
    hexadecimal = text.lower().removeprefix("sha256:")
    if len(hexadecimal) != 64 or not _HEX_LETTERS.issuperset(hexadecimal):
        raise InputError("is no digest: sha256: and 64 hexadecimal digits", item=text[:80])
    return f"sha256:{hexadecimal}"


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return file_digest(stream, "sha256").hexdigest()


def _document(verdict: Verdict, language: Language) -> dict[str, Any]:
    manifest = verdict.manifest
    why = {one.text.digest: one.why for one in verdict.believed}
    return {
        "good": not verdict.faults,
        "faults": [
            {"code": fault.code, "place": fault.place, "said": fault.said, "text": plain_fault(fault, language)}
            for fault in verdict.faults
        ],
        "case": msgspec.to_builtins(manifest.case) if manifest else None,
        "made_by": manifest.made_by if manifest else None,
        "made_at": manifest.made_at if manifest else None,
        "sealed_by": verdict.sealed_by or None,
        "memoranda": [
            {
                "digest": text.digest,
                "id": text.memorandum.id,
                "version": text.memorandum.version,
                "signed": [{"party": one.party, "kid": one.kid, "at": one.signed_at} for one in text.signatures],
                "believed": why.get(text.digest),
            }
            for text in verdict.texts
        ],
        "ledgers": [
            {
                "origin": ledger.origin,
                "size": ledger.head.size if ledger.head else None,
                "root": ledger.head.root.hex() if ledger.head else None,
                "signed_by": ledger.signed_by or None,
                "cosigned_by": ledger.cosigned_by or None,
                "cosigned_at": ledger.cosigned_at,
                "unreceipted": [{"position": position, "kind": kind} for position, kind in ledger.unreceipted],
            }
            for ledger in verdict.ledgers
        ],
        "statements": [_statement(one) for one in read_statements(verdict)],
        "attachments": [msgspec.to_builtins(one) for one in manifest.attachments] if manifest else [],
    }


def _statement(one: Statement) -> dict[str, Any]:
    """One entry as --json gives it: addresses as they are."""
    leaf = one.entry.leaf
    said = msgspec.to_builtins(one.said) if isinstance(one.said, Said) else None
    return {
        "ledger": one.ledger.origin,
        "position": one.entry.position,
        "proven": one.entry.is_proven,
        "erased": one.entry.erased,
        "kind": leaf.kind if leaf else None,
        "subject": leaf.subject if leaf else None,
        "payload_sha256": leaf.payload_sha256 if leaf else None,
        "sender": one.ledger.sender,
        "recipient": one.ledger.receiver,
        "said_at": one.at,
        "said": said,
    }
