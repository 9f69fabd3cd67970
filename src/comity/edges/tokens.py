"""Secrets that stand in an address and open one thing: made from the system's randomness, kept only as SHA-256."""

import secrets
from hashlib import sha256

_OCTETS = 24


def new_token() -> str:
    """Make a token of 192 random bits, safe in an address."""
    return secrets.token_urlsafe(_OCTETS)


def token_hash(token: str) -> bytes:
    """Give what is kept of a token."""
    return sha256(token.encode()).digest()
