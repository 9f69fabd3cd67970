"""Where a zone is read from, and of which zone a file is.

A source is said as `PATH`, `ZONE=PATH` or `axfr://…`.  The zone of a file is what its SOA record or its `$ORIGIN` says;
of a list of names, the end that the first of them has.  What a sample cannot tell must be said: nothing is guessed from
a file's name, since a partner's dump may be called anything.
"""

import gzip
import re
import zlib
from pathlib import Path
from typing import IO, BinaryIO, Final, cast

import msgspec
import zstandard

from comity.core.errors import InputError
from comity.core.labels import Host, fold_host
from comity.core.parties import ZONES
from comity.sweep.plain_files import check_plain

TRANSFER: Final = "axfr://"
_HEAD_BYTES: Final = 1 << 18
_MAX_SERIAL: Final = 0xFFFFFFFF
_SAID: Final = re.compile(r"([^=/.]+)=(.+)", re.DOTALL)
_SOA: Final = re.compile(rb"^([^\s;]+)[ \t]+(?:\d+[ \t]+)?(?:IN[ \t]+)?(?:\d+[ \t]+)?SOA[ \t]", re.IGNORECASE)
_ORIGIN: Final = re.compile(rb"^\$ORIGIN[ \t]+([^\s;]+)", re.IGNORECASE)
_COMMENT: Final = re.compile(rb";[^\n]*")
_SERIAL: Final = re.compile(
    rb"^\S*[ \t][^\n]*?\bSOA\s+[^\s(]+\s+[^\s(]+[\s(]+([0-9]{1,10})\b", re.IGNORECASE | re.MULTILINE
)
_GZIP: Final = b"\x1f\x8b"
_ZSTD: Final = b"\x28\xb5\x2f\xfd"
_BLOCK_BYTES: Final = 1 << 16


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """One zone and where it is read; `before_dump`: an earlier dump of it."""

    zone: str
    path: str
    before_dump: str = ""


def parse_source(text: str) -> tuple[str, str]:
    """Split what somebody said into a zone (empty: to be found) and a path or address.  Raises `InputError`."""
    said = _SAID.fullmatch(text)
    if said is None or Path(text).exists():
        return "", text
    return fold_zone(said[1], item=text), said[2]


def fold_zone(text: str, *, item: str) -> str:
    """A zone's name as A-labels.  Raises `InputError`."""
    folded = fold_host(text.rstrip("."))
    if not isinstance(folded, Host):
        raise InputError(f"{text}: is no name of a zone", item=item)
    return folded.ascii


def is_transfer(path: str) -> bool:
    """Whether a source is asked of a name server."""
    return path.startswith(TRANSFER)


def find_zone(path: Path) -> str:
    """Say of which zone a file is.  Raises `InputError` where its beginning does not tell."""
    head, _ = read_head(path, _HEAD_BYTES)
    origin = b""
    for line in head.split(b"\n"):
        if found := _ORIGIN.match(line):
            origin = found[1]
        elif found := _SOA.match(line):
            owner = found[1]
            if owner != b"@":
                origin = owner if owner.endswith(b".") else owner + b"." + origin
            return fold_zone(origin.decode("utf-8", "replace"), item=str(path))
    if origin:
        return fold_zone(origin.decode("utf-8", "replace"), item=str(path))
    for line in head.split(b"\n"):
        words = line.split(b";")[0].split(b"#")[0].split()
        if (
            words
            and (folded := fold_host(words[0].decode("utf-8", "replace").rstrip(".")))
            and isinstance(folded, Host)
        ):
            end = folded.ascii.rpartition(".")[2]
            if end in ZONES:
                return end
    raise InputError("does not say of which zone it is (no SOA, no $ORIGIN): give it as ZONE=PATH", item=str(path))


def find_serial(path: Path) -> int:
    """The serial of the SOA at the beginning of a zone file; 0 where there is none, as in a list of names."""
    head, _ = read_head(path, _HEAD_BYTES)
    found = _SERIAL.search(_COMMENT.sub(b"", head))
    return int(found[1]) if found and int(found[1]) <= _MAX_SERIAL else 0


def read_head(path: Path, size: int) -> tuple[bytes, int]:
    """The first bytes of a file, unpacked, and about how many bytes of it they are.

    Raises `InputError` where it cannot be read.
    """
    check_plain(path)
    try:
        with path.open("rb") as file:
            unpacked = _unpacked(file)
            made = bytearray()
            while len(made) < size and (data := unpacked.read(min(size - len(made), _BLOCK_BYTES))):
                made += data
            if not made and file.tell() > len(_ZSTD):
                raise InputError("cannot be unpacked: it is cut", item=str(path))
            return bytes(made), file.tell()
    except (EOFError, zlib.error, zstandard.ZstdError, gzip.BadGzipFile) as error:
        raise InputError(f"cannot be unpacked: {error}", item=str(path)) from error
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}", item=str(path)) from error


def is_packed(path: Path) -> bool:
    """Whether a file must be unpacked from its beginning, so that one cannot look into its middle."""
    with path.open("rb") as file:
        return file.read(4).startswith((_GZIP, _ZSTD))


def _unpacked(file: BinaryIO) -> IO[bytes]:
    first = file.read(4)
    file.seek(0)
    if first.startswith(_GZIP):
        return cast("IO[bytes]", gzip.GzipFile(fileobj=file))
    if first == _ZSTD:
        return zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True)
    return file
