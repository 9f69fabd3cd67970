"""Where the node's EPP server is: `[epp]` of node.toml as a door, with the password read from a file of its own.

A password file that others may read is refused, as a signing key is.
"""

import stat
from pathlib import Path

from comity.core.errors import SettingError
from comity.edges.epp_session import EppDoor
from comity.edges.home import Home


def find_door(home: Home) -> EppDoor | None:
    """The EPP server that the node uses, or None where people act by hand.  Raises `SettingError`."""
    epp = home.settings.epp
    if not epp.host:
        return None
    return EppDoor(
        host=epp.host,
        port=epp.port,
        client=epp.client,
        password=_password(home.path / epp.password_file),
        ca=home.path / epp.ca,
        certificate=home.path / epp.certificate,
        key=home.path / epp.key,
        server_name=epp.server_name,
        answer_seconds=epp.answer_seconds,
    )


def _password(file: Path) -> str:
    try:
        mode = file.stat().st_mode
        password = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f"the EPP password cannot be read: {error}", item=str(file)) from error
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise SettingError("others can read the EPP password; chmod 600", item=str(file))
    if not password:
        raise SettingError("holds no password", item=str(file))
    return password
