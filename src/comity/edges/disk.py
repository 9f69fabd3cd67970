"""Where the node's directory lies: how much room is left, whether it takes writes, and on what kind of file system.

A database file on a network file system loses its locks and its promise that what was synced is kept; SQLite's own
documentation refuses them, and so does `comity doctor`.
"""

import os
import re
from pathlib import Path
from typing import Final

import msgspec

MOUNTS: Final = Path("/proc/self/mountinfo")
_NETWORK: Final = re.compile(
    r"nfs\d?|cifs|smb\d?|smbfs|ncpfs|afs|9p|ceph|lustre|gfs2?|ocfs2|fuse\.(sshfs|glusterfs|s3fs|rclone|ceph)"
)
_OCTAL: Final = re.compile(r"\\([0-7]{3})")


class Room(msgspec.Struct, frozen=True):
    """What a file system has left for an ordinary user."""

    free_bytes: int
    total_bytes: int
    read_only: bool


def measure_room(directory: Path) -> Room:
    """Ask the file system that holds a directory."""
    found = os.statvfs(directory)
    return Room(
        free_bytes=found.f_bavail * found.f_frsize,
        total_bytes=found.f_blocks * found.f_frsize,
        read_only=bool(found.f_flag & os.ST_RDONLY),
    )


def find_network_file_system(path: Path, mounts: str) -> str:
    """Name the kind of network file system that holds a path; empty when it is a local one.  `mounts`: mountinfo(5)."""
    best, kind = "", ""
    for line in mounts.splitlines():
        fields, separator, rest = line.partition(" - ")
        parts = fields.split()
        if not separator or len(parts) < 5:
            continue
        point = _OCTAL.sub(lambda match: chr(int(match[1], 8)), parts[4])
        if (path == Path(point) or Path(point) in path.parents) and len(point) >= len(best):
            best, kind = point, rest.split()[0]
    return kind if _NETWORK.fullmatch(kind) else ""


def read_mounts() -> str:
    """What is mounted where; empty where the system does not say."""
    return MOUNTS.read_text(encoding="utf-8", errors="replace") if MOUNTS.exists() else ""
