"""Files that others read while they are written: each is whole or not there, and a position says how far they are.

A file is written beside its name and renamed; the position is written last, so that whoever was killed in between does
the same again.
"""

from pathlib import Path
from typing import Final

from comity.core.errors import InputError
from comity.edges.whole_file import write_whole

_POSITION: Final = ".position"
_MOST_POSITION: Final = 100


def put_file(directory: Path, name: str, data: bytes) -> None:
    """Write a file whole, for its owner and group alone.  Raises `InputError` where it cannot be written."""
    try:
        write_whole(directory / name, [data])
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}", item=str(directory / name)) from error


def remove_file(directory: Path, name: str) -> bool:
    """Take a file away; False where there was none."""
    try:
        (directory / name).unlink()
    except FileNotFoundError:
        return False
    return True


def read_position(directory: Path, of: str) -> int:
    """How far the files of a directory are; 0 for an empty one.  Raises `InputError` where they are somebody else's."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        text = (directory / _POSITION).read_text("utf-8")[:_MOST_POSITION]
    except FileNotFoundError:
        return 0
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot be read: {error}", item=str(directory)) from error
    whose, _, position = text.strip().partition(" ")
    if whose != of or not position.isdecimal():
        raise InputError("holds the files of another output; give a directory of its own", item=str(directory))
    return int(position)


def put_position(directory: Path, of: str, position: int) -> None:
    """Say how far the files are."""
    put_file(directory, _POSITION, f"{of} {position}\n".encode())
