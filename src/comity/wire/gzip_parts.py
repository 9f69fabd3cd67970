"""Parts that are compressed once and joined into one gzip stream for every reader (RFC 1951, RFC 1952).

A part ends on an octet and refers to nothing before it, so any parts in any order are one stream; the checksum of the
whole is made of the parts' checksums without looking at their octets.  A list of a million names of which one changed
costs one part anew, and nothing is compressed when it is read.
"""

import struct
import zlib
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

import msgspec

_HEAD: Final = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
_LAST: Final = b"\x03\x00"
_STORED_MAX: Final = 65_535
_POLYNOMIAL: Final = 0xEDB88320
_ONE: Final = 1 << 31


class Part(msgspec.Struct, frozen=True):
    """One part: its compressed octets, and checksum and length of what they stand for."""

    body: bytes
    crc: int
    size: int


def pack_part(data: bytes) -> Part:
    """Compress a part."""
    packer = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    return Part(packer.compress(data) + packer.flush(zlib.Z_SYNC_FLUSH), zlib.crc32(data), len(data))


def stored_part(data: bytes) -> Part:
    """Make a part of at most 65,535 octets that are not compressed."""
    if len(data) > _STORED_MAX:
        raise ValueError(len(data))
    length = struct.pack("<HH", len(data), len(data) ^ 0xFFFF)
    return Part(b"\0" + length + data, zlib.crc32(data), len(data))


def unpack_part(part: Part) -> bytes:
    """Give what a part stands for."""
    return zlib.decompressobj(-zlib.MAX_WBITS).decompress(part.body, part.size) if part.size else b""


def join_gzip(parts: Iterable[Part]) -> Iterator[bytes]:
    """Join parts into one gzip stream."""
    yield _HEAD
    crc, size = 0, 0
    for part in parts:
        crc, size = combine_crc(crc, part.crc, part.size), size + part.size
        yield part.body
    yield _LAST + struct.pack("<II", crc, size & 0xFFFFFFFF)


def combine_crc(first: int, second: int, second_size: int) -> int:
    """Give the CRC-32 of two octet strings, one after the other, of which only the CRCs and the second's length are
    known.
    """
    return _times(_shift(second_size), first) ^ second


@lru_cache(maxsize=65_536)
def _shift(size: int) -> int:
    """x to the power of 8 * size, modulo the polynomial."""
    power, square, count = _ONE, 1 << 23, size  # x to the power of 8
    while count:
        if count & 1:
            power = _times(square, power)
        square = _times(square, square)
        count >>= 1
    return power


def _times(one: int, other: int) -> int:
    """Multiply two polynomials over GF(2), modulo that of CRC-32; the highest bit is x to the power of 0."""
    product, mask = 0, _ONE
    while mask:
        if one & mask:
            product ^= other
        mask >>= 1
        other = other >> 1 ^ _POLYNOMIAL if other & 1 else other >> 1
    return product
