"""Compose a list of names to block, or a zone's text, from octets that are ready.

A list is read in one question to the store and spooled before its first octet leaves, so that its head says what its
parts hold, and a slow reader keeps nothing of the store open.
"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from comity.core.errors import NotFoundError, StoreUnavailableError
from comity.edges.home import Home
from comity.edges.spool_file import SpoolFile
from comity.edges.zone_settings import read_zones, timers_of
from comity.store.block_outputs import Piece, find_output, iterate_pieces
from comity.store.blocking import iterate_names
from comity.store.models import BlockOutput
from comity.store.subscribers import SubscriberRow
from comity.wire.block_list_texts import LISTS, ListHead
from comity.wire.gzip_parts import Part, join_gzip, stored_part, unpack_part
from comity.wire.rpz import render_zone_text

_TRIES: Final = 5


class ListVersion(msgspec.Struct, frozen=True):
    """Which version of a list there is, and of when."""

    serial: int
    changed_at: datetime


class ComposedList:
    """A list that is ready to leave: its head, its parts in their order, its tail."""

    def __init__(self, head: bytes, between: bytes, tail: bytes, directory: Path) -> None:
        self._head, self._between, self._tail = head, between, tail
        self._file = SpoolFile(directory)
        self._index: list[tuple[int, int, int]] = []

    def add(self, piece: Piece) -> None:
        """Take a further part."""
        self._index.append((self._file.append(piece.body), piece.crc, piece.size))

    def plain(self) -> Iterator[bytes]:
        """The list's own octets."""
        return (unpack_part(part) for part in self._parts())

    def compressed(self) -> Iterator[bytes]:
        """The list as gzip; nothing is compressed now."""
        return join_gzip(self._parts())

    def _parts(self) -> Iterator[Part]:
        yield stored_part(self._head)
        at, between = 0, stored_part(self._between)
        for number, (length, crc, size) in enumerate(self._index):
            if number and between.size:
                yield between
            yield Part(self._file.read(at, length), crc, size)
            at += length
        yield stored_part(self._tail)


def read_list_version(subscriber: SubscriberRow) -> ListVersion:
    """The newest version of a subscriber's lists.  Raises `NotFoundError` while there is none yet."""
    output = _output(subscriber)
    return ListVersion(output.serial, output.changed_at or subscriber.created_at)


def compose_list(home: Home, subscriber: SubscriberRow, form: str) -> tuple[ListVersion, ComposedList]:
    """A subscriber's list in a form, and its version.  Raises `NotFoundError` while there is none yet."""
    shape = LISTS[form]
    for _try in range(_TRIES):
        output = _output(subscriber)
        head = ListHead(
            title=f"Names to block, told to {subscriber.name}", tlp=subscriber.ceiling, clause=subscriber.clause,
            serial=output.serial, names=output.names, changed_at=output.changed_at,
        )  # fmt: skip
        composed = ComposedList(
            shape.head(head).encode(), shape.between.encode(), shape.tail.encode(), home.path / "run" / "zones"
        )
        serials, names = {output.serial}, 0
        for serial, count, piece in iterate_pieces(output.pk, form):
            serials.add(serial)
            names += count
            composed.add(piece)
        if len(serials) == 1 and names == output.names:
            return ListVersion(output.serial, output.changed_at or subscriber.created_at), composed
    raise StoreUnavailableError("the list is being renewed; ask again", item=subscriber.key)


def _output(subscriber: SubscriberRow) -> BlockOutput:
    output = find_output(subscriber.key, "")
    if output is None or not output.serial:
        raise NotFoundError("nothing was listed for this subscriber yet", item=subscriber.key)
    return output


def compose_zone_text(home: Home, subscriber: SubscriberRow, origin: str = "") -> Iterator[bytes]:
    """A zone of a subscriber as a zone file; its first declared one where no origin is named.

    Raises `NotFoundError` where it is not declared.
    """
    declared = [zone for zone in read_zones(home) if zone.subscriber == subscriber.key]
    zone = next((one for one in declared if origin in {"", one.origin}), None)
    output = find_output(subscriber.key, zone.origin) if zone else None
    if zone is None or output is None:
        raise NotFoundError("no such zone is declared for this subscriber in node.toml", item=origin or subscriber.key)
    names = iterate_names(subscriber.pk, is_hot=zone.is_hot, categories=zone.categories)
    text = render_zone_text(zone.origin, output.serial, names, action=zone.action, timers=timers_of(home))
    return (part.encode("ascii") for part in text)
