"""Is an address one of the public internet?  Asked of the very address that is then connected to.

Loopback, private, link-local, site-local, multicast and other special addresses are not; one of IPv6 that carries one
of IPv4 (mapped, compatible, 6to4, Teredo, NAT64) is judged by that one.
"""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final

_CARRIES_AT_ITS_END: Final = (IPv6Network("64:ff9b::/96"), IPv6Network("::/96"))
_LOCAL_NAT64: Final = IPv6Network("64:ff9b:1::/48")


def is_public(text: str) -> bool:
    """Answer whether an address is one of the public internet.  Raises `ValueError` for what is none."""
    address = ip_address(text.partition("%")[0])
    if address.is_multicast:
        return False
    if isinstance(address, IPv4Address):
        return address.is_global
    inner = _inner(address)
    if inner is not None:
        return inner.is_global and not inner.is_multicast
    return address.is_global and not address.is_site_local and address not in _LOCAL_NAT64


def _inner(address: IPv6Address) -> IPv4Address | None:
    if any(address in network for network in _CARRIES_AT_ITS_END):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
