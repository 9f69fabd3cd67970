"""Where reports come from: a file, a pipe or standard input, plain or gzip, read in blocks of whole lines.

Nothing here grows with the source: a block is bounded, a line over the limit is dropped from memory while it is read
(its place and length are told), and what unpacks beyond the limits on size or ratio ends the source with an error.
What came whole before such an end has been handed out already; a last line that the end cut short is told apart,
because half a name is somebody else's name.
"""

import sys
import zlib
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path
from select import select
from typing import Final, Self, cast

import msgspec

from comity.core.errors import InputError, NotFoundError, TooLargeError

STDIN: Final = "-"
_GZIP: Final = b"\x1f\x8b"
_BLOCK: Final = 1 << 20
_PEEK: Final = 65_536
_RATIO_FROM: Final = 8 << 20  # small files of one repeated line are packed very well and harm nobody
_BEGINNING: Final = 200


class Limits(msgspec.Struct, frozen=True):
    """How much of a source is too much."""

    line_bytes: int = 65_536
    unpacked_bytes: int = 64 << 30
    ratio: int = 200


class SpoiltLine(msgspec.Struct, frozen=True):
    """A line that cannot be handed out: too long, or cut off by the end of a damaged source."""

    line: int
    reason: str
    message: str
    begins: bytes


class Block(msgspec.Struct, frozen=True):
    """Consecutive whole lines without their ends, beginning at `first_line`; or one spoilt line."""

    first_line: int
    data: bytes
    count: int
    spoilt: SpoiltLine | None = None


