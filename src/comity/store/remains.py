"""What is left on the disk of something that was erased, and how it goes.

SQLite: `secure_delete` overwrites what is erased by zeros, but the write-ahead log still holds the page as it was.  A
checkpoint that truncates the log takes it away; it needs a moment in which nobody else reads, so it is tried and never
waited for.  PostgreSQL keeps the former row until (auto)vacuum takes it, which no transaction can do for itself.
docs/how-to/erase.md says how long what stays, and where.
"""

from typing import Final

from django.db import connection

_NO_WAIT: Final = "PRAGMA busy_timeout = 0"
_TRUNCATE: Final = "PRAGMA wal_checkpoint(TRUNCATE)"


def wipe_remains() -> bool:
    """Truncate SQLite's write-ahead log if nobody is in the way; answers whether nothing is left in it.

    Called after the transaction that erased.  On PostgreSQL there is nothing to do here: True.
    """
    if connection.vendor != "sqlite":
        return True
    if connection.in_atomic_block:
        return False  # of a transaction that is not over nothing can be taken away yet
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        (patience,) = cursor.fetchone()
        cursor.execute(_NO_WAIT)
        try:
            cursor.execute(_TRUNCATE)
            (busy, _frames, _moved) = cursor.fetchone()
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {int(patience)}")
    return int(busy) == 0
