"""Trouble with the machine a node stands on: a disk that fills, a store that turns read-only, a clock that jumps.

Everything here is of the node under test alone and is put back: a tmpfs of its own (as root; otherwise a limit on file
sizes and file modes do the same to SQLite), Debian's libfaketime for the clock (wall clock only: the monotonic one goes
on), PostgreSQL's own switch for a read-only database.
"""

import os
import resource
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, Self
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from comity.core.errors import SettingError

_DISK_BYTES: Final = 512 * 1024 * 1024
_LEFT_BYTES: Final = 16 * 1024  # a journal can still begin and not end
_BALLAST: Final = "ballast"
_FAKETIME: Final = "/usr/lib/*/faketime/libfaketime.so.1"


class Clock:
    """The wall clock of all processes of one node; it can be moved while they run."""

    def __init__(self, scratch: Path) -> None:
        self._file = scratch / "clock"
        self.set(0)

    def environment(self) -> dict[str, str]:
        """What the node's processes need to follow this clock."""
        library = next(iter(sorted(Path("/").glob(_FAKETIME.lstrip("/")))), None)
        if library is None:
            raise SettingError("is not installed; run tools/system_packages.sh", item="faketime")
        return {
            "LD_PRELOAD": str(library),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def set(self, ahead_seconds: int) -> None:
        """Let the clock be so far ahead of the machine's (negative: behind), within a second."""
        fresh = self._file.with_suffix(".new")
        fresh.write_text(f"{ahead_seconds:+d}s\n")
        fresh.replace(self._file)


class SmallDisk:
    """A file system of a node's own that can be filled and emptied again; `path` is where it is."""

    def __init__(self, path: Path, *, owner: str | None = None) -> None:
        self.path = path
        self._owner = owner
        self.is_mounted = False

    def __enter__(self) -> Self:
        self.path.mkdir(parents=True, exist_ok=True)
        if can_mount():
            _run("mount", "-t", "tmpfs", "-o", f"size={_DISK_BYTES}", "comity-campaign", str(self.path))
            self.is_mounted = True
        if self._owner is not None:
            shutil.chown(self.path, self._owner)
        return self

    def __exit__(self, *_: object) -> None:
        if self.is_mounted:
            _run("umount", "--lazy", str(self.path))

    def fill(self, *processes: int) -> None:
        """Leave no room; without a file system of its own, let these processes write no file beyond what it has."""
        if not self.is_mounted:
            for pid in processes:
                with suppress(ProcessLookupError):
                    resource.prlimit(pid, resource.RLIMIT_FSIZE, (self._largest(), resource.RLIM_INFINITY))
            return
        with (self.path / _BALLAST).open("wb") as ballast:
            while (free := shutil.disk_usage(self.path).free) > 2 * _LEFT_BYTES:
                with suppress(OSError):  # the node wrote meanwhile: there is less room than was seen
                    os.posix_fallocate(ballast.fileno(), ballast.seek(0, os.SEEK_END), free - _LEFT_BYTES)

    def empty(self, *processes: int) -> None:
        """Make room again."""
        (self.path / _BALLAST).unlink(missing_ok=True)
        if not self.is_mounted:
            for pid in processes:
                with suppress(ProcessLookupError):
                    resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

    @contextmanager
    def read_only(self) -> Iterator[None]:
        """Nothing can be written here meanwhile; whoever has files open for writing must have ended before."""
        if self.is_mounted:
            _run("mount", "-o", "remount,ro", str(self.path))
        else:
            self._set_modes(0o500, 0o400)
        try:
            yield
        finally:
            if self.is_mounted:
                _run("mount", "-o", "remount,rw", str(self.path))
            else:
                self._set_modes(0o700, 0o600)

    def _set_modes(self, directory: int, file: int) -> None:
        for one in (self.path, *self.path.rglob("*")):
            if one.is_dir():
                one.chmod(directory)
            elif one.name.startswith("comity.sqlite3"):
                one.chmod(file)

    def _largest(self) -> int:
        return max((file.stat().st_size for file in self.path.rglob("*") if file.is_file()), default=0)


def can_mount() -> bool:
    """Whether this process may make a file system; a container's root may not."""
    if os.geteuid() != 0:
        return False
    with tempfile.TemporaryDirectory() as place:
        try:
            _run("mount", "-t", "tmpfs", "-o", "size=64k", "probe", place)
        except (OSError, subprocess.CalledProcessError):
            return False
        _run("umount", place)
    return True


@contextmanager
def read_only_database(url: str) -> Iterator[None]:
    """Let a PostgreSQL database take no write; its sessions are ended, so that they learn of it."""
    _set_read_only(url, "on")
    try:
        yield
    finally:
        _set_read_only(url, "off")


def _set_read_only(url: str, word: str) -> None:
    name = urlsplit(url).path.removeprefix("/")
    server = urlsplit(url)._replace(path="/postgres").geturl()
    with psycopg.connect(server, autocommit=True) as administrator:
        administrator.execute(
            sql.SQL("ALTER DATABASE {} SET default_transaction_read_only = {}").format(
                sql.Identifier(name), sql.SQL(word)
            )
        )
        administrator.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)
