"""Django's SQLite backend whose writers stand in a queue (`comity.store.sqlite.writer_queue`) and not in a sleep.

A transaction enters the queue before BEGIN IMMEDIATE and leaves it after COMMIT or ROLLBACK, whatever became of them;
savepoints are within it.  A statement that writes outside of a transaction is one of its own.  Readers pass by.  The
module has the name under which Django looks for a backend.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any, Final
from weakref import WeakSet

from django.db.backends.sqlite3.base import DatabaseWrapper as SqliteWrapper
from django.db.backends.sqlite3.base import SQLiteCursorWrapper

from comity.store.sqlite.writer_queue import WriterQueue

_WRITES: Final = re.compile(r"\s*(?:INSERT|UPDATE|DELETE|REPLACE)\b", re.IGNORECASE)


# Connections of this process that only read, or are opened beside one that does.
_readers: Final["WeakSet[DatabaseWrapper]"] = WeakSet()
_knowing_readers: Final = Lock()


class DatabaseWrapper(SqliteWrapper):
    """A connection that waits for its turn to write."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._queue: WriterQueue | None = None
        self.only_reads = False

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        self._forget_queue()
        if self.is_in_memory_db():
            return super().get_new_connection(conn_params)
        self._queue = WriterQueue(str(self.settings_dict["NAME"]))
        with _knowing_readers:
            beside = any(one.settings_dict["NAME"] == self.settings_dict["NAME"] for one in _readers)
            self.only_reads = beside or not self._is_writable()
            if self.only_reads:
                _readers.add(self)
        try:
            made = super().get_new_connection(conn_params)
        except Exception:
            self._forget_reading()
            raise
        if not self.only_reads and not self._is_writable():  # it turned meanwhile
            with _knowing_readers:
                self.only_reads = True
                _readers.add(self)
        return made

    def _is_writable(self) -> bool:
        return os.access(self.settings_dict["NAME"], os.W_OK)

    def close_if_unusable_or_obsolete(self) -> None:
        """Keep no connection that was made when nothing could be written, though a part keeps all others.

        SQLite opened the file to read then, and this connection would refuse to write for as long as it lives.  So
        would whatever is opened beside it, however well the disk is by then: SQLite shares what it opened to read
        between all connections of a process.  Such a connection is one that only reads, too.
        """
        if self.only_reads and not self.in_atomic_block:
            self.close()
        super().close_if_unusable_or_obsolete()

    def create_cursor(self, name: str | None = None) -> Any:  # noqa: ARG002 — Django's signature; SQLite has no named ones
        return self.connection.cursor(factory=lambda connection: _Cursor(connection, self))

    @contextmanager
    def turn_to_write(self) -> Iterator[None]:
        """Hold the queue while one statement writes, unless a transaction holds it already."""
        queue = self._queue
        if queue is None or queue.held or self.connection.in_transaction:
            yield
            return
        queue.enter()
        try:
            yield
        finally:
            queue.leave()

    def _start_transaction_under_autocommit(self) -> None:
        if self._queue is not None:
            self._queue.enter()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]  # Django's stubs leave out its private half
        finally:
            self._leave_after_transaction()

    def _commit(self) -> None:
        try:
            super()._commit()  # type: ignore[misc]  # as above
        finally:
            self._leave_after_transaction()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]  # as above
        finally:
            self._leave_after_transaction()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]  # as above
        finally:
            self._forget_queue()
            self._forget_reading()

    def _leave_after_transaction(self) -> None:
        """A COMMIT that failed may have left the transaction open: then the ROLLBACK that follows ends the turn."""
        if self._queue is not None and not (self.connection is not None and self.connection.in_transaction):
            self._queue.leave()

    def _forget_reading(self) -> None:
        with _knowing_readers:
            _readers.discard(self)

    def _forget_queue(self) -> None:
        if self._queue is not None:
            self._queue.close()
            self._queue = None


class _Cursor(SQLiteCursorWrapper):
    def __init__(self, connection: Any, wrapper: DatabaseWrapper) -> None:
        super().__init__(connection)
        self._wrapper = wrapper

    def execute(self, query: str, params: Any = None) -> Any:
        if _WRITES.match(query) is None:
            return super().execute(query, params)
        with self._wrapper.turn_to_write():
            return super().execute(query, params)

    def executemany(self, query: str, param_list: Any) -> Any:
        with self._wrapper.turn_to_write():
            return super().executemany(query, param_list)
