"""Is a path a file that can be swept?

What is swept is looked at before it is read, and read again by each process that works on it.  A pipe would hold such a
process up for ever, a device may have no end, and a folder has no lines: each is refused before it is opened.
"""

from pathlib import Path
from stat import S_ISDIR, S_ISREG

from comity.core.errors import InputError


def check_plain(path: Path) -> None:
    """Raises `InputError` for what is not a file on a disk; links are followed."""
    try:
        mode = path.stat().st_mode
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}", item=str(path)) from error
    if S_ISDIR(mode):
        raise InputError("cannot be read: it is a folder", item=str(path))
    if not S_ISREG(mode):
        raise InputError("is a pipe or a device: write it to a file first", item=str(path))
