"""Gzip (RFC 1952) put together from parts that were compressed before: one member, whatever the parts were.

A part is a run of DEFLATE blocks (RFC 1951) that refers to nothing before it and ends on an octet's boundary without
being the last, as a full flush leaves it; so parts may stand one after another.  The checksum of the whole is computed
from those of the parts, as zlib's crc32_combine does: nothing is unpacked and nothing is packed again.
"""

import zlib
from collections.abc import Sequence
from typing import Final, NamedTuple

LEVEL: Final = 6
_HEAD: Final = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
_END: Final = b"\x01\x00\x00\xff\xff"  # an empty stored block that is the last
_STORED_MAX: Final = 65_535
_POLYNOMIAL: Final = 0xEDB88320
_ONE: Final = 0x80000000  # x**0, bits reflected


class Packed(NamedTuple):
    """A part: its blocks, and checksum and length of what they hold."""

    blocks: bytes
    checksum: int
    length: int


def pack(data: bytes, level: int = LEVEL) -> Packed:
    """Compress a part."""
    packer = zlib.compressobj(level, zlib.DEFLATED, -15)
    return Packed(packer.compress(data) + packer.flush(zlib.Z_FULL_FLUSH), zlib.crc32(data), len(data))


def store(data: bytes) -> Packed:
    """A short part as it is: cheaper than to compress it."""
    blocks = []
    for start in range(0, len(data), _STORED_MAX):
        piece = data[start : start + _STORED_MAX]
        size = len(piece)
        blocks.append(b"\x00" + size.to_bytes(2, "little") + (size ^ 0xFFFF).to_bytes(2, "little") + piece)
    return Packed(b"".join(blocks), zlib.crc32(data), len(data))


def join_gzip(parts: Sequence[Packed]) -> bytes:
    """Make one gzip member of parts."""
    checksum, length = 0, 0
    for part in parts:
        checksum = _multiply(_shift(part.length), checksum) ^ part.checksum
        length += part.length
    tail = checksum.to_bytes(4, "little") + (length & 0xFFFFFFFF).to_bytes(4, "little")
    return b"".join((_HEAD, *(part.blocks for part in parts), _END, tail))


def _multiply(one: int, other: int) -> int:
    """Multiply two polynomials over GF(2) modulo that of CRC-32; bits are reflected."""
    product, bit = 0, _ONE
    while bit and one:
        if one & bit:
            product ^= other
            one ^= bit
        bit >>= 1
        other = (other >> 1) ^ _POLYNOMIAL if other & 1 else other >> 1
    return product


def _powers() -> tuple[int, ...]:
    """x**(8 * 2**n) for n = 0 … 39."""
    power = _ONE >> 1
    for _ in range(3):
        power = _multiply(power, power)
    powers = []
    for _ in range(40):
        powers.append(power)
        power = _multiply(power, power)
    return tuple(powers)


_POWERS: Final = _powers()


def _shift(octets: int) -> int:
    """x**(8 * octets): what a checksum is multiplied by when so many octets follow."""
    product = _ONE
    for power in _POWERS:
        if octets & 1:
            product = _multiply(power, product)
        octets >>= 1
        if not octets:
            break
    return product
