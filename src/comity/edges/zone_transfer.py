"""A whole zone by transfer (AXFR, RFC 5936) from the registry's own server, signed with TSIG, as a dump on disk.

The dump has one record a line, absolute, one tab between owner, TTL, class, type and data, in the server's order; it
begins and ends with the SOA, as `comity.sweep.zone_text` asks of it.  It is written whole or not at all: a transfer
that is cut, unsigned, too large or too slow leaves the file that was there.  Without a key nothing is asked for.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import dns.exception
import dns.message
import dns.name
import dns.query
import dns.rdatatype
import dns.tsig
import dns.xfr
import msgspec

from comity.core.errors import ComityError
from comity.edges.whole_file import write_whole
from comity.wire.tsig import TsigKey

MOST_BYTES: Final = 64 << 30
_PART_BYTES: Final = 1 << 20
_SILENCE_SECONDS: Final = 30.0


class ZoneTransferError(ComityError):
    """A zone did not come over whole; the dump of before is as it was."""

    code = "zone-transfer"
    http_status = 502


class Primary(msgspec.Struct, frozen=True):
    """The server that gives a zone: an address (no name, so that nobody else's answer decides where it is)."""

    address: str
    port: int = 53


def transfer_zone(
    zone: str, primary: Primary, key: TsigKey, dump: Path, *, deadline_seconds: float, most_bytes: int = MOST_BYTES
) -> int:
    """Transfer a zone into a dump: its serial.  Raises `ZoneTransferError`; then `dump` is as it was."""
    serials: list[int] = []
    try:
        write_whole(dump, _bounded(_lines(zone, primary, key, deadline_seconds, serials), zone, most_bytes))
    except OSError as error:  # those of the network are told apart where they happen
        raise ZoneTransferError(f"its dump cannot be written: {error.strerror or error}", item=str(dump)) from error
    return serials[0]


def _bounded(lines: Iterator[str], zone: str, most_bytes: int) -> Iterator[bytes]:
    """Lines in parts to write; none is written beyond the bound."""
    held: list[str] = []
    size = written = 0
    for line in lines:
        held.append(line)
        size += len(line)
        if written + size > most_bytes:
            raise ZoneTransferError(f"has more than {most_bytes:,} octets as a dump, the most that is taken", item=zone)
        if size >= _PART_BYTES:
            yield "".join(held).encode("ascii")
            held, written, size = [], written + size, 0
    yield "".join(held).encode("ascii")


def _lines(zone: str, primary: Primary, key: TsigKey, seconds: float, serials: list[int]) -> Iterator[str]:
    """The records as lines; the serial of the closing SOA goes into `serials`."""
    origin = dns.name.from_text(zone)
    name = dns.name.from_text(key.name)
    secrets = {name: dns.tsig.Key(name, key.secret, dns.tsig.HMAC_SHA256)}
    try:
        messages = dns.query.xfr(
            primary.address, origin, port=primary.port, timeout=min(seconds, _SILENCE_SECONDS), lifetime=seconds,
            relativize=False, keyring=secrets, keyname=name, keyalgorithm=dns.tsig.HMAC_SHA256,
        )  # fmt: skip
        with contextlib.closing(messages):
            for number, message in enumerate(messages):
                if not number and not message.had_tsig:
                    raise ZoneTransferError("the server's first message is not signed", item=zone)
                for rrset in message.answer:
                    kind = dns.rdatatype.to_text(rrset.rdtype)
                    for rdata in rrset:
                        yield f"{rrset.name.to_text()}\t{rrset.ttl}\tIN\t{kind}\t{rdata.to_text()}\n"
                        if rrset.rdtype == dns.rdatatype.SOA and rrset.name == origin:
                            serials[:] = [rdata.serial]
    except dns.exception.Timeout:
        raise ZoneTransferError(f"did not come within {seconds:g} seconds", item=zone) from None
    except (dns.exception.DNSException, dns.xfr.TransferError, ValueError, EOFError) as error:
        raise ZoneTransferError(f"did not come whole: {error or type(error).__name__}", item=zone) from error
    except OSError as error:
        raise ZoneTransferError(f"the server was lost: {error.strerror or error}", item=zone) from error
