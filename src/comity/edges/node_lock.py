"""Who is at work on a node's directory?  Everybody together, or one command alone.

Every process of a node (`comity serve`, its children, each command) shares a flock on DIR/node.lock for as long as it
lives.  What replaces the store (`restore`, `migrate-store`) must have it alone, and is refused while anybody shares it.
The kernel releases the lock of a process that dies.
"""

import fcntl
import os
from contextlib import suppress
from pathlib import Path

from comity.core.errors import ConflictError

_held: dict[Path, int] = {}


def share_node(directory: Path) -> None:
    """Say that this process works on the node, until it ends.  Raises `ConflictError` while somebody has it alone."""
    place = directory.resolve()
    if place in _held:
        return
    with suppress(OSError):  # a directory that cannot be written: nobody can replace its store either
        _held[place] = os.open(place / "node.lock", os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
    if place in _held and not _lock(_held[place], fcntl.LOCK_SH):
        os.close(_held.pop(place))
        raise ConflictError("its store is being replaced; wait until that has ended", item=str(place))


def take_node_alone(directory: Path) -> None:
    """Keep everybody else off the node until this process ends.  Raises `ConflictError` while somebody is at work."""
    place = directory.resolve()
    if place not in _held:
        _held[place] = os.open(place / "node.lock", os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
    if not _lock(_held[place], fcntl.LOCK_EX):
        raise ConflictError(
            "the node is at work: stop comity serve and every other command on it, then try again", item=str(place)
        )


def release_node(directory: Path) -> None:
    """Let others at the node again before this process ends."""
    descriptor = _held.pop(directory.resolve(), None)
    if descriptor is not None:
        os.close(descriptor)


def _lock(descriptor: int, how: int) -> bool:
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
