"""The response policy zones that node.toml declares, checked as a whole before anything is served of them.

A zone with no key and no address is one that nobody may fetch: that is allowed, it may be written to a file.
"""

import ipaddress
from collections.abc import Sequence
from typing import Final

import msgspec

from comity.core.blocking import MAX_ORIGIN_OCTETS, hot_origin
from comity.core.categories import CATEGORIES
from comity.core.errors import InputError, SettingError
from comity.core.labels import Host, fold_host
from comity.edges.home import Home
from comity.wire.rpz import Timers, check_action

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_PORT: Final = 53


class DeclaredZone(msgspec.Struct, frozen=True, kw_only=True):
    """One zone, or the small one beside it, as it is served."""

    origin: str
    subscriber: str
    categories: tuple[str, ...]
    action: str
    is_hot: bool
    keys: tuple[str, ...]
    allow: tuple[Network, ...]
    secondaries: tuple[tuple[str, int], ...]

    def is_open_to(self, address: str) -> bool:
        """Whether an address may fetch it without a key."""
        return any(ipaddress.ip_address(address.partition("%")[0]) in network for network in self.allow)


def timers_of(home: Home) -> Timers:
    """What the SOA of every zone says."""
    blocking = home.settings.blocking
    return Timers(refresh_seconds=blocking.refresh_seconds, expire_seconds=blocking.expire_seconds)


def read_zones(home: Home) -> list[DeclaredZone]:
    """The declared zones, each followed by its small one.  Raises `SettingError` that names the zone."""
    found: list[DeclaredZone] = []
    for origin, said in sorted(home.settings.blocking.zones.items()):
        item = f"[blocking.zones.{origin}]"
        folded = fold_host(origin)
        longest = MAX_ORIGIN_OCTETS - len(hot_origin(""))
        if not isinstance(folded, Host) or folded.ascii != origin or "." not in origin or len(origin) > longest:
            raise SettingError(f"is a name of A-labels in lower case, of at most {longest} octets", item=item)
        try:
            check_action(said.action)
        except InputError as error:
            raise SettingError(f"action {error.message}", item=item) from error
        if unknown := sorted(set(said.categories) - set(CATEGORIES)):
            raise SettingError(f"{', '.join(unknown)}: no category", item=item)
        zone = DeclaredZone(
            origin=origin, subscriber=said.subscriber, categories=tuple(sorted(said.categories)), action=said.action,
            is_hot=False, keys=said.keys, allow=tuple(_network(text, item) for text in said.allow),
            secondaries=tuple(_address(text, item) for text in said.secondaries),
        )  # fmt: skip
        found.append(zone)
        if said.hot:
            found.append(msgspec.structs.replace(zone, origin=hot_origin(origin), is_hot=True))
    _check_once([zone.origin for zone in found])
    return found


def _check_once(origins: Sequence[str]) -> None:
    twice = sorted({origin for origin in origins if origins.count(origin) > 1})
    if twice:
        raise SettingError("is declared, and is the small zone beside another", item=f"[blocking.zones.{twice[0]}]")


def _network(text: str, item: str) -> Network:
    try:
        return ipaddress.ip_network(text)
    except ValueError as error:
        raise SettingError(f"allow: {error}", item=item) from error


def _address(text: str, item: str) -> tuple[str, int]:
    """An address with or without a port: `192.0.2.1`, `192.0.2.1:5353`, `[2001:db8::1]:53`."""
    host, port = text, str(_PORT)
    if text.startswith("["):
        host, _, port = text[1:].partition("]:")
        port = port or str(_PORT)
        host = host.rstrip("]")
    elif text.count(":") == 1:
        host, _, port = text.partition(":")
    try:
        return str(ipaddress.ip_address(host)), int(port)
    except ValueError as error:
        raise SettingError(f"secondaries: {error}", item=item) from error