class Source:
    """One opened source.  Use it as a context manager, `peek` first, then iterate over `blocks` once."""

    def __init__(self, path: str, limits: Limits) -> None:
        self.path = path
        self.limits = limits
        self.size = 0  # as stored; 0 where nobody knows
        self._is_live = True  # a pipe: what comes next may come much later
        self.packed_read = 0
        self._unpacked = 0
        self._file: BufferedReader = _open(path)
        if path != STDIN:
            file = Path(path)
            self._is_live = not file.is_file()
            self.size = 0 if self._is_live else file.stat().st_size
        self._ended_by: InputError | None = None
        self._chunks = self._read()
        self._ahead: list[bytes] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.path != STDIN:
            self._file.close()

    def is_drained(self) -> bool:
        """Whether this is a pipe in which nothing waits now: what was read so far may be all there is for long."""
        return self._is_live and not self._ahead and not select([self._file], [], [], 0)[0]

    def peek(self) -> bytes:
        """Look at the first bytes (a few blocks at most) without taking them."""
        while sum(map(len, self._ahead)) < _PEEK and (chunk := next(self._chunks, b"")):
            self._ahead.append(chunk)
        return b"".join(self._ahead)

    def whole(self, limit: int) -> bytes:
        """Take all of it at once.  Raises `TooLargeError` over `limit` bytes, `InputError` where it is damaged."""
        parts: list[bytes] = []
        size = 0
        for chunk in self._take():
            parts.append(chunk)
            size += len(chunk)
            if size > limit:
                raise TooLargeError(f"is read as a whole and has more than {limit} bytes", item=self.path)
        if self._ended_by is not None:
            raise self._ended_by
        return b"".join(parts)

    def blocks(self) -> Iterator[Block]:
        """Hand out the lines.  Raises `InputError` at the end of a source that is damaged or over a limit."""
        limit = self.limits.line_bytes
        tail = b""
        line = 1
        too_long = 0  # bytes dropped of a line that is over the limit
        for chunk in self._take():
            data = tail + chunk
            end = data.rfind(b"\n")
            if too_long:
                end_of_long = chunk.find(b"\n")
                if end_of_long < 0:
                    too_long += len(chunk)
                    continue
                yield self._too_long(line, tail, too_long + end_of_long)
                line, too_long, tail = line + 1, 0, b""
                data = chunk[end_of_long + 1 :]
                end = data.rfind(b"\n")
            if end >= 0:
                whole, tail = data[:end], data[end + 1 :]
                for block in self._within_limit(whole, line):
                    yield block
                    line = block.first_line + block.count
            else:
                tail = data
            if len(tail) > limit:
                too_long, tail = len(tail), tail[:_BEGINNING]
        if too_long:
            yield self._too_long(line, tail, too_long)
        elif tail and self._ended_by is not None:
            message = "the source ended in the middle of this line"
            yield Block(line, b"", 1, SpoiltLine(line, "cut-off", message, tail[:_BEGINNING]))
        elif tail:
            yield from self._within_limit(tail, line)
        if self._ended_by is not None:
            raise self._ended_by

    def _within_limit(self, data: bytes, line: int) -> Iterator[Block]:
        """One block as a rule; several where a line in the middle is over the limit."""
        limit = self.limits.line_bytes
        if len(data) <= limit:
            yield Block(line, data, data.count(b"\n") + 1)
            return
        begin = start = 0
        while start < len(data):
            # A window of `limit` bytes that holds a line end holds the end of every line that begins before it.
            end = data.rfind(b"\n", start, start + limit + 1)
            if end >= 0:
                start = end + 1
                continue
            if len(data) - start <= limit:
                break
            if start > begin:
                before = data[begin : start - 1]
                yield Block(line, before, before.count(b"\n") + 1)
                line += before.count(b"\n") + 1
            end = data.find(b"\n", start)
            end = len(data) if end < 0 else end
            yield self._too_long(line, data[start : start + _BEGINNING], end - start)
            line += 1
            begin = start = end + 1
        if begin < len(data) or (begin == len(data) and data.endswith(b"\n")):
            rest = data[begin:]
            yield Block(line, rest, rest.count(b"\n") + 1)

    def _too_long(self, line: int, begins: bytes, length: int) -> Block:
        message = f"the line has {length} bytes; at most {self.limits.line_bytes} are read"
        return Block(line, b"", 1, SpoiltLine(line, "line-too-long", message, begins[:_BEGINNING]))

    def _take(self) -> Iterator[bytes]:
        while self._ahead:
            yield self._ahead.pop(0)
        yield from self._chunks

    def _read(self) -> Iterator[bytes]:
        first = self._next()
        while 0 < len(first) < len(_GZIP) and (more := self._next()):
            first += more
        if first.startswith(_GZIP):
            try:
                yield from self._unpack(first)
            except InputError as error:
                self._ended_by = error
            return
        while first:
            yield first
            first = self._next()

    def _next(self) -> bytes:
        try:
            data = self._file.read1(_BLOCK)
        except OSError as error:
            raise InputError(f"cannot be read: {error.strerror}", item=self.path) from error
        self.packed_read += len(data)
        return data

    def _unpack(self, data: bytes) -> Iterator[bytes]:
        """Unpack gzip (RFC 1952), one or several members, a bounded piece at a time."""
        unpacker = zlib.decompressobj(wbits=31)
        while data:
            try:
                piece = unpacker.decompress(data, _BLOCK)
            except zlib.error as error:
                raise InputError(f"is damaged gzip: {error}", item=self.path) from error
            self._unpacked += len(piece)
            self._bound()
            if piece:
                yield piece
            data = unpacker.unconsumed_tail
            if unpacker.eof:
                data = unpacker.unused_data.lstrip(b"\0") or self._next()
                if data:
                    unpacker = zlib.decompressobj(wbits=31)
            elif not data:
                data = self._next()
        if not unpacker.eof:
            raise InputError("is gzip that ends too early: it was cut off", item=self.path)

    def _bound(self) -> None:
        limits = self.limits
        if self._unpacked > limits.unpacked_bytes:
            raise TooLargeError(f"unpacks to more than {limits.unpacked_bytes} bytes", item=self.path)
        if self._unpacked > _RATIO_FROM and self._unpacked > limits.ratio * max(self.packed_read, 1):
            message = f"unpacks to more than {limits.ratio} times its size; --max-ratio allows more"
            raise TooLargeError(message, item=self.path)


def _open(path: str) -> BufferedReader:
    if path == STDIN:
        return cast("BufferedReader", sys.stdin.buffer)
    file = Path(path)
    if file.is_dir():
        raise InputError("is a directory; name its files", item=path)
    try:
        return file.open("rb")
    except FileNotFoundError:
        raise NotFoundError("no such file", item=path) from None
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", item=path) from error
