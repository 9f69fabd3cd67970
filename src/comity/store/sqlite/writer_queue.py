"""Whose turn is it to write to one SQLite file?  A queue of processes and threads that the kernel keeps.

SQLite's own answer to a busy file is to sleep and look again, for up to 100 ms at a time, so that with a few writers
the file is idle while all of them sleep, or one of them never gets in.  Here a writer waits in flock(2) and is woken
the moment the one before it has ended.  Two locks make it a queue: whoever holds `turn` is next and waits for `writer`;
whoever has just written must wait for `turn` behind it and cannot snatch the lock back from one that is waking up.

Nothing depends on it but time: SQLite still takes its own lock.  So where the side files cannot be made (a read-only
directory, a full disk) a writer goes on without, and SQLite says what is wrong.  The kernel releases the locks of a
process that dies.  There is no time limit: a process that is stopped in the middle of a transaction (Ctrl-Z) holds up
the others until it goes on or is killed.
"""

import fcntl
import os
from contextlib import suppress


class WriterQueue:
    """One connection's place in the queue of a database file.  As a connection, not for two threads at once."""

    def __init__(self, database: str) -> None:
        self._paths = (f"{database}-turn", f"{database}-writer")
        self._files: tuple[int, int] | None = None
        self.held = False

    def enter(self) -> None:
        """Wait until it is this connection's turn to write."""
        if self.held:
            return
        files = self._files or self._open()
        if files is None:
            return
        turn, writer = files
        fcntl.flock(turn, fcntl.LOCK_EX)
        try:
            fcntl.flock(writer, fcntl.LOCK_EX)
            self.held = True
        finally:
            fcntl.flock(turn, fcntl.LOCK_UN)

    def leave(self) -> None:
        """Let the next one write."""
        if self.held and self._files is not None:
            self.held = False
            fcntl.flock(self._files[1], fcntl.LOCK_UN)

    def close(self) -> None:
        """Leave, and forget the files."""
        self.held = False
        for file in self._files or ():
            os.close(file)
        self._files = None

    def _open(self) -> tuple[int, int] | None:
        opened: list[int] = []
        with suppress(OSError):
            # Reading is enough to lock, so that a file which root made does not shut out the node's own user.
            opened.extend(os.open(path, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o644) for path in self._paths)
        if len(opened) == len(self._paths):
            self._files = (opened[0], opened[1])
            return self._files
        for file in opened:
            os.close(file)
        return None
