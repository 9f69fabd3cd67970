"""Zone files in master-file format (RFC 1035 §5) and lists of names, read in blocks into columns.

A block in the form of a dump is read by `zone_dump`, any other by `zone_pieces`; both give the same.  A name is an
owner of NS records below the zone's own; glue, and a DS without NS, make none.  Memory is that of a few blocks.  Names
must come as zones are dumped: the records of one together, in the order of octets or of RFC 4034 §6.1.  Where they do
not, `ZoneOrderError` is raised and the file is read again with `in_order=False`, by way of files on disk.  What is
broken, what is refused, and how a cut file is known: docs/spec/sweep-names.md.
"""

import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
import polars as pl

from comity.sweep.delegations import DELEGATIONS, find_runs, group_records
from comity.sweep.line_order import LineOrder
from comity.sweep.name_lists import is_list_of_names, read_list_block
from comity.sweep.packed_files import read_blocks
from comity.sweep.server_sets import UNKNOWN_SERVERS, ServerSigner
from comity.sweep.zone_dump import read_dump_block
from comity.sweep.zone_faults import BadLine, ZoneFileError, ZoneOrderError, ZoneTruncatedError
from comity.sweep.zone_pieces import RECORDS, PieceReader
from comity.sweep.zone_state import ZoneFacts, ZoneState

BLOCK_BYTES: Final = 32 << 20
MOST_BYTES: Final = 64 << 30
_MOST_KEPT: Final = 10_000  # records of one owner
_SPILLS: Final = 64
_IS_DUMP: Final = re.compile(rb"[^\s;$(\"]+\.[ \t]+[0-9]+\tin\tsoa\t", re.IGNORECASE).match


def read_zone(
    path: Path,
    *,
    origin: str = "",
    block_bytes: int = BLOCK_BYTES,
    bad: Callable[[BadLine], None],
    most_bytes: int = MOST_BYTES,
    closing: bool | None = None,
    in_order: bool = True,
    spills: Path | None = None,
    told: Callable[[ZoneFacts], None] | None = None,
) -> Iterator[pl.DataFrame]:
    """Read a zone file, plain or packed (gz, zst), in any style; or a list of names.

    Frames of DELEGATIONS (`name`, `ns`, `ds` as in NAMES, `servers` as in SERVERS), each name in one frame only, in the
    file's order.  `origin`: the zone, where the file does not say it.  `closing`: whether the SOA must stand again at
    the end; None: where the first record is one as transfers are dumped.  `spills`: where records of a file that is not
    in order are kept meanwhile.  `told` hears at the end what the file said.
    Raises `ZoneFileError`, before its last frame when the file is cut, and `ZoneOrderError`.
    """
    reading = _Reading(path, ZoneState(str(path), "", bad), in_order=in_order)
    if origin:
        reading.state.set_origin(origin)
    with tempfile.TemporaryDirectory(prefix="comity-zone-", dir=spills) if not in_order else nullcontext("") as folder:
        reading.spills = Path(folder)
        last = pl.DataFrame(schema=DELEGATIONS)
        for frame in reading.frames(read_blocks(path, block_bytes=block_bytes, most_bytes=most_bytes)):
            if last.height:
                yield last
            last = frame
        facts = reading.end(closing)
        if last.height:
            yield last
        yield from reading.spilled()
    if told is not None:
        told(msgspec.structs.replace(facts, names=reading.names))


