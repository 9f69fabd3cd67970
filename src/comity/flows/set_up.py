"""Set up a new node: check who it is, write its configuration, make its keys and certificates.

Refuses a directory that already holds a node: keys that signed something are never overwritten.
"""

import secrets
from datetime import datetime
from pathlib import Path

import msgspec

from comity.core.errors import ConflictError, InputError
from comity.core.labels import HostProblem, fold_host
from comity.core.parties import PARTIES, PARTY_OF_ZONE
from comity.edges.home import Home, open_home
from comity.edges.keys import make_keys
from comity.edges.tls import make_certificates


class NewNode(msgspec.Struct, frozen=True):
    """What a person says about a new node."""

    party: str
    zones: tuple[str, ...]
    host: str
    web_port: int
    link_port: int
    database: str


def set_up(directory: Path, new: NewNode, *, at: datetime) -> Home:
    """Make the node's directory.  Raises `ConflictError` where a node is, `InputError` for a wrong party or zone."""
    file = directory / "node.toml"
    if file.exists():
        raise ConflictError("there is a node here already", item=str(file))
    party, zones = _who(new)
    directory.mkdir(parents=True, exist_ok=True)
    directory.chmod(0o700)
    # The key's identifier names the zone and the year, as people read it in the memorandum: ru-2026-1.
    make_keys(directory, kid=f"{zones[0]}-{at.year}-1")
    make_certificates(directory, party=party, hosts=(new.host, "localhost"), at=at)
    file.write_text(_configuration(party, zones, new), encoding="utf-8")
    file.chmod(0o600)
    return open_home(directory)


def _who(new: NewNode) -> tuple[str, tuple[str, ...]]:
    folded = fold_host(new.party, strict=True)
    if isinstance(folded, HostProblem) or "." not in folded.ascii:
        raise InputError("a party is named by its domain name, for example cctld.ru", item=new.party)
    party = folded.ascii
    zones: list[str] = []
    for given in new.zones:
        label = fold_host(given.lstrip("."), strict=True)
        if isinstance(label, HostProblem) or "." in label.ascii:
            raise InputError("a zone is a top-level domain, for example ru or рф", item=given)
        zone = label.ascii
        owner = PARTY_OF_ZONE.get(zone)
        if owner is not None and owner.id != party:
            raise InputError(f"is the zone of {owner.id}, not of {party}", item=given)
        zones.append(zone)
    if not zones:
        zones = [zone for known in PARTIES if known.id == party for zone in known.zones]
    if not zones:
        raise InputError("say with --zone which zones it is responsible for", item=party)
    return party, tuple(dict.fromkeys(zones))


def _configuration(party: str, zones: tuple[str, ...], new: NewNode) -> str:
    listed = ", ".join(f'"{zone}"' for zone in zones)
    return f"""# A Comity node.  Every key is explained in docs/reference/settings.md.
party = "{party}"
zones = [{listed}]
secret_key = "{secrets.token_urlsafe(48)}"

[web]
host = "{new.host}"
port = {new.web_port}
url = "https://{new.host}:{new.web_port}/"

[link]
host = "{new.host}"
port = {new.link_port}
url = "https://{new.host}:{new.link_port}/"

[database]
url = {_quoted(new.database)}
"""


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    if any(ord(letter) < 32 for letter in escaped):
        raise InputError("has a control character", item="--database")
    return f'"{escaped}"'
