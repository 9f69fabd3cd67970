"""A file without a name, for what a slow reader must not keep a transaction of the store open for.

It is gone from its directory before anything is written to it, and from the disk when nobody holds it any more.
"""

import os
import tempfile
import weakref
from pathlib import Path


class SpoolFile:
    """Octets on disk, written at the end, read anywhere by any thread."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._descriptor, name = tempfile.mkstemp(dir=directory)
        Path(name).unlink()
        weakref.finalize(self, os.close, self._descriptor)

    def append(self, data: bytes) -> int:
        """Write at the end; answers how many octets.  Raises `OSError` where the disk is full."""
        left = memoryview(data)
        while left:
            left = left[os.write(self._descriptor, left) :]
        return len(data)

    def read(self, at: int, size: int) -> bytes:
        """Read octets from a place."""
        return os.pread(self._descriptor, size, at)
