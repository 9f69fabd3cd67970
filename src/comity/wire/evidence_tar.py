"""The container of an evidence package: a tar file (POSIX ustar) that has exactly one way to be written.

A header holds nothing but a name and a size; everything else in it is fixed.  So reading compares each header with
the only one that may stand there: links, devices, absolute paths, `..`, long names, owners, times, sparse files and
extensions are all "not that header".  Bounds are held before anything is taken out.  docs/spec/evidence.md §2.
"""

import re
from collections.abc import Iterable
from typing import Final

from comity.core.case_evidence import Fault
from comity.core.errors import InputError, TooLargeError

MAX_PACKAGE_BYTES: Final = 64 * 1024 * 1024
MAX_MEMBERS: Final = 32_768

_BLOCK: Final = 512
_END: Final = bytes(2 * _BLOCK)
_NAME: Final = re.compile(rb"(?:[a-z0-9][a-z0-9-]{0,31}/)?[a-z0-9][a-z0-9-]{0,31}(?:\.[a-z0-9-]{1,16}){0,2}")
_SIZE: Final = re.compile(rb"[0-7]{11}\x00")


def render_tar(members: Iterable[tuple[str, bytes]]) -> bytes:
    """Write members in their order.  Raises `InputError` for a name, `TooLargeError` beyond what a package may hold."""
    parts: list[bytes] = []
    size = len(_END)
    for count, (name, content) in enumerate(members, 1):
        if not _NAME.fullmatch(name.encode()):
            raise InputError("is no name of a member of a package", item=name)
        parts += (_header(name.encode(), len(content)), content, bytes(-len(content) % _BLOCK))
        size += _BLOCK + len(content) + -len(content) % _BLOCK
        if size > MAX_PACKAGE_BYTES or count > MAX_MEMBERS:
            raise TooLargeError(
                f"a package has at most {MAX_PACKAGE_BYTES} octets and {MAX_MEMBERS} members", item="evidence package"
            )
    return b"".join((*parts, _END))


def parse_tar(data: bytes) -> dict[str, bytes] | Fault:
    """Read a package's members in their order, or say what is the first thing that stands where it must not."""
    if len(data) > MAX_PACKAGE_BYTES:
        return Fault("too-large", "", (str(MAX_PACKAGE_BYTES),))
    members: dict[str, bytes] = {}
    at, after = 0, ""
    while True:
        block = data[at : at + _BLOCK]
        if not block.strip(b"\0"):
            return members if data[at:] == _END else Fault("bad-end", after, (str(at),))
        name = block[:100].rstrip(b"\0")
        match = _SIZE.match(block, 124)
        if not _NAME.fullmatch(name) or match is None or block != _header(name, size := int(match[0][:11], 8)):
            return Fault("bad-header", after, (str(at),))
        after = name.decode()
        if after in members:
            return Fault("member-twice", after, (str(at),))
        if len(members) == MAX_MEMBERS:
            return Fault("too-many-members", after, (str(MAX_MEMBERS),))
        start, end = at + _BLOCK, at + _BLOCK + size
        at = end + -size % _BLOCK
        if at > len(data):
            return Fault("cut-short", after, (str(len(data)),))
        if data[end:at].strip(b"\0"):
            return Fault("bad-padding", after, (str(end),))
        members[after] = data[start:end]


def _header(name: bytes, size: int) -> bytes:
    """Write the one header that a regular file of this name and size has."""
    fields = (
        name.ljust(100, b"\0"), b"0000600\0", b"0000000\0", b"0000000\0", b"%011o\0" % size, b"00000000000\0",
    )  # fmt: skip
    rest = b"0" + bytes(100) + b"ustar\x0000" + bytes(64) + b"0000000\0" * 2 + bytes(167)
    start = b"".join(fields)
    total = sum(start) + sum(rest) + 8 * ord(" ")
    return start + b"%06o\0 " % total + rest
