"""A directory of files for others to fetch, brought up to date file by file.

A file is written beside its place and renamed into it, so that whoever copies the directory meanwhile (rsync, a web
server) never sees half of one.  Order is the caller's: what points to a file is written after it.
"""

import os
from collections.abc import Iterable
from pathlib import Path

from comity.core.errors import InputError


class FeedDirectory:
    """Files in one directory.  Raises `InputError` where it cannot be written."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(f"cannot be made: {error.strerror}", item=str(path)) from error

    def read(self, name: str) -> bytes:
        """What a file holds; nothing where there is none."""
        try:
            return (self._path / name).read_bytes()
        except FileNotFoundError:
            return b""
        except OSError as error:
            raise InputError(f"cannot be read: {error.strerror}", item=str(self._path / name)) from error

    def write(self, name: str, parts: Iterable[bytes]) -> int:
        """Put a file in its place, whole or not at all; answers its octets."""
        part = self._path / f".{name}.part"
        size = 0
        try:
            with part.open("wb") as file:
                for piece in parts:
                    size += file.write(piece)
                file.flush()
                os.fsync(file.fileno())
            part.replace(self._path / name)
        except OSError as error:
            raise InputError(f"cannot be written: {error.strerror}", item=str(self._path / name)) from error
        return size

    def remove(self, name: str) -> None:
        """Take a file away, if it is there."""
        try:
            (self._path / name).unlink(missing_ok=True)
        except OSError as error:
            raise InputError(f"cannot be removed: {error.strerror}", item=str(self._path / name)) from error

    def names(self, suffix: str) -> list[str]:
        """The files of a suffix, sorted."""
        return sorted(found.name for found in self._path.iterdir() if found.name.endswith(suffix) and found.is_file())