class _Reading:
    """One reading of one file."""

    def __init__(self, path: Path, state: ZoneState, *, in_order: bool) -> None:
        self.path = path
        self.state = state
        self.spills = path.parent
        self._in_order = in_order
        self._pieces = PieceReader(state)
        self._signer = ServerSigner()
        self._order = LineOrder(str(path))
        self._is_list: bool | None = None
        self.names = 0
        self._last = ""  # the last name of a list
        self._spill_count = 0
        self._spilled = 0  # records
        self._kept = pl.DataFrame(schema=RECORDS)  # records of the last owner, whose next may come in the next block

    def frames(self, blocks: Iterator[bytes]) -> Iterator[pl.DataFrame]:
        """The frames of some blocks; none where records are spilled."""
        for octets in blocks:
            block = octets if self._is_list is not None else self._begin(octets)
            if not block:
                continue
            frame = self._take_list(block) if self._is_list else self._take_records(block)
            if frame.height:
                yield frame
        if self._in_order and self._kept.height:
            rest, self._kept = self._kept, pl.DataFrame(schema=RECORDS)
            yield self._grouped(rest, find_runs(rest["owner"]))

    def end(self, closing: bool | None) -> ZoneFacts:
        """What the whole file said.  Raises `ZoneFileError` where it is not whole, or says nothing."""
        self._pieces.finish()
        if not self.state.origin:
            raise ZoneFileError("says nothing of which zone it is: it has no SOA and no name", item=self.state.item)
        if not (self.state.soa or self.names or self._spilled):
            why = f"holds neither an SOA nor a name of .{self.state.origin}: it is empty, or of another zone"
            raise ZoneTruncatedError(why, item=self.state.item)
        self.state.check_end(closing=closing)
        return ZoneFacts(
            origin=self.state.origin, serial=self.state.serial, is_closed=self.state.is_closed,
            is_list=bool(self._is_list), lines=self.state.lines, bad_lines=self.state.bad_lines,
        )  # fmt: skip

    def spilled(self) -> Iterator[pl.DataFrame]:
        """The frames of what was spilled: each name in one of them; none where the file was in order."""
        if self._in_order:
            return
        for number in range(_SPILLS):
            files = sorted(self.spills.glob(f"{number:02}-*.parquet"))
            if files:
                records = pl.read_parquet(files).sort("owner", maintain_order=True)
                yield self._grouped(records, find_runs(records["owner"]))

    def _begin(self, block: bytes) -> bytes:
        """See by the first block what the file is; what is still to be read of it.

        The SOA of a dump is read apart: it says whose zone the columns that follow are.
        """
        self._is_list = is_list_of_names(block)
        at = 0
        for line in block[: 1 << 20].split(b"\n"):
            at += len(line) + 1
            if line.strip() and line.lstrip()[:1] != b";":
                self.state.is_dump = _IS_DUMP(line) is not None
                break
        if not self.state.is_dump:
            return block
        self._pieces.read(block[:at])
        return block[at:]

    def _take_list(self, block: bytes) -> pl.DataFrame:
        """Take names of which nothing else is known: neither servers nor DS."""
        names = read_list_block(block, self.state)
        if not self._in_order:
            self._spill(pl.DataFrame({"owner": names + ".", "server": names.clear(len(names))}))
            return pl.DataFrame(schema=DELEGATIONS)
        repeated = names == names.shift(1)
        if len(names):
            repeated[0], self._last = names[0] == self._last, names[-1]
        return self._named(
            pl.DataFrame({"name": names.filter(~repeated) if repeated.any() else names}).select(
                "name", ns=pl.lit(UNKNOWN_SERVERS, pl.UInt64), ds=pl.lit(value=False), servers=pl.lit("")
            )
        )

    def _take_records(self, block: bytes) -> pl.DataFrame:
        found = None if self._pieces.is_within_group else read_dump_block(block, self.state)
        records = self._pieces.read(block) if found is None else found
        if self._in_order:
            return self._group(records)
        self._spill(records)
        return pl.DataFrame(schema=DELEGATIONS)

    def _group(self, records: pl.DataFrame) -> pl.DataFrame:
        """Group what is known to be whole: all records but those of the last owner."""
        records = pl.concat([self._kept, records]) if self._kept.height else records
        if not records.height:
            return pl.DataFrame(schema=DELEGATIONS)
        starts = find_runs(records["owner"])
        size = int(starts[-1])
        self._kept = records.slice(size)
        if self._kept.height > _MOST_KEPT:  # the same line again and again, or a file made to fill the memory
            self._kept = self._kept.unique(maintain_order=True)
            if self._kept.height > _MOST_KEPT:
                who = self._kept["owner"][0]
                raise ZoneFileError(f"{who} has more than {_MOST_KEPT:,} records", item=self.state.item)
        return self._grouped(records.slice(0, size), starts[:-1])

    def _grouped(self, records: pl.DataFrame, starts: np.ndarray) -> pl.DataFrame:
        frame = group_records(records["owner"], records["server"], starts, self._signer)
        if self._is_list:
            frame = frame.with_columns(ds=pl.lit(value=False))
        return self._named(frame)

    def _named(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Follow the order of the names, and leave out those that have only a DS."""
        if self._in_order:
            self._order.check(frame["name"])
        if not self._is_list and (frame["servers"] == "").any():
            frame = frame.filter(pl.col("servers") != "")
        self.names += frame.height
        return frame

    def _spill(self, records: pl.DataFrame) -> None:
        number = pl.col("owner").hash(seed=0) % _SPILLS
        for (part,), rows in records.group_by(number.alias("part")):
            rows.select(RECORDS.names()).write_parquet(self.spills / f"{part:02}-{self._spill_count:06}.parquet")
        self._spill_count += 1
        self._spilled += records.height


__all__ = ("BLOCK_BYTES", "MOST_BYTES", "BadLine", "ZoneFileError", "ZoneOrderError", "read_zone")
