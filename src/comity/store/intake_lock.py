"""One intake at a time: whoever opens cases or stores reports holds this lock until its transaction ends.

What was looked up stays true until it is written, and the rows' numbers follow the order of commits: somebody who
reads on from the last number seen (`store.cases.list_cases`, the API's cursors) misses no row of a slower transaction.
On SQLite an IMMEDIATE transaction does that already.  To be taken before a case's row or an outgoing
ledger is locked, and after an incoming ledger: two that wait for each other would never end.
"""

from typing import Final

from django.db import connection

_INTAKE_LOCK: Final = 0x434F4D49  # any number, the same in every process


def lock_intake() -> None:
    """Let no other process store a batch until this transaction ends."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_INTAKE_LOCK])
