"""Is there something new in the store?  A hint that lets the courier sleep without making anybody wait.

On PostgreSQL whoever appends to a ledger notifies in the same transaction; on SQLite the file itself tells that another
connection has committed (PRAGMA data_version).  A hint that is missed costs one poll and nothing else: what is to be
carried is read from the ledgers.
"""

import time
from contextlib import suppress
from typing import Any, Final

from django.db import DatabaseError, connection
from django.db.backends.utils import CursorWrapper

_CHANNEL: Final = "comity_ledger"
_LOOK_SECONDS: Final = 0.004


def tell_news() -> None:
    """Tell that a ledger has grown, when the caller's transaction is committed."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"NOTIFY {_CHANNEL}")


class NewsWatch:
    """Waits for news in one thread, on that thread's own connection."""

    def __init__(self) -> None:
        self._listening: Any = None
        self._seen = -1

    def wait(self, seconds: float) -> None:
        """Wait until something is new, but no longer than so many seconds."""
        if connection.vendor == "postgresql":
            self._listen(seconds)
        else:
            self._look(seconds)

    def _look(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        with connection.cursor() as cursor:
            while self._version(cursor) == self._seen and time.monotonic() < end:
                time.sleep(_LOOK_SECONDS)
            self._seen = self._version(cursor)

    @staticmethod
    def _version(cursor: CursorWrapper) -> int:
        cursor.execute("PRAGMA data_version")
        return int(cursor.fetchone()[0])

    def _listen(self, seconds: float) -> None:
        connection.ensure_connection()
        raw: Any = connection.connection
        if self._listening is not raw:
            with connection.cursor() as cursor:
                cursor.execute(f"LISTEN {_CHANNEL}")
            self._listening = raw
        # A connection that broke is made anew by whoever asks next.
        with suppress(DatabaseError), connection.wrap_database_errors:
            for _note in raw.notifies(timeout=seconds, stop_after=1):
                break
