"""The mark by which a dump is known again as the one that a snapshot was read from, without reading it whole.

Two dumps are compared by their octets only if the first is what the newest snapshot holds.  The mark is the size, the
time of the last change and the SHA-256 of the first and the last 64 KiB, where the serial stands.  A copy with another
time has another mark: it is read whole, which is slower and never wrong.
"""

import hashlib
from pathlib import Path
from typing import Final

_ENDS: Final = 1 << 16


def mark_dump(path: Path) -> str:
    """Give the mark of a file.  Raises `OSError`."""
    with path.open("rb") as file:
        status = path.stat()
        begin = file.read(_ENDS)
        file.seek(max(0, status.st_size - _ENDS))
        digest = hashlib.sha256(begin + file.read(_ENDS)).hexdigest()
    return f"{status.st_size}:{status.st_mtime_ns}:{digest}"
