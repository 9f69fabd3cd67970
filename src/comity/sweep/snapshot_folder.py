"""A snapshot's folder, written whole or not at all; one writer for each zone at a time.

Everything is written in a folder whose name begins with a dot, each file is synced, `snapshot.json` last; then the
folder gets its name, and `current` is replaced in one step.  Whoever is killed between two of these steps leaves the
old snapshot current; the next writer removes what was left.  A full disk is `SnapshotUnwrittenError`.
"""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from polars.exceptions import PolarsError

from comity.sweep.snapshot_errors import SnapshotBusyError, SnapshotUnwrittenError

CURRENT = "current"
ACCOUNT = "snapshot.json"
_WRITING = ".writing-"


@contextmanager
def hold_zone(store: Path, zone: str) -> Iterator[Path]:
    """Be the only writer of a zone, and give its folder, cleared of what killed writers left."""
    home = store / zone
    with writing(home):
        home.mkdir(parents=True, exist_ok=True)
        lock = (home / ".lock").open("ab")
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SnapshotBusyError("another process writes a snapshot of this zone; wait for it", item=zone) from None
        with writing(home):
            _clear(home)
        yield home


@contextmanager
def write_folder(home: Path, name: str) -> Iterator[Path]:
    """Give a folder to write in, and remove it unless `publish` has given it its name."""
    stage = home / f"{_WRITING}{name}"
    try:
        with writing(home):
            stage.mkdir()
        yield stage
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def publish(stage: Path, name: str, account: bytes) -> None:
    """Make what was written the newest snapshot of its zone.  Raises `SnapshotUnwrittenError`."""
    home = stage.parent
    with writing(home):
        for path in stage.iterdir():
            _sync(path)
        _write_synced(stage / ACCOUNT, account)
        _sync(stage)
        if (home / name).exists():  # whole, but its writer was killed before it became current
            shutil.rmtree(home / name)
        stage.rename(home / name)
        _sync(home)
        pointer = home / f".{CURRENT}"
        _write_synced(pointer, name.encode())
        pointer.replace(home / CURRENT)
        _sync(home)


def published_name(stage: Path) -> str:
    """Give the name that a folder that is being written will have."""
    return stage.name.removeprefix(_WRITING)


def find_current(home: Path) -> str | None:
    """Find the name of the newest whole snapshot's folder."""
    try:
        return (home / CURRENT).read_text()
    except FileNotFoundError:
        return None


def digest_file(path: Path) -> str:
    """Give the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _clear(home: Path) -> None:
    """Remove half-written folders, and whole ones that never became current: those are newer than the current one."""
    current = find_current(home)
    for path in home.iterdir():
        half = path.name.startswith(_WRITING)
        if path.is_dir() and (half or (current is not None and path.name > current)):
            shutil.rmtree(path)
    with suppress(FileNotFoundError):
        (home / f".{CURRENT}").unlink()


def _write_synced(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def writing(home: Path) -> Iterator[None]:
    """Say of whatever the disk refuses in this block that the snapshot was not written."""
    try:
        yield
    except (OSError, PolarsError) as error:
        raise SnapshotUnwrittenError(
            f"the disk did not take it ({error}); the snapshot before is still the newest", item=str(home)
        ) from error
