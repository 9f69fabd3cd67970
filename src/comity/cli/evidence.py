"""`comity evidence`: one file with what both parties signed about a case, for somebody who has no node.

The file holds what was exchanged, personal data included where a clause let it pass: it is made readable for its owner
alone, never over another file, and the command says so on standard error.
"""

from datetime import UTC, datetime
from pathlib import Path

import click

from comity.cli.context import dir_option, json_option, use_node
from comity.cli.outcome import print_json
from comity.core.errors import ConflictError
from comity.core.harmless import defang
from comity.edges.keys import write_private
from comity.flows.prove import prove


@click.command(epilog="Check it anywhere with:  comity verify FILE")
@click.argument("case")
@click.option("-o", "--output", "file", required=True, type=click.Path(dir_okay=False, path_type=Path),
              help="The file to make; it must not be there yet.")  # fmt: skip
@click.option("--partner", default="", help="Only what passed between this partner and us.")
@dir_option
@json_option
def evidence(case: str, file: Path, partner: str, directory: Path, as_json: bool) -> None:
    """Make an evidence package of CASE: entries, proofs, receipts, memoranda, in one file.

    A third party checks it offline, with `comity verify` or with standard tools (docs/spec/evidence.md).  It holds what
    was exchanged about the case; hand it only to those who may know that.
    """
    home = use_node(directory)
    package = prove(home, case, partner=partner, at=datetime.now(UTC))
    try:
        write_private(file, package.data)
    except FileExistsError:
        raise ConflictError("is there already; a package is never written over another file", item=str(file)) from None
    click.echo(
        f"{file} holds what was exchanged with {', '.join(package.partners)} about {defang(package.case.registrable)}, "
        "personal data included. It is readable for you alone (mode 0600); give it only to those who may know.",
        err=True,
    )
    if package.waiting:
        click.echo(f"{package.waiting} entries are not yet receipted; they are named and not claimed.", err=True)
    if as_json:
        print_json(
            {
                "file": str(file),
                "bytes": len(package.data),
                "case": package.case.ref,
                "partners": package.partners,
                "proven": package.proven,
                "erased": package.erased,
                "unreceipted": package.waiting,
                "memoranda": package.memoranda,
            }
        )
        return
    click.echo(f"{package.case.ref}: {package.proven} entries proven, {package.erased} of them erased")
    for digest in package.memoranda:
        click.echo(f"memorandum {digest}")
