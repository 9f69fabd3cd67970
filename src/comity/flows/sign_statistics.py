"""The file of a statement with the signatures it bears, each with its key: for somebody who has no node."""

from datetime import datetime

from comity.core.errors import ConflictError
from comity.core.ledger import PublicKey
from comity.edges.home import Home
from comity.edges.keys import load_public_keys
from comity.store.links import known_keys
from comity.store.models import Statement
from comity.wire.statistics import find_signer, render_signed


def signed_file(home: Home, row: Statement, *, at: datetime) -> bytes:
    """Write the file.  Raises `ConflictError` where the document is erased or a signature has no key here any more."""
    if not row.body:
        raise ConflictError("was erased", item=row.digest)
    signatures: list[tuple[str, PublicKey, str]] = []
    sides = (
        (home.party, row.own_kid, row.own_signature, load_public_keys(home)),
        (row.partner, row.partner_kid, row.partner_signature, known_keys(row.partner, at=at)),
    )
    for party, kid, signature, keys in sides:
        if not signature:
            continue
        key = find_signer(row.body, kid, signature, keys)
        if key is None:
            raise ConflictError(f"no key {kid} of {party} made this signature", item=row.digest)
        signatures.append((party, key, signature))
    return render_signed(row.body, signatures)
