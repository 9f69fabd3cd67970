"""An entry's place in a ledger as a file that stands by itself: C2SP tlog-proof@v1.

    c2sp.org/tlog-proof@v1
    index 41
    <inclusion proof: a hash a line, base64, the leaf's sibling first>

    <the receipt, as it is>

Stricter than C2SP, on purpose: no `extra` line, at most 63 hashes, every number and base64 text in its one form.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Sequence
from typing import Final

import msgspec

from comity.core.errors import InputError, TooLargeError
from comity.wire.checkpoint import NOTE_MAX_BYTES

_FIRST: Final = "c2sp.org/tlog-proof@v1"
_MAX_HASHES: Final = 63
_PROOF_MAX_BYTES: Final = NOTE_MAX_BYTES + 64 * 48
_INDEX: Final = re.compile(r"index (0|[1-9][0-9]{0,18})")
_HASH: Final = re.compile(r"[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=")


class TlogProof(msgspec.Struct, frozen=True):
    """A proof taken apart; nothing in it is believed yet."""

    index: int
    hashes: tuple[bytes, ...]
    note: bytes


def render_proof(index: int, hashes: Sequence[bytes], note: bytes) -> bytes:
    """Write a proof; `note` is the checkpoint it leads to."""
    lines = (_FIRST, f"index {index}", *(b64encode(each).decode() for each in hashes))
    return "\n".join(lines).encode() + b"\n\n" + note


def parse_proof(data: bytes) -> TlogProof:
    """Take a proof apart.  Raises `InputError` naming what is malformed."""
    if len(data) > _PROOF_MAX_BYTES:
        raise TooLargeError(f"a proof has at most {_PROOF_MAX_BYTES} bytes", item="proof")
    head, gap, note = data.partition(b"\n\n")
    try:
        first, index, *hashes = head.decode("ascii").split("\n")
    except ValueError:  # not ASCII, or fewer than two lines
        raise InputError("is no tlog-proof", item="proof") from None
    match = _INDEX.fullmatch(index)
    if first != _FIRST or match is None or not gap:
        raise InputError(f"must be the lines of a {_FIRST}", item="proof")
    if len(hashes) > _MAX_HASHES or not all(map(_HASH.fullmatch, hashes)):
        raise InputError("has a line that is no hash", item="proof")
    return TlogProof(int(match[1]), tuple(map(b64decode, hashes)), note)
