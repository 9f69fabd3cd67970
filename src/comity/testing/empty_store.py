"""Stores for the nodes of a test run: the first is made by its migrations, the others are copies of it.

COMITY_EMPTY_STORE names the directory in which a run keeps the empty store.  It is the run's own and goes with it, so
that no store of another version is found there.  Only SQLite's is copied: a file, closed, that holds the schema and
nobody's data.  Without the directory, and on PostgreSQL, every store is made by its migrations.
"""

import os
import shutil
from pathlib import Path
from typing import Final
from uuid import uuid4

from django.db import connection

from comity.edges.home import Home
from comity.store.schema import migrate_to_newest

EMPTY_STORE: Final = "COMITY_EMPTY_STORE"


def make_store(home: Home) -> None:
    """Give a new node, which this process has in use, a store of this program's schema."""
    kept = os.environ.get(EMPTY_STORE)
    if not kept or connection.vendor != "sqlite":
        migrate_to_newest()
        return
    empty, ours = Path(kept, "empty.sqlite3"), Path(str(home.database()["NAME"]))
    if empty.exists():
        shutil.copy(empty, ours)
        return
    migrate_to_newest()
    connection.close()  # what is in its log is now in the file
    whole = empty.with_name(uuid4().hex)
    shutil.copy(ours, whole)
    whole.replace(empty)
