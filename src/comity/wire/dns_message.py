"""DNS messages as the primary of response policy zones reads and writes them (RFC 1035 §4, RFC 1995, RFC 5936).

`parse_query` takes octets of a stranger: one question, at most one record of authority (the SOA of an IXFR), at most
two additional ones (EDNS, TSIG last).  Everything else is refused before it is looked at; nothing is allocated by a
count that was only said.  Names are compared in lower case.
"""

import struct
from typing import Final

import msgspec

from comity.core.errors import InputError

MAX_QUERY_BYTES: Final = 4096
MAX_MESSAGE_BYTES: Final = 65_535
HEADER: Final = struct.Struct("!HHHHHH")
QUERY, NOTIFY = 0, 4
NOERROR, FORMERR, SERVFAIL, NOTIMP, REFUSED, NOTAUTH = 0, 1, 2, 4, 5, 9
NS, CNAME, SOA, OPT, TSIG, IXFR, AXFR = 2, 5, 6, 41, 250, 251, 252
IN, ANY_CLASS = 1, 255
_QR, _AA, _TC, _RD = 0x8000, 0x0400, 0x0200, 0x0100
_NAME_MAX: Final = 255
_LABEL_MAX: Final = 63
_POINTER: Final = 0xC0
_MAX_ADDITIONAL: Final = 2
_SOA_NUMBERS: Final = 20
ZONE_POINTER: Final = b"\xc0\x0c"  # the name of the question, which stands first in every message


class DnsMessageError(InputError):
    """The octets are no DNS message that is answered here."""

    code = "bad-dns-message"


class TsigRecord(msgspec.Struct, frozen=True):
    """The TSIG record of a message (RFC 8945 §4.2); names in lower-case wire form."""

    name: bytes
    algorithm: bytes
    time: int
    fudge: int
    mac: bytes
    original_id: int
    error: int
    other: bytes


class Query(msgspec.Struct, frozen=True):
    """A query.  `question` is echoed as it came; `signed` is what a TSIG was made over."""

    id: int
    opcode: int
    recursion_desired: bool
    name: bytes
    kind: int
    question: bytes
    serial: int | None
    tsig: TsigRecord | None
    signed: bytes


def parse_query(data: bytes) -> Query:
    """Read a query.  Raises `DnsMessageError` with the place of what is wrong."""
    if not HEADER.size < len(data) <= MAX_QUERY_BYTES:
        raise DnsMessageError(f"a query has more than 12 and at most {MAX_QUERY_BYTES} octets", item=f"{len(data)}")
    ident, flags, questions, answers, authority, additional = HEADER.unpack_from(data)
    _check_header(flags, (questions, answers, authority, additional))
    name, at = _read_name(data, HEADER.size, may_point=False)
    if at + 4 > len(data):
        raise DnsMessageError("ends in its question", item=f"octet {at}")
    kind, klass = struct.unpack_from("!HH", data, at)
    question, at = data[HEADER.size : at + 4], at + 4
    if klass != IN:
        raise DnsMessageError("asks for another class than IN", item=f"octet {at - 2}")
    serial: int | None = None
    if authority:
        owner, rtype, _klass, rdata, at = _read_record(data, at)
        if rtype == SOA and owner == name:
            serial = _soa_serial(data, rdata)
    tsig: TsigRecord | None = None
    signed = data
    for number in range(additional):
        start = at
        owner, rtype, klass, rdata, at = _read_record(data, at)
        if rtype == TSIG:
            if number != additional - 1 or klass != ANY_CLASS:
                raise DnsMessageError("its TSIG record is not the last one, or of another class", item=f"octet {start}")
            tsig = _read_tsig(data, owner, rdata)
            counts = HEADER.pack(tsig.original_id, flags, questions, answers, authority, additional - 1)
            signed = counts + data[HEADER.size : start]
    if at != len(data):
        raise DnsMessageError("goes on after its last record", item=f"octet {at}")
    opcode = flags >> 11 & 15
    return Query(ident, opcode, bool(flags & _RD), name, kind, question, serial, tsig, signed)


def _check_header(flags: int, counts: tuple[int, int, int, int]) -> None:
    if flags & _QR:
        raise DnsMessageError("is an answer, not a query", item="octet 2")
    if flags & _TC:
        raise DnsMessageError("is cut short, by its own word", item="octet 2")
    questions, answers, authority, additional = counts
    if questions != 1 or answers or authority > 1 or additional > _MAX_ADDITIONAL:
        raise DnsMessageError("has one question, at most one authority and two additional records", item="octet 4")


def parse_notify_answer(data: bytes) -> tuple[int, int]:
    """Read who answers a NOTIFY: the id of what is answered, and the response code."""
    if not HEADER.size <= len(data) <= MAX_QUERY_BYTES:
        raise DnsMessageError("is no answer", item=f"{len(data)} octets")
    ident, flags = struct.unpack_from("!HH", data)
    if not flags & _QR or flags >> 11 & 15 != NOTIFY:
        raise DnsMessageError("answers no NOTIFY", item="octet 2")
    return ident, flags & 15


