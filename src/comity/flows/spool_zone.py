"""Spool a zone: its records as one file without a name, from which any number of transfers of one version are sent.

A slow secondary would otherwise hold a transaction open for as long as it takes.  The file is written when a version is
first asked for whole, in one question to the store, and goes when the last transfer from it ends.
"""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from comity.edges.spool_file import SpoolFile
from comity.flows.block import ZONE_FORM
from comity.store.block_outputs import Piece, iterate_pieces, read_serial
from comity.store.models import BlockOutput
from comity.wire.rpz import RECORDS_A_NAME

_MESSAGE_BYTES: Final = 64_000


class Spool:
    """One version of one zone."""

    def __init__(self, serial: int, directory: Path) -> None:
        self.serial = serial
        self._file = SpoolFile(directory)
        self._index: list[tuple[int, int]] = []  # octets, records: parts as full as a message

    def fill(self, pieces: Iterator[tuple[int, int, Piece]]) -> bool:
        """Write the parts of a zone, with the serial they are of; answers whether there were any."""
        held: list[bytes] = []
        size = count = 0
        for serial, names, piece in pieces:
            self.serial = serial
            if size and size + len(piece.body) > _MESSAGE_BYTES:
                self._write(held, count)
                held, size, count = [], 0, 0
            held.append(piece.body)
            size, count = size + len(piece.body), count + names * RECORDS_A_NAME
        if held:
            self._write(held, count)
        return bool(self._index)

    def _write(self, bodies: list[bytes], count: int) -> None:
        self._index.append((self._file.append(b"".join(bodies)), count))

    def batches(self) -> Iterator[tuple[bytes, int]]:
        """The records, as many as a message may hold at a time."""
        at = 0
        for size, count in self._index:
            yield self._file.read(at, size), count
            at += size


class Spools:
    """The newest spool of each zone."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._held: dict[int, Spool] = {}
        self._lock = threading.Lock()

    def get(self, output: BlockOutput) -> Spool:
        """The spool of a zone's version, or of a newer one."""
        with self._lock:
            held = self._held.get(output.pk)
            if held is None or held.serial < output.serial:
                held = self._held[output.pk] = self._make(output)
            return held

    def _make(self, output: BlockOutput) -> Spool:
        while True:
            serial = read_serial(output.pk)
            spool = Spool(serial, self._directory)
            if spool.fill(iterate_pieces(output.pk, ZONE_FORM)) or read_serial(output.pk) == serial:
                return spool  # an empty zone says no serial of its own: it is the one before and after
