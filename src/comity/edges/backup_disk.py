"""Backups on disk: written whole or not at all, readable by their owner alone, read as a stream.

The lines of `comity.wire.backup_file` are compressed with gzip.  A file is written beside its place under another name,
flushed to the disk, and renamed; whatever goes wrong before, nothing is left.
"""

import gzip
import io
import os
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from comity.core.errors import ComityError, ConflictError
from comity.wire.backup_file import BackupFormatError

_LEVEL: Final = 1  # higher levels cost several times the time and save a tenth
_CHUNK: Final = 1 << 20
_MAX_LINE: Final = 64 * 1024 * 1024


class BackupDiskError(ComityError):
    """A backup cannot be written there; the disk is full, or the place cannot be written."""

    code = "backup-not-written"


def write_lines(path: Path, lines: Iterable[bytes]) -> int:
    """Write lines, compressed, as a new file; answer its size.  Raises `ConflictError` when there is one already."""
    if path.exists():
        raise ConflictError("exists already; a backup never replaces a file", item=str(path))
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        try:
            _write_part(part, lines)
            os.link(part, path)  # refuses to replace what somebody else put there meanwhile
        finally:
            with suppress(FileNotFoundError):
                part.unlink()
        _sync_directory(path.parent)
    except FileExistsError:
        raise ConflictError("exists already; a backup never replaces a file", item=str(path)) from None
    except OSError as error:
        raise BackupDiskError(
            f"the backup was not written: {error.strerror}; nothing is left of it", item=str(path)
        ) from error
    return path.stat().st_size


def _write_part(part: Path, lines: Iterable[bytes]) -> None:
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
        gathered, size = [], 0
        for line in lines:
            gathered.append(line)
            size += len(line)
            if size >= _CHUNK:
                file.write(packer.compress(b"".join(gathered)))
                gathered, size = [], 0
        file.write(packer.compress(b"".join(gathered)))
        file.write(packer.flush())
        file.flush()
        os.fsync(file.fileno())


def read_lines(path: Path) -> Iterator[bytes]:
    """Read a backup's lines.  Raises `BackupFormatError` where it is not gzip, or ends in the middle."""
    with path.open("rb") as file, gzip.GzipFile(fileobj=file) as unpacked, io.BufferedReader(unpacked, _CHUNK) as lines:
        while True:
            try:
                line = lines.readline(_MAX_LINE)
            except (gzip.BadGzipFile, EOFError, zlib.error):
                raise BackupFormatError("is not whole, or not a backup", item=str(path)) from None
            if not line:
                return
            yield line


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
