"""Octets of a file, plain or packed (gzip, zstd), in blocks of whole lines and bounded memory.

What it unpacks to is bounded by configuration, not by the file's word.  A file that ends within a line, a gzip member
or a zstd frame is cut, and refused.  Of a line that is longer than `MAX_LINE_BYTES` only the beginning is handed on,
longer than any line that is read, so that whoever reads lines finds and reports it.
"""

import gzip
import zlib
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Final

import zstandard

from comity.core.errors import InputError
from comity.sweep.zone_faults import ZoneFileError, ZoneTruncatedError

MAX_LINE_BYTES: Final = 65_535
LEAST_BLOCK_BYTES: Final = 4 * MAX_LINE_BYTES
_GZIP: Final = b"\x1f\x8b"
_ZSTD: Final = b"\x28\xb5\x2f\xfd"
_ZSTD_SKIPPABLE: Final = tuple(bytes([number]) + b"\x2a\x4d\x18" for number in range(0x50, 0x60))
_ZSTD_WINDOW: Final = 1 << 27
# A zstd block says up to 128 KiB in four octets: no call unpacks to more than this many octets times 32,768.
_ZSTD_BITE: Final = 512


def read_blocks(path: Path, *, block_bytes: int, most_bytes: int) -> Iterator[bytes]:
    """Read a file in blocks that end with a line.  Raises `ZoneFileError`, `ZoneTruncatedError`."""
    block_bytes = max(block_bytes, LEAST_BLOCK_BYTES)
    kept, seen = b"", 0
    for piece in read_pieces(path, block_bytes, broken=ZoneFileError, cut=ZoneTruncatedError):
        seen += len(piece)
        if seen > most_bytes:
            raise ZoneFileError(f"unpacks to more than {most_bytes} octets, the most that is read", item=str(path))
        if seen == len(piece):
            if piece.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
                raise ZoneFileError("is UTF-16, which no zone file is: write it as ASCII or UTF-8", item=str(path))
            piece = piece.removeprefix(BOM_UTF8)  # noqa: PLW2901 — of the first piece alone
        end = piece.rfind(b"\n") + 1
        if not end:
            kept = (kept + piece)[: MAX_LINE_BYTES + 1] if len(kept) + len(piece) > block_bytes else kept + piece
            continue
        yield b"".join((kept, memoryview(piece)[:end])) if kept else piece if end == len(piece) else piece[:end]
        kept = piece[end:]
    if kept:
        raise ZoneTruncatedError("ends in the middle of a line: it is cut, or lacks its last line end", item=str(path))


def read_pieces(
    path: Path, size: int, *, broken: type[InputError] = InputError, cut: type[InputError] = InputError
) -> Iterator[bytes]:
    """Unpack a file in pieces of about `size` octets.  Raises `broken`, and `cut` where its packing ends too early."""
    try:
        with path.open("rb", buffering=0) as file:
            head = file.read(4)
            file.seek(0)
            if head.startswith(_GZIP):
                with gzip.GzipFile(fileobj=file) as unpacked:
                    yield from iter(_reader(unpacked, size), b"")
            elif head == _ZSTD or head in _ZSTD_SKIPPABLE:
                yield from _zstd(file, size)
            else:
                yield from iter(_reader(file, size), b"")
    except EOFError:
        raise cut("its packing is cut", item=str(path)) from None
    except (gzip.BadGzipFile, zlib.error, zstandard.ZstdError) as error:
        raise broken(f"its packing is broken: {error}", item=str(path)) from error
    except OSError as error:
        raise broken(f"cannot be read: {error.strerror or error}", item=str(path)) from error


def _reader(file: "IO[bytes] | gzip.GzipFile", size: int) -> Callable[[], bytes]:
    return lambda: file.read(size)


def _zstd(file: IO[bytes], size: int) -> Iterator[bytes]:
    """Unpack frame after frame; a stream that ends within one is cut."""
    packer = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW)
    frame, is_open = packer.decompressobj(), False
    parts: list[bytes] = []
    held = 0
    while read := file.read(size):
        at = 0
        while at < len(read):
            bite = read[at : at + _ZSTD_BITE]
            part = frame.decompress(bite)
            at, is_open = at + len(bite), True
            if part:
                parts.append(part)
                held += len(part)
            if frame.eof:
                at -= len(frame.unused_data)
                frame, is_open = packer.decompressobj(), False
            if held >= size:
                yield b"".join(parts)
                parts, held = [], 0
    if is_open:
        raise EOFError
    if parts:
        yield b"".join(parts)
