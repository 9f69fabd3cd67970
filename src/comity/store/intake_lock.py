"""One intake at a time: whoever opens cases or stores reports holds this lock until its transaction ends.

What was looked up stays true until it is written, and the rows' numbers follow the order of commits: somebody who
reads on from the last number seen (`store.cases.list_cases`, the API's cursors) misses no row of a slower transaction.
On SQLite an IMMEDIATE transaction does that already.  To be taken before a case's row or an outgoing
ledger is locked, and after an incoming ledger: two that wait for each other would never end.
"""

from typing import Final

from django.db import connection

_INTAKE_LOCK: Final = 0x434F4D49  # any number, the same in every process
_GIVES_WAY: Final = "700ms"  # less than PostgreSQL's deadlock_timeout, after which it picks somebody


def lock_intake() -> None:
    """Let no other process store a batch until this transaction ends."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_INTAKE_LOCK])


def give_way() -> None:
    """From now on until this transaction ends wait for a lock a moment only, and fail then: the caller tries again.

    For whoever holds an outgoing ledger and goes on to cases, against the order of the desk: of two that wait for each
    other it is never a person's verb that fails.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [_GIVES_WAY])