def render_answer(query: Query, records: bytes, count: int, *, rcode: int = NOERROR, cut_short: bool = False) -> bytes:
    """Write an answer with `count` records, whose names may point to the question (offset 12)."""
    flags = _QR | query.opcode << 11 | (_AA if rcode == NOERROR else 0) | (_TC if cut_short else 0) | rcode
    flags |= _RD if query.recursion_desired else 0
    return HEADER.pack(query.id, flags, 1, count, 0, 0) + query.question + records


def render_format_error(data: bytes) -> bytes:
    """Answer octets that could not be read; empty where there is nothing to answer."""
    if len(data) < HEADER.size or data[2] & 0x80:
        return b""
    return HEADER.pack(int.from_bytes(data[:2]), _QR | (data[2] >> 3 & 15) << 11 | FORMERR, 0, 0, 0, 0)


def render_notify(ident: int, origin: bytes, soa: bytes) -> bytes:
    """Write a NOTIFY (RFC 1996 §3.7) with the new SOA as its hint."""
    flags = NOTIFY << 11 | _AA
    return HEADER.pack(ident, flags, 1, 1, 0, 0) + origin + struct.pack("!HH", SOA, IN) + soa


def render_name(text: str) -> bytes:
    """Write a name of A-labels in wire form; a dot at its end changes nothing.  Raises `DnsMessageError`."""
    labels = [label.encode("ascii") for label in text.rstrip(".").split(".")] if text.rstrip(".") else []
    if any(not 0 < len(label) <= _LABEL_MAX for label in labels):
        raise DnsMessageError("has a label that is empty or longer than 63 octets", item=text[:80])
    wire = b"".join(bytes([len(label)]) + label.lower() for label in labels) + b"\0"
    if len(wire) > _NAME_MAX:
        raise DnsMessageError("has more than 255 octets", item=text[:80])
    return wire


def _read_name(data: bytes, at: int, *, may_point: bool = True) -> tuple[bytes, int]:
    """A name in lower-case wire form, and where what follows it begins.  A pointer leads backwards or nowhere."""
    labels: list[bytes] = []
    length, end, limit = 1, -1, at
    while True:
        if at >= len(data):
            raise DnsMessageError("ends in a name", item=f"octet {at}")
        size = data[at]
        if size & _POINTER == _POINTER:
            if not may_point or at + 1 >= len(data):
                raise DnsMessageError("has a pointer where none may be", item=f"octet {at}")
            target = (size & 0x3F) << 8 | data[at + 1]
            if not HEADER.size <= target < limit:
                raise DnsMessageError("has a pointer that does not lead back", item=f"octet {at}")
            end = at + 2 if end < 0 else end
            at = limit = target
            continue
        if size > _LABEL_MAX:
            raise DnsMessageError("has a label of an unknown kind", item=f"octet {at}")
        length += size + 1 if size else 0
        if length > _NAME_MAX:
            raise DnsMessageError("has a name of more than 255 octets", item=f"octet {at}")
        label = data[at : at + size + 1]
        if len(label) != size + 1:
            raise DnsMessageError("ends in a name", item=f"octet {at}")
        at += size + 1
        labels.append(label)
        if not size:
            return b"".join(labels).lower(), at if end < 0 else end


def _read_record(data: bytes, at: int) -> tuple[bytes, int, int, tuple[int, int], int]:
    """Owner, type, class, where its data stands, and where the next record begins.

    The time to live of a TSIG must be 0 and is signed as such (RFC 8945 §4.2).
    """
    owner, at = _read_name(data, at)
    if at + 10 > len(data):
        raise DnsMessageError("ends in a record", item=f"octet {at}")
    rtype, klass, ttl, length = struct.unpack_from("!HHIH", data, at)
    if rtype == TSIG and ttl:
        raise DnsMessageError("has a TSIG record that lives", item=f"octet {at + 4}")
    start = at + 10
    if start + length > len(data):
        raise DnsMessageError("has a record that is shorter than it says", item=f"octet {start}")
    return owner, rtype, klass, (start, start + length), start + length


def _soa_serial(data: bytes, place: tuple[int, int]) -> int:
    start, end = place
    _mname, at = _read_name(data, start)
    _rname, at = _read_name(data, at)
    if at + _SOA_NUMBERS != end:
        raise DnsMessageError("has an SOA that is shorter or longer than one", item=f"octet {at}")
    return int.from_bytes(data[at : at + 4])


def _read_tsig(data: bytes, owner: bytes, place: tuple[int, int]) -> TsigRecord:
    start, end = place
    algorithm, at = _read_name(data, start, may_point=False)
    if at + 10 > end:
        raise DnsMessageError("ends in its TSIG record", item=f"octet {at}")
    time, (fudge, size) = int.from_bytes(data[at : at + 6]), struct.unpack_from("!HH", data, at + 6)
    mac, at = data[at + 10 : at + 10 + size], at + 10 + size
    if at + 6 > end:
        raise DnsMessageError("ends in its TSIG record", item=f"octet {at}")
    original, error, other = struct.unpack_from("!HHH", data, at)
    if at + 6 + other != end:
        raise DnsMessageError("has a TSIG record that is shorter or longer than it says", item=f"octet {at}")
    return TsigRecord(owner, algorithm, time, fudge, mac, original, error, data[at + 6 : end])
