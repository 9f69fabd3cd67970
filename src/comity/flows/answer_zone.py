"""Answer a question about a response policy zone: its SOA, its NS, all of it (AXFR), or what changed (IXFR).

(1) The octets are read, bounded.  (2) The zone must be one of ours and of a subscriber.  (3) Who asks must show a
signature by a key of the zone, or come from an address that needs none; a signature that is not good is refused as
such, whatever the address.  (4) AXFR and IXFR go over TCP only; over UDP an IXFR is answered with the SOA alone, which
tells a secondary to come again over TCP (RFC 1995 §2).  (5) An IXFR whose version the journal does not reach, or whose
changes are as many as the zone, gets the zone whole (RFC 1995 §4, RFC 5936).  Changes are condensed into one
difference, packed as full as messages are: Unbound takes many small messages for no difference at all.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

import msgspec
from django.db import DatabaseError, InterfaceError

from comity.core.blocking import net_changes
from comity.core.errors import InputError
from comity.edges.zone_settings import DeclaredZone
from comity.flows.spool_zone import Spools
from comity.store.block_outputs import find_output, read_changes
from comity.store.models import BlockOutput
from comity.store.zone_asked import note_asked
from comity.wire.dns_message import (
    AXFR,
    FORMERR,
    IXFR,
    MAX_MESSAGE_BYTES,
    NOTIMP,
    NS,
    QUERY,
    REFUSED,
    SERVFAIL,
    SOA,
    Query,
    parse_query,
    render_answer,
    render_format_error,
    render_name,
)
from comity.wire.rpz import RECORDS_A_NAME, Timers, render_ns, render_records, render_soa
from comity.wire.tsig import Signer, TsigKey, judge, render_refusal

LOG = logging.getLogger("comity.zones")
ROOM: Final = MAX_MESSAGE_BYTES - 1024  # for header, question and signature
_NAMES_AT_ONCE: Final = 200
_SERIALS: Final = 1 << 32

Batch = tuple[bytes, int]  # records, and how many they are


class ZoneAnswers(msgspec.Struct):
    """All that is needed to answer: the zones, the keys as they are now, and the zones spooled for transfers."""

    zones: Sequence[DeclaredZone]
    keys: Callable[[str], TsigKey | None]
    timers: Timers
    spools: Spools
    clock: Callable[[], datetime]

    def answer(self, data: bytes, address: str, over_tcp: bool) -> Iterator[bytes]:
        """Give the messages that answer some octets."""
        try:
            query = parse_query(data)
        except InputError:
            if refusal := render_format_error(data):
                yield refusal
            return
        try:
            yield from self._answer(query, address, over_tcp=over_tcp)
        except (DatabaseError, InterfaceError):
            LOG.exception("the store cannot be used")
            yield render_answer(query, b"", 0, rcode=SERVFAIL)

    def _answer(self, query: Query, address: str, *, over_tcp: bool) -> Iterator[bytes]:
        at = self.clock()
        seconds = int(at.timestamp())
        zone = self._zone(query.name)
        key = self.keys(_text(query.tsig.name)) if query.tsig is not None else None
        if query.tsig is not None and (verdict := judge(query, key, at_seconds=seconds)) != "good":
            yield render_refusal(query, verdict, key, at_seconds=seconds)
            return
        signer = Signer(key, query.tsig.mac) if key is not None and query.tsig is not None else None

        def signed(message: bytes) -> bytes:
            return signer.sign(message, at_seconds=int(self.clock().timestamp())) if signer else message

        output = find_output(zone.subscriber, zone.origin) if zone is not None and _may(zone, key, address) else None
        code = self._refusal(query, output, over_tcp=over_tcp)
        if code or output is None or zone is None:
            yield signed(render_answer(query, b"", 0, rcode=code or REFUSED))
            return
        if query.serial is not None and query.serial == output.serial % _SERIALS:
            note_asked(output.pk, address, key=key.name if key else "", serial=output.serial, how="soa", at=at)
        is_transfer = over_tcp and query.kind in {AXFR, IXFR}
        batches = self._transfer(query, output) if is_transfer else self._apex(query, output)
        for records, count in batches:
            yield signed(render_answer(query, records, count))
        if is_transfer:
            how = "axfr" if query.kind == AXFR else "ixfr"
            note_asked(output.pk, address, key=key.name if key else "", serial=output.serial, how=how, at=at)

    def _zone(self, name: bytes) -> DeclaredZone | None:
        return next((zone for zone in self.zones if render_name(zone.origin) == name), None)

    def _refusal(self, query: Query, output: BlockOutput | None, *, over_tcp: bool) -> int:
        """The response code by which a question is refused; 0: it is answered."""
        if query.opcode != QUERY:
            return NOTIMP
        if output is None or not output.serial or query.kind not in {SOA, NS, AXFR, IXFR}:
            return REFUSED
        if query.kind == AXFR and not over_tcp:
            return FORMERR
        return FORMERR if query.kind == IXFR and query.serial is None else 0

    def _apex(self, query: Query, output: BlockOutput) -> Iterator[Batch]:
        yield (render_ns() if query.kind == NS else render_soa(output.serial, self.timers)), 1

    def _transfer(self, query: Query, output: BlockOutput) -> Iterator[Batch]:
        if query.kind == IXFR and query.serial is not None:
            if _is_as_new(query.serial, output.serial):
                yield render_soa(output.serial, self.timers), 1
                return
            changes = read_changes(output, query.serial)
            gone, come = net_changes(changes or ())
            if changes is not None and len(gone) + len(come) <= output.names:
                yield from _pack(self._delta(query.serial, output, gone, come))
                return
        spool = self.spools.get(output)
        output.serial = spool.serial  # which may be of a newer version than was read before
        soa: Batch = (render_soa(spool.serial, self.timers), 1)
        yield from _pack((soa, (render_ns(), 1)), spool.batches(), (soa,))

    def _delta(self, since: int, output: BlockOutput, gone: list[str], come: list[str]) -> Iterator[Batch]:
        """One condensed difference (RFC 1995 §4): new SOA, old SOA, what went, new SOA, what came, new SOA."""
        old, new = render_soa(since, self.timers), render_soa(output.serial, self.timers)
        yield new, 1
        yield old, 1
        yield from _records(gone, output.action)
        yield new, 1
        yield from _records(come, output.action)
        yield new, 1


def now() -> datetime:
    """The time, for whoever serves."""
    return datetime.now(UTC)


def _records(names: list[str], action: str) -> Iterator[Batch]:
    for start in range(0, len(names), _NAMES_AT_ONCE):
        part = names[start : start + _NAMES_AT_ONCE]
        yield render_records(part, action), RECORDS_A_NAME * len(part)


def _pack(*batches: Iterator[Batch] | tuple[Batch, ...]) -> Iterator[Batch]:
    """Join batches as full as a message may be."""
    held: list[bytes] = []
    size = count = 0
    for part in batches:
        for records, number in part:
            if held and size + len(records) > ROOM:
                yield b"".join(held), count
                held, size, count = [], 0, 0
            held.append(records)
            size, count = size + len(records), count + number
    yield b"".join(held), count


def _may(zone: DeclaredZone, key: TsigKey | None, address: str) -> bool:
    if key is not None:
        return key.name in zone.keys
    return zone.is_open_to(address)


def _is_as_new(asked: int, serial: int) -> bool:
    """Whether a secondary's serial is ours or a later one, in sequence space (RFC 1982)."""
    return (asked - serial) % _SERIALS < _SERIALS >> 1


def _text(name: bytes) -> str:
    """A key's name as text; what is no key's name names no key."""
    labels, at = [], 0
    while at < len(name) and name[at]:
        labels.append(name[at + 1 : at + 1 + name[at]])
        at += name[at] + 1
    return b".".join(labels).decode("ascii", "replace")
