"""The database under the node: does it take writes, does it keep what it said, are its tables those of this program.

Every question is cheap and changes nothing; what is asked of SQLite and of PostgreSQL differs, what is answered does
not.  `DatabaseError` passes to the caller, who knows what an unreachable database means to them.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader

from comity.store.models import IntakeRun

_MUST_BE_ON: Final = ("fsync", "full_page_writes", "synchronous_commit")
_ON: Final = frozenset({"on", "remote_apply", "remote_write", "local"})


class Schema(msgspec.Struct, frozen=True):
    """Migrations that the database lacks, and those it has that this program does not know."""

    lacking: tuple[str, ...]
    unknown: tuple[str, ...]


def try_write() -> None:
    """Take the write lock and give it back; raises `DatabaseError` when the database takes no writes."""
    with transaction.atomic():
        IntakeRun.objects.filter(pk=-1).update(source="")  # touches no row
        transaction.set_rollback(True)


def compare_schema() -> Schema:
    """Compare the migrations that were applied with those of this program."""
    loader = MigrationLoader(connection)
    applied, known = set(loader.applied_migrations), set(loader.disk_migrations)
    return Schema(_named(known - applied), _named({one for one in applied - known if one[0] == "store"}))


def find_not_durable() -> list[str]:
    """Name the settings by which a power cut could take back what was committed; empty when all is well.

    Of an embedded database every connection sets them itself.
    """
    if connection.vendor == "sqlite":
        return []
    with connection.cursor() as cursor:
        found = []
        for name in _MUST_BE_ON:
            cursor.execute("SELECT current_setting(%s)", [name])
            value = cursor.fetchone()[0]
            if value not in _ON:
                found.append(f"{name}={value}")
        return found


def measure_size() -> int:
    """How many bytes the database has."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA page_count")
            pages = int(cursor.fetchone()[0])
            cursor.execute("PRAGMA page_size")
            return pages * int(cursor.fetchone()[0])
        cursor.execute("SELECT pg_database_size(current_database())")
        return int(cursor.fetchone()[0])


def measure_clock() -> timedelta:
    """How far the database server's clock is ahead of ours; an embedded one has ours."""
    if connection.vendor == "sqlite":
        return timedelta(0)
    with connection.cursor() as cursor:
        before = datetime.now(UTC)
        cursor.execute("SELECT clock_timestamp()")
        told = cursor.fetchone()[0].astimezone(UTC)
        after = datetime.now(UTC)
    return timedelta(0) if before <= told <= after else told - after


def _named(migrations: set[tuple[str, str]]) -> tuple[str, ...]:
    ordered: Sequence[tuple[str, str]] = sorted(migrations)
    return tuple(f"{app}.{name}" for app, name in ordered)
