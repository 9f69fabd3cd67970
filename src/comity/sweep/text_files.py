"""Lines of text files of any size, plain or packed, in blocks of whole lines: memory is bounded by the block.

A line over the bound is dropped while it is read, and told.  A file that cannot be read whole (`packed_files`), unpacks
beyond the bounds, or holds a NUL byte (so it is no text) is an `InputError` that names it: what came before such an end
is no whole file, and whoever reads throws it away.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec
import numpy as np

from comity.core.errors import InputError, NotFoundError, TooLargeError
from comity.sweep.packed_files import read_pieces

BLOCK_BYTES: Final = 4 << 20
LINE_BYTES: Final = 65_536
_UNPACKED_BYTES: Final = 64 << 30
_RATIO: Final = 500
_RATIO_FROM: Final = 64 << 20  # a small file of one repeated line is packed very well and harms nobody


class Lines(msgspec.Struct, frozen=True):
    """Whole lines without the last line end, the first of them numbered; or (`too_long` > 0) one that was dropped."""

    first: int
    data: bytes
    too_long: int = 0


def read_lines(path: Path, *, block_bytes: int = BLOCK_BYTES, line_bytes: int = LINE_BYTES) -> Iterator[Lines]:
    """Read a file block by block.  Raises `InputError`, `NotFoundError`."""
    number, dropped, kept = 1, 0, b""
    for piece in _text_of(path, block_bytes):
        begin, end = 0, piece.rfind(b"\n")
        if dropped and end >= 0:
            begin = piece.find(b"\n") + 1
            yield Lines(number, b"", dropped + begin - 1)
            number, dropped = number + 1, 0
        if begin <= end:
            data = kept + piece[begin:end]
            yield from _without_long(data, number, line_bytes)
            number += int(np.count_nonzero(np.frombuffer(data, np.uint8) == ord("\n"))) + 1
            kept = b""
        if dropped:
            dropped += len(piece)
            continue
        kept += piece[max(begin, end + 1) :]
        if len(kept) > line_bytes:
            dropped, kept = len(kept), b""
    if dropped:
        yield Lines(number, b"", dropped)
    elif kept:
        yield from _without_long(kept, number, line_bytes)


def _text_of(path: Path, size: int) -> Iterator[bytes]:
    """The pieces of a text, within the bounds."""
    if path.is_dir():
        raise InputError("is a directory; name its files", item=str(path))
    if not path.exists():
        raise NotFoundError("no such file", item=str(path))
    most = min(_UNPACKED_BYTES, max(_RATIO_FROM, _RATIO * path.stat().st_size))
    unpacked = 0
    for piece in read_pieces(path, size):
        unpacked += len(piece)
        if unpacked > most:
            raise TooLargeError(f"unpacks to more than {_RATIO} times its size, or to over 64 GiB", item=str(path))
        if b"\0" in piece:
            raise InputError("is no text: it holds a NUL byte (UTF-16 must be converted to UTF-8)", item=str(path))
        yield piece


def _without_long(data: bytes, number: int, limit: int) -> Iterator[Lines]:
    """One block as a rule; several where a line among them is over the limit."""
    if not _has_long(data, limit):
        yield Lines(number, data)
        return
    kept: list[bytes] = []
    first = number
    for line in data.split(b"\n"):
        if len(line) > limit:
            if kept:
                yield Lines(first, b"\n".join(kept))
            yield Lines(number, b"", len(line))
            kept, first = [], number + 1
        else:
            kept.append(line)
        number += 1
    if kept:
        yield Lines(first, b"\n".join(kept))


def _has_long(data: bytes, limit: int) -> bool:
    """Whether a line is over the limit: then somewhere so many octets after a line end have none among them."""
    at = 0
    while len(data) - at > limit:
        end = data.rfind(b"\n", at, at + limit + 1)
        if end < 0:
            return True
        at = end + 1
    return False
