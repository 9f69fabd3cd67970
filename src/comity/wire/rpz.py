"""Response policy zones (draft-vixie-dnsop-dns-rpz): the records that let a resolver refuse names, as text and as wire.

Each name gives two records, itself and `*.` below it, or its subdomains escape.  Owners stand relative to the zone: in
text without a dot at the end (an absolute owner would be outside the zone and block nothing), on the wire with a
pointer to the question's name at offset 12, so that the octets of a name are the same in every zone and every message.
"""

import struct
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

import msgspec

from comity.core.errors import InputError
from comity.core.labels import Host, fold_host
from comity.wire.dns_message import CNAME, IN, NS, SOA, ZONE_POINTER, render_name

NXDOMAIN: Final = "nxdomain"
NODATA: Final = "nodata"
RECORDS_A_NAME: Final = 2
TTL_SECONDS: Final = 60
_SERIALS: Final = 1 << 32
_HOSTMASTER: Final = "hostmaster"
_SERVER: Final = "localhost."


class Timers(msgspec.Struct, frozen=True):
    """What a zone's SOA says to secondaries: how often to ask, how often again, when to forget."""

    refresh_seconds: int = 300
    retry_seconds: int = 60
    expire_seconds: int = 86_400


def check_action(action: str) -> str:
    """Give the target of the CNAME that an action is: `nxdomain`, `nodata`, or a host, a walled garden.

    Raises `InputError`.
    """
    if action in {NXDOMAIN, NODATA}:
        return "." if action == NXDOMAIN else "*."
    folded = fold_host(action.rstrip("."))
    if not isinstance(folded, Host) or "." not in folded.ascii or folded.ascii.startswith("rpz-"):
        raise InputError("is nxdomain, nodata or the host of a walled garden", item=action[:80])
    return f"{folded.ascii}."


def render_zone_text(
    origin: str, serial: int, names: Iterable[str], *, action: str = NXDOMAIN, timers: Timers | None = None
) -> Iterator[str]:
    """Write a zone file, some lines at a time."""
    times, target = timers or Timers(), check_action(action)
    yield (
        f"$ORIGIN {origin}.\n$TTL {TTL_SECONDS}\n"
        f"@ IN SOA {_SERVER} {_HOSTMASTER}.{origin}. {serial % _SERIALS} {times.refresh_seconds} "
        f"{times.retry_seconds} {times.expire_seconds} {TTL_SECONDS}\n@ IN NS {_SERVER}\n"
    )
    for name in names:
        yield f"{name} IN CNAME {target}\n*.{name} IN CNAME {target}\n"


def render_soa(serial: int, timers: Timers, *, owner: bytes = ZONE_POINTER) -> bytes:
    """Write the SOA of a zone, its owner the question's name."""
    rname = bytes([len(_HOSTMASTER)]) + _HOSTMASTER.encode() + ZONE_POINTER
    data = render_name(_SERVER) + rname
    data += struct.pack(
        "!IIIII", serial % _SERIALS, timers.refresh_seconds, timers.retry_seconds, timers.expire_seconds, TTL_SECONDS
    )
    return owner + struct.pack("!HHIH", SOA, IN, TTL_SECONDS, len(data)) + data


def render_ns() -> bytes:
    """Write the NS that a zone must have; nobody asks it."""
    data = render_name(_SERVER)
    return ZONE_POINTER + struct.pack("!HHIH", NS, IN, TTL_SECONDS, len(data)) + data


def render_records(names: Iterable[str], action: str) -> bytes:
    """Write the two records of each name."""
    ends = _ends(action)
    parts: list[bytes] = []
    for name in names:
        record = b"".join([bytes([len(label)]) + label for label in name.encode("ascii").split(b".")]) + ends
        parts += (record, b"\x01*", record)
    return b"".join(parts)


@lru_cache(maxsize=64)
def _ends(action: str) -> bytes:
    target = check_action(action)
    data = b"\x01*\0" if target == "*." else render_name(target)
    return ZONE_POINTER + struct.pack("!HHIH", CNAME, IN, TTL_SECONDS, len(data)) + data
