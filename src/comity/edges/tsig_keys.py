"""Shared secrets for zone transfers on disk: `tsig/<name>.key`, mode 0600, `hmac-sha256:` and 256 random bits.

A key that others could have read is refused, and so is one that is not as it was made: whoever has it reads the zone.
"""

import base64
import binascii
import re
import secrets
import stat
from pathlib import Path
from typing import Final

from comity.core.errors import ConflictError, InputError, NotFoundError, SettingError
from comity.edges.keys import write_private
from comity.wire.tsig import ALGORITHM, TsigKey

_NAME: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?){0,3}")
_NAME_LETTERS: Final = 100
_SECRET_BYTES: Final = 32
_FILE_BYTES: Final = 400
_OTHERS: Final = 0o077


def make_tsig_key(directory: Path, name: str) -> TsigKey:
    """Make a key in a node's directory.  Refuses to replace one."""
    if len(name) > _NAME_LETTERS or not _NAME.fullmatch(name):
        raise InputError("a key's name is one to four labels of a-z, 0-9 and hyphens, e.g. resolver-1", item=name[:80])
    keys = directory / "tsig"
    keys.mkdir(mode=0o700, exist_ok=True)
    key = TsigKey(name, secrets.token_bytes(_SECRET_BYTES))
    try:
        write_private(keys / f"{name}.key", f"{ALGORITHM}:{shown_secret(key)}\n".encode())
    except FileExistsError:
        raise ConflictError("there is such a key already; a key is never replaced", item=name) from None
    return key


def load_tsig_key(directory: Path, name: str) -> TsigKey:
    """Read a key.  Raises `NotFoundError` or `SettingError`."""
    file = directory / "tsig" / f"{name}.key"
    if not _NAME.fullmatch(name) or not file.is_file():
        raise NotFoundError("no such key; comity output key NAME makes one", item=name[:80])
    if stat.S_IMODE(file.stat().st_mode) & _OTHERS:
        raise SettingError("others may read this key; chmod 600 it, or make a new one", item=str(file))
    with file.open("rb") as opened:
        algorithm, _, secret = opened.read(_FILE_BYTES).decode("ascii", "replace").strip().partition(":")
    try:
        key = TsigKey(name, base64.b64decode(secret, validate=True))
    except binascii.Error as error:
        raise SettingError("is not as it was made", item=str(file)) from error
    if algorithm != ALGORITHM or len(key.secret) < _SECRET_BYTES:
        raise SettingError(f"is not {ALGORITHM} and at least {_SECRET_BYTES} octets", item=str(file))
    return key


def shown_secret(key: TsigKey) -> str:
    """The secret as resolvers' configurations want it."""
    return base64.b64encode(key.secret).decode()
