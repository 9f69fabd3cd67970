"""The party's Ed25519 signing keys on disk: made once, kept at mode 0600, loaded to sign checkpoints and memoranda.

    keys/<kid>.pem   PKCS#8 PEM, one file a key; the kid (`ru-2027-1`) is what memoranda call it
    keys/active      the kid that signs now; older keys stay for checking what they signed

A new key does not sign before `activate` names it, so that a memorandum can name both first.  A key that others could
have read is refused: whoever can read it can speak for the registry.
"""

import os
import re
import stat
from pathlib import Path
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from nacl.signing import SigningKey as NaclSigningKey

from comity.core.errors import ConflictError, InputError, NotFoundError, SettingError
from comity.core.ledger import PublicKey
from comity.edges.home import Home

_KID: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")


class SigningKey:
    """A private key in memory.  It signs and tells its public half; its secret is never printed."""

    __slots__ = ("_key", "kid", "public")

    def __init__(self, kid: str, seed: bytes) -> None:
        self._key = NaclSigningKey(seed)
        self.kid = kid
        self.public = bytes(self._key.verify_key)

    def __repr__(self) -> str:
        return f"SigningKey(kid={self.kid!r}, public={self.public.hex()})"

    def sign(self, data: bytes) -> bytes:
        """Sign bytes; 64 bytes, deterministic (RFC 8032)."""
        return self._key.sign(data).signature

    def public_key(self) -> PublicKey:
        """Tell the public half under its name."""
        return PublicKey(self.kid, self.public)


def make_keys(directory: Path, kid: str) -> SigningKey:
    """Make a signing key in a node's directory and let it sign from now on.  Refuses to replace a key."""
    key = make_key(directory, kid)
    activate(directory, kid)
    return key


def make_key(directory: Path, kid: str) -> SigningKey:
    """Make a signing key that does not sign yet.  Refuses to replace a key."""
    if not _KID.fullmatch(kid):
        raise InputError("a key's name has 1 to 40 letters a-z, digits and hyphens, e.g. ru-2027-1", item=kid)
    keys = directory / "keys"
    keys.mkdir(mode=0o700, parents=True, exist_ok=True)
    private = Ed25519PrivateKey.generate()
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        write_private(keys / f"{kid}.pem", pem)
    except FileExistsError:
        raise ConflictError("there is such a key already; a key is never replaced", item=kid) from None
    return SigningKey(kid, private.private_bytes_raw())


def activate(directory: Path, kid: str) -> None:
    """Let a key sign from now on; whole or not at all.  Whether partners know it is `flows.use_key`'s to ask."""
    keys = directory / "keys"
    _load(keys / f"{kid}.pem")
    fresh = keys / "active.new"
    fresh.write_text(f"{kid}\n", encoding="ascii")
    fresh.replace(keys / "active")


def active_stamp(home: Home) -> tuple[int, int]:
    """Tell cheaply whether another key may sign now: a stamp that changes when `activate` was called.

    A long-running process compares it at each turn and loads the key again when it differs.  (0, 0): no such file.
    """
    try:
        status = (home.path / "keys" / "active").stat()
    except OSError:
        return (0, 0)
    return (status.st_mtime_ns, status.st_ino)


def load_signing_key(home: Home) -> SigningKey:
    """Load the key that signs now.  Raises `SettingError` when it is absent, damaged or readable by others."""
    pointer = home.path / "keys" / "active"
    try:
        kid = pointer.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        raise SettingError("no signing key; comity init makes one", item=str(pointer)) from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f"cannot be read: {error}", item=str(pointer)) from error
    if not _KID.fullmatch(kid):
        raise SettingError("does not name a key", item=str(pointer))
    return load_key(home, kid)


def load_key(home: Home, kid: str) -> SigningKey:
    """Load one of this party's keys by its name.  Raises `NotFoundError`, `SettingError` when it is damaged."""
    file = home.path / "keys" / f"{kid}.pem"
    if not _KID.fullmatch(kid):
        raise NotFoundError("this node has no such key", item=kid)
    return SigningKey(kid, _load(file).private_bytes_raw())


def has_key(home: Home, kid: str) -> bool:
    """Answer whether this node holds the private half of a key of that name."""
    return _KID.fullmatch(kid) is not None and (home.path / "keys" / f"{kid}.pem").is_file()


def load_public_keys(home: Home) -> tuple[PublicKey, ...]:
    """Load the public halves of all keys of this party, the older ones too: old checkpoints stay checkable."""
    files = sorted((home.path / "keys").glob("*.pem"))
    return tuple(
        PublicKey(file.stem, _load(file).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)) for file in files
    )


def write_private(file: Path, data: bytes) -> None:
    """Write a new file that only its owner can read, durably.  Raises FileExistsError, never overwrites."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def read_private(file: Path) -> bytes:
    """Read a secret file after asking whether others could read it too."""
    try:
        mode = file.stat().st_mode
        if stat.S_IMODE(mode) & 0o077:
            raise SettingError(
                f"others may read this key (mode {stat.S_IMODE(mode):04o}); chmod 600 it, and ask who had access",
                item=str(file),
            )
        return file.read_bytes()
    except OSError as error:
        raise SettingError(f"cannot be read: {error.strerror}", item=str(file)) from error


def _load(file: Path) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(read_private(file), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise SettingError("is not an unencrypted PKCS#8 PEM key", item=str(file)) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise SettingError("is not an Ed25519 key", item=str(file))
    return key
