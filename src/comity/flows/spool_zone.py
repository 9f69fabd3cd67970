"""Spool a zone: its records as one file without a name, from which any number of transfers of one version are sent.

A slow secondary would otherwise hold a transaction open for as long as it takes.  The file is written when a version is
first asked for whole, in one question to the store, and goes when the last transfer from it ends.
"""

import os
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from comity.flows.block import ZONE_FORM
from comity.store.block_outputs import iterate_pieces
from comity.store.models import BlockOutput
from comity.wire.rpz import RECORDS_A_NAME

_MESSAGE_BYTES: Final = 64_000


class Spool:
    """One version of one zone."""

    def __init__(self, serial: int, directory: Path) -> None:
        self.serial = serial
        self._file = tempfile.TemporaryFile(dir=directory)  # noqa: SIM115 — it lives as long as transfers from it
        self._index: list[tuple[int, int]] = []  # octets, records: parts as full as a message

    def fill(self, pieces: Iterator[tuple[bytes, int]]) -> None:
        """Write the parts of a zone."""
        size = count = 0
        for body, names in pieces:
            if size and size + len(body) > _MESSAGE_BYTES:
                self._index.append((size, count))
                size = count = 0
            self._file.write(body)
            size, count = size + len(body), count + names * RECORDS_A_NAME
        self._file.flush()
        if size:
            self._index.append((size, count))

    def batches(self) -> Iterator[tuple[bytes, int]]:
        """The records, as many as a message may hold at a time."""
        at = 0
        for size, count in self._index:
            yield os.pread(self._file.fileno(), size, at), count
            at += size


class Spools:
    """The newest spool of each zone."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._held: dict[int, Spool] = {}
        self._lock = threading.Lock()

    def get(self, output: BlockOutput, _origin: str) -> Spool:
        """The spool of a zone's version, or of a newer one."""
        with self._lock:
            held = self._held.get(output.pk)
            if held is None or held.serial < output.serial:
                held = self._held[output.pk] = self._make(output)
            return held

    def _make(self, output: BlockOutput) -> Spool:
        self._directory.mkdir(mode=0o700, exist_ok=True)
        spool = Spool(output.serial, self._directory)

        def pieces() -> Iterator[tuple[bytes, int]]:
            for serial, count, piece in iterate_pieces(output.pk, ZONE_FORM):
                spool.serial = serial
                yield piece.body, count

        spool.fill(pieces())
        return spool
