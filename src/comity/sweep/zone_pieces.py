"""Blocks of a zone file in any style: the lines that need care one by one, and what lies between them in columns.

A line needs care when it holds a quotation, a parenthesis, a directive, an `@`, an SOA, or an octet that is no text.
What lies between is tried in columns; where that fails, its halves are, until little is left, which is read line by
line.  So a broken line costs its neighbours, not its block, and `zone_lines` stays the one meaning of a zone file.
"""

import re
from typing import Final

import numpy as np
import polars as pl

from comity.sweep.packed_files import MAX_LINE_BYTES
from comity.sweep.zone_lines import LineReader, Record
from comity.sweep.zone_names import find_bad_a_labels
from comity.sweep.zone_state import ZoneState
from comity.sweep.zone_terse import read_terse_lines

RECORDS: Final = pl.Schema({"owner": pl.String, "server": pl.String})
FEWEST_LINES: Final = 512  # fewer are read sooner one by one
_TEXT: Final = bytes({*range(ord(" "), 127), *b"\t\n"} - {*b'"$()@\\'})
_FOLDED: Final = bytes(octet if octet in _TEXT else 0 for octet in range(256)).replace(b"\t", b" ").lower()
_COMMENTS: Final = re.compile(rb";[^\n]*")
_COMMENTS_UNQUOTED: Final = re.compile(rb'^([^;"\\\n]*);[^\n]*', re.MULTILINE)
_SOA: Final = re.compile(rb" soa ")
_LINE_END: Final = ord("\n")


class PieceReader:
    """Reads blocks of whole lines, in order; a group in parentheses may go on in the next block."""

    __slots__ = ("_fewest", "_lines", "_pending", "_read", "_state")

    def __init__(self, state: ZoneState, *, fewest: int = FEWEST_LINES) -> None:
        self._state = state
        self._fewest = fewest
        self._lines = LineReader(state)
        self._pending: list[Record] = []  # what was read one by one, and is still to become columns
        self._read: list[pl.DataFrame] = []

    def finish(self) -> None:
        """At the end of the file.  Raises `ZoneTruncatedError` where a parenthesis is still open."""
        self._lines.finish()

    @property
    def is_within_group(self) -> bool:
        """Whether a parenthesis is open: the lines that follow are not to be read by anything else."""
        return self._lines.is_within_group

    def read(self, octets: bytes) -> pl.DataFrame:
        """Read a block: RECORDS, absolute.  Counts its lines.  Raises `ZoneFileError` for what costs the whole file."""
        text = _without_comments(octets)
        ends = _line_ends(octets)
        of_text = ends if len(text) == len(octets) else _line_ends(text)
        at, count = 0, len(ends) - 1
        while at < count and self._lines.is_within_group:
            self._read_each(octets, ends[at : at + 2])
            at += 1
        for careful in [*_find_careful(ends, text, of_text).tolist(), count]:
            if careful > at:
                self._read_plain(octets, text, ends[at : careful + 1], of_text[at : careful + 1])
                at = careful
            while at < count and (at == careful or (at > careful and self._lines.is_within_group)):
                self._read_each(octets, ends[at : at + 2])
                at += 1
        return self._taken()

    def _read_plain(self, octets: bytes, text: bytes, ends: np.ndarray, of_text: np.ndarray) -> None:
        """Read lines of which none needs care: whole, or by halves."""
        count = len(ends) - 1
        if count < self._fewest:
            self._read_each(octets, ends)
            return
        found = read_terse_lines(text[of_text[0] + 1 : of_text[-1] + 1], self._state)
        if found is None:
            half = count // 2
            self._read_plain(octets, text, ends[: half + 1], of_text[: half + 1])
            self._read_plain(octets, text, ends[half:], of_text[half:])
            return
        self._state.lines += count
        self._flush()
        self._read.append(found)

    def _read_each(self, octets: bytes, ends: np.ndarray) -> None:
        """Read some lines one by one."""
        lines = octets[ends[0] + 1 : ends[-1]].lower().split(b"\n")
        self._pending += self._lines.read(lines)
        self._state.lines += len(lines)

    def _flush(self) -> None:
        """Make columns of what was read one by one, without the names whose A-labels are none."""
        records, self._pending = self._pending, []
        if not records:
            return
        owners = pl.Series([record.owner for record in records], dtype=pl.String)
        bad = find_bad_a_labels(owners.unique(), self._state.origin)
        for record in records:
            if record.owner in bad:
                self._state.reject(record.line, *bad[record.owner])
        rows = [(record.owner, record.server) for record in records if record.owner not in bad]
        self._read.append(pl.DataFrame(rows, schema=RECORDS, orient="row"))

    def _taken(self) -> pl.DataFrame:
        self._flush()
        found = pl.concat(self._read) if self._read else pl.DataFrame(schema=RECORDS)
        self._read = []
        return found


def _without_comments(octets: bytes) -> bytes:
    """A block folded, blanks for tabs, without its comments, but for those after a quotation mark or an escape."""
    text = octets.replace(b"\r\n", b"\n") if b"\r" in octets else octets
    if b";" in text:
        is_quoted = b'"' in text or b"\\" in text
        text = _COMMENTS_UNQUOTED.sub(rb"\1", text) if is_quoted else _COMMENTS.sub(b"", text)
    return text.translate(_FOLDED)


def _line_ends(octets: bytes) -> np.ndarray:
    """Where lines end, and before them where the first begins."""
    return np.append(-1, np.flatnonzero(np.frombuffer(octets, np.uint8) == _LINE_END))


def _find_careful(ends: np.ndarray, text: bytes, of_text: np.ndarray) -> np.ndarray:
    """Which lines need care."""
    odd = np.flatnonzero(np.frombuffer(text, np.uint8) == 0) if b"\0" in text else np.zeros(0, dtype=np.int64)
    soa = np.fromiter((found.start() for found in _SOA.finditer(text)), dtype=np.int64)
    careful = np.searchsorted(of_text, np.concatenate([odd, soa]), side="left") - 1
    return np.unique(np.concatenate([careful, np.flatnonzero(np.diff(ends) - 1 > MAX_LINE_BYTES)]))
