"""Salts of ledger payloads: randomness comes from the operating system, here and nowhere else.

A payload enters a ledger by its SHA-256, and that hash is what stays when the payload is erased.  Many payloads could
be guessed (a known name, a template, a victim's address), and whoever guesses right would see the hash fit.  Sixteen
random octets in the payload take that away (docs/spec/ledger.md §2); they go when the payload goes.
"""

from os import urandom
from typing import Final

SALT_BYTES: Final = 16


def new_salt() -> str:
    """Make a salt: 32 hexadecimal digits."""
    return urandom(SALT_BYTES).hex()
