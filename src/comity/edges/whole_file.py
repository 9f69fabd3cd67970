"""Write a file whole or not at all: beside its place under another name, flushed, then renamed over what was there.

Whoever reads it meanwhile, or while this program dies, reads the old one.  Links are followed, so that what stays in
place is a link.
"""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path


def write_whole(path: Path, parts: Iterable[bytes], *, mode: int = 0o640) -> None:
    """Write parts as a file in place of the one there.  Raises `OSError`; then the old one is as it was."""
    place = path.resolve()
    part = place.with_name(f".{place.name}.{os.getpid()}.part")
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
        with os.fdopen(descriptor, "wb") as file:
            for piece in parts:
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        part.replace(place)
    finally:
        with suppress(FileNotFoundError):
            part.unlink()
