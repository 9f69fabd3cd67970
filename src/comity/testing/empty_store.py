"""Stores for the nodes of a test run: the first is made by its migrations, the others are copies of it.

COMITY_EMPTY_STORE names the directory in which a run keeps the empty store.  It is the run's own and goes with it, so
that no store of another version is found there.  It holds the schema and nobody's data: of SQLite a file, of a
PostgreSQL server a database from which `comity.testing.postgres` makes others.  Without the directory every store is
made by its migrations.
"""

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from comity.store.schema import migrate_to_newest
from comity.testing.postgres import keep_as_template

EMPTY_STORE: Final = "COMITY_EMPTY_STORE"
_FILE: Final = "empty.sqlite3"


def make_store() -> None:
    """Give a new node, which this process has in use, a store of this program's schema."""
    fill_new_stores()
    migrate_to_newest()
    keep_store()


def fill_new_stores() -> None:
    """Let each SQLite file that this process opens and finds empty be the kept one: migrations find nothing to do."""
    if EMPTY_STORE in os.environ:
        connection_created.connect(_fill, dispatch_uid=EMPTY_STORE)


def keep_store() -> None:
    """Keep the store that this process has just made, if the run has none yet."""
    kept = os.environ.get(EMPTY_STORE)
    if not kept or (connection.vendor == "sqlite" and Path(kept, _FILE).exists()):
        return
    if connection.vendor == "postgresql":
        connection.close()
        keep_as_template(connection.get_connection_params())
        return
    whole = Path(kept, uuid4().hex)
    connection.ensure_connection()
    with closing(sqlite3.connect(whole)) as copy:
        connection.connection.backup(copy)
    whole.replace(Path(kept, _FILE))


def _fill(connection: BaseDatabaseWrapper, **_more: Any) -> None:
    empty = Path(os.environ[EMPTY_STORE], _FILE)
    if connection.vendor != "sqlite" or not empty.exists():
        return
    if connection.connection.execute("SELECT count(*) FROM sqlite_master").fetchone() != (0,):
        return
    with closing(sqlite3.connect(empty)) as kept:
        kept.backup(connection.connection)
