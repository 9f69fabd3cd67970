"""The dump that the newest snapshot was read from, kept so that tomorrow's can be compared with it by its octets.

    STORE/<zone>/dump-<day>      a link to the file that was read, or a copy; only the newest snapshot's stays

A link costs no room: a clone of the file system where it can (a later write to the file does not touch it), else a hard
link, which is right where dumps are put in place by a rename.  A file that was written to in place has another mark
(`dump_marks`) and is not compared with: the zone is then read whole.  Whatever cannot be kept is no error: tomorrow is
slower, not wrong.
"""

import fcntl
import os
import shutil
from collections.abc import Iterable
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Final

from comity.sweep.dump_marks import mark_dump
from comity.sweep.name_store import Snapshot
from comity.sweep.plan import Keeping

_CLONE: Final = 0x40049409  # FICLONE of linux/fs.h
_STEM: Final = "dump-"


def keep_dump(store: Path, zone: str, as_of: date, source: Path, keeping: Keeping) -> bool:
    """Keep a file as the dump of a day; False: it cannot be, or shall not be."""
    if keeping == "no":
        return False
    kept = _kept(store, zone, as_of)
    part = kept.with_name(f".{kept.name}.part")
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        if not (_clone(source, part) or _link(source, part) or (keeping == "copy" and _copy(source, part))):
            return False
        part.replace(kept)
    except OSError:
        return False
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    return True


def find_dump(store: Path, snapshot: Snapshot | None, others: Iterable[Path] = ()) -> Path | None:
    """Find a file that still is what a snapshot was read from: the one that was kept, or one of others."""
    if snapshot is None or not snapshot.source:
        return None
    paths = [_kept(store, snapshot.zone, snapshot.as_of), *others]
    return next((path for path in paths if _is_of(path, snapshot)), None)


def drop_dumps(store: Path, newest: Snapshot) -> None:
    """Remove the dumps of other days than the newest snapshot's."""
    kept = _kept(store, newest.zone, newest.as_of)
    for path in kept.parent.glob(f"{_STEM}*"):
        if path != kept:
            path.unlink(missing_ok=True)


def _kept(store: Path, zone: str, as_of: date) -> Path:
    return store / zone / f"{_STEM}{as_of}"


def _is_of(path: Path, snapshot: Snapshot) -> bool:
    try:
        return mark_dump(path) == snapshot.source
    except OSError:
        return False


def _clone(source: Path, part: Path) -> bool:
    """Let the file system share the blocks, where it can (btrfs, XFS)."""
    with source.open("rb") as read, part.open("wb") as written:
        try:
            fcntl.ioctl(written, _CLONE, read.fileno())
        except OSError:
            part.unlink()
            return False
    _take_time(source, part)
    return True


def _link(source: Path, part: Path) -> bool:
    try:
        os.link(source.resolve(), part)
    except OSError:  # another file system, or a file that is not ours
        return False
    return True


def _copy(source: Path, part: Path) -> bool:
    if shutil.disk_usage(part.parent).free < 2 * source.stat().st_size:
        return False
    shutil.copyfile(source, part)
    _take_time(source, part)
    return True


def _take_time(source: Path, part: Path) -> None:
    """The time of the last change is part of a mark."""
    status = source.stat()
    os.utime(part, ns=(status.st_atime_ns, status.st_mtime_ns))
