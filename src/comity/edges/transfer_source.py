"""Where a zone is transferred from, as one line says it: `axfr://192.0.2.1:5353/ru?key=sweep-1`.

The server is an address, since a name would let somebody else's answer decide where a zone comes from; the zone is
A-labels or letters.  The key is named, never written: it is the file `tsig/<name>.key` of the node's directory
(`edges.tsig_keys`).  There is no transfer without one.  A question for the serial, signed as the transfer is, saves a
transfer where the zone is the same.
"""

import ipaddress
from typing import Final
from urllib.parse import parse_qsl, urlsplit

import dns.exception
import dns.message
import dns.name
import dns.query
import dns.rdatatype
import dns.tsig
import msgspec

from comity.core.errors import InputError
from comity.core.labels import Host, fold_host
from comity.edges.zone_transfer import Primary, ZoneTransferError
from comity.wire.tsig import TsigKey

SCHEME: Final = "axfr"
_PORT: Final = 53
_FORM: Final = "axfr://ADDRESS[:PORT]/ZONE?key=NAME"
_SERIAL_SECONDS: Final = 10.0


class TransferSource(msgspec.Struct, frozen=True):
    """A zone, the server that gives it, and the name of the key."""

    zone: str
    primary: Primary
    key: str


def parse_transfer(text: str) -> TransferSource:
    """Read the line.  Raises `InputError`."""
    said = f"{text.partition('?')[0]}: is not {_FORM}"
    try:
        parts = urlsplit(text)
        address, port = str(ipaddress.ip_address(parts.hostname or "")), parts.port or _PORT
        asked = dict(parse_qsl(parts.query, strict_parsing=True, max_num_fields=1))
    except ValueError as error:
        raise InputError(f"{said} ({error})", item="source") from error
    zone = fold_host(parts.path.strip("/").rstrip("."))
    is_odd = parts.scheme != SCHEME or parts.username or parts.fragment or set(asked) != {"key"}
    if is_odd or not isinstance(zone, Host):
        raise InputError(said, item="source")
    return TransferSource(zone.ascii, Primary(address, port), asked["key"])


def ask_serial(source: TransferSource, key: TsigKey) -> int:
    """Ask the server for the serial of the zone, signed both ways.  Raises `ZoneTransferError`."""
    origin, name = dns.name.from_text(source.zone), dns.name.from_text(key.name)
    query = dns.message.make_query(origin, dns.rdatatype.SOA)
    query.use_tsig({name: dns.tsig.Key(name, key.secret, dns.tsig.HMAC_SHA256)}, name)
    try:
        answer = dns.query.tcp(query, source.primary.address, timeout=_SERIAL_SECONDS, port=source.primary.port)
    except (dns.exception.DNSException, ValueError, EOFError, OSError) as error:
        raise ZoneTransferError(f"its serial is not told: {error or type(error).__name__}", item=source.zone) from error
    serials = [
        rdata.serial
        for rrset in answer.answer
        if rrset.rdtype == dns.rdatatype.SOA and rrset.name == origin
        for rdata in rrset
    ]
    if not answer.had_tsig or len(serials) != 1:
        raise ZoneTransferError("its serial is not told: the answer is unsigned, or has no SOA", item=source.zone)
    return int(serials[0])
