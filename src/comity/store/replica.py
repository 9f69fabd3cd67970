"""Reading from a replica: whatever is asked of the store within `reading()` is asked of the replica, if it may be.

It may be while it follows the primary, is not far behind, and has everything that was written through this node's pages
and API: after each such write the primary's position in its log is kept in a file that all web processes share, and a
replica that has not replayed it yet is passed over.  So nobody misses what they have just done, with or without a
cookie.  What others wrote (couriers, partners, intake) may be younger than what is read, by at most `LAG_SECONDS`.

Only pages and API calls that read use it (`comity.node.reading`); everything that writes, decides, sends or takes asks
the primary.  A replica takes no writes at all, so a mistake here is an error and never a lost write.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from django.db import DatabaseError, InterfaceError, connections

ALIAS: Final = "replica"
LAG_SECONDS: Final = 30
_TRY_AGAIN_SECONDS: Final = 10.0
_OCTETS: Final = 8
_FILE: Final = "replica.mark"

_STATE: Final = """
SELECT pg_is_in_recovery()
       AND EXISTS (SELECT 1 FROM pg_stat_wal_receiver)
       AND (pg_last_wal_receive_lsn() <= pg_last_wal_replay_lsn()
            OR pg_last_xact_replay_timestamp() > now() - make_interval(secs => %s)),
       pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0')::bigint"""
_POSITION: Final = "SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint"


class Replica:
    """A node's replica and the mark of what it must have before it is read."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / _FILE
        self._not_before = 0.0

    @contextmanager
    def reading(self) -> Iterator[bool]:
        """Ask the replica and not the primary, in this thread, if it may be asked; tell whether it is."""
        replica = self._usable()
        if replica is None:
            yield False
            return
        primary = connections["default"]
        connections["default"] = replica
        try:
            yield True
        finally:
            connections["default"] = primary

    def note_write(self) -> None:
        """Something was written through the primary: whoever reads from now on must find it."""
        self._mark(at_least=True)

    def begin(self) -> None:
        """Forget marks of an earlier primary; what was written until now must be found."""
        self._mark(at_least=False)

    def _mark(self, *, at_least: bool) -> None:
        with connections["default"].cursor() as cursor:
            cursor.execute(_POSITION)
            position: int = cursor.fetchone()[0]
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            if not at_least or position > int.from_bytes(os.pread(file, _OCTETS, 0), "big"):
                os.pwrite(file, position.to_bytes(_OCTETS, "big"), 0)
        finally:
            os.close(file)

    def _usable(self) -> Any:
        if time.monotonic() < self._not_before:
            return None
        replica = connections[ALIAS]
        try:
            with replica.cursor() as cursor:
                cursor.execute(_STATE, [LAG_SECONDS])
                follows, replayed = cursor.fetchone()
        except (DatabaseError, InterfaceError):
            self._not_before = time.monotonic() + _TRY_AGAIN_SECONDS
            replica.close()
            return None
        return replica if follows and replayed >= self._required() else None

    def _required(self) -> int:
        try:
            return int.from_bytes(self._path.read_bytes(), "big")
        except FileNotFoundError:
            return 0
